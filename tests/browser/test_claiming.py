"""From a guest's receipt to an account with all orders, with and without script, on a phone."""

import re

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Company, User
from accounts.services import company, delivery
from orders.services import sending
from tests.browser.conftest import LOOKS, PHONE, WITH_AND_WITHOUT_SCRIPT
from tests.builders.accounts import a_customer, a_user, an_admin
from tests.builders.wishes import a_guest_request, an_order_link, an_order_type

pytestmark = pytest.mark.django_db(transaction=True)

MARIA = "maria@alfreds.example"


@pytest.fixture
def order():
    company.keep(
        company=Company(name="Northwind Freight", email="office@northwind-freight.example")
    )
    return a_guest_request(language="en").order


def mailed_link():
    delivery.send_due(clock=timezone.now)
    return re.search(r"http://testserver(/p/[\w-]+/)", mail.outbox[-1].body)[1]


@WITH_AND_WITHOUT_SCRIPT
def test_a_guest_follows_the_order_sets_a_password_and_sees_all_orders(
    visit, page, look, order, script
):
    further = a_guest_request(language="en").order
    page.set_viewport_size(PHONE)
    path = sending.follow_link(order.request, now=timezone.now())
    visit(path.removeprefix("http://testserver"))
    look()
    page.set_viewport_size(PHONE)
    page.get_by_role("button", name="Set a password and see all your orders").click()
    expect(page.get_by_text("We have written to the address")).to_be_visible()
    look()

    visit(mailed_link())
    expect(page.get_by_text(further.number)).to_be_visible()
    look(*LOOKS)
    page.get_by_label("Password", exact=True).fill("short")
    page.get_by_role("button", name="Set the password and see my orders").click()
    expect(page.locator("[data-part=error-summary]")).to_be_visible()
    expect(page.get_by_label("First name")).to_have_value("Maria")
    look()
    page.set_viewport_size(PHONE)
    page.get_by_label("Password", exact=True).fill("correct horse 9")
    page.get_by_role("button", name="Set the password and see my orders").click()

    expect(page.get_by_text("your orders are here")).to_be_visible()
    look()
    assert User.objects.get(email=MARIA).customers().count() == 2


def test_a_guest_orders_again_without_typing_who_it_is(visit, page, look, order):
    order.request.order_type = an_order_type()
    order.request.order_link = an_order_link()
    order.request.save()
    path = sending.follow_link(order.request, now=timezone.now())
    visit(path.removeprefix("http://testserver"))
    look()
    page.get_by_role("button", name="Order again").click()

    expect(page.get_by_label("Company", exact=True)).to_have_value("Alfreds Futterkiste")
    expect(page.get_by_label("Business or VAT id")).to_have_value("DE136695976")
    look()


def test_a_person_with_an_account_finds_the_orders_at_home_and_adds_them(visit, page, look, order):
    user = an_admin(a_customer("10001"), user=a_user(MARIA, email_verified_at=timezone.now()))
    visit("/", user=user)
    look()
    page.get_by_role("link", name="See them").click()
    expect(page.get_by_text(order.number)).to_be_visible()
    look()
    page.get_by_label("They belong to 10001").check()
    page.get_by_role("button", name="Add them to my account").click()

    expect(page.get_by_text("The office has been asked to put them under 10001")).to_be_visible()
    expect(page.get_by_role("link", name=order.number, exact=True)).to_be_visible()
    look()
