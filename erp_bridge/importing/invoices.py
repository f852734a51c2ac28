"""Invoices and credit memos with lines, and the ledger lines that settle them."""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from erp_bridge.importing.importer import Desk, Importer, Objection, Ref
from erp_bridge.ports import Feed, InvoiceRecord, SettlementRecord
from invoices.models import Invoice, Settlement
from invoices.services import mirroring
from invoices.services.mirroring import (
    MirroredInvoice,
    MirroredInvoiceLine,
    MirroredSettlement,
)
from invoices.states import InvoiceKind

__all__ = ["INVOICES", "SETTLEMENTS"]


class WholeInvoice(NamedTuple):
    invoice: MirroredInvoice
    lines: list[MirroredInvoiceLine]


def _customers_of(record: InvoiceRecord) -> Iterable[Ref]:
    yield Feed.CUSTOMERS, record.customer_id
    if record.payer_id:
        yield Feed.CUSTOMERS, record.payer_id


def _links_of(record: InvoiceRecord) -> Iterable[Ref]:
    if record.order_id:
        yield Feed.ORDERS, record.order_id
    if record.corrects_id:
        yield Feed.INVOICES, record.corrects_id
    for line in record.lines:
        if line.product_id:
            yield Feed.PRODUCTS, line.product_id


def _invoice(record: InvoiceRecord, key: int, desk: Desk) -> WholeInvoice:
    kind = InvoiceKind.CREDIT_MEMO if record.is_credit_memo else InvoiceKind.INVOICE
    invoice = MirroredInvoice(
        id=key,
        source=desk.source,
        changed_at=record.changed_at,
        read_at=desk.read_at,
        removed_at=None,
        number=record.number,
        kind=kind.value,
        customer_id=desk.get(Feed.CUSTOMERS, record.customer_id),
        payer_id=desk.get(Feed.CUSTOMERS, record.payer_id or record.customer_id),
        order_id=desk.find(Feed.ORDERS, record.order_id),
        order_number=record.order_number,
        delivery_number=record.delivery_number,
        corrects_id=desk.find(Feed.INVOICES, record.corrects_id),
        customer_reference=record.customer_reference,
        invoiced_on=record.invoiced_on,
        due_on=record.due_on,
        currency=record.currency,
        net_amount=record.net_amount,
        vat_amount=record.vat_amount,
        gross_amount=record.gross_amount,
        open_amount=record.open_amount,
        discount_until=record.discount_until,
        discount_percent=record.discount_percent,
        payment_reference=record.payment_reference,
        payment_terms=record.payment_terms,
    )
    lines = [
        MirroredInvoiceLine(
            key,
            line.position,
            desk.find(Feed.PRODUCTS, line.product_id),
            line.product_number,
            line.description,
            line.quantity,
            line.unit,
            line.unit_price,
            line.discount_percent,
            line.vat_rate,
            line.vat_category,
            line.net_amount,
            line.order_position,
        )
        for line in record.lines
    ]
    if words := mirroring.objection_to_invoice(invoice, lines):
        raise Objection(words)
    return WholeInvoice(invoice, lines)


def _write_invoices(wholes: Sequence[WholeInvoice], new: Collection[int]) -> None:
    mirroring.mirror_invoices(
        [whole.invoice for whole in wholes],
        lines=[line for whole in wholes for line in whole.lines],
        new=new,
    )


def _invoice_of(record: SettlementRecord) -> Iterable[Ref]:
    yield Feed.INVOICES, record.invoice_id


def _credit_memo_of(record: SettlementRecord) -> Iterable[Ref]:
    if record.credit_memo_id:
        yield Feed.INVOICES, record.credit_memo_id


def _settlement(record: SettlementRecord, key: int, desk: Desk) -> MirroredSettlement:
    row = MirroredSettlement(
        id=key,
        source=desk.source,
        changed_at=record.changed_at,
        read_at=desk.read_at,
        removed_at=None,
        number=record.number,
        invoice_id=desk.get(Feed.INVOICES, record.invoice_id),
        credit_memo_id=desk.find(Feed.INVOICES, record.credit_memo_id),
        kind=record.kind,
        settled_on=record.settled_on,
        currency=record.currency,
        amount=record.amount,
        reference=record.reference,
    )
    if words := mirroring.objection_to_settlement(row):
        raise Objection(words)
    return row


def _write_settlements(rows: Sequence[MirroredSettlement], new: Collection[int]) -> None:
    mirroring.mirror_settlements(rows, new=new)


INVOICES = Importer(
    tables={"": Invoice},
    required=_customers_of,
    optional=_links_of,
    build=_invoice,
    write=_write_invoices,
)
SETTLEMENTS = Importer(
    tables={"": Settlement},
    required=_invoice_of,
    optional=_credit_memo_of,
    build=_settlement,
    write=_write_settlements,
)
