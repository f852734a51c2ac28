"""Invoices as an ERP has them."""

from datetime import date
from decimal import Decimal
from itertools import count

from invoices.models import Invoice
from tests.builders.accounts import a_customer

_numbers = count(1)


def an_invoice(customer=None, number=None, *, net="100", vat="25.50", open_amount=None, **fields):
    customer = customer or a_customer()
    gross = Decimal(net) + Decimal(vat)
    fields = {
        "source": "erp",
        "kind": "credit_memo" if gross < 0 else "invoice",
        "payer": customer,
        "invoiced_on": date(2026, 11, 16),
        "due_on": date(2026, 12, 16),
        "currency": "EUR",
        "net_amount": Decimal(net),
        "vat_amount": Decimal(vat),
        "gross_amount": gross,
        "open_amount": gross if open_amount is None else Decimal(open_amount),
    } | fields
    number = number or f"{300000 + next(_numbers)}"
    return Invoice.objects.create(customer=customer, number=number, **fields)
