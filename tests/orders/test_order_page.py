from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.sections import Section
from tests.builders.accounts import a_clerk, a_customer, a_member, a_superuser, a_user
from tests.builders.invoices import an_invoice
from tests.builders.orders import (
    NOON,
    a_delivery,
    a_line,
    a_paper,
    a_shipment,
    an_event,
    an_order,
)

pytestmark = pytest.mark.django_db

PAGE = "/orders/10952/"


@pytest.fixture
def customer():
    return a_customer(number="10001", name="Alfreds Futterkiste")


@pytest.fixture
def member(client, customer):
    user = a_member(customer, Section.ORDERS)
    client.force_login(user)
    return user


def text_of(response):
    return response.content.decode()


def test_the_page_tells_everything_there_is_to_tell(client, member, customer):
    order = an_order(
        customer,
        "10952",
        net="1305.02",
        vat="247.95",
        status="departed",
        customer_reference="4500-2247",
        payer=a_customer(number="10099", name="Alfreds Holding"),
        requested_on="2026-11-23",
        ship_to_name="Ernst Handel",
        ship_to_street="Kirchgasse 6",
        ship_to_postal_code="8010",
        ship_to_city="Graz",
        ship_to_country="AT",
        delivery_terms="DAP Graz",
        note="Ring the bell\nTwice",
    )
    an_event(order, "received")
    an_event(order, "departed", NOON + timedelta(days=1), detail="Speedy Express")
    a_line(
        order,
        net="1116.00",
        vat_rate="19",
        description="Road freight",
        product_number="RF-1",
        quantity="6",
        unit="pallets",
        unit_price="186",
    )
    a_line(order, net="189.02", vat_rate="19", description="Surcharge", unit_price="0.0375")
    delivery = a_delivery(order, "80952-1")
    a_shipment(delivery, number="60417", tracking_url="https://speedy.example/7719")
    confirmation = a_paper(order, issued_at=NOON, size=52_000)
    a_paper(order, "delivery_note", delivery=delivery, number="80952-1")

    response = client.get(PAGE)
    page = text_of(response)

    for told in (
        "Order 10952",
        'data-kind="go">Departed',
        "10001 Alfreds Futterkiste",
        "PO 4500-2247",
        "16 Nov 2026, 12:00",
        "ERP · Speedy Express",
        "Road freight",
        "RF-1",
        "6 pallets",
        "186.00",
        "0.0375",
        "19 %",
        "1,116.00",
        "1,305.02",
        "VAT 19 %",
        "247.95",
        "Total EUR",
        "1,552.97",
        "Delivery 80952-1",
        "60417",
        "Kirchgasse 6",
        "8010 Graz",
        "DAP Graz",
        "Alfreds Holding, 10099",
        "Ring the bell<br>Twice",
        f'href="/orders/10952/documents/{confirmation.pk}/"',
        "Order confirmation 10952",
        "16 Nov 2026",
        "Delivery note 80952-1",
        "No data from the ERP yet",
    ):
        assert told in page
    assert response.context["tracking"] == "https://speedy.example/7719"


def test_one_order_has_one_number_everywhere(client, member, customer):
    an_order(customer, "10952")

    assert client.get("/orders/10952").headers["Location"] == PAGE
    assert client.get("/orders/").context["rows"][0].href == PAGE


def test_an_order_of_another_customer_of_mine_opens_and_names_its_customer(
    client, member, customer
):
    other = a_customer(number="10020", name="Ernst Handel")
    a_member(other, Section.ORDERS, user=member)
    client.post("/customers/", {"customer": customer.reference})
    an_order(other, "10952")

    page = text_of(client.get(PAGE))

    assert "10020 Ernst Handel" in page
    assert "Alfreds Futterkiste" in page


@pytest.mark.parametrize(
    "address",
    [
        "",
        "documents/1/",
        "confirmation.pdf",
    ],
)
def test_unknown_foreign_and_removed_orders_look_the_same(client, member, customer, address):
    foreign = a_paper(an_order(number="foreign"))
    removed = a_paper(an_order(customer, "removed", removed_at=NOON))
    addresses = [
        f"/orders/{number}/{address.replace('1', f'{key}')}"
        for number, key in (
            ("unknown", foreign.pk),
            ("foreign", foreign.pk),
            ("removed", removed.pk),
        )
    ]

    assert [client.get(address).status_code for address in addresses] == [404, 404, 404]


@pytest.mark.parametrize(
    "number", ["%00", "x" * 5000, "%F0%9F%9A%9A", "..%2F..%2Fetc", "'--", "1%0a2"]
)
def test_numbers_that_are_none_are_unknown(client, member, number):
    assert client.get(f"/orders/{number}/").status_code == 404


def test_without_the_section_the_page_says_whom_to_ask(client, customer):
    client.force_login(a_member(customer, Section.INVOICES))
    admin = a_member(customer, is_admin=True, first_name="Ana", last_name="Trujillo")
    order = an_order(customer, "10952")
    paper = a_paper(order)
    delivery = a_delivery(order, "80952-1")

    addresses = [
        PAGE,
        f"{PAGE}confirmation.pdf",
        f"{PAGE}documents/{paper.pk}/",
        f"/deliveries/{delivery.number}.pdf",
    ]
    responses = [client.get(address) for address in addresses]

    assert [response.status_code for response in responses] == [403] * 4
    assert all(admin.email in text_of(response) for response in responses)


