"""A change of an order: asked for on a phone by the private link, accepted by the office."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Company
from accounts.services import company, delivery
from orders.models import Order, OrderDocument
from orders.services import confirming
from tests.browser.conftest import LOOKS, PHONE, WIDE
from tests.builders.accounts import a_clerk, a_superuser
from tests.builders.wishes import a_request, a_stop, some_goods
from tests.worker import work

pytestmark = pytest.mark.django_db(transaction=True)

SOON = (timezone.now() + timedelta(days=10)).date()


@pytest.fixture
def order():
    company.keep(
        company=Company(name="Northwind Freight", email="office@northwind-freight.example")
    )
    place = {"day": SOON, "starts_at": None, "ends_at": None}
    request = a_request(
        now=timezone.now(),
        language="en",
        contact_phone="",
        stops=[
            a_stop(**place),
            a_stop(
                "delivery",
                name="Ernst Handel",
                city="Graz",
                country="AT",
                postal_code="8010",
                **place,
            ),
        ],
        goods=[some_goods(gross_weight=Decimal(640))],
    )
    confirming.confirm(order_id=request.pk, user_id=a_clerk().pk, now=timezone.now())
    work()
    return request.order


def the_link():
    delivery.send_due(clock=timezone.now)
    return re.search(r"http://testserver(/p/[\w-]+/)", mail.outbox[-1].body)[1]


def ask_for_a_change(page):
    page.get_by_role("link", name="Ask for a change").click()
    page.locator("#goods-1").get_by_label("Quantity", exact=True).fill("3")
    page.get_by_role("button", name="Add a stop").click()
    page.get_by_role("button", name="Remove stop 3").click()
    page.locator("#stops-2").get_by_label("City").fill("Wien")
    page.get_by_role("button", name="See the differences").last.click()


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_a_change_is_asked_for_on_a_phone_without_script_and_accepted(visit, page, order):
    page.set_viewport_size(PHONE)
    visit(the_link())
    ask_for_a_change(page)
    expect(page.get_by_role("row", name=re.compile("Stop 2, City"))).to_contain_text("Wien")
    page.get_by_label("Your name").fill("Maria Anders")
    page.get_by_role("button", name="Ask for this change").click()
    expect(page.get_by_text("It is sent. The order stays as it is")).to_be_visible()
    assert Order.objects.get().stops.get(position=2).city == "Graz"

    page.set_viewport_size(WIDE)
    visit("/office/requests/", user=a_superuser())
    page.get_by_role("link", name=re.compile("Changes asked for")).last.click()
    page.get_by_role("link", name=order.number, exact=True).click()
    page.get_by_role("link", name="Answer it").click()
    page.get_by_label("Answer").fill("With pleasure")
    page.get_by_role("button", name="Accept the change").click()

    expect(page.get_by_text("is changed; Maria Anders gets a mail.")).to_be_visible()
    assert Order.objects.get().stops.get(position=2).city == "Wien"
    work()
    link = the_link()
    assert "Graz → Wien" in mail.outbox[-1].body
    visit(link)
    expect(page.get_by_text("With pleasure")).to_be_visible()
    versions = OrderDocument.objects.filter(order=order, kind="confirmation").order_by("version")
    assert [(each.version, each.state) for each in versions] == [(1, "stored"), (2, "stored")]


def test_every_page_of_a_change_looks_right(visit, page, look, order):
    visit(the_link())
    look(*LOOKS)
    page.get_by_role("link", name="Ask for a change").click()
    look(*LOOKS)
    page.locator("#stops-2").get_by_label("City").fill("")
    page.get_by_role("button", name="See the differences").last.click()
    expect(page.locator("[data-part=error-summary]")).to_be_focused()
    look()
    page.locator("#stops-2").get_by_label("City").fill("Wien")
    page.get_by_role("button", name="See the differences").last.click()
    look(*LOOKS)
    page.get_by_label("Your name").fill("")
    page.get_by_role("button", name="Ask for this change").click()
    expect(page.locator("[data-part=error-summary]")).to_be_focused()
    look()
    page.get_by_label("Your name").fill("Maria Anders")
    page.get_by_role("button", name="Ask for this change").click()
    look(*LOOKS)
    page.get_by_role("link", name="Cancel this order").click()
    look(*LOOKS)

    visit(f"/office/requests/{order.number}/change/", user=a_superuser())
    look(*LOOKS)
    page.get_by_role("button", name="Refuse").click()
    expect(page.locator("[data-part=error-summary]")).to_be_focused()
    look()
    visit(f"/office/orders/{order.number}/")
    look(*LOOKS)
