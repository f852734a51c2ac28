from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission

from accounts.sections import Section
from tests.builders.accounts import a_clerk, a_customer, a_member
from tests.builders.orders import NOON, a_delivery, a_paper, a_shipment, an_order

pytestmark = pytest.mark.django_db

LIST = "/office/orders/"


@pytest.fixture
def clerk(client):
    user = a_clerk()
    user.user_permissions.set(Permission.objects.filter(codename="view_order"))
    client.force_login(user)
    return user


def numbers(response):
    return [row.number for row in response.context["rows"]]


def text_of(response):
    return response.content.decode()


def test_the_list_holds_the_newest_orders_of_all_customers(client, clerk):
    for number in range(26):
        an_order(number=f"{number}", ordered_at=NOON + timedelta(hours=number))

    first = client.get(LIST)
    second = client.get(first.context["listing"].older)

    assert numbers(first) == [f"{number}" for number in range(25, 0, -1)]
    assert numbers(second) == ["0"]
    assert first.context["rows"][0].href == "/office/orders/25/"


def test_orders_the_erp_removed_are_marked_and_not_hidden(client, clerk):
    an_order(number="10952", removed_at=NOON)

    assert "Removed in the ERP" in text_of(client.get(LIST))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("alfreds", ["1", "2"]),
        ("10001", ["1", "2"]),
        ("4500-1", ["1"]),
        ("Ernst", ["3"]),
        ("nobody", []),
        ("100%", []),
    ],
)
def test_a_search_finds_orders_and_those_of_customers(client, clerk, text, found):
    alfreds = a_customer(number="10001", name="Alfreds Futterkiste")
    an_order(alfreds, "1", customer_reference="4500-1", ordered_at=NOON)
    an_order(alfreds, "2", ordered_at=NOON - timedelta(days=1))
    an_order(a_customer(number="10020", name="Ernst Handel"), "3")

    assert numbers(client.get(LIST, {"q": text})) == found


def test_a_word_in_many_names_searches_the_orders_alone_and_says_so(client, clerk):
    for number in range(201):
        a_customer(number=f"{70000 + number}", name=f"Handel {number}")
    an_order(a_customer(name="Handel the last"), "1")
    an_order(number="2", customer_reference="handel")

    response = client.get(LIST, {"q": "handel"})

    assert numbers(response) == ["2"]
    assert "Many customers are called “handel”" in text_of(response)


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_the_list_costs_the_same_whatever_its_length(
    client, clerk, rows, django_assert_max_num_queries
):
    for number in range(rows):
        order = an_order(number=f"{number}")
        a_delivery(order)
        a_paper(order)
    client.get(LIST)

    # Session, person, two for the permissions, rows, icons, and a count where pages follow.
    with django_assert_max_num_queries(7):
        client.get(LIST)


def test_deliveries_open_in_their_row(client, clerk):
    order = an_order(number="10952")
    a_shipment(a_delivery(order, "80952-1"), number="60417")

    page = text_of(client.get(f"{LIST}?deliveries=10952"))

    assert "60417" in page
    assert 'href="/office/deliveries/80952-1.pdf"' not in page
    a_paper(order, "delivery_note", delivery=order.deliveries.get())
    assert 'href="/office/deliveries/80952-1.pdf"' in text_of(
        client.get(f"{LIST}?deliveries=10952")
    )


def test_the_export_holds_all_customers(client, clerk):
    an_order(a_customer(number="10001"), "1")
    an_order(a_customer(number="10002"), "2", ordered_at=NOON - timedelta(days=1))

    lines = b"".join(client.get("/office/orders/export.csv?q=1")).decode().split("\r\n")

    assert [line.split(",")[0] for line in lines] == ["\ufeffOrder", "1", ""]


@pytest.mark.parametrize("address", [LIST, "/office/orders/export.csv", "/office/orders/10952/"])
def test_the_office_is_for_staff_with_the_permission(client, address):
    customer = a_customer()
    an_order(customer, "10952")
    client.force_login(a_member(customer, Section.ORDERS))
    member = client.get(address)
    client.force_login(a_clerk())
    clerk = client.get(address)

    assert (member.status_code, clerk.status_code) == (404, 403)


@pytest.mark.parametrize(
    ("customer", "found"),
    [("10001", ["1"]), ("100", ["2", "1"]), ("alfreds", ["1"]), ("nobody", []), ("7", [])],
)
def test_the_list_can_be_asked_for_one_customer(client, clerk, customer, found):
    an_order(a_customer("10001", name="Alfreds"), "1")
    an_order(a_customer("100012", name="Ernst"), "2", ordered_at=NOON + timedelta(hours=1))

    response = client.get(LIST, {"customer": customer})

    assert numbers(response) == found
    assert response.context["listing"].chips[0][0] == f"Customer: {customer}"


def test_the_export_is_of_the_customer_that_was_asked_for(client, clerk):
    an_order(a_customer("10001"), "1")
    an_order(a_customer("10002"), "2")
    export = client.get(LIST, {"customer": "10001"}).context["export"]

    rows = b"".join(client.get(export).streaming_content).decode().splitlines()

    assert len(rows) == 2
