from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import caches

from accounts.models import Company
from accounts.sections import Section
from accounts.services import company, membership
from orders.models import Order
from tests.builders.accounts import a_customer, a_family, a_member
from tests.builders.orders import NOON, a_delivery, a_paper, a_shipment, an_order

pytestmark = pytest.mark.django_db

LIST = "/orders/"


@pytest.fixture
def customer():
    return a_customer(number="10001", name="Alfreds Futterkiste")


@pytest.fixture
def member(client, customer):
    user = a_member(customer, Section.ORDERS)
    client.force_login(user)
    return user


def numbers(response):
    return [row.number for row in response.context["rows"]]


def text_of(response):
    return response.content.decode()


def test_an_order_shows_everything_a_row_promises(client, member, customer):
    an_order(
        customer,
        "10952",
        customer_reference="4500-2247",
        ship_to_name="Ernst Handel",
        ship_to_city="Graz",
    )

    row = client.get(LIST).context["rows"][0]

    assert (row.number, row.href, row.reference) == ("10952", "/orders/10952/", "4500-2247")
    assert (row.customer_number, row.customer_name) == ("10001", "Alfreds Futterkiste")
    assert (row.day, row.ordered, row.ordered_at) == (
        "2026-11-16",
        "16 Nov 2026",
        "16 Nov 2026, 12:00",
    )
    assert (row.deliver_to, row.status, row.mark) == ("Ernst Handel, Graz", "Received", "wait")
    assert (row.papers, row.deliveries) == ("", "")


def test_the_icons_lead_to_papers_and_deliveries_that_there_are(client, member, customer):
    order = an_order(customer, "10952")
    a_paper(order)
    a_delivery(order, "80952-1")
    removed = an_order(customer, "10951", ordered_at=NOON - timedelta(days=1))
    a_paper(removed, removed_at=NOON)
    a_delivery(removed, removed_at=NOON)
    of_delivery = an_order(customer, "10950", ordered_at=NOON - timedelta(days=2))
    a_paper(of_delivery, "delivery_note", delivery=a_delivery(of_delivery))

    rows = client.get(LIST).context["rows"]

    assert [(row.papers, row.deliveries) for row in rows] == [
        ("/orders/10952/confirmation.pdf", "/orders/?deliveries=10952"),
        ("", ""),
        ("", "/orders/?deliveries=10950"),
    ]
    assert text_of(client.get(LIST)).count('aria-label="No documents available"') == 2


def test_the_list_holds_ten_and_leads_on(client, member, customer):
    for number in range(12):
        an_order(customer, f"{number}", ordered_at=NOON + timedelta(hours=number))

    first = client.get(LIST)
    second = client.get(first.context["listing"].older)

    assert numbers(first) == [f"{number}" for number in range(11, 1, -1)]
    assert numbers(second) == ["1", "0"]
    assert "12 orders" in text_of(first)


def test_the_list_is_of_the_active_customer_and_never_of_strangers(client, member, customer):
    an_order(customer, "mine")
    an_order(a_customer(), "foreign")
    an_order(customer, "removed", removed_at=NOON)
    other = a_customer()
    a_member(other, Section.ORDERS, user=member)
    an_order(other, "of my other customer")
    client.post("/customers/", {"customer": customer.reference})

    assert numbers(client.get(LIST)) == ["mine"]


def test_a_family_shows_the_customer_that_was_chosen(client):
    family = a_family()
    branch, head = a_customer(family=family), a_customer(family=family)
    client.force_login(a_member(head, Section.ORDERS, covers_family=True))
    an_order(branch, "of the branch")
    client.post("/customers/", {"customer": branch.reference})

    assert numbers(client.get(LIST)) == ["of the branch"]


def test_a_right_withdrawn_while_the_page_is_open_is_gone_at_once(client, member, customer):
    an_order(customer, "10952")
    page = client.get(LIST)
    membership.grant(
        user_id=member.pk, customer_id=customer.pk, sections=[Section.INVOICES], now=NOON
    )

    responses = [
        client.get(address, headers=headers)
        for address in (LIST, "/orders/export.csv", page.context["rows"][0].href)
        for headers in ({}, {"HX-Request": "true"})
    ]

    assert [response.status_code for response in responses] == [403] * 6
    assert not any(b"10952" in response.content for response in responses)


