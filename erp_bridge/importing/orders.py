"""Products, orders with lines and events, deliveries with shipments."""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from erp_bridge.importing.importer import Desk, Importer, Objection, Ref
from erp_bridge.ports import DeliveryRecord, Feed, OrderRecord, ProductRecord
from orders.models import Delivery, Order, Product
from orders.services import mirroring
from orders.services.mirroring import (
    MirroredDelivery,
    MirroredEvent,
    MirroredOrder,
    MirroredOrderLine,
    MirroredProduct,
    MirroredShipment,
)
from orders.states import EventKind, Invoicing, OrderOrigin, OrderStatus
from portal.lib.sentences import sentence as _

__all__ = ["DELIVERIES", "ORDERS", "PRODUCTS"]

STATUS_OF_PROGRESS = {
    "entered": OrderStatus.RECEIVED.value,
    "confirmed": OrderStatus.CONFIRMED.value,
    "planned": OrderStatus.PLANNED.value,
    "departed": OrderStatus.DEPARTED.value,
    "delivered": OrderStatus.DELIVERED.value,
    "cancelled": OrderStatus.CANCELLED.value,
}
INVOICING = {state.value: state.value for state in Invoicing}
ERP = OrderOrigin.ERP.value


class WholeOrder(NamedTuple):
    order: MirroredOrder
    lines: list[MirroredOrderLine]
    events: list[MirroredEvent]


class WholeDelivery(NamedTuple):
    delivery: MirroredDelivery
    shipments: list[MirroredShipment]


def _product(record: ProductRecord, key: int, desk: Desk) -> MirroredProduct:
    row = MirroredProduct(
        id=key,
        source=desk.source,
        changed_at=record.changed_at,
        read_at=desk.read_at,
        removed_at=None,
        number=record.number,
        name=record.name,
        description=record.description,
        unit=record.unit,
        unit_price=record.unit_price,
        currency=record.currency,
        vat_rate=record.vat_rate,
        is_active=record.is_active,
    )
    if words := mirroring.objection_to_product(row):
        raise Objection(words)
    return row


def _write_products(rows: Sequence[MirroredProduct], new: Collection[int]) -> None:
    mirroring.mirror_products(rows, new=new)


def _customers_of(record: OrderRecord) -> Iterable[Ref]:
    yield Feed.CUSTOMERS, record.customer_id
    if record.payer_id:
        yield Feed.CUSTOMERS, record.payer_id


def _products_of(record: OrderRecord) -> Iterable[Ref]:
    for line in record.lines:
        if line.product_id:
            yield Feed.PRODUCTS, line.product_id


def _order(record: OrderRecord, key: int, desk: Desk) -> WholeOrder:
    status = STATUS_OF_PROGRESS.get(record.progress)
    if status is None:
        raise Objection(_("The progress “%s” is not known here.") % record.progress[:50])
    if record.invoicing not in INVOICING:
        raise Objection(_("The invoicing “%s” is not known here.") % record.invoicing[:50])
    order = MirroredOrder(
        id=key,
        source=desk.source,
        changed_at=record.changed_at,
        read_at=desk.read_at,
        removed_at=None,
        number=record.number,
        customer_id=desk.get(Feed.CUSTOMERS, record.customer_id),
        payer_id=desk.get(Feed.CUSTOMERS, record.payer_id or record.customer_id),
        origin=ERP,
        customer_reference=record.customer_reference,
        status=status,
        invoicing=record.invoicing,
        ordered_at=record.ordered_at,
        requested_on=record.requested_on,
        currency=record.currency,
        net_amount=record.net_amount,
        vat_amount=record.vat_amount,
        gross_amount=record.gross_amount,
        delivery_method=record.delivery_method,
        delivery_terms=record.delivery_terms,
        note=record.note,
        ship_to_name=record.ship_to_name,
        ship_to_street=record.ship_to_street,
        ship_to_postal_code=record.ship_to_postal_code,
        ship_to_city=record.ship_to_city,
        ship_to_region=record.ship_to_region,
        ship_to_country=record.ship_to_country,
    )
    lines = [
        MirroredOrderLine(
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
            line.net_amount,
            line.delivered_quantity,
            line.invoiced_quantity,
        )
        for line in record.lines
    ]
    if words := mirroring.objection_to_order(order, lines):
        raise Objection(words)
    return WholeOrder(order, lines, _events(record, key))


def _events(record: OrderRecord, key: int) -> list[MirroredEvent]:
    times = (
        (EventKind.RECEIVED.value, record.ordered_at),
        (EventKind.CONFIRMED.value, record.confirmed_at),
        (EventKind.PLANNED.value, record.planned_at),
        (EventKind.DEPARTED.value, record.departed_at),
        (EventKind.DELIVERED.value, record.delivered_at),
        (EventKind.INVOICED.value, record.invoiced_at),
        (EventKind.CANCELLED.value, record.cancelled_at),
    )
    return [MirroredEvent(key, kind, ERP, at, "") for kind, at in times if at is not None]


def _write_orders(wholes: Sequence[WholeOrder], new: Collection[int]) -> None:
    mirroring.mirror_orders(
        [whole.order for whole in wholes],
        lines=[line for whole in wholes for line in whole.lines],
        events=[event for whole in wholes for event in whole.events],
        new=new,
    )


def _order_of(record: DeliveryRecord) -> Iterable[Ref]:
    yield Feed.ORDERS, record.order_id


def _delivery(record: DeliveryRecord, key: int, desk: Desk) -> WholeDelivery:
    delivery = MirroredDelivery(
        id=key,
        source=desk.source,
        changed_at=record.changed_at,
        read_at=desk.read_at,
        removed_at=None,
        number=record.number,
        order_id=desk.get(Feed.ORDERS, record.order_id),
        method=record.method,
        terms=record.terms,
        planned_on=record.planned_on,
        departed_at=record.departed_at,
        delivered_at=record.delivered_at,
    )
    shipments = [
        MirroredShipment(
            key,
            position,
            shipment.number,
            shipment.forwarding_agent,
            shipment.tracking_number,
            shipment.tracking_url,
            shipment.departed_at,
            shipment.packages,
            shipment.package_type,
            shipment.net_weight,
            shipment.gross_weight,
            shipment.volume,
        )
        for position, shipment in enumerate(record.shipments, start=1)
    ]
    if words := mirroring.objection_to_delivery(delivery, shipments):
        raise Objection(words)
    return WholeDelivery(delivery, shipments)


def _write_deliveries(wholes: Sequence[WholeDelivery], new: Collection[int]) -> None:
    mirroring.mirror_deliveries(
        [whole.delivery for whole in wholes],
        shipments=[shipment for whole in wholes for shipment in whole.shipments],
        new=new,
    )


PRODUCTS = Importer(
    tables={"": Product}, build=_product, write=_write_products, has_unique_numbers=True
)
ORDERS = Importer(
    tables={"": Order},
    required=_customers_of,
    optional=_products_of,
    build=_order,
    write=_write_orders,
    has_unique_numbers=True,
)
DELIVERIES = Importer(
    tables={"": Delivery},
    required=_order_of,
    build=_delivery,
    write=_write_deliveries,
    has_unique_numbers=True,
)
