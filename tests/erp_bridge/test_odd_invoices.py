"""Invoices as ERPs really send them, from their record to the member's page and paper."""

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from pypdf import PdfReader

from accounts.models import Customer
from accounts.sections import Section
from erp_bridge import fetching
from erp_bridge.ports import Feed
from invoices.models import Invoice, InvoiceDocument
from invoices.services import papers
from tests.builders.accounts import a_member
from tests.builders.erp_bridge import (
    NOON,
    a_connection,
    a_customer_record,
    a_document_record,
    an_invoice_line_record,
    an_invoice_record,
)
from tests.erp_bridge.scripted import Clock, ScriptedErp, read

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(minutes=5)


@pytest.fixture
def connector():
    return ScriptedErp(a_customer_record("C1", language="en"))


@pytest.fixture
def member(client, connector):
    """A member of the ERP's customer, once it has been read."""
    erp = a_connection()
    read(erp, connector)
    client.force_login(a_member(Customer.objects.get(), Section.INVOICES, language="en"))
    return erp


def sends(erp, connector, *records):
    connector.put(*records)
    assert read(erp, connector)


def paper_of(client, number="300412", **query):
    """What the member's PDF says, once the worker has printed it."""
    address = f"/invoices/{number}.pdf"
    client.get(address, query)
    papers.print_wanted(clock=Clock())
    response = client.get(address, query)
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    return [page.extract_text() for page in PdfReader(io.BytesIO(b"".join(response))).pages]


def an_odd_one(**fields):
    return an_invoice_record("I1", number="300412", **fields)


@pytest.mark.parametrize(
    ("record", "on_page", "on_paper"),
    [
        pytest.param(an_odd_one(), "12.55", "12.55 EUR", id="without an order"),
        pytest.param(
            an_odd_one(order_id="O9", order_number="10999"), "10999", "10999", id="unknown order"
        ),
        pytest.param(an_odd_one(lines=()), "has no lines", "12.55 EUR", id="no lines"),
        pytest.param(an_odd_one(currency="USD"), "12.55\xa0USD", "12.55 USD", id="foreign"),
        pytest.param(
            an_odd_one(
                currency="JPY",
                net_amount=Decimal(1000),
                vat_amount=Decimal(255),
                gross_amount=Decimal(1255),
                open_amount=Decimal(1255),
                lines=(an_invoice_line_record(net_amount=Decimal(1000)),),
            ),
            "1,255\xa0JPY",
            "1,255 JPY",
            id="no decimals",
        ),
    ],
)
def test_an_odd_invoice_has_a_row_a_page_and_a_paper(
    client, member, connector, record, on_page, on_paper
):
    sends(member, connector, record)

    assert [row.number for row in client.get("/invoices/").context["rows"]] == ["300412"]
    assert on_page in client.get("/invoices/300412/").text
    assert on_paper in paper_of(client)[0].replace("\xa0", " ")


def test_an_invoice_of_three_hundred_lines_has_them_all_on_page_and_paper(
    client, member, connector
):
    lines = tuple(
        an_invoice_line_record(position, description=f"Goods number {position}.")
        for position in range(1, 301)
    )
    amounts = {"net_amount": Decimal(3000), "vat_amount": Decimal(765)}
    total = {"gross_amount": Decimal(3765), "open_amount": Decimal(3765)}
    sends(member, connector, an_odd_one(lines=lines, **amounts, **total))

    page, sheets = client.get("/invoices/300412/").text, paper_of(client)

    assert page.count("Goods number ") == 300
    assert "".join(sheets).count("Goods number ") == 300
    assert "3,765.00 EUR" in sheets[-1].replace("\xa0", " ")


def test_two_invoices_of_one_number_have_a_paper_each(client, member, connector):
    sends(
        member,
        connector,
        an_odd_one(customer_reference="first"),
        an_invoice_record("I2", number="300412", customer_reference="second"),
    )

    asked = client.get("/invoices/300412/")
    said = [paper_of(client, id=invoice.pk)[0] for invoice in Invoice.objects.order_by("pk")]

    assert "Which invoice do you mean?" in asked.text
    assert [["first" in text, "second" in text] for text in said] == [
        [True, False],
        [False, True],
    ]


def test_an_amount_that_the_erp_changes_makes_a_new_version_and_keeps_the_old_one(
    client, member, connector
):
    sends(member, connector, an_odd_one())
    before = paper_of(client)[0]
    amounts = {"net_amount": Decimal(20), "vat_amount": Decimal("5.10")}
    total = {"gross_amount": Decimal("25.10"), "open_amount": Decimal("25.10")}
    sends(member, connector, an_odd_one(at=LATER, **amounts, **total))

    after = paper_of(client)[0]
    _newest, older = client.get("/invoices/300412/").context["documents"]
    kept = PdfReader(io.BytesIO(b"".join(client.get(older.href)))).pages[0].extract_text()

    assert ["25.10" in text for text in (before, after)] == [False, True]
    assert kept == before


@pytest.mark.parametrize("content", [b"<html>busy</html>", b""])
def test_a_document_of_the_erp_that_comes_broken_or_not_at_all_is_told(
    client, member, connector, content
):
    sends(
        member,
        connector,
        an_odd_one(),
        a_document_record("X1", about=Feed.INVOICES, about_id="I1", kind="invoice"),
    )
    if content:
        connector.files["X1"] = content

    waiting = client.get("/invoices/300412.pdf")
    fetching.fetch_documents(connect=lambda _erp: connector, clock=Clock())
    failed = client.get("/invoices/300412.pdf")

    assert (waiting.status_code, failed.status_code) == (202, 502)
    assert "This document could not be fetched." in failed.text
    assert InvoiceDocument.objects.get().failure