def test_the_drawer_tells_everything_about_a_delivery(client, member, customer):
    order = an_order(customer, "10952")
    delivery = a_delivery(order, "80952-1", method="Road, tail lift", terms="DAP Graz")
    a_paper(order, "delivery_note", delivery=delivery, number="80952-1")
    a_shipment(
        delivery,
        number="60417",
        forwarding_agent="Speedy Express",
        tracking_number="SPX 7719",
        tracking_url="https://speedy.example/t/7719",
        departed_at=NOON,
        net_weight="1152.000",
        gross_weight="1248.5",
        volume="5.760",
        packages=6,
        package_type="EUR pallets",
    )
    an_order(customer, "10951", ordered_at=NOON - timedelta(days=1))

    closed, opened = client.get(LIST), client.get(f"{LIST}?deliveries=10952")
    page = text_of(opened)

    assert "Delivery 80952-1" not in text_of(closed)
    for told in (
        "Delivery 80952-1",
        'href="/deliveries/80952-1.pdf"',
        "60417",
        "Speedy Express",
        "Road, tail lift",
        "DAP Graz",
        "16 Nov 2026, 12:00",
        'href="https://speedy.example/t/7719" target="_blank" rel="noopener noreferrer"',
        "SPX 7719",
        "1,152 kg",
        "1,248.5 kg",
        "5.76 m³",
        "6 EUR pallets",
    ):
        assert told in page
    assert [row.is_open for row in opened.context["rows"]] == [True, False]
    assert opened.context["rows"][0].deliveries == LIST


def test_two_orders_of_one_number_each_open_with_their_own_deliveries(client, member, customer):
    for source, shipment in (("erp", "60001"), ("old", "60002")):
        order = an_order(customer, "10952", source=source)
        a_shipment(a_delivery(order, "80952-1"), number=shipment)

    page = text_of(client.get(f"{LIST}?deliveries=10952"))

    assert page.count("60001") == 1
    assert page.count("60002") == 1


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "http://[", "ftp://x/", ""]
)
def test_a_tracking_address_that_is_none_is_not_a_link(client, member, customer, url):
    shipment = a_shipment(
        a_delivery(an_order(customer, "10952")), tracking_number="SPX 7719", tracking_url=url
    )

    page = text_of(client.get(f"{LIST}?deliveries=10952"))

    assert shipment.tracking_link == ""
    assert "SPX 7719" in page
    assert "Track SPX" not in page
    assert url == "" or f'"{url}' not in page


def test_opening_a_drawer_of_nothing_shows_the_list(client, member, customer):
    an_order(customer, "10952")

    for number in ("10952", "nonsense", "\x00", "' OR 1=1"):
        response = client.get(LIST, {"deliveries": number})
        assert [row.is_open for row in response.context["rows"]] == [False]


def test_nothing_yet_and_nothing_found_are_told_apart(client, member, customer):
    empty = text_of(client.get(LIST))
    an_order(customer, "10952")
    not_found = text_of(client.get(f"{LIST}?q=99999"))
    left_out = client.get(f"{LIST}?date_from=2026-02-31")

    assert "No orders yet" in empty
    assert "No order matches" in not_found
    assert f'<a class="btn" href="{LIST}">Clear all filters</a>' in not_found
    assert "“2026-02-31” is not a day and was left out." in text_of(left_out)
    assert numbers(left_out) == ["10952"]


def test_the_fragment_for_htmx_is_the_very_part_of_the_page(client, member, customer):
    for number in range(12):
        an_order(customer, f"{number}", ordered_at=NOON + timedelta(hours=number))
    a_delivery(Order.objects.get(number="11"))
    address = f"{LIST}?status=open&deliveries=11"

    page = client.get(address)
    fragment = client.get(address, headers={"HX-Request": "true"})

    assert text_of(fragment).strip().startswith('<div id="results"')
    assert text_of(fragment).strip() in text_of(page)
    assert "HX-Request" in page["Vary"]
    assert "HX-Request" in fragment["Vary"]


