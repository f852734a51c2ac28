"""Connections, and records as a connector would hand them over."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count

from django.utils import timezone

from erp_bridge.models import Connection, Cursor, Look
from erp_bridge.ports import (
    AddressKind,
    AddressRecord,
    CustomerRecord,
    DeletionRecord,
    DeliveryRecord,
    DocumentRecord,
    Feed,
    InvoiceLineRecord,
    InvoiceRecord,
    OrderLineRecord,
    OrderRecord,
    ProductRecord,
    SettlementRecord,
    ShipmentRecord,
)
from tests.builders.accounts import a_clerk

NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)

_numbers = count(1)


def minutes(number):
    return timedelta(minutes=number)


def a_connection(code=None, *, interval=15, feeds=tuple(Feed), **fields):
    """An ERP with a schedule for each feed."""
    fields = {"name": "ERP", "kind": Connection.Kind.SOAP, "url": "http://erp.example/"} | fields
    erp = Connection.objects.create(code=code or f"erp-{next(_numbers)}", **fields)
    for feed in feeds:
        Cursor.objects.create(connection=erp, feed=feed, interval_seconds=interval)
    return erp


def a_feed(erp=None, feed=Feed.ORDERS, **fields):
    """One feed of a connection that has no other."""
    erp = erp or a_connection(feeds=())
    return Cursor.objects.create(connection=erp, feed=feed, interval_seconds=15, **fields)


def a_look(erp=None, *, asked_by=None, feed=Feed.ORDERS, remote_id="O1", **fields):
    """Somebody's question what an ERP holds for a record, not answered unless fields say so."""
    fields = {"asked_at": timezone.now()} | fields
    return Look.objects.create(
        connection=erp or a_connection(feeds=()),
        asked_by=asked_by or a_clerk(),
        feed=feed,
        remote_id=remote_id,
        **fields,
    )


def a_customer_record(remote_id="C1", *, at=NOON, **fields):
    fields = {
        "number": f"N-{remote_id}",
        "name": f"Customer {remote_id}",
        "currency": "EUR",
    } | fields
    return CustomerRecord(remote_id=remote_id, changed_at=at, **fields)


def an_address_record(remote_id="A1", *, customer="C1", at=NOON, **fields):
    fields = {"number": "1", "kind": AddressKind.DELIVERY, "name": "Warehouse"} | fields
    return AddressRecord(remote_id=remote_id, customer_id=customer, changed_at=at, **fields)


def a_product_record(remote_id="P1", *, at=NOON, **fields):
    fields = {"number": f"N-{remote_id}", "name": f"Product {remote_id}"} | fields
    return ProductRecord(remote_id=remote_id, changed_at=at, **fields)


def an_order_line_record(position=1, **fields):
    fields = {
        "description": f"Goods {position}",
        "quantity": Decimal(2),
        "unit_price": Decimal("5.00"),
        "net_amount": Decimal("10.00"),
    } | fields
    return OrderLineRecord(position=position, **fields)


def an_order_record(remote_id="O1", *, customer="C1", lines=2, at=NOON, **fields):
    """`lines` is how many there are, or the lines themselves."""
    if isinstance(lines, int):
        lines = tuple(an_order_line_record(position) for position in range(1, lines + 1))
    fields = {
        "number": f"N-{remote_id}",
        "progress": "entered",
        "invoicing": "none",
        "ordered_at": NOON - timedelta(days=1),
        "currency": "EUR",
        "net_amount": Decimal("20.00"),
        "vat_amount": Decimal("5.10"),
        "gross_amount": Decimal("25.10"),
        "lines": lines,
    } | fields
    return OrderRecord(remote_id=remote_id, customer_id=customer, changed_at=at, **fields)


def a_delivery_record(remote_id="D1", *, order="O1", shipments=1, at=NOON, **fields):
    fields = {
        "number": f"N-{remote_id}",
        "shipments": tuple(ShipmentRecord(number=f"S{each}") for each in range(shipments)),
    } | fields
    return DeliveryRecord(remote_id=remote_id, order_id=order, changed_at=at, **fields)


def an_invoice_line_record(position=1, **fields):
    fields = {
        "quantity": Decimal(2),
        "unit_price": Decimal("5.00"),
        "net_amount": Decimal("10.00"),
    } | fields
    return InvoiceLineRecord(position=position, **fields)


def an_invoice_record(remote_id="I1", *, customer="C1", at=NOON, **fields):
    fields = {
        "number": f"N-{remote_id}",
        "invoiced_on": date(2026, 3, 1),
        "due_on": date(2026, 3, 15),
        "currency": "EUR",
        "net_amount": Decimal("10.00"),
        "vat_amount": Decimal("2.55"),
        "gross_amount": Decimal("12.55"),
        "open_amount": Decimal("12.55"),
        "lines": (an_invoice_line_record(),),
    } | fields
    return InvoiceRecord(remote_id=remote_id, customer_id=customer, changed_at=at, **fields)


def a_settlement_record(remote_id="S1", *, invoice="I1", at=NOON, **fields):
    fields = {
        "number": f"N-{remote_id}",
        "kind": "receipt",
        "settled_on": date(2026, 3, 10),
        "currency": "EUR",
        "amount": Decimal("2.55"),
    } | fields
    return SettlementRecord(remote_id=remote_id, invoice_id=invoice, changed_at=at, **fields)


def a_document_record(remote_id="X1", *, about=Feed.ORDERS, about_id="O1", at=NOON, **fields):
    fields = {
        "number": f"N-{remote_id}",
        "kind": "order_confirmation",
        "name": "confirmation.pdf",
        "media_type": "application/pdf",
    } | fields
    return DocumentRecord(
        remote_id=remote_id, about=about, about_id=about_id, changed_at=at, **fields
    )


def a_deletion_record(about, deleted_id, *, at=NOON, **fields):
    fields = {"number": deleted_id} | fields
    return DeletionRecord(
        remote_id=f"X-{about}-{deleted_id}",
        about=about,
        deleted_id=deleted_id,
        changed_at=at,
        **fields,
    )
