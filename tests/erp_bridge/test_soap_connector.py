"""The SOAP connector beside scripted peers: good rows, bad rows, and servers that misbehave."""

import base64
import gzip
import logging
import time
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from erp_bridge import ports
from erp_bridge.connectors.soap import mapping
from erp_bridge.connectors.soap.connector import SoapConnector
from erp_bridge.ports import Feed, Position, Rejected, Unavailable
from tests.builders.soap import (
    ABSENT,
    a_fault,
    a_line,
    a_page,
    a_plain_fault,
    a_row,
    an_answer,
    an_envelope,
)
from tests.peers import a_peer, http_answer, saying, silent

LISTS = {
    Feed.CUSTOMERS: "ListCustomers",
    Feed.ADDRESSES: "ListAddresses",
    Feed.PRODUCTS: "ListProducts",
    Feed.ORDERS: "ListOrders",
    Feed.DELIVERIES: "ListDeliveries",
    Feed.INVOICES: "ListInvoices",
    Feed.SETTLEMENTS: "ListSettlements",
    Feed.DOCUMENTS: "ListDocuments",
    Feed.DELETIONS: "ListDeletions",
}
STAMP = datetime(2026, 3, 1, 9, 30, 0, 1, tzinfo=UTC)


def a_connector(peer, **changes):
    return SoapConnector(**{"url": peer.url, "timeout_seconds": 10, **changes})


def listing(body, *, feed=Feed.ORDERS, after=None, limit=10, **answer):
    with a_peer(saying(http_answer(body, **answer))) as peer:
        return a_connector(peer).list_changed(feed, after=after, limit=limit)


def rows_of(feed, *rows):
    return listing(a_page(LISTS[feed], *rows), feed=feed)


def reasons_for(feed, element, **changes):
    good = a_row(element, Id="X-2")
    page = rows_of(feed, a_row(element, **changes), good)
    assert [record.remote_id for record in page.records] == ["X-2"]
    [unreadable] = page.unreadable
    return unreadable.reason


# Requests


def test_a_listing_asks_by_the_contract():
    with a_peer(saying(http_answer(a_page("ListOrders")))) as peer:
        a_connector(peer, username="portal", password="secret").list_changed(
            Feed.ORDERS, after=Position(changed_at=STAMP, remote_id="O&1"), limit=5000
        )

    head, _, body = peer.requests[0].partition(b"\r\n\r\n")
    assert b'SOAPAction: "urn:portico:erp:1:ListOrders"' in head
    assert b"Content-Type: text/xml; charset=utf-8" in head
    assert b"Authorization: Basic cG9ydGFsOnNlY3JldA==" in head
    assert b">2026-03-01T09:30:00.000001Z</" in body
    assert b">O&amp;1</" in body
    assert b">1000</" in body


def test_the_start_of_a_stamp_is_asked_for_without_an_id():
    with a_peer(saying(http_answer(a_page("ListOrders")))) as peer:
        a_connector(peer).list_changed(Feed.ORDERS, after=Position(changed_at=STAMP), limit=10)

    assert b"AfterChangedAt" in peer.requests[0]
    assert b"AfterId" not in peer.requests[0]


def test_the_first_page_is_asked_for_without_a_position():
    with a_peer(saying(http_answer(a_page("ListOrders")))) as peer:
        a_connector(peer).list_changed(Feed.ORDERS, after=None, limit=10)

    assert b"After" not in peer.requests[0]


@pytest.mark.parametrize(
    ("asked", "sent"),
    [({"remote_id": "O-1"}, b"Id>O-1</"), ({"number": "10248"}, b"Number>10248</")],
)
def test_a_record_is_asked_for_by_its_id_or_its_number(asked, sent):
    answer = an_answer("GetOrder", f"<Found>{a_row('Order')}</Found>")
    with a_peer(saying(http_answer(answer))) as peer:
        page = a_connector(peer).get(Feed.ORDERS, **asked)

    assert sent in peer.requests[0]
    assert [record.number for record in page.records] == ["1001"]
    assert (page.next, page.total) == (None, None)


def test_what_xml_cannot_carry_is_not_asked_for():
    with a_peer(silent) as peer, pytest.raises(Rejected, match="control characters"):
        a_connector(peer).get(Feed.ORDERS, number="10\x00248")

    assert peer.connections == 0


