from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Permission

from tests.builders.accounts import a_clerk, a_customer, a_superuser
from tests.builders.invoices import NOON, an_invoice
from tests.builders.orders import an_order

pytestmark = pytest.mark.django_db

LIST = "/office/invoices/"


@pytest.fixture
def clerk(client):
    user = a_superuser()
    client.force_login(user)
    return user


def numbers(response):
    return [row.number for row in response.context["rows"]]


def test_the_office_sees_the_open_invoices_of_everybody_and_removed_ones(client, clerk):
    an_invoice(number="1", invoiced_on=date(2026, 11, 1))
    an_invoice(number="2", invoiced_on=date(2026, 11, 2), removed_at=NOON)
    an_invoice(number="3", invoiced_on=date(2026, 11, 3), open_amount="0")

    response = client.get(LIST)

    assert numbers(response) == ["2", "1"]
    assert b"Removed in the ERP" in response.content
    assert numbers(client.get(f"{LIST}?status=all")) == ["3", "2", "1"]


@pytest.mark.parametrize("text", ["300412", "4500-2180", "10001", "futterkiste"])
def test_an_invoice_is_found_by_itself_and_by_its_customer(client, clerk, text):
    customer = a_customer("10001", name="Alfreds Futterkiste")
    an_invoice(customer, "300412", customer_reference="4500-2180")
    an_invoice(number="777")

    assert numbers(client.get(LIST, {"q": text})) == ["300412"]


def test_the_list_holds_twenty_five_and_leads_on(client, clerk):
    for number in range(27):
        an_invoice(number=f"{number}", invoiced_on=date(2026, 1, 1) + timedelta(days=number))

    first = client.get(LIST)

    assert len(numbers(first)) == 25
    assert numbers(client.get(first.context["listing"].older)) == ["1", "0"]


def test_orders_are_links_for_whoever_may_see_them(client):
    customer = a_customer()
    an_invoice(customer, order=an_order(customer, "10835"), order_number="10835")
    reader = a_clerk()
    reader.user_permissions.add(Permission.objects.get(codename="view_invoice"))

    client.force_login(reader)
    without = client.get(LIST).context["rows"][0]
    reader.user_permissions.add(Permission.objects.get(codename="view_order"))
    client.force_login(type(reader).objects.get(pk=reader.pk))
    having = client.get(LIST).context["rows"][0]

    assert (without.order_number, without.order_href) == ("10835", "")
    assert having.order_href == "/office/orders/10835/"


def test_the_export_is_of_the_same_rows(client, clerk):
    an_invoice(number="open")
    an_invoice(number="paid", open_amount="0")

    rows = b"".join(client.get(f"{LIST}export.csv?status=paid")).decode().split("\r\n")

    assert [row.partition(",")[0] for row in rows[1:-1]] == ["paid"]


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_the_list_costs_at_most_six_queries(client, rows, django_assert_max_num_queries):
    reader = a_clerk()
    reader.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client.force_login(reader)
    for _ in range(rows):
        an_invoice()
    client.get(LIST)

    with django_assert_max_num_queries(6):
        assert len(client.get(LIST).context["rows"]) == min(rows, 25)


def test_the_list_can_be_asked_for_one_customer(client, clerk):
    an_invoice(a_customer("10001", name="Alfreds"), "1")
    an_invoice(a_customer("100012", name="Ernst"), "2")

    assert numbers(client.get(LIST, {"customer": "10001"})) == ["1"]
    assert numbers(client.get(LIST, {"customer": "ernst"})) == ["2"]
    assert numbers(client.get(LIST, {"customer": "nobody"})) == []
