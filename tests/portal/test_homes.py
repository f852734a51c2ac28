from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission

from accounts.sections import Section
from tests.builders.accounts import a_clerk, a_customer, a_member, a_superuser, an_address, an_admin
from tests.builders.invoices import an_invoice
from tests.builders.orders import NOON, a_delivery, a_shipment, an_order

pytestmark = pytest.mark.django_db


def test_home_shows_what_is_under_way_and_what_came_last(client):
    customer = a_customer("10001", name="Alfreds Futterkiste", payment_terms="30 days net")
    an_address(customer, kind="invoice", city="Berlin", country="DE")
    for day in range(7):
        an_order(customer, f"A{day}", ordered_at=NOON + timedelta(days=day), invoicing="fully")
    client.force_login(an_admin(customer))

    response = client.get("/")

    text = response.content.decode()
    shown = [order.number for order, _done, _total in response.context["newest"]]
    assert shown == ["A6", "A5", "A4", "A3", "A2"]
    for words in ("Alfreds Futterkiste", "Berlin, Germany", "30 days net", "/orders/A6/"):
        assert words in text
    assert ("Under way" in text, "open order" in text) == (False, False)


def test_under_way_is_what_has_departed_and_not_arrived(client):
    customer = a_customer()
    order = an_order(customer, "10248", customer_reference="4500-2281", ship_to_city="Graz")
    departed = a_delivery(order, "80248-1", departed_at=NOON)
    a_shipment(departed, forwarding_agent="Speedy Express", tracking_number="SE1")
    a_shipment(departed, tracking_number="SE2", tracking_url="https://track.example/SE2")
    a_delivery(order, "80248-2", departed_at=NOON + timedelta(hours=1))
    a_delivery(order, "planned")
    a_delivery(order, "arrived", departed_at=NOON, delivered_at=NOON)
    a_delivery(order, "removed", departed_at=NOON, removed_at=NOON)
    a_delivery(an_order(a_customer()), "foreign", departed_at=NOON)
    a_delivery(an_order(customer, invoicing="fully"), "closed", departed_at=NOON)
    client.force_login(an_admin(customer))

    response = client.get("/")

    text = response.content.decode()
    shown = [delivery.number for delivery in response.context["under_way"]]
    assert shown == ["80248-2", "80248-1"]
    assert "1 open order" in text
    for words in ("4500-2281", "Graz", "Speedy Express", "SE1", 'href="https://track.example/SE2"'):
        assert words in text


def test_orders_that_the_erp_removed_are_not_on_the_home_page(client):
    customer = a_customer()
    an_order(customer, "gone", status="departed", removed_at=NOON)
    client.force_login(an_admin(customer))

    text = client.get("/").content.decode()

    assert "gone" not in text
    assert "No orders yet" in text


def test_a_member_without_the_section_sees_no_orders_and_whom_to_ask(client):
    customer = a_customer()
    an_order(customer, "secret", status="departed")
    an_admin(customer, email="admin@alfreds.example", first_name="Hanna", last_name="Moos")
    client.force_login(a_member(customer, Section.INVOICES))

    text = client.get("/").content.decode()

    assert "secret" not in text
    assert "Hanna Moos (admin@alfreds.example) manages the rights" in text


def test_home_is_about_the_active_customer_only(client):
    first, second = a_customer("10001"), a_customer("10002")
    an_order(first, "of-first")
    an_order(second, "of-second")
    user = an_admin(first)
    an_admin(second, user=user)
    client.force_login(user)
    client.post("/customers/", {"customer": "10002"})

    text = client.get("/").content.decode()

    assert ("of-first" in text, "of-second" in text) == (False, True)


@pytest.mark.parametrize("count", [1, 4])
def test_home_takes_the_same_few_queries(client, django_assert_num_queries, count):
    customer = a_customer()
    for _ in range(count):
        a_shipment(a_delivery(an_order(customer), departed_at=NOON))
        an_invoice(customer)
    client.force_login(an_admin(customer))
    client.get("/")

    # Session, user, active customer, address, offers, totals, open orders, deliveries, shipments,
    # newest.
    with django_assert_num_queries(10):
        client.get("/")


def test_home_says_what_is_to_be_paid_and_when(client):
    customer = a_customer("10001")
    an_invoice(customer, due_on=date(2026, 11, 2), open_amount="25.50")
    an_invoice(customer, due_on=date(2026, 11, 8))
    an_invoice(customer, due_on=date(2026, 11, 24))
    an_invoice(customer, net="-10", vat="0")
    an_invoice(customer, open_amount="0")
    client.force_login(a_member(customer, Section.INVOICES))

    with time_machine.travel(datetime(2026, 11, 20, 10, tzinfo=UTC), tick=False):
        text = client.get("/").content.decode()

    for shown in (
        "276.50 <small>EUR</small>",
        "3 open invoices",
        "151.00 <small>EUR</small>",
        "2 invoices, the oldest by 18 days",
        "125.50 <small>EUR</small>",
        "24 Nov 2026",
        "10.00 <small>EUR</small>",
    ):
        assert shown in text


def test_home_says_nothing_of_invoices_without_their_section(client):
    customer = a_customer()
    an_invoice(customer, net="4321", vat="0")
    client.force_login(a_member(customer, Section.ORDERS))

    text = client.get("/").content.decode()

    assert ("4,321.00" in text, 'id="money"' in text) == (False, False)


def test_the_offices_home_shows_the_newest_orders_and_how_the_erp_is_heard(client):
    an_order(a_customer("10001", name="Alfreds Futterkiste"), "10248")
    client.force_login(a_superuser())

    text = client.get("/office/").content.decode()

    assert "/office/orders/10248/" in text
    assert "Alfreds Futterkiste" in text
    assert "Not every feed has been read once" in text


def test_staff_see_of_the_offices_home_what_they_have_a_right_to(client):
    an_order(number="10248")
    clerk, newcomer = a_clerk(), a_clerk()
    clerk.user_permissions.add(Permission.objects.get(codename="view_order"))

    client.force_login(clerk)
    text = client.get("/office/").content.decode()
    assert ("10248" in text, 'id="erp"' in text) == (True, False)

    client.force_login(newcomer)
    text = client.get("/office/").content.decode()
    assert ("10248" in text, "No right to see anything yet" in text) == (False, True)