def test_a_ping_tells_who_answers_and_when():
    answer = an_answer(
        "Ping",
        "<Pong><System>Demo</System><Version>1</Version>"
        "<Time>2026-03-01T11:30:00.000001+02:00</Time></Pong>",
    )
    with a_peer(saying(http_answer(answer))) as peer:
        pong = a_connector(peer).ping()

    assert pong == ports.Pong(system="Demo", version="1", time=STAMP)


def test_a_document_comes_as_bytes():
    content = bytes(range(256)) * 50_000
    packed = base64.encodebytes(content).decode()
    answer = an_answer(
        "GetDocument",
        f"<File><Name>a.pdf</Name><MediaType>application/pdf</MediaType>"
        f"<Content>{packed}</Content></File>",
    )
    with a_peer(saying(http_answer(answer))) as peer:
        file = a_connector(peer).fetch_document("D-1")

    assert file == ports.DocumentFile(name="a.pdf", media_type="application/pdf", content=content)


# Rows


def test_an_order_is_read_whole():
    page = rows_of(
        Feed.ORDERS,
        a_row(
            "Order",
            Key="0B1F0A4E-8B43-4E0F-9C1B-2A7C6B1C9D10",
            PayerId="C-2",
            CustomerReference="  PO\n 77 ",
            RequestedOn="2026-03-09",
            ConfirmedAt="2026-03-01T09:30:00Z",
            Note="first\nsecond",
            ShipTo={"Name": "Königlich Essen", "City": "Brandenburg", "Country": "DE"},
            Line=[a_line(), a_line(Position="2", Quantity="-0.500", DiscountPercent="5")],
        ),
    )

    first = {
        "position": 1,
        "product_id": "P-11",
        "description": "Queso Cabrales",
        "quantity": Decimal(12),
        "unit_price": Decimal(14),
        "net_amount": Decimal(168),
    }
    second = {
        **first,
        "position": 2,
        "quantity": Decimal("-0.5"),
        "discount_percent": Decimal(5),
    }
    assert page.unreadable == ()
    assert page.records == (
        ports.OrderRecord(
            remote_id="X-1",
            number="1001",
            changed_at=STAMP,
            key=UUID("0b1f0a4e-8b43-4e0f-9c1b-2a7c6b1c9d10"),
            customer_id="C-1",
            payer_id="C-2",
            customer_reference="PO 77",
            progress="confirmed",
            invoicing="none",
            ordered_at=datetime(2026, 2, 28, 8, tzinfo=UTC),
            requested_on=date(2026, 3, 9),
            confirmed_at=datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
            currency="EUR",
            net_amount=Decimal(168),
            vat_amount=Decimal("42.84"),
            gross_amount=Decimal("210.84"),
            note="first\nsecond",
            ship_to_name="Königlich Essen",
            ship_to_city="Brandenburg",
            ship_to_country="DE",
            lines=(ports.OrderLineRecord(**first), ports.OrderLineRecord(**second)),
        ),
    )


def test_a_customer_has_its_credit_in_one_piece():
    [customer] = rows_of(
        Feed.CUSTOMERS, a_row("Customer", CreditLimit="5000.00", CreditUsed="-12.5")
    ).records

    assert customer.credit == ports.CreditStanding(limit=Decimal(5000), used=Decimal("-12.5"))


def test_a_delivery_has_its_shipments():
    shipments = [{"Number": "S-1", "Packages": "3"}, {"Number": "S-1", "Volume": "0.125"}]
    [delivery] = rows_of(Feed.DELIVERIES, a_row("Delivery", Shipment=shipments)).records

    assert delivery.shipments == (
        ports.ShipmentRecord(number="S-1", packages=3),
        ports.ShipmentRecord(number="S-1", volume=Decimal("0.125")),
    )


@pytest.mark.parametrize("feed", Feed)
def test_the_least_that_a_row_must_have_is_enough(feed):
    [record] = rows_of(feed, a_row(mapping.ELEMENT_OF_FEED[feed])).records

    assert isinstance(record, ports.TYPE_OF_RECORD[feed])
    assert (record.remote_id, record.number, record.changed_at) == ("X-1", "1001", STAMP)


