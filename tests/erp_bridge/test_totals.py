"""What a customer reads of its debts is what the ERP's books say, to the cent."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import Customer
from erp_bridge.ports import Feed
from invoices.models import Invoice
from invoices.services.statements import open_items
from invoices.services.totals import totals_of
from tests.erp_bridge.chaos import connect_to
from tests.erp_bridge.equality import listed
from tests.erp_bridge.erps import a_demo_erp
from tests.erp_bridge.scripted import read

# Some of the demo's open invoices are overdue on this day and others are not.
TODAY = date(2026, 3, 20)
TICKS = 12


@pytest.mark.django_db
def test_open_overdue_and_paid_of_each_customer_are_the_erps_after_ticks(tmp_path):
    with a_demo_erp(tmp_path) as demo:
        erp, connector = connect_to(demo)
        assert read(erp, connector, clock=timezone.now)
        demo.tick(TICKS)
        assert read(erp, connector, clock=timezone.now)
        books = ledger(connector)

    portal = {customer.number: shown_to(customer) for customer in Customer.objects.all()}

    assert {number: sums for number, sums in portal.items() if sums} == books
    assert len(books) > 50
    assert any(overdue and overdue < open_ for sums in books.values() for open_, overdue, _ in sums)


def ledger(connector):
    """By customer number: open, overdue and paid of each currency, as the ERP lists them."""
    numbers = {
        remote_id: record.number for remote_id, record in listed(connector, Feed.CUSTOMERS).items()
    }
    sums = {}
    for invoice in listed(connector, Feed.INVOICES).values():
        of_customer = sums.setdefault(numbers[invoice.customer_id], {})
        triple = of_customer.setdefault(invoice.currency, [Decimal(0)] * 3)
        triple[0] += invoice.open_amount
        if not invoice.is_credit_memo and invoice.due_on < TODAY:
            triple[1] += invoice.open_amount
        triple[2] += invoice.gross_amount - invoice.open_amount
    return {number: _in_order(of_customer) for number, of_customer in sums.items()}


def shown_to(customer):
    """The same as the pages of this customer add it up; open also by its statement."""
    invoices = Invoice.objects.opened_by([customer])
    sums = {}
    for invoice in invoices:
        triple = sums.setdefault(invoice.currency, [Decimal(0)] * 3)
        triple[2] += invoice.gross_amount - invoice.open_amount
    for totals in totals_of(invoices, today=TODAY).by_currency:
        sums[totals.currency][:2] = [totals.to_pay - totals.credit, totals.overdue]
    stated = {currency: Decimal(0) for currency in sums}
    for item in open_items(invoices, on=TODAY, today=TODAY):
        stated[item.currency] += item.open_amount
    assert stated == {currency: triple[0] for currency, triple in sums.items()}
    return _in_order(sums)


def _in_order(sums):
    return [tuple(triple) for _currency, triple in sorted(sums.items())]
