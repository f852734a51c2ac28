"""Taking over products, orders, deliveries and their papers that another system owns.

Rows come with our own keys and point at our own rows. Each function writes all of its rows or none
and runs inside the caller's transaction; writing the same rows again changes nothing. Lines,
shipments and events are always all of their parent's.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.db.models import F, OuterRef, Subquery

from accounts.services.mirroring import objection_to_amounts
from orders.models import (
    Delivery,
    Order,
    OrderDocument,
    OrderEvent,
    OrderLine,
    Product,
    Shipment,
)
from orders.states import OrderOrigin
from portal.lib.db import Fit, merge, replace_children
from portal.lib.sentences import sentence as _

__all__ = [
    "MirroredDelivery",
    "MirroredEvent",
    "MirroredOrder",
    "MirroredOrderDocument",
    "MirroredOrderLine",
    "MirroredProduct",
    "MirroredShipment",
    "mirror_deliveries",
    "mirror_documents",
    "mirror_orders",
    "mirror_products",
    "objection_to_delivery",
    "objection_to_document",
    "objection_to_order",
    "objection_to_product",
    "orders_of_deliveries",
]


class MirroredProduct(NamedTuple):
    id: int
    source: str
    changed_at: datetime
    read_at: datetime
    removed_at: None
    number: str
    name: str
    description: str
    unit: str
    unit_price: Decimal | None
    currency: str
    vat_rate: Decimal | None
    is_active: bool


class MirroredOrder(NamedTuple):
    id: int
    source: str
    changed_at: datetime
    read_at: datetime
    removed_at: None
    number: str
    customer_id: int
    payer_id: int
    origin: str
    customer_reference: str
    status: str
    invoicing: str
    ordered_at: datetime
    requested_on: date | None
    currency: str
    net_amount: Decimal
    vat_amount: Decimal
    gross_amount: Decimal
    delivery_method: str
    delivery_terms: str
    note: str
    ship_to_name: str
    ship_to_street: str
    ship_to_postal_code: str
    ship_to_city: str
    ship_to_region: str
    ship_to_country: str


class MirroredOrderLine(NamedTuple):
    order_id: int
    position: int
    product_id: int | None
    product_number: str
    description: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    discount_percent: Decimal
    vat_rate: Decimal
    net_amount: Decimal
    delivered_quantity: Decimal
    invoiced_quantity: Decimal


class MirroredEvent(NamedTuple):
    order_id: int
    kind: str
    origin: str
    happened_at: datetime
    detail: str


class MirroredDelivery(NamedTuple):
    id: int
    source: str
    changed_at: datetime
    read_at: datetime
    removed_at: None
    number: str
    order_id: int
    method: str
    terms: str
    planned_on: date | None
    departed_at: datetime | None
    delivered_at: datetime | None


class MirroredShipment(NamedTuple):
    delivery_id: int
    position: int
    number: str
    forwarding_agent: str
    tracking_number: str
    tracking_url: str
    departed_at: datetime | None
    packages: int | None
    package_type: str
    net_weight: Decimal | None
    gross_weight: Decimal | None
    volume: Decimal | None


class MirroredOrderDocument(NamedTuple):
    id: int
    source: str
    changed_at: datetime
    read_at: datetime
    removed_at: None
    order_id: int
    delivery_id: int | None
    kind: str
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


_product_fit = Fit(Product, MirroredProduct._fields)
_order_fit = Fit(Order, MirroredOrder._fields)
_line_fit = Fit(OrderLine, MirroredOrderLine._fields)
_delivery_fit = Fit(Delivery, MirroredDelivery._fields)
_shipment_fit = Fit(Shipment, MirroredShipment._fields)
_document_fit = Fit(OrderDocument, MirroredOrderDocument._fields)


def objection_to_product(row: MirroredProduct) -> str:
    """Why the row cannot be taken over, in plain words; empty when it can."""
    words = _product_fit.objection(row)
    # Unit prices may be finer than the currency's amounts.
    return words or (objection_to_amounts(row.currency) if row.currency else "")


def objection_to_order(row: MirroredOrder, lines: Sequence[MirroredOrderLine]) -> str:
    """Why the order cannot be taken over, in plain words; empty when it can."""
    if words := _order_fit.objection(row):
        return words
    amounts = [row.net_amount, row.vat_amount, row.gross_amount]
    amounts += [line.net_amount for line in lines]
    if words := objection_to_amounts(row.currency, *amounts):
        return words
    if row.gross_amount != row.net_amount + row.vat_amount:
        return _("The amounts do not add up: %(net)s + %(vat)s is not %(gross)s.") % {
            "net": row.net_amount,
            "vat": row.vat_amount,
            "gross": row.gross_amount,
        }
    for line in lines:
        if words := _line_fit.objection(line):
            return _("Line %(position)s: %(words)s") % {"position": line.position, "words": words}
    return _twice(line.position for line in lines)


def objection_to_delivery(row: MirroredDelivery, shipments: Sequence[MirroredShipment]) -> str:
    """Why the delivery cannot be taken over, in plain words; empty when it can."""
    if words := _delivery_fit.objection(row):
        return words
    for shipment in shipments:
        if words := _shipment_fit.objection(shipment):
            return _("Shipment %(number)s: %(words)s") % {
                "number": shipment.number[:40],
                "words": words,
            }
    return ""


def objection_to_document(row: MirroredOrderDocument) -> str:
    """Why the paper cannot be listed, in plain words; empty when it can."""
    return _document_fit.objection(row)


def orders_of_deliveries(*, delivery_ids: Collection[int]) -> dict[int, int]:
    """The keys of the orders that the deliveries belong to."""
    return dict(Delivery.objects.filter(pk__in=delivery_ids).values_list("pk", "order_id"))


def mirror_products(rows: Sequence[MirroredProduct], *, new: Collection[int]) -> None:
    """Write products; `new` names keys that are not written yet."""
    merge(Product, MirroredProduct._fields, rows, stamps=("read_at",), new=new)


def mirror_orders(
    rows: Sequence[MirroredOrder],
    *,
    lines: Sequence[MirroredOrderLine],
    events: Sequence[MirroredEvent],
    new: Collection[int],
) -> None:
    """Write orders with all their lines and the ERP's events; `new` names keys not written yet.

    An order keeps the origin that it was born with, and events of other origins stay.
    """
    merge(Order, MirroredOrder._fields, rows, keep=("origin",), stamps=("read_at",), new=new)
    old = [row.id for row in rows if row.id not in new]
    replace_children(
        OrderLine,
        MirroredOrderLine._fields,
        lines,
        parent="order_id",
        within="position",
        of=old,
        new=new,
    )
    replace_children(
        OrderEvent,
        MirroredEvent._fields,
        events,
        parent="order_id",
        within="kind",
        of=old,
        new=new,
        among={"origin": OrderOrigin.ERP},
    )


def mirror_deliveries(
    rows: Sequence[MirroredDelivery],
    *,
    shipments: Sequence[MirroredShipment],
    new: Collection[int],
) -> None:
    """Write deliveries with all their shipments; `new` names keys that are not written yet.

    Papers follow a delivery that the ERP moved to another order.
    """
    merge(Delivery, MirroredDelivery._fields, rows, stamps=("read_at",), new=new)
    old = [row.id for row in rows if row.id not in new]
    replace_children(
        Shipment,
        MirroredShipment._fields,
        shipments,
        parent="delivery_id",
        within="position",
        of=old,
        new=new,
    )
    if old:
        order_now = Delivery.objects.filter(pk=OuterRef("delivery_id")).values("order_id")
        OrderDocument.objects.filter(delivery__in=old).exclude(
            order_id=F("delivery__order_id")
        ).update(order_id=Subquery(order_now))


def mirror_documents(rows: Sequence[MirroredOrderDocument]) -> None:
    """List papers. One that changed is listed anew and its bytes are fetched again when wanted."""
    merge(OrderDocument, MirroredOrderDocument._fields, rows, stamps=("read_at",))


def _twice(positions) -> str:
    seen: set[int] = set()
    for position in positions:
        if position in seen:
            return _("Line %(position)s comes twice.") % {"position": position}
        seen.add(position)
    return ""