def test_a_person_without_any_customer_finds_nothing(client):
    client.force_login(a_user())
    an_order(number="10952")

    assert client.get(PAGE).status_code == 404


def test_two_orders_of_one_number_are_asked_about(client, member, customer):
    an_order(
        customer, "10952", source="old", ordered_at=NOON - timedelta(days=400), net="1", vat="0"
    )
    an_order(customer, "10952", source="erp", net="2", vat="0")
    an_order(number="10952", source="third")

    asked = client.get(PAGE)
    old = client.get(f"{PAGE}?source=old")
    again = client.get(f"{PAGE}?source=third")

    assert "Which order do you mean?" in text_of(asked)
    assert 'href="?source=old"' in text_of(asked)
    assert 'href="?source=erp"' in text_of(asked)
    assert "third" not in text_of(asked)
    assert old.context["order"].gross_amount == Decimal(1)
    assert "Which order do you mean?" in text_of(again)


@pytest.mark.parametrize(
    ("vat", "lines", "vats"),
    [
        ("44.50", [("100", "25.5"), ("100", "19")], [("19", "19.00"), ("25.5", "25.50")]),
        ("0", [("100", "0"), ("100", "0")], [("0", "0.00")]),
        (
            "0.02",
            [("0.02", "25.5"), ("0.02", "25.5"), ("199.96", "0")],
            [("0", "0"), ("25.5", "0.02")],
        ),
        ("50", [("100", "25.5")], []),
        ("25.50", [], []),
        ("-25.50", [("-100", "25.5")], [("25.5", "-25.50")]),
    ],
)
def test_vat_is_told_by_rate_only_where_the_lines_explain_it(
    client, member, customer, vat, lines, vats
):
    net = sum((Decimal(net) for net, _rate in lines), Decimal(0))
    order = an_order(customer, "10952", net=str(net), vat=vat)
    for line_net, rate in lines:
        a_line(order, net=line_net, vat_rate=rate)

    shown = [(line.rate, line.amount) for line in client.get(PAGE).context["vats"]]

    assert shown == [(Decimal(rate), Decimal(amount)) for rate, amount in vats]


def test_an_order_without_lines_says_so(client, member, customer):
    an_order(customer, "10952", net="0", vat="0")

    page = text_of(client.get(PAGE))

    assert "This order has no lines." in page
    assert "No delivery yet" in page
    assert "No documents available" in page
    assert "No delivery address" in page


def test_an_order_of_three_hundred_lines_costs_what_one_of_one_does(
    client, member, customer, django_assert_max_num_queries
):
    order = an_order(customer, "10952", net="300", vat="0")
    for _ in range(300):
        a_line(order, net="1", vat_rate="0", description="Long " * 90)
    client.get(PAGE)

    with django_assert_max_num_queries(12):
        response = client.get(PAGE)

    assert len(response.context["lines"]) == 300


@pytest.mark.parametrize("count", [1, 3])
def test_deliveries_cost_the_same_whatever_their_number(
    client, member, customer, count, django_assert_num_queries
):
    order = an_order(customer, "10952")
    for _ in range(count):
        delivery = a_delivery(order)
        a_shipment(delivery)
        a_shipment(delivery)
        a_paper(order, "delivery_note", delivery=delivery)
    client.get(PAGE)

    with django_assert_num_queries(12):
        client.get(PAGE)


def test_what_the_erp_sends_is_shown_as_text(client, member, customer):
    order = an_order(
        customer, "10952", customer_reference="<script>alert(1)</script>", note="<img src=x>"
    )
    a_line(order, description="<b>bold</b>")
    an_event(order, "received", detail="<i>")

    page = text_of(client.get(PAGE))

    for raw, shown in (
        ("<script>alert", "&lt;script&gt;alert"),
        ("<img src=x>", "&lt;img src=x&gt;"),
        ("<b>bold", "&lt;b&gt;bold"),
        ("<i>", "&lt;i&gt;"),
    ):
        assert (raw in page, shown in page) == (False, True), raw


def test_invoices_are_named_to_those_who_may_see_invoices(client, member, customer):
    order = an_order(customer, "10952")
    an_invoice(customer, "300398", order=order)
    an_invoice(customer, "300399", order=order, removed_at=NOON)
    without = text_of(client.get(PAGE))
    a_member(customer, Section.ORDERS, Section.INVOICES, user=member)

    page = text_of(client.get(PAGE))

    assert "300398" not in without
    assert "300398" in page
    assert "300399" not in page


def test_the_office_opens_every_order_and_sees_what_the_erp_removed(client):
    client.force_login(a_superuser())
    order = an_order(number="10952", removed_at=NOON)
    an_invoice(order.customer, "300398", order=order)

    page = text_of(client.get("/office/orders/10952/"))

    assert "Removed in the ERP" in page
    assert "300398" in page
    assert client.get("/office/orders/unknown/").status_code == 404


def test_the_office_page_needs_its_permission(client, member):
    an_order(number="10952")
    stranger = client.get("/office/orders/10952/")
    client.force_login(a_clerk())

    assert stranger.status_code == 404
    assert client.get("/office/orders/10952/").status_code == 403
