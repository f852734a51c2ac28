"""A staff member opens a customer's pages from an order, reads them and goes back."""

import re

import pytest
from playwright.sync_api import expect

from tests.builders.accounts import a_clerk, a_customer, a_role, an_address
from tests.builders.orders import an_order

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def laura():
    customer = a_customer("10001", name="Alfreds Futterkiste")
    an_address(customer, kind="invoice")
    an_order(customer, "10248")
    laura = a_clerk(first_name="Laura", last_name="Callahan")
    a_role("Service", laura, as_customer="display", orders="display")
    return laura


def test_from_an_order_to_the_customers_pages_and_back(visit, page, look, laura):
    visit("/office/orders/10248/", user=laura)
    look()
    page.get_by_role("button", name="Look as the customer").click()

    banner = page.get_by_role("region", name="As customer")
    expect(banner).to_contain_text("You are looking at Alfreds Futterkiste (10001)")
    expect(page).to_have_url(re.compile(r":\d+/orders/10248/$"))
    look()
    page.get_by_role("link", name="My orders").click()
    expect(banner).to_be_visible()
    look()
    page.goto(page.url.replace("/orders/", "/invoices/"))
    expect(page.get_by_text("Your roles do not open this part")).to_be_visible()
    expect(banner).to_be_visible()
    look()

    banner.get_by_role("button", name="Stop").click()

    expect(page).to_have_url(re.compile(r"/office/orders/10248/$"))
    expect(page.get_by_text("You do not look at the pages of 10001")).to_be_visible()
    expect(banner).to_have_count(0)
