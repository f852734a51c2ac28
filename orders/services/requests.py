"""Taking in what people order or ask for, in one transaction under the customer's lock."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from accounts.services import company, merging
from orders import pricing
from orders.models import (
    GoodsLine,
    Order,
    OrderAttachment,
    OrderEvent,
    OrderLine,
    OrderRequest,
    OrderStop,
    OrderType,
    Product,
)
from orders.states import EventKind, OrderStatus, RequestKind
from orders.wishes import GoodsWish, ProductWish, StopWish, Wish
from portal.lib.dates import start_of
from portal.lib.errors import DomainError

__all__ = [
    "NotForSale",
    "cut_off",
    "lines_of",
    "next_number",
    "place",
    "requested_on",
    "ship_to",
    "write_way",
]


class NotForSale(DomainError):
    """A product that is not for sale, or not any more."""

    user_message = _("One of the products cannot be ordered any more.")


@transaction.atomic
def place(*, wish: Wish, sent_by_id: int | None = None, now: datetime) -> OrderRequest:
    """Make the order or offer request that the wish describes, under a new number of our own.

    Where the customer was merged with another one meanwhile, the order is that one's.

    The same `sent_key` again gives the first request unchanged, whoever sends it and however often.
    Prices of products are the register's, in the customer's currency; a product without a price in
    it costs nothing until the office prices it. Raises NotForSale.
    """
    customer = merging.lock_standing(wish.customer_id)
    sent = OrderRequest.objects.filter(sent_key=wish.sent_key).select_related("order").first()
    if sent is not None:
        return sent

    is_order = wish.kind == RequestKind.ORDER
    currency = customer.currency or company.current().currency
    lines = lines_of(wish.products, currency=currency)
    sums = pricing.sums(lines, currency=currency)
    order = Order.objects.create(
        number=next_number(),
        customer=customer,
        payer_id=wish.payer_id or customer.payer_id or customer.pk,
        origin=wish.origin,
        customer_reference=wish.customer_reference,
        status=OrderStatus.RECEIVED if is_order else OrderStatus.REQUESTED,
        ordered_at=now,
        requested_on=requested_on(wish.stops),
        currency=currency,
        net_amount=sums.net,
        vat_amount=sums.vat,
        gross_amount=sums.gross,
        note=wish.note_on_invoice,
        **ship_to(wish.stops),
    )
    OrderEvent.objects.create(
        order=order,
        kind=EventKind.RECEIVED if is_order else EventKind.REQUESTED,
        origin=wish.origin,
        happened_at=now,
        detail=wish.contact_name[:200],
    )
    for line in lines:
        line.order = order
    OrderLine.objects.bulk_create(lines)
    write_way(order, stops=wish.stops, goods=wish.goods)
    OrderAttachment.objects.bulk_create(
        OrderAttachment(
            order=order, file_id=file_id, name=name, added_at=now, added_by_id=sent_by_id
        )
        for file_id, name in wish.attachments
    )
    return OrderRequest.objects.create(
        order=order,
        sent_key=wish.sent_key,
        kind=wish.kind,
        order_type_id=wish.order_type_id,
        sent_at=now,
        sent_by_id=sent_by_id,
        contact_name=wish.contact_name,
        contact_email=wish.contact_email,
        contact_phone=wish.contact_phone,
        language=wish.language,
        confirm_by=wish.confirm_by,
        payer=wish.payer,
        payer_note=wish.payer_note,
        note_to_planner=wish.note_to_planner,
        note_to_driver=wish.note_to_driver,
        note_on_invoice=wish.note_on_invoice,
        details=dict(wish.details),
        cut_off_at=cut_off(wish.stops, wish.order_type_id),
    )


def next_number() -> str:
    """A number of our own series, never given twice; gaps are left by what was rolled back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('orders_own_number')")
        return f"W{cursor.fetchone()[0]}"


def lines_of(products: Sequence[ProductWish], *, currency: str) -> list[OrderLine]:
    """The wanted products as lines at the register's prices, not saved; raises NotForSale."""
    known = Product.objects.for_sale().in_bulk([wish.product_id for wish in products])
    lines = []
    for position, wish in enumerate(products, start=1):
        product = known.get(wish.product_id)
        if product is None:
            raise NotForSale(f"product {wish.product_id}")
        unit_price = Decimal(0)
        if product.unit_price is not None and product.currency in ("", currency):
            unit_price = product.unit_price
        lines.append(
            OrderLine(
                position=position,
                product=product,
                product_number=product.number,
                description=product.name,
                quantity=wish.quantity,
                unit=product.unit,
                unit_price=unit_price,
                vat_rate=product.vat_rate or 0,
                net_amount=pricing.net_of(
                    quantity=wish.quantity,
                    unit_price=unit_price,
                    discount_percent=Decimal(0),
                    currency=currency,
                ),
            )
        )
    return lines


def write_way(order: Order, *, stops: Sequence[StopWish], goods: Sequence[GoodsWish]) -> None:
    """The order's stops and goods, in place of those that it has."""
    order.stops.all().delete()
    order.goods.all().delete()
    OrderStop.objects.bulk_create(
        OrderStop(order=order, position=position, **asdict(stop))
        for position, stop in enumerate(stops, start=1)
    )
    GoodsLine.objects.bulk_create(
        GoodsLine(order=order, position=position, **asdict(row))
        for position, row in enumerate(goods, start=1)
    )


def ship_to(stops: Sequence[StopWish]) -> dict[str, str]:
    """The last stop, where lists and papers say that the order goes; empty without stops."""
    last = stops[-1] if stops else StopWish(kind="")
    return {
        "ship_to_name": last.name,
        "ship_to_street": last.street,
        "ship_to_postal_code": last.postal_code,
        "ship_to_city": last.city,
        "ship_to_region": last.region,
        "ship_to_country": last.country,
    }


def requested_on(stops: Sequence[StopWish]) -> date | None:
    """The day of the last stop that has one."""
    return next((stop.day for stop in reversed(stops) if stop.day), None)


def cut_off(stops: Sequence[StopWish], order_type_id: int | None) -> datetime | None:
    """Until when changes may be asked for: the order type's hours before the first stop begins.

    A stop without a time begins with its day. Without a stop that has a day, or without a type,
    there is none: then until it is planned.
    """
    zone = ZoneInfo(company.current().time_zone)
    begins = [_begin(stop, zone) for stop in stops]
    first = min((moment for moment in begins if moment is not None), default=None)
    if first is None or order_type_id is None:
        return None
    hours = OrderType.objects.values_list("cut_off_hours", flat=True).get(pk=order_type_id)
    return first - timedelta(hours=hours)


def _begin(stop: StopWish, zone: ZoneInfo) -> datetime | None:
    if stop.starts_at is not None or stop.day is None:
        return stop.starts_at
    # In UTC, so that hours before it are hours also where the clocks change in between.
    return start_of(stop.day, zone).astimezone(UTC)
