"""What htmx adds to orders: pages and rows open in place, and a paper opens when it has come."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import DocumentState
from accounts.sections import Section
from accounts.services import stored_files
from orders.services import papers
from tests.browser.conftest import WITH_AND_WITHOUT_SCRIPT
from tests.builders.accounts import a_customer, a_member
from tests.builders.orders import NOON, PDF, a_delivery, a_line, a_paper, a_shipment, an_order

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def customer():
    return a_customer(name="Alfreds Futterkiste")


@pytest.fixture
def maria(customer):
    return a_member(customer, Section.ORDERS)


@pytest.fixture
def orders(customer):
    """Twelve orders, the newest two pages of them; 10911 is the newest and has a delivery."""
    orders = [
        an_order(customer, f"{10900 + day}", ordered_at=NOON + timedelta(days=day))
        for day in range(12)
    ]
    a_shipment(a_delivery(orders[-1], "80952-1"), number="60417")
    return orders


def mark(page):
    """A page that was only changed in place still knows this; one that was loaded anew does not."""
    page.evaluate("window.wasHere = true")


def is_same_page(page):
    return page.evaluate("window.wasHere === true")


def test_pages_turn_in_place_and_the_focus_stays_on_the_pager(visit, page, orders, maria):
    visit("/orders/", user=maria)
    mark(page)
    older = page.get_by_role("link", name="Older")
    older.focus()

    page.keyboard.press("Enter")

    expect(page.get_by_role("link", name="10901")).to_be_visible()
    expect(page.get_by_role("link", name="10911")).to_have_count(0)
    assert "after=" in page.url
    page.get_by_role("link", name="Newer").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="10911", exact=True)).to_be_visible()
    assert is_same_page(page)


def test_a_row_opens_in_place_and_the_address_remembers(visit, page, orders, maria):
    visit("/orders/", user=maria)
    mark(page)
    truck = page.get_by_role("link", name="Deliveries of order 10911")
    expect(truck).to_have_attribute("aria-expanded", "false")

    truck.click()

    expect(page.get_by_role("heading", name="Delivery 80952-1")).to_be_visible()
    expect(truck).to_have_attribute("aria-expanded", "true")
    expect(truck).to_be_focused()
    assert page.url.endswith("?deliveries=10911")
    assert is_same_page(page)
    page.go_back()
    expect(page.get_by_role("heading", name="Delivery 80952-1")).to_have_count(0)


def test_a_paper_opens_by_itself_when_it_has_come(visit, page, look, orders, maria):
    document = a_paper(orders[0])
    address = "/orders/10900/confirmation.pdf"
    visit(address, user=maria, status=202)
    expect(page.get_by_text("The document is being fetched")).to_be_visible()
    look()

    document.file = stored_files.keep(content=PDF, media_type="application/pdf", now=NOON)
    document.state = DocumentState.STORED
    with page.expect_response(
        lambda response: response.headers.get("content-type") == "application/pdf"
    ) as opened:
        document.save()

    assert opened.value.url.endswith(address)


@WITH_AND_WITHOUT_SCRIPT
def test_papers_that_the_portal_prints_are_waited_for_and_then_there(
    visit, page, look, customer, maria, script
):
    order = an_order(customer, "10952", status="departed")
    a_line(order)
    a_delivery(order, "80952-1", departed_at=NOON)
    visit("/orders/10952/", user=maria)
    documents = page.get_by_role("region", name="Documents")
    offered = documents.get_by_role("link", name="opens in a new tab")
    expect(offered).to_have_text([re.compile("Order confirmation 10952"), re.compile("80952-1")])
    hrefs = [offered.nth(place).get_attribute("href") for place in (0, 1)]
    look()

    for href in hrefs:
        visit(href, status=202)
        expect(page.get_by_text("The document is being made.")).to_be_visible()
        look()
        with page.expect_response(
            lambda response: response.headers.get("content-type") == "application/pdf"
        ):
            papers.print_wanted(clock=timezone.now)
            if not script:
                page.get_by_role("link", name="Look again").click()
        expect(page.get_by_text("The document is being made.")).to_have_count(0)