@pytest.mark.parametrize("feed", Feed)
@pytest.mark.parametrize("field", ["Id", "Number", "ChangedAt"])
def test_no_row_goes_without_its_head(feed, field):
    element = mapping.ELEMENT_OF_FEED[feed]

    assert reasons_for(feed, element, **{field: ABSENT}) == f"{field} is missing"
    assert reasons_for(feed, element, **{field: "  "}) == f"{field} is empty"


@pytest.mark.parametrize(
    ("feed", "element", "changes", "reason"),
    [
        (
            Feed.CUSTOMERS,
            "Customer",
            {"Name": "A" * 5000},
            f"Name “{'A' * 60}…” has 5,000 characters; 255 are allowed",
        ),
        (
            Feed.CUSTOMERS,
            "Customer",
            {"Name": "Alfreds\x85Futterkiste"},
            "Name “Alfreds\ufffdFutterkiste” holds control characters",
        ),
        (
            Feed.CUSTOMERS,
            "Customer",
            {"IsBlocked": "maybe"},
            "IsBlocked “maybe” is neither true nor false",
        ),
        (
            Feed.CUSTOMERS,
            "Customer",
            {"Country": "Finland", "Language": "FI", "Currency": "€"},
            "Country “Finland” is not a country's two capital letters; Language “FI” is not a"
            " language's two small letters; Currency “€” is not a currency's three capital letters",
        ),
        (
            Feed.CUSTOMERS,
            "Customer",
            {"Id": "C\t1", "Number": ABSENT},
            "Id “C 1” holds characters that a key cannot have; Number is missing",
        ),
        (
            Feed.ADDRESSES,
            "Address",
            {"Kind": "home", "CustomerId": "C" * 65},
            f"CustomerId “{'C' * 60}…” has 65 characters; 64 are allowed; Kind “home” is none of"
            " invoice, delivery, other",
        ),
        (
            Feed.PRODUCTS,
            "Product",
            {"UnitPrice": "1.00001", "VatRate": "100.5"},
            "UnitPrice “1.00001” has more than 4 decimals; VatRate “100.5” is more than 100",
        ),
        (
            Feed.ORDERS,
            "Order",
            {"Progress": "lost", "Key": "1"},
            "Progress “lost” is none of entered, confirmed, planned, departed, delivered,"
            " cancelled; Key “1” is not a UUID",
        ),
        (
            Feed.ORDERS,
            "Order",
            {"OrderedAt": "2026-03-01T09:30:00"},
            "OrderedAt “2026-03-01T09:30:00” does not tell its offset from UTC",
        ),
        (
            Feed.ORDERS,
            "Order",
            {"OrderedAt": "yesterday", "RequestedOn": "2026-02-30"},
            "OrderedAt “yesterday” is not a moment such as 2026-01-31T09:30:00Z; RequestedOn"
            " “2026-02-30” is no day of the calendar",
        ),
        (
            Feed.ORDERS,
            "Order",
            {"OrderedAt": "1899-12-31T00:00:00Z", "PlannedAt": "2026-01-01T25:00:00Z"},
            "OrderedAt “1899-12-31T00:00:00Z” is not between the years 1900 and 2199; PlannedAt"
            " “2026-01-01T25:00:00Z” is no moment of the calendar",
        ),
        (
            Feed.ORDERS,
            "Order",
            {"RequestedOn": "0001-01-01", "ConfirmedAt": "2026-03-01T09:30:00.1234567Z"},
            "RequestedOn “0001-01-01” is not between the years 1900 and 2199; ConfirmedAt"
            " “2026-03-01T09:30:00.1234567Z” is not a moment such as 2026-01-31T09:30:00Z",
        ),
        (
            Feed.ORDERS,
            "Order",
            {"NetAmount": "NaN", "VatAmount": "-INF", "GrossAmount": "1e3"},
            "NetAmount “NaN” is not a decimal number; VatAmount “-INF” is not a decimal number;"
            " GrossAmount “1e3” is not a decimal number",
        ),
        (
            Feed.ORDERS,
            "Order",
            {"NetAmount": "9" * 5000, "VatAmount": "0.0001", "GrossAmount": "1,5"},
            f"NetAmount “{'9' * 60}…” has more than 15 digits; VatAmount “0.0001” has more than 3"
            " decimals; GrossAmount “1,5” is not a decimal number",
        ),
        (
            Feed.ORDERS,
            "Order",
            {"Line": [a_line(), a_line(Quantity="many", Position="0"), a_line(NetAmount=ABSENT)]},
            "Line 2: Position “0” is less than 1; Line 2: Quantity “many” is not a decimal number;"
            " Line 3: NetAmount is missing",
        ),
        (
            Feed.ORDERS,
            "Order",
            {"Line": [a_line(), a_line()]},
            "Line: Position 1 is there twice",
        ),
        (
            Feed.ORDERS,
            "Order",
            {"Line": ABSENT},
            "Line is missing, though NetAmount is 168.00",
        ),
        (
            Feed.ORDERS,
            "Order",
            {"ShipTo": {"City": "Reims", "Country": "fr"}},
            "Country “fr” is not a country's two capital letters; Name is missing",
        ),
        (
            Feed.ORDERS,
            "Order",
            {"Progress": ["entered", "confirmed"]},
            "Progress is there twice",
        ),
        (
            Feed.ORDERS,
            "Order",
            {"CustomerId": {"Number": "1"}},
            "CustomerId holds other elements where a value is expected",
        ),
        (
            Feed.DELIVERIES,
            "Delivery",
            {"Shipment": [{"Number": "1", "TrackingUrl": "javascript:alert(1)"}]},
            "Shipment 1: TrackingUrl “javascript:alert(1)” is not an http or https address",
        ),
        (
            Feed.DELIVERIES,
            "Delivery",
            {"Shipment": [{"Number": "1", "NetWeight": "-1", "Packages": "two"}]},
            "Shipment 1: NetWeight “-1” is less than 0; Shipment 1: Packages “two” is not a whole"
            " number between 0 and 2,147,483,647",
        ),
        (
            Feed.INVOICES,
            "Invoice",
            {"DueOn": "31.3.2026", "Line": [a_line(VatCategory="X")]},
            "DueOn “31.3.2026” is not a day such as 2026-01-31; Line 1: VatCategory “X” is none of"
            " S, K, G, E, Z",
        ),
        (
            Feed.SETTLEMENTS,
            "Settlement",
            {"Kind": "gift", "Amount": ""},
            "Kind “gift” is none of receipt, credit, write_off, refund; Amount is empty",
        ),
        (
            Feed.DOCUMENTS,
            "Document",
            {"About": "customers", "MediaType": "pdf"},
            "About “customers” is none of orders, deliveries, invoices; MediaType “pdf” is not a"
            " media type such as application/pdf",
        ),
        (
            Feed.DELETIONS,
            "Deletion",
            {"About": "deletions"},
            "About “deletions” is none of customers, addresses, products, orders, deliveries,"
            " invoices, settlements, documents",
        ),
    ],
)
def test_a_bad_row_is_told_in_plain_words_beside_the_good_ones(feed, element, changes, reason):
    assert reasons_for(feed, element, **changes) == reason


