"""The rows of the invoice lists and of their exports."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from invoices.models import Invoice
from invoices.states import MARKS, standing
from portal.lib.dates import day_text

__all__ = ["EXPORT_HEADS", "InvoiceRow", "exported", "invoice_rows"]

EXPORT_HEADS = (
    "Invoice",
    "Kind",
    "Customer number",
    "Customer",
    "Order",
    "PO / reference",
    "Invoice date",
    "Due date",
    "Currency",
    "Net",
    "VAT",
    "Total",
    "Open",
)


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """One invoice as a list shows it, with where it stands on a day."""

    invoice: Invoice
    invoiced: str
    due: str
    standing: Any
    mark: str


def invoice_rows(invoices: Iterable[Invoice], *, today: date) -> list[InvoiceRow]:
    rows = []
    for invoice in invoices:
        stands = standing(
            kind=invoice.kind,
            gross_amount=invoice.gross_amount,
            open_amount=invoice.open_amount,
            due_on=invoice.due_on,
            today=today,
        )
        rows.append(
            InvoiceRow(
                invoice=invoice,
                invoiced=day_text(invoice.invoiced_on),
                due=day_text(invoice.due_on),
                standing=stands.label,
                mark=MARKS[stands],
            )
        )
    return rows


def exported(invoices: Iterable[Invoice]) -> Iterator[tuple[Any, ...]]:
    """The rows of an export, in the order of EXPORT_HEADS; `customer` has to be at hand."""
    for invoice in invoices:
        yield (
            invoice.number,
            invoice.kind,
            invoice.customer.number,
            invoice.customer.name,
            invoice.order_number,
            invoice.customer_reference,
            invoice.invoiced_on,
            invoice.due_on,
            invoice.currency,
            invoice.net_amount,
            invoice.vat_amount,
            invoice.gross_amount,
            invoice.open_amount,
        )
