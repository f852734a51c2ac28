"""What was open on a day, against a plain sum over the ledger."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from invoices.models import Invoice
from invoices.services.statements import open_items
from tests.builders.accounts import a_customer
from tests.builders.invoices import NOON, a_settlement, an_invoice

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 16)
SEPTEMBER = date(2026, 9, 30)
OCTOBER = date(2026, 10, 31)


def opened(on, invoices=None):
    invoices = Invoice.objects.all() if invoices is None else invoices
    return {item.number: item.open_amount for item in open_items(invoices, on=on, today=TODAY)}


def an_old_invoice(number, *, settled=(), **fields):
    """Invoiced in September, with what was paid since and what is left of it."""
    fields = {"invoiced_on": date(2026, 9, 10), "due_on": date(2026, 10, 10)} | fields
    invoice = an_invoice(number=number, **fields)
    for amount, day in settled:
        a_settlement(invoice, amount, day)
    left = invoice.gross_amount - sum(Decimal(amount) for amount, _day in settled)
    Invoice.objects.filter(pk=invoice.pk).update(open_amount=left)
    return invoice


def test_today_is_what_the_erp_says_is_open():
    an_invoice(number="open")
    an_invoice(number="partly", open_amount="25.50")
    an_invoice(number="paid", open_amount="0")
    an_invoice(number="removed", removed_at=NOON)
    an_invoice(number="credit", net="-100", vat="-25.50", open_amount="-10")

    assert opened(TODAY) == {
        "open": Decimal("125.50"),
        "partly": Decimal("25.50"),
        "credit": Decimal(-10),
    }


def test_a_past_day_undoes_what_was_settled_after_it():
    an_old_invoice("1", settled=[("25.50", date(2026, 10, 5)), ("100", date(2026, 11, 3))])

    assert [opened(day) for day in (SEPTEMBER, OCTOBER, TODAY)] == [
        {"1": Decimal("125.50")},
        {"1": Decimal(100)},
        {},
    ]


def test_a_settlement_counts_from_the_end_of_its_day():
    an_old_invoice("1", settled=[("125.50", OCTOBER)])

    assert (opened(OCTOBER - timedelta(days=1)), opened(OCTOBER)) == (
        {"1": Decimal("125.50")},
        {},
    )


def test_an_invoice_is_not_on_a_statement_of_a_day_before_it():
    an_invoice(number="1", invoiced_on=date(2026, 11, 1))

    assert (opened(OCTOBER), opened(date(2026, 11, 1))) == ({}, {"1": Decimal("125.50")})


def test_a_credit_memo_used_since_was_credit_then():
    an_old_invoice("1", net="-100", vat="-25.50", settled=[("-125.50", date(2026, 11, 3))])

    assert (opened(OCTOBER), opened(TODAY)) == ({"1": Decimal("-125.50")}, {})


def test_settlements_that_the_erp_removed_do_not_count():
    invoice = an_old_invoice("1")
    a_settlement(invoice, "100", date(2026, 11, 3), removed_at=NOON)

    assert opened(OCTOBER) == {"1": Decimal("125.50")}


def test_a_ledger_that_does_not_add_up_never_shows_more_than_was_invoiced():
    invoice = an_old_invoice("1")
    a_settlement(invoice, "100", date(2026, 11, 3))
    memo = an_old_invoice("2", net="-100", vat="-25.50")
    a_settlement(memo, "-100", date(2026, 11, 3))

    assert opened(OCTOBER) == {"1": Decimal("125.50"), "2": Decimal("-125.50")}


def test_items_come_by_currency_customer_and_due_date():
    first, second = a_customer("10001"), a_customer("10002")
    an_invoice(second, "d", due_on=date(2026, 12, 1))
    an_invoice(first, "c", currency="SEK")
    an_invoice(first, "b", due_on=date(2026, 12, 2))
    an_invoice(first, "a", due_on=date(2026, 12, 1))

    assert list(opened(TODAY)) == ["a", "b", "d", "c"]


@pytest.mark.parametrize("on", [TODAY, OCTOBER])
@pytest.mark.parametrize("rows", [1, 3])
def test_a_statement_costs_one_query_whatever_its_length(on, rows, django_assert_num_queries):
    for number in range(rows):
        an_old_invoice(str(number))

    with django_assert_num_queries(1):
        assert len(opened(on)) == rows
