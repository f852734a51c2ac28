"""Invoices as an ERP has them, with what settled them and its papers."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count

from accounts.models import DocumentState
from accounts.services import stored_files
from invoices.models import Invoice, InvoiceDocument, InvoiceLine, Settlement
from tests.builders.accounts import a_customer

_numbers = count(1)

NOON = datetime(2026, 11, 16, 10, tzinfo=UTC)


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


def an_invoice_line(invoice, *, net="100", vat_rate="25.5", **fields):
    position = invoice.lines.count() + 1
    fields = {
        "description": f"Line {position}",
        "quantity": Decimal(1),
        "unit": "pcs",
        "unit_price": Decimal(net),
        "vat_rate": Decimal(vat_rate),
        "vat_category": "S",
        "net_amount": Decimal(net),
    } | fields
    return InvoiceLine.objects.create(invoice=invoice, position=position, **fields)


def a_settlement(invoice, amount, settled_on=date(2026, 11, 16), *, kind="receipt", **fields):
    """A ledger line; what is open of the invoice is left as the test has it."""
    fields = {"number": f"{500000 + next(_numbers)}", "currency": invoice.currency} | fields
    return Settlement.objects.create(
        source=invoice.source,
        invoice=invoice,
        kind=kind,
        settled_on=settled_on,
        amount=Decimal(amount),
        **fields,
    )


def an_invoice_document(invoice, *, content=None, **fields):
    """A paper known from the ERP's list; with content, one whose bytes have been fetched."""
    fields = {
        "source": invoice.source,
        "name": f"Invoice {invoice.number}.pdf",
        "number": invoice.number,
        "media_type": "application/pdf",
        "issued_at": NOON,
        "changed_at": NOON,
        "read_at": NOON,
    } | fields
    if content is not None:
        file = stored_files.keep(content=content, media_type=fields["media_type"], now=NOON)
        fields |= {"state": DocumentState.STORED, "file": file, "size": len(content)}
    return InvoiceDocument.objects.create(invoice=invoice, **fields)
