from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.utils.html import escape

from accounts.models import Company, DocumentState
from accounts.sections import Section
from accounts.services import company
from invoices.models import Statement
from invoices.services import statements
from tests.builders.accounts import a_customer, a_family, a_member
from tests.builders.invoices import a_settlement, an_invoice

pytestmark = pytest.mark.django_db

PAGE, CSV, PDF = "/invoices/statement/", "/invoices/statement.csv", "/invoices/statement.pdf"
NOON = datetime(2026, 11, 20, 10, tzinfo=UTC)
TODAY = date(2026, 11, 20)
HEADS = (
    "\ufeffInvoice number,Order number,PO number,Customer,Invoice date,Due date,Amount,Open amount"
)


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def family():
    return a_family()


@pytest.fixture
def customer(family):
    return a_customer(number="10001", name="Alfreds Futterkiste", family=family)


@pytest.fixture
def member(client, customer):
    user = a_member(customer, Section.INVOICES)
    client.force_login(user)
    return user


@pytest.fixture
def head_of_family(client, customer):
    user = a_member(customer, Section.INVOICES, covers_family=True)
    client.force_login(user)
    return user


def table(response):
    heads, *rows, end = b"".join(response).decode().split("\r\n")
    assert (response.status_code, heads, end) == (200, HEADS, "")
    return rows


def table_with_currency(response):
    heads, *rows, end = b"".join(response).decode().split("\r\n")
    assert (response.status_code, heads, end) == (200, f"{HEADS},Currency", "")
    return rows


def first_cells(response):
    return [row.partition(",")[0] for row in table(response)]


def text_of(response):
    return response.content.decode()


def test_the_statement_lists_what_is_open_as_machines_read_it(client, member, customer):
    an_invoice(
        customer,
        "300412",
        order_number="10835",
        customer_reference="@4500, 2180",
        open_amount="25.5",
        invoiced_on=date(2026, 11, 19),
        due_on=date(2026, 12, 19),
    )
    an_invoice(customer, "300393", net="-10", vat="0")
    an_invoice(customer, "paid", open_amount="0", currency="JPY")
    an_invoice(a_customer(), "foreign")

    response = client.get(CSV)

    assert table(response) == [
        "300393,,,10001,2026-11-16,2026-12-16,-10.00,-10.00",
        '300412,10835,"\'@4500, 2180",10001,2026-11-19,2026-12-19,125.50,25.50',
    ]
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert (
        response["Content-Disposition"] == 'attachment; filename="statement-10001-2026-11-20.csv"'
    )


def test_a_currency_that_is_not_the_company_s_is_named_in_a_last_column(client, member, customer):
    an_invoice(customer, "300412")
    yen = an_invoice(customer, "300393", net="1000", vat="0", currency="JPY", open_amount="0")
    a_settlement(yen, "1000", TODAY - timedelta(days=1))

    then = table_with_currency(client.get(CSV, {"on": "2026-11-18"}))

    assert [row.split(",")[6:] for row in then] == [
        ["125.50", "125.50", "EUR"],
        ["1000", "1000", "JPY"],
    ]
    assert len(table(client.get(CSV))) == 1


def test_a_past_day_shows_what_was_open_then(client, member, customer):
    paid_since = an_invoice(
        customer, "paid since", open_amount="0", invoiced_on=TODAY - timedelta(days=40)
    )
    a_settlement(paid_since, "100", TODAY - timedelta(days=20))
    a_settlement(paid_since, "25.50", TODAY - timedelta(days=5))
    an_invoice(customer, "not yet", invoiced_on=TODAY)

    [row] = table(client.get(CSV, {"on": "2026-11-10"}))

    assert row.startswith("paid since,")
    assert row.endswith(",125.50,25.50")
    assert first_cells(client.get(CSV)) == ["not yet"]


def test_today_by_name_is_today(client, member, customer):
    an_invoice(customer, "300412")

    assert table(client.get(CSV, {"on": "2026-11-20"})) == table(client.get(CSV))


def test_the_family_is_on_one_statement_for_whoever_covers_it(
    client, head_of_family, customer, family
):
    branch = a_customer("10002", family=family)
    an_invoice(customer, "of the head")
    an_invoice(branch, "of the branch")
    an_invoice(a_customer(family=a_family()), "of another family")
    client.post("/customers/", {"customer": customer.reference})

    assert first_cells(client.get(CSV)) == ["of the head"]
    assert first_cells(client.get(CSV, {"for": "family"})) == ["of the head", "of the branch"]
    assert "All customers of the family" in text_of(client.get(PAGE))


def test_the_family_is_what_the_person_may_see_of_it(client, member, customer, family):
    for number, section in (("10002", Section.INVOICES), ("10003", Section.ORDERS)):
        branch = a_customer(number, family=family)
        an_invoice(branch, f"of {number}")
        a_member(branch, section, user=member)
    client.post("/customers/", {"customer": customer.reference})

    assert first_cells(client.get(CSV, {"for": "family"})) == ["of 10002"]


