"""Orders: references, lines, totals, and how far each has come."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from erp_bridge.demo_erp.moments import at, next_workday
from erp_bridge.demo_erp.money import CURRENCY, cents
from erp_bridge.demo_erp.northwind import SourceOrder
from erp_bridge.demo_erp.records import Customer, Order, OrderLine, Product
from erp_bridge.demo_erp.rules.addresses import ship_to
from erp_bridge.demo_erp.rules.countries import Treatment, treatment, vat_amount

__all__ = [
    "delivery_method",
    "order_line",
    "orders",
    "repriced",
    "with_delivered",
    "with_invoiced",
]

FIRST_REFERENCE = 2000
CANCELLED_EVERY = 59
STILL_ENTERED = 6
STILL_CONFIRMED = 7

_NOTES = ("Call before delivery.", "Deliver to the back gate.", "Pallets must be returned.")


def orders(
    sources: Sequence[SourceOrder],
    customers: Mapping[str, Customer],
    products: Mapping[str, Product],
    *,
    as_of: datetime,
) -> list[Order]:
    """The orders as they stand before anything was sent or invoiced."""
    references = _references(sources)
    waiting = [source.id for source in sources if source.shipped_on is None]
    entered = set(waiting[-STILL_ENTERED:])
    confirmed = set(waiting[-STILL_ENTERED - STILL_CONFIRMED : -STILL_ENTERED])
    made = []
    for source in sources:
        order = _order(source, customers, products, references.get(source.id))
        if source.id % CANCELLED_EVERY == 0:
            made.append(_cancelled(order, source))
        elif source.id in entered:
            made.append(order)
        else:
            made.append(_moved_on(order, source, is_planned=source.id not in confirmed))
    return [replace(order, changed_at=min(_latest(order), as_of)) for order in made]


def order_line(
    position: int,
    product: Product,
    *,
    quantity: Decimal,
    unit_price: Decimal,
    discount_percent: Decimal,
    vat_rate: Decimal,
) -> OrderLine:
    return OrderLine(
        position=position,
        product_id=product.id,
        product_number=product.number,
        description=product.name,
        quantity=quantity,
        unit=product.unit,
        unit_price=unit_price,
        discount_percent=discount_percent,
        vat_rate=vat_rate,
        net_amount=net_amount(quantity, unit_price, discount_percent),
        delivered_quantity=Decimal(0),
        invoiced_quantity=Decimal(0),
    )


def net_amount(quantity: Decimal, unit_price: Decimal, discount_percent: Decimal) -> Decimal:
    return cents(quantity * unit_price * (100 - discount_percent) / 100)


def repriced(order: Order, lines: Iterable[OrderLine], tax: Treatment) -> Order:
    """The order with these lines and its totals by them."""
    lines = tuple(lines)
    net = sum((line.net_amount for line in lines), Decimal("0.00"))
    vat = vat_amount((line.net_amount for line in lines), tax.rate)
    return replace(order, lines=lines, net_amount=net, vat_amount=vat, gross_amount=net + vat)


def with_delivered(order: Order, positions: Iterable[int]) -> Order:
    """The order with the lines at these positions delivered in full."""
    sent = set(positions)
    return replace(
        order,
        lines=tuple(
            replace(line, delivered_quantity=line.quantity) if line.position in sent else line
            for line in order.lines
        ),
    )


def with_invoiced(order: Order, positions: Iterable[int], *, invoiced_at: datetime) -> Order:
    """The order with the lines at these positions invoiced in full."""
    billed = set(positions)
    lines = tuple(
        replace(line, invoiced_quantity=line.quantity) if line.position in billed else line
        for line in order.lines
    )
    is_all = all(line.invoiced_quantity == line.quantity for line in lines)
    return replace(
        order, lines=lines, invoicing="fully" if is_all else "partly", invoiced_at=invoiced_at
    )


def delivery_method(country: str | None, carrier: int) -> str:
    if country in {"AR", "BR", "CA", "MX", "US", "VE"}:
        return "Air freight" if carrier == 1 else "Sea freight"
    return "Road, tail lift" if carrier == 3 else "Road"


def _references(sources: Sequence[SourceOrder]) -> dict[int, str]:
    """The customers' own order numbers.

    Each customer's sixth, twelfth … order repeats the one before it, as call-offs of one purchase
    order do; each ninth has none.
    """
    references: dict[int, str] = {}
    seen: dict[str, int] = {}
    last: dict[str, str] = {}
    for index, source in enumerate(sources):
        count = seen[source.customer_id] = seen.get(source.customer_id, 0) + 1
        if count % 9 == 0:
            continue
        if count % 6:
            last[source.customer_id] = f"4500-{FIRST_REFERENCE + index}"
        references[source.id] = last[source.customer_id]
    return references


def _order(
    source: SourceOrder,
    customers: Mapping[str, Customer],
    products: Mapping[str, Product],
    reference: str | None,
) -> Order:
    customer = customers[source.customer_id]
    tax = treatment(customers[customer.pays_as].country)
    place = ship_to(source)
    ordered_at = at(source.ordered_on, 8 * 60 + source.id * 37 % 540)
    order = Order(
        id=f"O{source.id}",
        number=str(source.id),
        changed_at=ordered_at,
        customer_id=customer.id,
        payer_id=customer.payer_id,
        customer_reference=reference,
        progress="entered",
        invoicing="none",
        ordered_at=ordered_at,
        requested_on=source.requested_on,
        currency=CURRENCY,
        net_amount=Decimal(0),
        vat_amount=Decimal(0),
        gross_amount=Decimal(0),
        delivery_method=delivery_method(place.country, source.carrier),
        delivery_terms=customer.delivery_terms,
        note=_NOTES[source.id % 3] if source.id % 11 == 0 else None,
        ship_to=place,
    )
    lines = (
        order_line(
            position,
            products[str(line.product_id)],
            quantity=Decimal(line.quantity),
            unit_price=line.unit_price,
            discount_percent=line.discount_percent,
            vat_rate=tax.rate,
        )
        for position, line in enumerate(source.lines, start=1)
    )
    return repriced(order, lines, tax)


def _cancelled(order: Order, source: SourceOrder) -> Order:
    return replace(
        order, progress="cancelled", cancelled_at=at(next_workday(source.ordered_on), 10 * 60 + 30)
    )


def _moved_on(order: Order, source: SourceOrder, *, is_planned: bool) -> Order:
    """Confirmed the next workday, planned the one after; both earlier when it left sooner."""
    confirmed_at = at(next_workday(source.ordered_on), 9 * 60 + 15 + source.id % 60)
    planned_at = at(next_workday(next_workday(source.ordered_on)), 14 * 60)
    if source.shipped_on:
        left_at = at(source.shipped_on, 6 * 60)
        confirmed_at = min(confirmed_at, left_at - timedelta(minutes=30))
        planned_at = min(planned_at, left_at)
    if not is_planned:
        return replace(order, progress="confirmed", confirmed_at=confirmed_at)
    return replace(order, progress="planned", confirmed_at=confirmed_at, planned_at=planned_at)


def _latest(order: Order) -> datetime:
    times = (order.ordered_at, order.confirmed_at, order.planned_at, order.cancelled_at)
    return max(moment for moment in times if moment)
