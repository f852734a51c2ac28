"""An offer from the office's page to the approval on a phone, and the orders made of it."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Company
from accounts.services import company, delivery
from orders.models import Offer, Order
from orders.states import RequestKind
from tests.browser.conftest import LOOKS, PHONE
from tests.builders.accounts import a_superuser
from tests.builders.wishes import a_request

pytestmark = pytest.mark.django_db(transaction=True)

SOON = (timezone.now() + timedelta(days=10)).date()


@pytest.fixture
def order():
    company.keep(
        company=Company(name="Northwind Freight", email="office@northwind-freight.example")
    )
    return a_request(kind=RequestKind.OFFER, language="en").order


def price(page, *, description="Run Berlin to Graz", price="1120"):
    page.get_by_label("Service or product").last.fill(description)
    page.get_by_label("Quantity").last.fill("4")
    page.get_by_label("Price").last.fill(price)
    page.get_by_label("VAT, %").last.fill("20")


def test_an_offer_is_written_sent_approved_on_a_phone_and_ordered(visit, page, look, order):
    visit(f"/office/orders/{order.number}/", user=a_superuser())
    look()
    page.get_by_role("button", name="Write an offer").click()
    page.get_by_role("button", name="Send version 1").click()
    expect(page.locator("[data-part=error-summary]")).to_be_focused()
    look()
    price(page)
    page.get_by_role("button", name="Add a line").click()
    price(page, description="Cargo insurance", price="96")
    page.get_by_label("Kind").last.select_option("optional")
    page.get_by_label("Valid until").fill(SOON.isoformat())
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_text("5,376.00")).to_be_visible()
    look()
    page.get_by_role("button", name="Send version 1").click()
    expect(page.get_by_text("is sent to maria@alfreds.example")).to_be_visible()
    look()

    delivery.send_due(clock=timezone.now)
    link = re.search(r"http://testserver(/p/[\w-]+/)", mail.outbox[-1].body)[1]
    page.context.clear_cookies()
    page.set_viewport_size(PHONE)
    visit(link)
    look(*LOOKS)
    page.set_viewport_size(PHONE)
    page.get_by_role("button", name="Approve offer").click()
    expect(page.locator("[data-part=error-summary]")).to_be_focused()
    look()
    page.get_by_label("Cargo insurance").check()
    page.get_by_label("Your name").fill("Maria Anders")
    page.get_by_role("button", name="Total with these options").click()
    expect(page.locator(".totals .sum")).to_contain_text("5,836.80")
    look()
    page.get_by_role("button", name="Approve offer").click()
    expect(page.get_by_text("Approved by Maria Anders")).to_be_visible()
    look()
    assert Offer.objects.get().state == "approved"

    visit(f"/office/offers/{order.number}/", user=a_superuser())
    page.get_by_role("link", name="Create orders").click()
    look()
    page.get_by_label("So many equal orders").check()
    page.get_by_label("How many").fill("2")
    page.get_by_label("Confirm the orders and send the confirmation").check()
    page.get_by_role("button", name="Create orders").click()

    expect(page.get_by_text("Orders made:")).to_be_visible()
    assert [each.status for each in Order.objects.order_by("pk")] == ["confirmed"] * 2


def test_the_lines_are_written_by_keyboard_with_totals_that_follow(visit, page, look, order):
    visit(f"/office/offers/{order.number}/", user=a_superuser())
    page.get_by_role("button", name="Write an offer").click()
    page.get_by_label("Service or product, Line 1").focus()
    for typed in ("Run Berlin to Graz", "4", "run", "1120", "10", "20"):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    expect(page.locator(".totals .sum")).to_contain_text("4,838.40")
    expect(page.locator("#amount-1")).to_have_text("4,032.00")
    expect(page.get_by_label("Instead of line, Line 1")).to_be_hidden()

    page.get_by_role("button", name="Add a line").press("Enter")
    expect(page.get_by_label("Service or product, Line 2")).to_be_focused()
    for typed in ("Express run", "4", "run", "1480", "", "20", "Alternative"):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    expect(page.get_by_label("Instead of line, Line 2")).to_be_focused()
    page.keyboard.type("1")
    page.keyboard.press("Tab")
    expect(page.locator(".totals")).to_contain_text("7,104.00")
    look(*LOOKS)
    page.get_by_role("button", name="Move Line 2 up").press("Enter")
    expect(page.get_by_label("Instead of line, Line 1")).to_have_value("2")
    expect(page.get_by_role("button", name="Move Line 1 down")).to_be_focused()
    assert Offer.objects.get().versions.get().revision == 0

    page.get_by_label("Quantity, Line 2").fill("many")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Lines that are not whole yet are not counted.")).to_be_visible()
    page.get_by_role("button", name="Save the draft").click()
    expect(page.locator("[data-part=error-summary]")).to_be_focused()
    look(*LOOKS)
    page.get_by_role("link", name="Line 2, Quantity").click()
    expect(page.get_by_label("Quantity, Line 2")).to_be_focused()


def test_the_list_of_offers(visit, page, look, order):
    visit("/office/offers/", user=a_superuser())
    look()

    page.get_by_role("link", name="Draft", exact=True).click()

    expect(page.get_by_role("heading", name="No offer is in this state")).to_be_visible()


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_an_offer_is_approved_without_script(visit, page, order):
    visit(f"/office/offers/{order.number}/", user=a_superuser())
    page.get_by_role("button", name="Write an offer").click()
    price(page)
    page.get_by_label("Valid until").fill(SOON.isoformat())
    page.get_by_role("button", name="Send version 1").click()
    delivery.send_due(clock=timezone.now)
    link = re.search(r"http://testserver(/p/[\w-]+/)", mail.outbox[-1].body)[1]

    page.context.clear_cookies()
    visit(link)
    page.get_by_label("Your name").fill("Maria Anders")
    page.get_by_role("button", name="Approve offer").click()

    expect(page.get_by_text("Approved by Maria Anders")).to_be_visible()
