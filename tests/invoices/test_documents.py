"""Opening the papers of invoices, as a member's browser does."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine

from accounts.models import Company, DocumentState
from accounts.sections import Section
from accounts.services import company, filing
from invoices.models import Invoice, InvoiceDocument
from invoices.services import papers
from tests.builders.accounts import a_customer, a_member, a_superuser
from tests.builders.invoices import NOON, an_invoice, an_invoice_document, an_invoice_line
from tests.builders.orders import PDF

pytestmark = pytest.mark.django_db

PAPER = "/invoices/300412.pdf"


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def customer():
    return a_customer()


@pytest.fixture
def member(client, customer):
    user = a_member(customer, Section.INVOICES)
    client.force_login(user)
    return user


@pytest.fixture
def invoice(customer):
    invoice = an_invoice(customer, "300412")
    an_invoice_line(invoice)
    return invoice


def print_nothing():
    company.keep(company=Company(name="Northwind", printed_papers=[]))
    company.caches["process"].clear()


def printed():
    papers.print_wanted(clock=lambda: NOON)


def text_of(response):
    return response.content.decode()


def test_the_erps_own_document_opens_like_a_file(client, member, invoice):
    an_invoice_document(invoice, content=PDF)

    response = client.get(PAPER)

    assert b"".join(response) == PDF
    assert response["Content-Disposition"] == 'inline; filename="Invoice 300412.pdf"'
    assert InvoiceDocument.objects.count() == 1


def test_one_that_is_only_listed_is_fetched_and_opens_when_it_has_come(client, member, invoice):
    document = an_invoice_document(invoice)

    page = client.get(PAPER)
    document.refresh_from_db()
    wanted = document.state
    filing.store(
        InvoiceDocument,
        document_id=document.pk,
        version=document.changed_at,
        content=PDF,
        now=NOON,
    )

    assert (page.status_code, wanted) == (202, DocumentState.WANTED)
    assert "The document is being fetched from the ERP." in text_of(page)
    assert b"".join(client.get(PAPER)) == PDF


def test_one_that_came_broken_says_so_and_is_tried_again_by_the_button(client, member, invoice):
    document = an_invoice_document(invoice)
    client.get(PAPER)
    filing.store(
        InvoiceDocument,
        document_id=document.pk,
        version=document.changed_at,
        content=b"<html>",
        now=NOON,
    )

    failed = client.get(PAPER)
    tried = client.post(PAPER)
    document.refresh_from_db()

    assert failed.status_code == 502
    assert "This document could not be fetched." in text_of(failed)
    assert (tried["Location"], document.state) == (PAPER, DocumentState.WANTED)


def test_where_the_erp_has_none_the_portal_prints_one_once(client, member, invoice):
    page = client.get(PAPER)
    printed()
    first, second = (b"".join(client.get(PAPER)) for _ in range(2))

    assert page.status_code == 202
    assert "The document is being made." in text_of(page)
    assert first.startswith(b"%PDF-")
    assert first == second
    assert InvoiceDocument.objects.count() == 1


def test_a_change_in_the_erp_makes_a_new_version_and_keeps_the_old_one(client, member, invoice):
    client.get(PAPER)
    printed()
    before = b"".join(client.get(PAPER))
    Invoice.objects.filter(pk=invoice.pk).update(
        net_amount=Decimal(90), gross_amount=Decimal("115.50"), open_amount=Decimal(1)
    )

    waiting = client.get(PAPER)
    printed()
    after = b"".join(client.get(PAPER))
    newest, older = client.get("/invoices/300412/").context["documents"]

    assert waiting.status_code == 202
    assert before != after
    assert newest.href == f"{PAPER}?id={invoice.pk}"
    assert b"".join(client.get(older.href)) == before


def test_a_payment_changes_no_paper(client, member, invoice):
    client.get(PAPER)
    printed()
    Invoice.objects.filter(pk=invoice.pk).update(open_amount=0)

    assert client.get(PAPER).status_code == 200


def test_the_erps_document_wins_over_one_that_was_printed(client, member, invoice):
    client.get(PAPER)
    printed()
    an_invoice_document(invoice, content=PDF)

    assert b"".join(client.get(PAPER)) == PDF
    assert len(client.get("/invoices/300412/").context["documents"]) == 1


def test_several_documents_of_the_erp_are_offered_one_by_one(client, member, invoice):
    an_invoice_document(invoice, name="Invoice 300412.pdf", content=PDF)
    an_invoice_document(invoice, name="CMR.jpg", media_type="image/jpeg")

    page = client.get(PAPER)

    assert [line.title for line in page.context["documents"]] == ["Invoice 300412", "CMR"]
    assert b"".join(client.get(page.context["documents"][0].href)) == PDF


def test_without_any_and_without_printing_there_is_none(client, member, invoice):
    print_nothing()
    an_invoice_document(invoice, removed_at=NOON)

    response = client.get(PAPER)

    assert response.status_code == 404
    assert "No documents available" in text_of(response)
    assert "No documents available" in text_of(client.get("/invoices/300412/"))


def test_documents_of_strangers_are_not_there(client, member, invoice):
    foreign = an_invoice_document(an_invoice(number="777"), content=PDF)

    addresses = [
        "/invoices/777.pdf",
        f"/invoices/777/documents/{foreign.pk}/",
        f"/invoices/300412/documents/{foreign.pk}/",
        "/invoices/unknown.pdf",
    ]

    assert [client.get(address).status_code for address in addresses] == [404] * 4
    assert client.post(addresses[1]).status_code == 404


def test_a_member_without_the_section_is_told_whom_to_ask(client, customer, invoice):
    document = an_invoice_document(invoice, content=PDF)
    client.force_login(a_member(customer, Section.ORDERS))

    for address in (PAPER, f"/invoices/300412/documents/{document.pk}/"):
        assert client.get(address).status_code == 403


def test_patience_with_the_printer_ends(client, member, invoice):
    client.get(PAPER)

    with time_machine.travel(NOON + timedelta(minutes=3), tick=False):
        page = text_of(client.get(PAPER))

    assert "This takes longer than it should." in page
    assert "hx-trigger" not in page


def test_the_office_opens_any_document(client, invoice):
    client.force_login(a_superuser())
    document = an_invoice_document(invoice, content=PDF)

    opened = b"".join(client.get(f"/office/invoices/300412/documents/{document.pk}/"))
    by_number = b"".join(client.get(f"/office{PAPER}"))

    assert opened == by_number == PDF
    assert client.get("/office/invoices/unknown.pdf").status_code == 404
