"""The states of the pages about people and customers, accessible in the dark and on a phone."""

import re

import pytest
from playwright.sync_api import expect

from accounts.models import Company
from accounts.sections import Section
from accounts.services import company
from tests.builders.accounts import (
    PASSWORD,
    a_clerk,
    a_customer,
    a_family,
    a_member,
    a_superuser,
    a_user,
    an_address,
    an_admin,
)
from tests.builders.orders import NOON, a_delivery, a_shipment, an_order

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def seller():
    company.keep(
        company=Company(name="Northwind Freight", email="office@northwind-freight.example")
    )


def test_signing_in_wrongly_keeps_the_address_and_says_why(visit, page, look):
    visit("/accounts/login/")
    look()

    page.get_by_label("E-mail").fill("maria@customer.example")
    page.get_by_label("Password", exact=True).fill("wrong")
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_text("do not belong together")).to_be_visible()
    expect(page.get_by_label("E-mail")).to_have_value("maria@customer.example")
    expect(page.locator("[data-part=error-summary]")).to_be_focused()
    look()


def test_a_password_can_be_looked_at_while_typing(visit, page, look):
    visit("/accounts/login/")
    password, eye = (
        page.locator("[name=password]"),
        page.get_by_role("button", name="Show password"),
    )
    password.fill("correct horse")

    eye.click()
    expect(password).to_have_attribute("type", "text")
    expect(eye).to_have_attribute("aria-pressed", "true")
    look()
    eye.click()
    expect(password).to_have_attribute("type", "password")


def test_the_goodbye_goes_home_by_itself(visit, page):
    visit("/accounts/signed-out/")

    page.wait_for_url("**/accounts/login/?next=/", timeout=10_000)


def test_the_goodbye_stays_when_asked_to(visit, page, look):
    page.clock.install()
    visit("/accounts/signed-out/")

    page.get_by_role("button", name="Stay here").click()
    page.clock.fast_forward(20_000)

    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    expect(page.get_by_role("button", name="Stay here")).to_be_hidden()
    look()


def test_closed_access_and_the_question_before_signing_out(visit, look):
    visit("/accounts/inactive/")
    look()
    visit("/accounts/logout/", user=an_admin(a_customer()))
    look()


@pytest.fixture
def of_many():
    """An account admin of a family of eleven, two of them blocked or without an address."""
    family = a_family()
    names = ["Alfreds Futterkiste", "Berglunds snabbköp", "Blondesddsl père et fils"]
    names += [f"Customer with a rather long name, branch {number}" for number in range(8)]
    for number, name in enumerate(names, 10001):
        customer = a_customer(f"{number}", name=name, family=family, is_blocked=number == 10002)
        if number != 10003:
            an_address(customer, kind="invoice", city="Berlin")
    return an_admin(customer, covers_family=True)


def test_customers_are_found_while_one_types_and_selected(visit, page, look, of_many):
    visit("/customers/", user=of_many)
    expect(page.locator(".chips b")).to_have_text("11 customers")
    look()

    page.get_by_label("Number, name or branch").fill("snabb")
    expect(page.locator(".chips b")).to_have_text("1 customer")
    expect(page).to_have_url(re.compile("q=snabb"))
    look()

    page.get_by_role("button", name="Select 10002 Berglunds snabbköp").click()
    expect(page.get_by_text("Berglunds snabbköp is blocked.")).to_be_visible()
    look()


def test_no_customer_found_and_no_customer_at_all(visit, look, of_many):
    visit("/customers/?q=none+like+this", user=of_many)
    look()
    visit("/customers/", user=a_user())
    look()
    visit("/customers/", user=a_clerk())
    look()


def test_the_pages_of_a_customer(visit, look):
    customer = a_customer(
        credit_limit=25000, credit_used="7643.95", payment_terms="30 days net", contact="Maria"
    )
    an_address(customer, kind="invoice", street="Obere Str. 57", postal_code="12209")
    an_address(customer, kind="delivery", name="Warehouse", contact="Hanna", phone="030-0074321")
    order = an_order(customer, ship_to_name="Alfreds Futterkiste", ship_to_city="Berlin")
    delivery = a_delivery(order, departed_at=NOON)
    a_shipment(delivery, forwarding_agent="Speedy Express", tracking_url="https://track.example/1")
    user = an_admin(customer)

    for path in ("/", "/account/", "/addresses/", "/profile/"):
        visit(path, user=user)
        look()


def test_the_pages_of_a_customer_of_which_nothing_is_known(visit, look):
    user = an_admin(a_customer())

    for path in ("/", "/account/", "/addresses/"):
        visit(path, user=user)
        look()


def test_a_missing_section_on_a_page_and_on_the_home_page(visit, look):
    customer = a_customer()
    an_admin(customer)
    user = a_member(customer, Section.INVOICES)

    visit("/orders/", user=user, status=403)
    look()
    visit("/")
    look()


def test_a_wrong_profile_takes_the_focus_and_the_appearance_is_seen_at_once(visit, page, look):
    visit("/profile/", user=an_admin(a_customer()))

    page.get_by_label("Dark").check()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_label("Phone").fill("1" * 60)
    page.evaluate("document.querySelector('[name=phone]').removeAttribute('maxlength')")
    page.get_by_label("Phone").fill("1" * 60)
    page.get_by_role("button", name="Save").click()

    expect(page.locator("[data-part=error-summary]")).to_be_focused()
    look()


def test_the_offices_home_and_profile(visit, look):
    an_order(a_customer())
    user = a_superuser()

    for path in ("/office/", "/profile/"):
        visit(path, user=user)
        look()
    visit("/office/", user=a_clerk())
    look()


def test_a_session_that_ended_moves_the_whole_page_to_the_sign_in(visit, page, of_many):
    visit("/customers/", user=of_many)
    page.context.clear_cookies()

    page.get_by_label("Number, name or branch").fill("snabb")

    page.wait_for_url("**/accounts/login/?next=/customers/")
    page.get_by_label("E-mail").fill(of_many.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Select customer")).to_be_visible()
