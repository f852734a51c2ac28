"""Who may do what for a customer, as its account admin sees and changes it."""

import pytest
from playwright.sync_api import expect

from accounts.models import Company
from accounts.services import company
from tests.builders.accounts import a_customer, a_family, a_member, an_admin
from tests.builders.orders import an_order

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def seller():
    company.keep(
        company=Company(name="Northwind Freight", email="office@northwind-freight.example")
    )


@pytest.fixture
def customer():
    return a_customer("10001", name="Alfreds Futterkiste", family=a_family("S7"))


@pytest.fixture
def admin(customer):
    names = {"first_name": "Hanna", "last_name": "Moos", "email": "hanna@alfreds.example"}
    return an_admin(customer, covers_family=True, **names)


@pytest.fixture
def sam(customer):
    names = {"first_name": "Sam", "last_name": "Otter", "email": "sam@alfreds.example"}
    return a_member(customer, "orders", "invoices", "pay_invoices", **names)


def test_the_people_of_a_customer_and_what_can_be_done_about_them(
    visit, page, look, customer, admin, sam
):
    a_member(customer, first_name="Wilhelmina", last_name="of-the-rather-long-name " * 2)
    a_member(customer, "orders", is_active=False, last_name="Gone")

    visit("/colleagues/", user=admin)
    look()
    page.get_by_role("button", name="Actions for Sam Otter").click()
    look()
    page.get_by_role("link", name="Change rights").click()
    expect(page.get_by_role("heading", name="Rights of Sam Otter")).to_be_visible()
    look()


def test_rights_are_limited_and_act_in_a_page_that_is_open(
    visit, page, context, live_server, customer, admin, sam
):
    an_order(customer, "10248")
    visit("/orders/", user=sam)
    visit_of_sam = page.context.browser.new_page()
    visit_of_sam.context.add_cookies(page.context.cookies())
    visit_of_sam.goto(f"{live_server.url}/orders/")
    expect(visit_of_sam.get_by_role("link", name="10248")).to_be_visible()

    visit("/colleagues/", user=admin)
    page.get_by_role("button", name="Actions for Sam Otter").click()
    page.get_by_role("link", name="Change rights").click()
    page.get_by_label("See orders").uncheck()
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("The rights of Sam Otter are saved.")).to_be_visible()
    visit_of_sam.get_by_role("link", name="10248").click()
    expect(
        visit_of_sam.get_by_role("heading", name="You have no right to open this page")
    ).to_be_visible()
    visit_of_sam.context.close()
