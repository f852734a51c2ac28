"""Invoices, credit memos and statements, from the asking to the file."""

import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from pypdf import PdfReader

from accounts.models import Company, DocumentState, StoredFile
from accounts.services import company, stored_files
from invoices.models import Invoice, InvoiceDocument, Statement
from invoices.services import papers, statements
from tests.builders.accounts import a_customer, a_family, a_user, an_address, an_admin
from tests.builders.invoices import (
    NOON,
    a_settlement,
    an_invoice,
    an_invoice_document,
    an_invoice_line,
)
from tests.builders.orders import a_delivery, an_order

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(days=2)
TODAY = NOON.date()


@pytest.fixture(autouse=True)
def _seller(request):
    request.getfixturevalue("db")
    company.keep(company=Company(name="Northwind Freight", country="FI", iban="FI2112345600000785"))


def text_of(document):
    document.refresh_from_db()
    with document.file.content.open("rb") as file:
        return PdfReader(io.BytesIO(file.read())).pages[0].extract_text()


def printed(invoice, *, now=NOON):
    document = papers.want_paper(invoice_id=invoice.pk, now=now)
    papers.print_wanted(clock=lambda: now)
    return document


def a_statement(customer, *, by=None, customers=(), as_of=TODAY, now=NOON):
    return statements.want_statement(
        requested_by=by or a_user(),
        customer_id=customer.pk,
        customer_ids=[each.pk for each in customers] or [customer.pk],
        as_of=as_of,
        now=now,
    )


def test_an_invoice_goes_to_its_payer_and_names_customer_and_day_of_supply():
    payer = a_customer("10044", name="Ernst Handel", language="en", vat_id="ATU12345678")
    an_address(payer, "invoice", name="Ernst Handel Buchhaltung", city="Graz", country="AT")
    customer = a_customer("10001", name="Alfreds Futterkiste", payer=payer)
    order = an_order(customer)
    a_delivery(order, "80835-1", departed_at=NOON - timedelta(days=3))
    invoice = an_invoice(customer, "300412", payer=payer, order=order, delivery_number="80835-1")
    an_invoice_line(invoice)

    text = text_of(printed(invoice))

    assert "Ernst Handel Buchhaltung\nGraz\nAUSTRIA" in text
    assert "10001, Alfreds Futterkiste" in text
    assert "80835-1, 13 Nov 2026" in text
    assert "ATU12345678" in text
    assert "FI21 1234 5600 0007 85" in text


def test_a_payment_makes_no_new_paper():
    invoice = an_invoice()
    an_invoice_line(invoice)
    document = printed(invoice)
    a_settlement(invoice, "125.50")
    Invoice.objects.update(open_amount=0, changed_at=LATER)

    again = papers.want_paper(invoice_id=invoice.pk, now=LATER)

    assert (again.pk, again.state) == (document.pk, DocumentState.STORED)


def test_an_amount_changed_by_the_erp_makes_a_new_version_and_keeps_the_old_file():
    invoice = an_invoice(a_customer(language="en"), "300412")
    first = printed(invoice)
    Invoice.objects.update(
        net_amount=Decimal(200), gross_amount=Decimal("225.50"), changed_at=LATER
    )

    second = printed(invoice, now=LATER)

    assert (second.version, second.name) == (2, "Invoice 300412 v2.pdf")
    assert ("225.50\xa0EUR" in text_of(first), "225.50\xa0EUR" in text_of(second)) == (False, True)


@pytest.mark.parametrize("state", [DocumentState.LISTED, DocumentState.FAILED])
def test_the_paper_of_the_erp_goes_before_our_own_even_when_it_cannot_be_had(state):
    invoice = an_invoice()
    an_invoice_document(invoice, state=state)

    with pytest.raises(papers.NotPrinted):
        papers.want_paper(invoice_id=invoice.pk, now=NOON)


def test_two_invoices_with_one_number_have_a_paper_each():
    customer = a_customer()
    documents = [printed(an_invoice(customer, "300412")) for _ in range(2)]

    assert documents[0].pk != documents[1].pk


def test_an_invoice_without_order_lines_or_address_is_printed():
    text = text_of(printed(an_invoice(a_customer(name="Nobody", language="en"))))

    assert ("Nobody" in text, "125.50\xa0EUR" in text) == (True, True)


def test_credit_memos_can_be_switched_off_alone():
    seller = Company.objects.get()
    seller.printed_papers = ["invoice"]
    company.keep(company=seller)
    invoice, memo = an_invoice(), an_invoice(net="-100", vat="-25.50")

    assert (papers.may_print(invoice), papers.may_print(memo)) == (True, False)


def test_a_statement_is_printed_for_the_person_who_asked():
    customer = a_customer("10001", language="en")
    member = an_admin(customer)
    an_invoice(customer, "300412")

    document = a_statement(customer, by=member)
    statements.print_wanted(clock=lambda: NOON)

    text = text_of(document)
    assert [word in text for word in ("Statement", "300412", "125.50\xa0EUR")] == [True] * 3
    assert list(Statement.objects.visible_to(member)) == [document]
    assert list(Statement.objects.visible_to(an_admin(customer))) == []


