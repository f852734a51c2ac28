"""Orders as an ERP has them, with deliveries and papers."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import count

from accounts.models import DocumentState
from accounts.services import stored_files
from orders.models import Delivery, Order, OrderDocument, OrderEvent, OrderLine, Shipment
from tests.builders.accounts import a_customer

_numbers = count(1)

NOON = datetime(2026, 11, 16, 10, tzinfo=UTC)
PDF = b"%PDF-1.7 a paper of tests"


def an_order(customer=None, number=None, *, net="100", vat="25.50", **fields):
    customer = customer or a_customer()
    fields = {
        "source": "erp",
        "payer": customer,
        "ordered_at": NOON,
        "currency": "EUR",
        "net_amount": Decimal(net),
        "vat_amount": Decimal(vat),
        "gross_amount": Decimal(net) + Decimal(vat),
        "changed_at": NOON,
        "read_at": NOON,
    } | fields
    number = number or f"{50000 + next(_numbers)}"
    return Order.objects.create(customer=customer, number=number, **fields)


def a_line(order, *, net="100", vat_rate="25.5", **fields):
    position = order.lines.count() + 1
    fields = {
        "description": f"Line {position}",
        "quantity": Decimal(1),
        "unit": "pcs",
        "unit_price": Decimal(net),
        "vat_rate": Decimal(vat_rate),
        "net_amount": Decimal(net),
    } | fields
    return OrderLine.objects.create(order=order, position=position, **fields)


def an_event(order, kind, happened_at=NOON, *, origin="erp", **fields):
    return OrderEvent.objects.create(
        order=order, kind=kind, happened_at=happened_at, origin=origin, **fields
    )


def a_delivery(order, number=None, **fields):
    number = number or f"{80000 + next(_numbers)}"
    fields = {"source": order.source, "changed_at": NOON, "read_at": NOON} | fields
    return Delivery.objects.create(order=order, number=number, **fields)


def a_shipment(delivery, **fields):
    position = delivery.shipments.count() + 1
    fields = {"number": f"{60000 + next(_numbers)}"} | fields
    return Shipment.objects.create(delivery=delivery, position=position, **fields)


def a_paper(order, kind="confirmation", *, content=None, **fields):
    """A paper known from the ERP's list; with content, one whose bytes have been fetched."""
    fields = {
        "source": order.source,
        "name": f"{kind} {order.number}",
        "number": order.number,
        "media_type": "application/pdf",
        "issued_at": NOON,
        "changed_at": NOON,
        "read_at": NOON,
    } | fields
    if content is not None:
        file = stored_files.keep(content=content, media_type=fields["media_type"], now=NOON)
        fields |= {"state": DocumentState.STORED, "file": file, "size": len(content)}
    return OrderDocument.objects.create(order=order, kind=kind, **fields)