def test_a_family_that_the_membership_does_not_cover_is_refused(client, member, customer, family):
    an_invoice(a_customer("10002", family=family), "of the branch")

    response = client.get(CSV, {"for": "family"})

    assert response.status_code == 400
    assert "You have no such statement to choose." in text_of(response)
    assert "All customers of the family" not in text_of(response)


def test_with_the_payer_view_a_statement_is_what_the_customer_pays(client, member, customer):
    company.keep(company=Company(name="Northwind", invoice_view="payer"))
    company.caches["process"].clear()
    an_invoice(a_customer("10077"), "of a branch", payer=customer)
    an_invoice(customer, "paid by another", payer=a_customer())

    [row] = table(client.get(CSV))

    assert row.startswith("of a branch,,,10077,")


@pytest.mark.parametrize("address", [PAGE, CSV, PDF])
@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"on": "2026-02-31"}, "Enter a valid date."),
        ({"on": "\x00"}, "Enter a valid date."),
        ({"on": "9999-99-99"}, "Enter a valid date."),
        ({"on": "2026-11-21"}, "This day has not come yet."),
        ({"on": "0001-01-01"}, "greater than or equal to"),
        ({"for": "everybody"}, "You have no such statement to choose."),
    ],
)
def test_what_cannot_be_is_told_where_it_was_chosen(client, member, address, query, words):
    response = client.get(address, query)

    assert response.status_code == 400
    assert words in text_of(response)
    assert "Statement of open invoices" in text_of(response)


def test_the_page_offers_both_kinds_and_says_what_is_open(client, member, customer):
    an_invoice(customer)

    page = text_of(client.get(PAGE))

    assert f'action="{CSV}"' in page
    assert f'formaction="{PDF}"' in page
    assert 'max="2026-11-20"' in page
    assert "125.50\xa0EUR" in page


def test_the_paper_is_printed_for_whoever_asks_and_waited_for(client, member, customer):
    an_invoice(customer)
    address = f"{PDF}?on=2026-11-19&for=customer"

    page = client.get(address)
    again = client.get(address, headers={"HX-Request": "true"})

    document = Statement.objects.get()
    assert (document.as_of, document.customer_ids) == (date(2026, 11, 19), [customer.pk])
    assert (document.requested_by, document.state) == (member, DocumentState.WANTED)
    assert (page.status_code, again.status_code) == (202, 200)
    assert "The document is being made." in text_of(page)
    assert f'hx-get="{escape(address)}"' in text_of(again)


def test_a_statement_that_is_printed_opens_like_a_file(client, member, customer):
    client.get(PDF)
    statements.print_wanted(clock=lambda: NOON)

    response = client.get(PDF)

    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'inline; filename="Statement 2026-11-20.pdf"'
    assert b"".join(response).startswith(b"%PDF-")


def test_a_printing_that_failed_is_tried_again_by_the_button(client, member, customer):
    client.get(PDF)
    Statement.objects.update(state=DocumentState.FAILED)

    failed = client.get(PDF)
    tried = client.post(PDF)

    assert failed.status_code == 502
    assert "This document could not be made." in text_of(failed)
    assert tried["Location"] == PDF
    assert Statement.objects.get().state == DocumentState.WANTED


def test_no_paper_is_offered_where_the_office_prints_none(client, member):
    company.keep(company=Company(name="Northwind", printed_papers=["invoice"]))
    company.caches["process"].clear()

    assert "formaction" not in text_of(client.get(PAGE))
    assert "No documents available" in text_of(client.get(PDF))


def test_more_than_a_paper_holds_is_told_and_leaves_the_csv(client, member, customer, monkeypatch):
    monkeypatch.setattr(statements, "LONGEST", 1)
    an_invoice(customer)
    an_invoice(customer)

    assert "Too much is open for a PDF. Take the CSV instead." in text_of(client.get(PDF))
    assert len(table(client.get(CSV))) == 2


def test_portal_totals_are_the_sum_of_the_statement(client, member, customer):
    for day in range(1, 15):
        an_invoice(
            customer,
            net=f"{day}.37",
            vat="1.11",
            open_amount=f"{day}.05" if day % 3 else "0",
            due_on=date(2026, 11, 10) + timedelta(days=day),
        )
    an_invoice(customer, net="-7.77", vat="0")

    rows = [row.split(",") for row in table(client.get(CSV))]
    [totals] = client.get("/invoices/").context["totals"].by_currency
    amounts = [(row[5] < "2026-11-20", Decimal(row[7])) for row in rows]

    assert totals.to_pay - totals.credit == sum(amount for _late, amount in amounts)
    assert totals.overdue == sum(amount for late, amount in amounts if late)
    assert totals.overdue > 0


def test_the_statement_takes_the_same_few_queries(
    client, member, customer, django_assert_num_queries
):
    for _ in range(3):
        an_invoice(customer)
    client.get(PAGE)

    with django_assert_num_queries(6):
        assert len(table(client.get(CSV))) == 3
