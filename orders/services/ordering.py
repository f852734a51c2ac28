"""Making plannable orders of an approved offer."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from typing import Any, TypeVar
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.services import audit, merging
from orders import offering, pricing
from orders.models import (
    GoodsLine,
    Offer,
    OfferDecision,
    OfferLine,
    Order,
    OrderEvent,
    OrderLine,
    OrderRequest,
    OrderStop,
)
from orders.services import requests
from orders.splitting import Part
from orders.states import EventKind, OfferState, OrderOrigin, OrderStatus, RequestKind
from orders.wishes import GoodsWish, StopWish
from portal.lib.errors import DomainError

__all__ = ["NotApproved", "create_orders", "way_of", "ways_of"]

_QUANTITY = Decimal("0.0001")
Wished = TypeVar("Wished", StopWish, GoodsWish)
Split = Callable[[Sequence[StopWish], Sequence[GoodsWish]], Sequence[Part]]


class NotApproved(DomainError):
    """Orders are made of an offer that is approved, and of nothing else."""

    user_message = _("The offer is not approved, so no orders were made.")


def way_of(order: Order) -> tuple[list[StopWish], list[GoodsWish]]:
    """The order's stops and goods as plain values, ready to be taken apart."""
    return (
        [_plain(StopWish, row) for row in order.stops.order_by("position")],
        [_plain(GoodsWish, row) for row in order.goods.order_by("position")],
    )


def ways_of(order_ids: Iterable[int]) -> dict[int, tuple[list[StopWish], list[GoodsWish]]]:
    """The same of many orders, by their keys; two queries."""
    ways: dict[int, tuple[list[StopWish], list[GoodsWish]]] = {key: ([], []) for key in order_ids}
    for stop in OrderStop.objects.filter(order__in=ways).order_by("position"):
        ways[stop.order_id][0].append(_plain(StopWish, stop))
    for row in GoodsLine.objects.filter(order__in=ways).order_by("position"):
        ways[row.order_id][1].append(_plain(GoodsWish, row))
    return ways


@transaction.atomic
def create_orders(
    *, order_id: int, split: Split, user_id: int, now: datetime
) -> tuple[list[Order], bool]:
    """Make the orders that `split` takes the way apart into, and say that they are new.

    Once: a second call gives the orders that are there already, however it would split. The first
    order is the offer's own row, under the number that the customer knows; the further ones carry
    it with -2, -3 … Each takes its share of every ordered line, and all shares together are the
    approved total to the cent. Raises NotApproved, and what `split` raises.

    The customer is locked before the order: a merge would not see the orders that are being made.
    """
    of_order = Order.objects.filter(pk=order_id).values_list("customer_id", flat=True)
    merging.lock_standing(of_order.get())
    first = Order.objects.locked().get(pk=order_id)
    offer = Offer.objects.locked().select_related(None).filter(pk=order_id).first()
    if offer is not None and offer.state == OfferState.ORDERED:
        return _made_of(offer), False
    if offer is None or offer.live is None or offer.state != OfferState.APPROVED:
        raise NotApproved(f"offer {order_id}")

    decision = (
        offer.live.decisions.filter(kind=OfferDecision.Kind.APPROVED)
        .order_by("-decided_at")
        .first()
    )
    if decision is None:
        raise NotApproved(f"offer {order_id} has no approval")
    parts = split(*way_of(first))
    lines = offering.ordered(list(offer.live.lines.order_by("position")), decision.chosen)
    request = OrderRequest.objects.locked().get(pk=order_id)
    shares = [_shares(line, len(parts), offer.live.currency) for line in lines]
    orders = [first, *(_sibling(first, number) for number in range(2, len(parts) + 1))]
    for number, (order, part) in enumerate(zip(orders, parts, strict=True)):
        _write(order, part, [share[number] for share in shares], currency=offer.live.currency)
        order.move_to(OrderStatus.RECEIVED)
        order.save()
        OrderEvent.objects.update_or_create(
            order=order,
            kind=EventKind.RECEIVED,
            origin=OrderOrigin.OFFICE,
            defaults={"happened_at": now},
        )
        _give_request(
            order,
            request,
            made_of_id=offer.pk,
            cut_off_at=requests.cut_off(part.stops, request.order_type_id),
            handled_by_id=user_id,
            handled_at=now,
        )

    offer.state = OfferState.ORDERED
    offer.save(update_fields=["state"])
    audit.record(
        kind="orders_created",
        subject=first.number,
        customer_id=first.customer_id,
        after={"orders": [order.number for order in orders]},
        now=now,
    )
    return orders, True


