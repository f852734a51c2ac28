"""The ERP's list of papers. One about an order or a delivery goes to orders, others to invoices."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from accounts.models import DocumentState, FiledDocument
from erp_bridge.importing.importer import Desk, Importer, Objection, Ref
from erp_bridge.ports import DocumentRecord, Feed
from invoices.models import InvoiceDocument
from invoices.services import mirroring as invoices_mirroring
from invoices.services.mirroring import MirroredInvoiceDocument
from orders.models import OrderDocument
from orders.services import mirroring as orders_mirroring
from orders.services.mirroring import MirroredOrderDocument
from portal.lib.sentences import sentence as _

__all__ = ["DOCUMENTS", "TABLES"]

ORDERS, INVOICES = "orders", "invoices"
TABLES: dict[str, type[FiledDocument]] = {ORDERS: OrderDocument, INVOICES: InvoiceDocument}
KINDS_ABOUT_ORDERS = {
    "order_confirmation": OrderDocument.Kind.CONFIRMATION.value,
    "delivery_note": OrderDocument.Kind.DELIVERY_NOTE.value,
}

Row = MirroredOrderDocument | MirroredInvoiceDocument


def _table_of(record: DocumentRecord) -> str:
    return INVOICES if record.about == Feed.INVOICES else ORDERS


def _about(record: DocumentRecord) -> Iterable[Ref]:
    if record.about in (Feed.ORDERS, Feed.DELIVERIES, Feed.INVOICES):
        yield record.about, record.about_id


def _orders_of_deliveries(records: Sequence[DocumentRecord], desk: Desk) -> dict[int, int]:
    delivery_ids = {
        desk.get(Feed.DELIVERIES, record.about_id)
        for record in records
        if record.about == Feed.DELIVERIES
    }
    if not delivery_ids:
        return {}
    return orders_mirroring.orders_of_deliveries(delivery_ids=delivery_ids)


def _document(record: DocumentRecord, key: int, desk: Desk) -> Row:
    if record.about == Feed.INVOICES:
        paper = MirroredInvoiceDocument(
            **_common(record, key, desk), invoice_id=desk.get(Feed.INVOICES, record.about_id)
        )
        words = invoices_mirroring.objection_to_document(paper)
        if words:
            raise Objection(words)
        return paper

    delivery_id = None
    if record.about == Feed.ORDERS:
        order_id = desk.get(Feed.ORDERS, record.about_id)
    elif record.about == Feed.DELIVERIES:
        delivery_id = desk.get(Feed.DELIVERIES, record.about_id)
        order_id = desk.extra[delivery_id]
    else:
        raise Objection(_("The document is about “%s”, not an order or invoice.") % record.about)
    row = MirroredOrderDocument(
        **_common(record, key, desk),
        order_id=order_id,
        delivery_id=delivery_id,
        kind=KINDS_ABOUT_ORDERS.get(record.kind, OrderDocument.Kind.OTHER.value),
    )
    if words := orders_mirroring.objection_to_document(row):
        raise Objection(words)
    return row


def _common(record: DocumentRecord, key: int, desk: Desk) -> dict[str, Any]:
    return {
        "id": key,
        "source": desk.source,
        "changed_at": record.changed_at,
        "read_at": desk.read_at,
        "removed_at": None,
        "name": record.name,
        "number": record.number,
        "media_type": record.media_type,
        "size": record.size,
        "issued_at": record.issued_at,
        "state": DocumentState.LISTED.value,
        "wanted_at": None,
        "failure": "",
        "file_id": None,
    }


def _write(rows: Sequence[Row], _new: Collection[int]) -> None:
    orders_mirroring.mirror_documents(
        [row for row in rows if isinstance(row, MirroredOrderDocument)]
    )
    invoices_mirroring.mirror_documents(
        [row for row in rows if isinstance(row, MirroredInvoiceDocument)]
    )


DOCUMENTS = Importer(
    tables=TABLES,
    required=_about,
    table_of=_table_of,
    prepare=_orders_of_deliveries,
    build=_document,
    write=_write,
)