def test_a_statement_of_a_family_closes_with_the_right_to_any_of_its_customers():
    family = a_family()
    one, two = a_customer(family=family), a_customer(family=family)
    member = an_admin(one)
    document = a_statement(one, by=member, customers=[one, two])

    assert list(Statement.objects.visible_to(member)) == []

    an_admin(two, user=member)
    assert list(Statement.objects.visible_to(member)) == [document]


def test_the_same_statement_is_the_same_paper_until_something_is_paid():
    customer = a_customer()
    member = an_admin(customer)
    invoice = an_invoice(customer)
    first = a_statement(customer, by=member)

    assert a_statement(customer, by=member).pk == first.pk

    Invoice.objects.filter(pk=invoice.pk).update(open_amount=Decimal(25))
    assert a_statement(customer, by=member).version == 2


def test_a_statement_of_a_past_day_shows_what_was_open_then():
    customer = a_customer("10001", language="en")
    invoice = an_invoice(
        customer, "300412", open_amount="0", invoiced_on=date(2026, 9, 1), due_on=date(2026, 10, 1)
    )
    a_settlement(invoice, "125.50", date(2026, 11, 10))

    document = a_statement(customer, as_of=date(2026, 10, 31))
    statements.print_wanted(clock=lambda: NOON)

    text = text_of(document)
    assert ("31 Oct 2026" in text, "300412" in text, "Printed" in text) == (True, True, True)


def test_too_long_a_statement_is_refused_at_once(monkeypatch):
    monkeypatch.setattr(statements, "LONGEST", 2)
    customer = a_customer()
    for _ in range(3):
        an_invoice(customer)

    with pytest.raises(statements.TooLong):
        a_statement(customer)


def test_statements_can_be_switched_off():
    seller = Company.objects.get()
    seller.printed_papers = []
    company.keep(company=seller)

    with pytest.raises(papers.NotPrinted):
        a_statement(a_customer())


@pytest.fixture
def forget(django_capture_on_commit_callbacks):
    """Forget old statements as the worker does, in transactions of its own."""

    def run(now):
        with django_capture_on_commit_callbacks(execute=True):
            statements.forget_old(now=now)

    return run


def bytes_of(document):
    document.refresh_from_db()
    return document.file.content.storage, document.file.content.name


def test_statements_of_long_ago_are_forgotten_with_their_files(forget):
    customer = a_customer()
    an_invoice(customer)
    old = a_statement(customer, as_of=date(2026, 11, 1), now=NOON)
    statements.print_wanted(clock=lambda: NOON)
    storage, name = bytes_of(old)
    recent = a_statement(customer, now=NOON + timedelta(days=80))
    statements.print_wanted(clock=lambda: NOON)

    forget(NOON + statements.KEPT + timedelta(seconds=1))

    assert list(Statement.objects.all()) == [recent]
    assert not storage.exists(name)
    assert bytes_of(recent)[0].exists(bytes_of(recent)[1])
    assert StoredFile.objects.count() == 1


def test_a_file_that_another_paper_shares_stays_when_a_statement_goes(forget):
    customer = a_customer()
    statement = a_statement(customer)
    statements.print_wanted(clock=lambda: NOON)
    storage, name = bytes_of(statement)
    paper = an_invoice_document(an_invoice(customer))
    InvoiceDocument.objects.update(state=DocumentState.STORED, file=statement.file)

    forget(NOON + statements.KEPT + timedelta(days=1))

    paper.refresh_from_db()
    assert Statement.objects.count() == 0
    assert storage.exists(name)
    assert (
        paper.file.sha256
        == stored_files.keep(
            content=storage.open(name).read(), media_type="application/pdf", now=NOON
        ).sha256
    )


def test_a_statement_that_is_being_printed_is_not_forgotten(forget):
    statement = a_statement(a_customer())
    later = NOON + statements.KEPT + timedelta(days=1)
    Statement.objects.update(claimed_until=later + timedelta(minutes=5))

    forget(later)
    kept = list(Statement.objects.all())
    forget(later + timedelta(minutes=6))

    assert (kept, Statement.objects.count()) == ([statement], 0)


def test_a_forgotten_statement_is_printed_anew_when_it_is_asked_for(forget):
    customer, member = a_customer(), a_user()
    first = a_statement(customer, by=member)
    forget(NOON + statements.KEPT + timedelta(days=1))

    again = a_statement(customer, by=member)

    assert (again.version, again.pk == first.pk) == (1, False)


def test_many_statements_are_forgotten_in_batches(forget, monkeypatch):
    monkeypatch.setattr(statements, "_FORGOTTEN_AT_ONCE", 2)
    customer = a_customer()
    for day in range(1, 6):
        a_statement(customer, as_of=date(2026, 11, day))

    forget(NOON + statements.KEPT + timedelta(days=1))

    assert Statement.objects.count() == 0