def _made_of(offer: Offer) -> list[Order]:
    return list(Order.objects.filter(request__made_of=offer).order_by("pk"))


def _sibling(first: Order, number: int) -> Order:
    """Another order of the same customer and terms, not written yet."""
    copied = {
        field.attname: getattr(first, field.attname)
        for field in Order._meta.concrete_fields
        if not field.primary_key and not field.generated
    }
    return Order(**copied | {"number": f"{first.number}-{number}"})


def _write(
    order: Order, part: Part, shares: list[tuple[OrderLine, Decimal]], *, currency: str
) -> None:
    """The part's way and lines in place of what the order had; its amounts are their sums.

    VAT is the sum of the shares of it: worked out anew on smaller amounts, it would round anew.
    """
    lines = [line for line, _vat in shares]
    order.currency = currency
    order.net_amount = sum((line.net_amount for line in lines), Decimal(0))
    order.vat_amount = sum((vat for _line, vat in shares), Decimal(0))
    order.gross_amount = order.net_amount + order.vat_amount
    if part.stops:
        order.requested_on = requests.requested_on(part.stops)
        for name, value in requests.ship_to(part.stops).items():
            setattr(order, name, value)
    order.save()
    order.lines.all().delete()
    for line in lines:
        line.order = order
    OrderLine.objects.bulk_create(lines)
    requests.write_way(order, stops=part.stops, goods=part.goods)


def _give_request(order: Order, request: OrderRequest, **own: Any) -> None:
    """The order's own request: that of the offer but for what is the order's `own`."""
    own["kind"] = RequestKind.ORDER
    if order.pk == request.pk:
        OrderRequest.objects.filter(pk=order.pk).update(**own)
        return
    copied = {
        field.attname: getattr(request, field.attname)
        for field in OrderRequest._meta.concrete_fields
        if not field.primary_key and field.name not in {"key", "sent_key"}
    }
    OrderRequest.objects.create(**copied | {"order_id": order.pk, "sent_key": uuid4()} | own)


def _shares(line: OfferLine, parts: int, currency: str) -> list[tuple[OrderLine, Decimal]]:
    """The line in equal shares, each with its VAT; what cannot be shared goes into the last."""
    quantity = (line.quantity / parts).quantize(_QUANTITY, rounding=ROUND_DOWN)
    quantities = [quantity] * (parts - 1) + [line.quantity - quantity * (parts - 1)]
    amounts = offering.shares(line.net_amount, parts, currency=currency)
    vat = pricing.vat_of(line.net_amount, rate=line.vat_rate, currency=currency)
    vats = offering.shares(vat, parts, currency=currency)
    lines = [
        OrderLine(
            position=line.position,
            product_id=line.product_id,
            product_number=line.product_number,
            description=line.description,
            quantity=share,
            unit=line.unit,
            unit_price=line.unit_price,
            discount_percent=line.discount_percent,
            vat_rate=line.vat_rate,
            net_amount=amount,
        )
        for share, amount in zip(quantities, amounts, strict=True)
    ]
    return list(zip(lines, vats, strict=True))


def _plain(kind: type[Wished], row: Any) -> Wished:
    return kind(**{field.name: getattr(row, field.name) for field in fields(kind)})
