"""The page of one order that was born here: worked on by the office, read by the customer."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.sections import Section
from orders.models import OrderRequest, Presence
from orders.services import presence
from orders.states import RequestKind
from tests.builders.accounts import a_clerk, a_customer, a_member, a_superuser
from tests.builders.wishes import a_file, a_request, some_goods

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def laura():
    return a_superuser(email="laura@seller.example", first_name="Laura", last_name="Callahan")


@pytest.fixture
def customer():
    return a_customer("10001", name="Alfreds Futterkiste")


@pytest.fixture
def incoming(customer):
    return a_request(
        customer,
        kind=RequestKind.OFFER,
        goods=(some_goods(is_dangerous=True, un_number="1263", hazard_class="3"),),
        details={"tail_lift": True},
        note_to_driver="Gloves on",
        attachments=((a_file().pk, "way in.pdf"),),
    )


def test_the_offices_page_is_accessible(visit, page, look, laura, incoming):
    visit(f"/office/orders/{incoming.order.number}/", user=laura)

    expect(
        page.get_by_role("heading", name=f"Offer request {incoming.order.number}", level=1)
    ).to_be_visible()
    expect(page.get_by_text("Gloves on")).to_be_visible()
    look()


def test_the_customers_page_is_accessible(visit, page, look, customer, incoming):
    visit(f"/orders/{incoming.order.number}/", user=a_member(customer, Section.ORDERS))

    expect(page.get_by_role("link", name="way in.pdf")).to_be_visible()
    look()


@pytest.mark.parametrize(
    "with_script",
    [
        True,
        pytest.param(False, marks=pytest.mark.browser_context_args(java_script_enabled=False)),
    ],
)
def test_a_request_is_worked_on_from_its_page(visit, page, laura, incoming, with_script):
    visit(f"/office/orders/{incoming.order.number}/", user=laura)

    page.get_by_role("button", name="Take").click()
    expect(page.get_by_text(f"{incoming.order.number} is yours.")).to_be_visible()
    page.get_by_role("button", name="Mark as handled").click()
    expect(page.get_by_text(f"{incoming.order.number} is handled.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("is to be handled again.")).to_be_visible()
    page.get_by_role("button", name="Turn into an order").click()
    expect(
        page.get_by_role("heading", name=f"Order {incoming.order.number}", level=1)
    ).to_be_visible()
    page.get_by_role("button", name="Confirm the order").click()
    expect(page.get_by_text("is confirmed, and the customer is told.")).to_be_visible()

    request = OrderRequest.objects.get()
    assert (request.owner, request.handled_by) == (laura, laura)


def test_an_offer_is_written_from_the_row_of_the_panel(visit, page, laura, incoming):
    visit("/office/requests/", user=laura)

    page.get_by_role("button", name="Actions for").click()
    page.get_by_role("button", name="Write an offer").click()

    expect(
        page.get_by_role("heading", name=f"Offer {incoming.order.number}", level=1)
    ).to_be_visible()


def test_who_comes_and_goes_is_seen_without_a_reload(visit, page, laura, incoming):
    nancy = a_clerk(first_name="Nancy", last_name="Davolio")
    visit(f"/office/orders/{incoming.order.number}/", user=laura)
    line = page.locator("#looking")
    place = line.bounding_box()
    expect(line).not_to_contain_text("Nancy")

    presence.seen(order_id=incoming.pk, user_id=nancy.pk, now=timezone.now())
    # Coming back to the tab asks at once.
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    expect(line).to_have_text("Nancy Davolio is looking at this")
    assert line.bounding_box()["height"] == place["height"]
    Presence.objects.filter(user=nancy).delete()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(line).not_to_contain_text("Nancy")
