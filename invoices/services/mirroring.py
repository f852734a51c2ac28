"""Taking over invoices, credit memos, settlements and their papers that another system owns.

Rows come with our own keys and point at our own rows. Each function writes all of its rows or none
and runs inside the caller's transaction; writing the same rows again changes nothing.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from accounts.services.mirroring import objection_to_amounts
from invoices.models import Invoice, InvoiceDocument, InvoiceLine, Settlement
from invoices.states import InvoiceKind
from portal.lib.db import Fit, merge, replace_children
from portal.lib.sentences import sentence as _

__all__ = [
    "MirroredInvoice",
    "MirroredInvoiceDocument",
    "MirroredInvoiceLine",
    "MirroredSettlement",
    "mirror_documents",
    "mirror_invoices",
    "mirror_settlements",
    "objection_to_document",
    "objection_to_invoice",
    "objection_to_settlement",
]


class MirroredInvoice(NamedTuple):
    """A row of invoices; the order and the corrected invoice where they are here already."""

    id: int
    source: str
    changed_at: datetime
    read_at: datetime
    removed_at: None
    number: str
    kind: str
    customer_id: int
    payer_id: int
    order_id: int | None
    order_number: str
    delivery_number: str
    corrects_id: int | None
    customer_reference: str
    invoiced_on: date
    due_on: date
    currency: str
    net_amount: Decimal
    vat_amount: Decimal
    gross_amount: Decimal
    open_amount: Decimal
    discount_until: date | None
    discount_percent: Decimal
    payment_reference: str
    payment_terms: str


class MirroredInvoiceLine(NamedTuple):
    invoice_id: int
    position: int
    product_id: int | None
    product_number: str
    description: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    discount_percent: Decimal
    vat_rate: Decimal
    vat_category: str
    net_amount: Decimal
    order_position: int | None


class MirroredSettlement(NamedTuple):
    id: int
    source: str
    changed_at: datetime
    read_at: datetime
    removed_at: None
    number: str
    invoice_id: int
    credit_memo_id: int | None
    kind: str
    settled_on: date
    currency: str
    amount: Decimal
    reference: str


class MirroredInvoiceDocument(NamedTuple):
    id: int
    source: str
    changed_at: datetime
    read_at: datetime
    removed_at: None
    invoice_id: int
    name: str
    number: str
    media_type: str
    size: int | None
    issued_at: datetime | None
    # A paper that changed is listed anew: its bytes have to be fetched again.
    state: str
    wanted_at: None
    failure: str
    file_id: None


_invoice_fit = Fit(Invoice, MirroredInvoice._fields)
_line_fit = Fit(InvoiceLine, MirroredInvoiceLine._fields)
_settlement_fit = Fit(Settlement, MirroredSettlement._fields)
_document_fit = Fit(InvoiceDocument, MirroredInvoiceDocument._fields)


def objection_to_invoice(row: MirroredInvoice, lines: Sequence[MirroredInvoiceLine]) -> str:
    """Why the invoice cannot be taken over, in plain words; empty when it can."""
    if words := _invoice_fit.objection(row):
        return words
    amounts = [row.net_amount, row.vat_amount, row.gross_amount, row.open_amount]
    amounts += [line.net_amount for line in lines]
    if words := objection_to_amounts(row.currency, *amounts):
        return words
    if words := _objection_to_sums(row):
        return words
    positions: set[int] = set()
    for line in lines:
        if words := _line_fit.objection(line):
            return _("Line %(position)s: %(words)s") % {"position": line.position, "words": words}
        if line.position in positions:
            return _("Line %(position)s comes twice.") % {"position": line.position}
        positions.add(line.position)
    return ""


def objection_to_settlement(row: MirroredSettlement) -> str:
    """Why the row cannot be taken over, in plain words; empty when it can."""
    return _settlement_fit.objection(row) or objection_to_amounts(row.currency, row.amount)


def objection_to_document(row: MirroredInvoiceDocument) -> str:
    """Why the paper cannot be listed, in plain words; empty when it can."""
    return _document_fit.objection(row)


def mirror_invoices(
    rows: Sequence[MirroredInvoice],
    *,
    lines: Sequence[MirroredInvoiceLine],
    new: Collection[int],
) -> None:
    """Write invoices with all their lines; `new` names keys that are not written yet."""
    merge(Invoice, MirroredInvoice._fields, rows, stamps=("read_at",), new=new)
    replace_children(
        InvoiceLine,
        MirroredInvoiceLine._fields,
        lines,
        parent="invoice_id",
        within="position",
        of=[row.id for row in rows if row.id not in new],
        new=new,
    )


def mirror_settlements(rows: Sequence[MirroredSettlement], *, new: Collection[int]) -> None:
    """Write settlements; `new` names keys that are not written yet."""
    merge(Settlement, MirroredSettlement._fields, rows, stamps=("read_at",), new=new)


def mirror_documents(rows: Sequence[MirroredInvoiceDocument]) -> None:
    """List papers. One that changed is listed anew and its bytes are fetched again when wanted."""
    merge(InvoiceDocument, MirroredInvoiceDocument._fields, rows, stamps=("read_at",))


def _objection_to_sums(row: MirroredInvoice) -> str:
    if row.gross_amount != row.net_amount + row.vat_amount:
        return _("The amounts do not add up: %(net)s + %(vat)s is not %(gross)s.") % {
            "net": row.net_amount,
            "vat": row.vat_amount,
            "gross": row.gross_amount,
        }
    if row.kind == InvoiceKind.CREDIT_MEMO:
        if row.gross_amount > 0:
            return _("A credit memo of %(amount)s: its amount has to be negative.") % {
                "amount": row.gross_amount
            }
        fits = row.gross_amount <= row.open_amount <= 0
    else:
        if row.gross_amount < 0:
            return _("An invoice of %(amount)s: only a credit memo may be negative.") % {
                "amount": row.gross_amount
            }
        fits = 0 <= row.open_amount <= row.gross_amount
    if not fits:
        return _("The open amount %(open)s is no part of %(gross)s.") % {
            "open": row.open_amount,
            "gross": row.gross_amount,
        }
    return ""