def test_a_bad_row_keeps_what_could_be_read_of_it_and_what_was_sent():
    [unreadable] = rows_of(Feed.ORDERS, a_row("Order", Progress="lost")).unreadable

    assert (unreadable.remote_id, unreadable.number, unreadable.changed_at) == (
        "X-1",
        "1001",
        STAMP,
    )
    assert ">lost</" in unreadable.raw


def test_a_very_bad_row_is_cut_to_a_sane_length():
    lines = [a_line(Quantity="x" * 500) for _ in range(200)]
    [unreadable] = rows_of(Feed.ORDERS, a_row("Order", Line=lines)).unreadable

    assert (len(unreadable.reason), len(unreadable.raw)) == (500, 4000)


def test_a_null_is_an_absent_value():
    null = '<{} xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"/>'
    row = (
        a_row("Order", CustomerReference="one", CustomerId="two")
        .replace("<CustomerReference>one</CustomerReference>", null.format("CustomerReference"))
        .replace("<CustomerId>two</CustomerId>", null.format("CustomerId"))
    )

    [unreadable] = rows_of(Feed.ORDERS, row).unreadable

    assert unreadable.reason == "CustomerId is empty"


@pytest.mark.parametrize("damage", [b"\x01", b"\x00", b"&#11;", b"\xe4"])
def test_characters_that_break_xml_spoil_their_row_and_no_other(damage):
    rows = a_row("Customer", Name="Q?", Id="X-9") + a_row("Customer")
    body = a_page("ListCustomers", rows).replace(b"Q?", b"Q" + damage)

    page = listing(body, feed=Feed.CUSTOMERS)

    assert [record.remote_id for record in page.records] == ["X-1"]
    assert [(bad.remote_id, bad.reason) for bad in page.unreadable] == [
        ("X-9", "Name “Q\ufffd” holds control characters")
    ]


