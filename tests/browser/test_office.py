"""A clerk's pages: home, orders, invoices, the ERP's feeds."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.builders.accounts import a_customer, a_superuser
from tests.builders.orders import a_delivery, a_line, a_shipment, an_event, an_order

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def laura():
    customer = a_customer("10001", name="Alfreds Futterkiste")
    order = an_order(customer, "10952", customer_reference="4500-2247", status="departed")
    a_line(order)
    an_event(order, "received")
    a_shipment(a_delivery(order, "80952-1"), forwarding_agent="Speedy Express")
    return a_superuser(email="laura@seller.example")


@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("/office/", "Office"),
        ("/office/orders/", "Orders"),
        ("/office/orders/10952/", "Order 10952"),
        ("/office/invoices/", "Invoices"),
        ("/office/sync/", "Sync"),
    ],
)
def test_a_page_of_the_office_is_accessible(visit, page, look, laura, path, heading):
    visit(path, user=laura)

    expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
    look()


def test_the_side_is_there_on_a_desk_and_behind_a_button_on_a_phone(visit, page, laura):
    visit("/office/", user=laura)
    side = page.get_by_role("navigation", name="Office", exact=True)

    expect(side.get_by_role("link", name="Sync")).to_be_visible()
    expect(side.get_by_role("link", name="Home")).to_have_attribute("aria-current", "page")

    page.set_viewport_size(PHONE)
    expect(side).to_be_hidden()
    page.get_by_role("button", name="Menu", exact=True).click()
    side.get_by_role("link", name="Orders").click()
    expect(page.get_by_role("heading", name="Orders", level=1)).to_be_visible()
    expect(side).to_be_hidden()


def test_an_order_prints_without_bars_and_tools(visit, page, laura):
    visit("/office/orders/10952/", user=laura)

    page.emulate_media(media="print")

    expect(page.get_by_role("heading", name="Order 10952")).to_be_visible()
    expect(page.get_by_text("Speedy Express")).to_be_visible()
    for tool in ("header", ".side", ".crumbs", ".icon"):
        expect(page.locator(tool)).not_to_have_count(0)
        expect(page.locator(f"{tool}:visible")).to_have_count(0)