def test_going_back_gets_the_whole_page(client, member, customer):
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}

    assert "<!doctype html>" in text_of(client.get(LIST, headers=headers))


@pytest.mark.parametrize("rows", [1, 3, 12])
@pytest.mark.parametrize("query", ["", "?q=100", "?status=open&date_from=2026-01-01"])
def test_the_list_costs_at_most_six_queries(
    client, member, customer, rows, query, django_assert_max_num_queries
):
    for number in range(rows):
        order = an_order(customer, f"1{number:03}")
        a_delivery(order)
        a_paper(order)
    client.get(LIST)

    with django_assert_max_num_queries(6):
        assert len(client.get(f"{LIST}{query}").context["rows"]) == min(rows, 10)


def test_numbers_of_every_kind_lead_to_their_pages(client, member, customer):
    names = ["2026/15", "A B", "ä#1?", "100%", "..;x", "x" * 40, "'\"<b>"]
    for position, number in enumerate(names):
        an_order(customer, number, ordered_at=NOON - timedelta(hours=position))

    rows = client.get(LIST).context["rows"]

    assert [row.number for row in rows] == names
    for row in rows:
        assert client.get(row.href).context["order"].number == row.number
    assert "&#x27;&quot;&lt;b&gt;" in text_of(client.get(LIST))


def test_the_export_holds_every_row_of_the_filter_as_machines_read_it(client, member, customer):
    for number in range(12):
        an_order(customer, f"{number}", ordered_at=NOON + timedelta(hours=number))
    an_order(
        customer,
        "12",
        ordered_at=NOON + timedelta(days=1),
        customer_reference="=cmd()",
        net="-10",
        vat="-2.55",
        status="delivered",
        invoicing="fully",
        requested_on="2026-11-30",
        ship_to_name="Käse, Brot",
    )

    page = client.get(f"{LIST}?status=all")
    everything = b"".join(client.get(page.context["export"])).decode()
    done = b"".join(client.get("/orders/export.csv?status=invoiced&sort=oldest")).decode()

    assert everything.count("\r\n") == 14
    assert done == (
        "\ufeffOrder,PO / reference,Customer number,Customer,Ordered,Requested for,Status,"
        "Invoicing,Currency,Net,VAT,Total,Deliver to,Street,Postal code,City,Country,"
        "Delivery method,Delivery terms\r\n"
        "12,'=cmd(),10001,Alfreds Futterkiste,2026-11-17,2026-11-30,delivered,fully,EUR,"
        '-10.000,-2.550,-12.550,"Käse, Brot",,,,,,\r\n'
    )


def test_days_are_those_of_the_company_in_the_list_and_in_its_export(client, member, customer):
    company.keep(company=Company(name="Northwind", time_zone="America/New_York"))
    caches["process"].clear()
    an_order(customer, "10952", ordered_at=datetime(2026, 11, 17, 3, tzinfo=UTC))

    row = client.get(LIST).context["rows"][0]
    found = client.get(f"{LIST}?date_from=2026-11-16&date_to=2026-11-16")
    export = b"".join(client.get("/orders/export.csv?date_to=2026-11-16")).decode()

    assert (row.day, row.ordered_at) == ("2026-11-16", "16 Nov 2026, 22:00")
    assert numbers(found) == ["10952"]
    assert ",2026-11-16," in export


def test_an_export_is_read_in_batches(client, member, customer, django_assert_num_queries):
    for number in range(5):
        an_order(customer, f"{number}")
    client.get(LIST)

    with django_assert_num_queries(4):
        b"".join(client.get("/orders/export.csv"))


def test_the_list_speaks_the_readers_language(client, customer):
    client.force_login(a_member(customer, Section.ORDERS, language="de"))
    an_order(customer, "10952")

    row = client.get(LIST).context["rows"][0]

    assert row.ordered == "16.11.2026"


def test_only_reading_is_possible(client, member):
    assert client.post(LIST).status_code == 405
    assert client.head(LIST).status_code == 200