def test_long_notes_are_cut_and_do_not_withhold_an_order():
    [order] = rows_of(
        Feed.ORDERS, a_row("Order", Note="n" * 4000, Line=[a_line(Description="d" * 4000)])
    ).records

    assert order.note == "n" * 1999 + "…"
    assert order.lines[0].description == "d" * 499 + "…"


def test_what_the_contract_does_not_know_is_passed_over():
    row = a_row("Customer").replace("<Name>", "<Shoe>42</Shoe><Name>")

    assert len(rows_of(Feed.CUSTOMERS, row).records) == 1


def test_rows_keep_the_order_and_the_repetitions_of_the_erp():
    page = rows_of(Feed.CUSTOMERS, *(a_row("Customer", Id=name) for name in ("b", "a", "b")))

    assert [record.remote_id for record in page.records] == ["b", "a", "b"]


# Pages


def test_a_page_tells_where_to_go_on():
    page = listing(
        a_page(
            "ListOrders",
            more="true",
            total=830,
            NextChangedAt="2026-03-01T10:30:00.000001+01:00",
            NextId="O-500",
        )
    )

    assert (page.next, page.total) == (Position(changed_at=STAMP, remote_id="O-500"), 830)


def test_the_last_page_leads_nowhere():
    page = listing(a_page("ListOrders", NextChangedAt="2026-03-01T09:30:00Z", NextId="O-500"))

    assert (page.next, page.total) == (None, 0)


@pytest.mark.parametrize(
    ("following", "words"),
    [
        ({"more": "true"}, "not where to go on"),
        ({"more": "perhaps"}, "More “perhaps” is neither true nor false"),
        ({"more": "true", "NextChangedAt": "soon"}, "NextChangedAt “soon” is not a moment"),
        ({"total": "some"}, "Total “some” is not a whole number"),
        ({"more": ABSENT}, "More is missing"),
    ],
)
def test_a_page_without_a_clear_end_is_not_used(following, words):
    with pytest.raises(Unavailable, match=words):
        listing(a_page("ListOrders", a_row("Order"), **following))


# Servers that misbehave

GOOD = a_page("ListOrders", a_row("Order"))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (GOOD[:-40], "cannot be read: not well-formed"),
        (b"", "cannot be read"),
        (GOOD.replace(b"<soap:Env", b"<!DOCTYPE a [<!ENTITY b 'c'>]><soap:Env", 1), "type declara"),
        (b"<html><body>Welcome</body></html>", "no SOAP message"),
        (an_envelope(""), "answer to ListOrders is not as agreed"),
        (a_page("ListInvoices"), "answer to ListOrders is not as agreed"),
        (an_answer("ListOrders", ""), "answer to ListOrders is not as agreed"),
        (an_envelope("<a>" * 300 + "</a>" * 300), "cannot be read"),
        (an_envelope("<a/>" * 600_000), "more than 500,000 elements"),
    ],
)
def test_an_answer_that_is_no_page_is_unavailable(body, words):
    with pytest.raises(Unavailable, match=words):
        listing(body)


def test_an_answer_in_another_encoding_is_read():
    body = a_page("ListCustomers", a_row("Customer", Name="Köln"))
    body = body.decode().replace('encoding="utf-8"', 'encoding="iso-8859-1"').encode("latin-1")

    [customer] = listing(body, feed=Feed.CUSTOMERS).records

    assert customer.name == "Köln"


