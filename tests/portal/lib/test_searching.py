"""Numbers as people type them: the same one, however it is written."""

import pytest
from django.db import connection

from accounts.models import Customer
from orders.models import Order
from portal.lib.searching import is_numbered, number_key, number_starts, same_number
from tests.builders.accounts import a_customer
from tests.builders.orders import an_order

SAME = [
    ("PF-2026 001", "pf2026001"),
    ("PF-2026 001", "PF\u20132026\u00a0001"),
    ("pf1", "PF1"),
    ("10248", "010248"),
    ("0000010248", "10248"),
    ("0000010248", "1 02-48"),
]
OTHERS = [
    ("10248", "1024"),
    ("10248", "102480"),
    ("A10248", "10248"),
    ("A0010", "A10"),
    ("000", "0"),
    ("10248", "10248%"),
    ("10248", "1024_"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("number", "text"), SAME)
def test_a_number_is_found_however_it_is_typed(number, text):
    customer = a_customer(number)
    order = an_order(customer, number, customer_reference="4500")

    assert same_number(number, text)
    assert number_key(number) == number_key(text)
    assert Customer.objects.filter(is_numbered("number", text)).get() == customer
    assert Order.objects.filter(number_starts("search_key", text)).get() == order


@pytest.mark.django_db
@pytest.mark.parametrize(("number", "text"), OTHERS)
def test_another_number_is_not_found(number, text):
    an_order(a_customer(number), number)

    assert not same_number(number, text)
    assert not Customer.objects.filter(is_numbered("number", text)).exists()
    found = Order.objects.filter(number_starts("search_key", text))
    assert not any(same_number(order.number, text) for order in found)


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", " ", "-", "|", "\u2013 \u2014"])
def test_a_text_without_letter_and_digit_is_no_number(text):
    an_order(a_customer("---"), "---")

    assert not same_number("---", text)
    assert not Customer.objects.filter(is_numbered("number", text)).exists()
    assert not Order.objects.filter(number_starts("search_key", text)).exists()


@pytest.mark.django_db
def test_a_reference_is_no_number():
    an_order(None, "10248", customer_reference="4500")

    assert not Order.objects.filter(number_starts("search_key", "4500")).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["10001", "PF-1"])
def test_customers_are_found_by_an_index(text):
    Customer.objects.bulk_create(
        Customer(number=f"N{number}", name="Customer", source="erp") for number in range(3000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE accounts_customer")

    plan = Customer.objects.filter(is_numbered("number", text)).explain()

    assert "customer_by_plain_number" in plan
