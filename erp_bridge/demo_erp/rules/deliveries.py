"""Deliveries and their shipments: part deliveries, carriers, tracking, weights."""

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from erp_bridge.demo_erp.moments import at, day_of, on_or_after_workday
from erp_bridge.demo_erp.records import Delivery, Order, OrderLine, Shipment
from erp_bridge.demo_erp.rules.countries import transit_days
from erp_bridge.demo_erp.rules.products import unit_weight

__all__ = [
    "delivered_at",
    "departed_at",
    "expected_on",
    "parts",
    "planned",
    "positions",
    "shipment",
]

NUMBER_OFFSET = 70000
PALLET = Decimal(250)
PARCEL = Decimal(12)
KILOGRAMS_IN_A_CUBIC_METRE = Decimal(240)


def parts(order: Order) -> list[tuple[int, ...]]:
    """The positions of each delivery: two of them when an order with a number that five divides
    has three lines or more."""
    places = [line.position for line in order.lines]
    if len(places) >= 3 and _serial(order) % 5 == 0:
        half = math.ceil(len(places) / 2)
        return [tuple(places[:half]), tuple(places[half:])]
    return [tuple(places)]


def positions(order: Order, delivery: Delivery) -> tuple[int, ...]:
    """Which lines of the order the delivery brings."""
    part = int(delivery.number.rpartition("-")[2])
    return parts(order)[part - 1]


def planned(order: Order, part: int, *, planned_on: date, stamp: datetime) -> Delivery:
    """A delivery that has not left; parts count from 1."""
    number = f"{_serial(order) + NUMBER_OFFSET}-{part}"
    return Delivery(
        id=f"D{number}",
        number=number,
        changed_at=stamp,
        order_id=order.id,
        method=order.delivery_method,
        terms=order.delivery_terms,
        planned_on=planned_on,
    )


def departed_at(order: Order, part: int, shipped_on: date) -> datetime:
    """The second part leaves a week after the first."""
    day = shipped_on + timedelta(weeks=1) if part > 1 else shipped_on
    return at(day, 6 * 60 + 40 + _serial(order) % 120)


def expected_on(order: Order, departed: datetime) -> date:
    country = order.ship_to.country if order.ship_to else None
    return on_or_after_workday(day_of(departed) + timedelta(days=transit_days(country)))


def delivered_at(order: Order, departed: datetime) -> datetime:
    return at(expected_on(order, departed), 11 * 60 + _serial(order) % 180)


def shipment(
    order: Order,
    delivery: Delivery,
    *,
    number: int,
    carrier: int,
    carriers: Mapping[int, str],
    departed: datetime,
) -> Shipment:
    """What one lorry takes; every ninth has no tracking."""
    brought = set(positions(order, delivery))
    net = _weight([line for line in order.lines if line.position in brought])
    on_pallets = net > PALLET / 2
    packages = math.ceil(net / (PALLET if on_pallets else PARCEL))
    gross = net + packages * (Decimal(22) if on_pallets else Decimal("0.6"))
    agent = carriers[carrier]
    tracking = None if number % 9 == 0 else _tracking(agent, number)
    return Shipment(
        number=str(number),
        forwarding_agent=agent,
        tracking_number=tracking,
        tracking_url=tracking and _tracking_url(agent, tracking),
        departed_at=departed,
        packages=packages,
        package_type="EUR pallet" if on_pallets else "box",
        net_weight=net,
        gross_weight=gross,
        volume=(gross / KILOGRAMS_IN_A_CUBIC_METRE).quantize(Decimal("0.001")),
    )


def _serial(order: Order) -> int:
    return int(order.number)


def _weight(lines: Sequence[OrderLine]) -> Decimal:
    return sum((line.quantity * unit_weight(line.product_id) for line in lines), Decimal("0.00"))


def _tracking(agent: str, number: int) -> str:
    digits = f"{number * 7919 * 104729 % 10**11:011}"
    prefix = "".join(letter for letter in agent.upper() if letter.isalpha())[:3]
    return f"{prefix} {digits[:4]} {digits[4:8]} {digits[8:]}"


def _tracking_url(agent: str, tracking: str) -> str:
    return f"https://track.{agent.split()[0].lower()}.example/{tracking.replace(' ', '')}"
