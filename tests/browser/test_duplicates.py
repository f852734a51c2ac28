"""The office compares two customers that may be one, and merges them."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Customer
from accounts.services import duplicates
from tests.builders.accounts import a_customer, a_superuser, an_address, an_admin
from tests.builders.wishes import a_guest_request

pytestmark = pytest.mark.django_db(transaction=True)


def test_from_the_list_to_the_merged_customer(visit, page, look):
    register = a_customer("10001", name="Alfreds GmbH", business_id="DE136695976", country="DE")
    an_address(register, kind="invoice", postal_code="12209")
    order = a_guest_request().order
    an_admin(order.customer, email="maria@alfreds.example")
    duplicates.search_waiting(clock=timezone.now)

    visit("/office/customers/", user=a_superuser())
    page.get_by_role("link", name="Possible duplicates").click()
    look()
    page.get_by_role("link", name=order.customer.number).click()
    expect(page.get_by_text("Same business id or VAT id")).to_be_visible()
    look()
    page.get_by_role("link", name=f"Merge {order.customer.number} into 10001").click()
    expect(page.get_by_text("cannot be taken apart again")).to_be_visible()
    look()
    page.get_by_role("button", name=f"Merge {order.customer.number} into 10001").click()

    expect(page.get_by_text(f"{order.customer.number} Alfreds Futterkiste is now")).to_be_visible()
    look()
    assert Customer.objects.filter(removed_at=None).get() == register


def test_a_pair_is_said_to_be_none(visit, page, look):
    a_guest_request()
    a_guest_request()
    duplicates.search_waiting(clock=timezone.now)

    visit("/office/customers/duplicates/", user=a_superuser())
    page.locator("tbody a").click()
    look()
    page.get_by_role("button", name="Not a duplicate").click()

    expect(page.get_by_text("No possible duplicates")).to_be_visible()
    look()