@pytest.mark.parametrize("media_type", ["text/html; charset=utf-8", "application/json", ""])
def test_another_kind_of_answer_is_told_as_such(media_type):
    with pytest.raises(Unavailable, match="not with SOAP"):
        listing(GOOD, media_type=media_type)


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        ("301 Moved Permanently", Rejected, "leads elsewhere"),
        ("302 Found", Rejected, "redirects are not followed"),
        ("400 Bad Request", Rejected, "does not offer its service"),
        ("401 Unauthorized", Rejected, "refused the user name or password"),
        ("403 Forbidden", Rejected, "refused the user name or password"),
        ("404 Not Found", Rejected, "does not offer its service"),
        ("429 Too Many Requests", Unavailable, "cannot answer now"),
        ("500 Internal Server Error", Unavailable, "cannot answer now"),
        ("503 Service Unavailable", Unavailable, "cannot answer now"),
    ],
)
@pytest.mark.parametrize("body", [b"<html>", GOOD], ids=["no message", "a message"])
def test_a_status_tells_whose_turn_it_is(status, error, words, body):
    with pytest.raises(error, match=words):
        listing(body, status=status, headers=("Location: http://127.0.0.1:1/",))


@pytest.mark.parametrize("status", ["500 Internal Server Error", "200 OK"])
@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        (
            a_fault("ValidationFault", "Not valid.", issues=[("Limit", "too large"), ("A", "b")]),
            Rejected,
            r"The ERP refused: Not valid\.; Limit: too large; A: b",
        ),
        (a_fault("ConflictFault", "Taken."), Rejected, "The ERP refused: Taken"),
        (a_fault("NotFoundFault", "No such document."), Rejected, "No such document"),
        (
            a_fault("AuthenticationFault", "Who are you?"),
            Rejected,
            "refused the user name or password: Who are you?",
        ),
        (
            a_fault("UnavailableFault", "Month end.", blamed="soap:Server"),
            Unavailable,
            r"cannot answer now: Month end\.",
        ),
        (a_plain_fault("soap:Client", "Bad header"), Rejected, "The ERP refused: Bad header"),
        (a_plain_fault("soap:Server", "Out of memory"), Unavailable, "now: Out of memory"),
        (a_plain_fault("odd", "x" * 5000), Unavailable, "now: " + "x" * 200 + "…$"),
    ],
)
def test_a_fault_tells_whose_turn_it_is(fault, error, words, status):
    with pytest.raises(error, match=words):
        listing(fault, status=status)


def test_a_server_that_hangs_is_unavailable_in_time():
    with a_peer(silent) as peer:
        started = time.monotonic()
        with pytest.raises(Unavailable, match="did not answer within 1 seconds"):
            a_connector(peer, timeout_seconds=1).ping()

    assert time.monotonic() - started < 6


def test_a_server_that_drips_its_page_is_unavailable_in_time():
    def script(peer, connection):
        peer.read_request(connection)
        peer.drip(connection, http_answer(GOOD), every=0.02)

    with a_peer(script) as peer:
        started = time.monotonic()
        with pytest.raises(Unavailable, match="did not answer within 1 seconds"):
            a_connector(peer, timeout_seconds=1).list_changed(Feed.ORDERS, after=None, limit=1)

    assert time.monotonic() - started < 6


def test_an_answer_cut_off_in_the_middle_is_unavailable():
    with pytest.raises(Unavailable, match="broke off the connection"):
        listing(GOOD, length=len(GOOD) * 2)


def test_a_closed_port_is_unavailable():
    with a_peer(silent) as peer:
        pass

    with pytest.raises(Unavailable, match="refused the connection"):
        a_connector(peer).ping()


def test_a_bomb_is_unavailable():
    bomb = gzip.compress(b" " * 100_000_000)

    with pytest.raises(Unavailable, match="more than 28,000,000 bytes"):
        listing(bomb, headers=("Content-Encoding: gzip",))


@pytest.mark.parametrize("url", ["", "ftp://erp/", "http://user:h3ll0@erp/", "http://"])
def test_an_address_that_cannot_be_used_is_rejected_at_once(url):
    with pytest.raises(Rejected, match="address cannot be used") as caught:
        SoapConnector(url=url)

    assert "h3ll0" not in str(caught.value)


# Privacy


def test_nothing_that_is_logged_or_shown_holds_credentials_or_rows(caplog):
    caplog.set_level(logging.DEBUG)
    with a_peer(saying(http_answer(a_page("ListCustomers", a_row("Customer"))))) as peer:
        connector = a_connector(peer, username="portal-user", password="h3ll0-there")
        connector.list_changed(Feed.CUSTOMERS, after=None, limit=10)

    for secret in ("portal-user", "h3ll0", "cG9ydGFsLXVzZXI", "Futterkiste"):
        assert secret not in f"{caplog.text} {connector!r} {vars(connector)!r}"
