"""Making several orders of one: by day, by stop, or in equal parts. Pure.

Each part has stops and goods of its own and takes one share of every priced line.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from orders.wishes import GoodsWish, StopWish
from portal.lib.errors import DomainError

__all__ = ["CannotSplit", "Part", "by_day", "by_stop", "in_parts", "whole"]

MOST_PARTS = 60
_QUANTITY = Decimal("0.001")


class CannotSplit(DomainError):
    """The order cannot be taken apart like this."""

    def __init__(self, reason):
        super().__init__(str(reason))
        self.user_message = reason


@dataclass(frozen=True, slots=True)
class Part:
    """One order to be: where it goes and what it takes along."""

    stops: tuple[StopWish, ...]
    goods: tuple[GoodsWish, ...]


def whole(stops: Sequence[StopWish], goods: Sequence[GoodsWish]) -> list[Part]:
    """One order for everything."""
    return [Part(tuple(stops), tuple(goods))]


def by_day(
    stops: Sequence[StopWish],
    goods: Sequence[GoodsWish],
    days: Sequence[date],
    *,
    zone: ZoneInfo,
) -> list[Part]:
    """The same way once for each day, which is that of the first stop; in the order of the days.

    The clock times of the zone stay, so a run at six stays at six when the clocks change. Raises
    CannotSplit without days, with one day twice, with too many, and for a way without a day.
    """
    first = next((stop.day for stop in stops if stop.day), None)
    if first is None:
        raise CannotSplit(_("No stop has a day to move."))
    if not days or len(set(days)) != len(days):
        raise CannotSplit(_("Give each day once."))
    _refuse_too_many(len(days))
    return [
        Part(tuple(_moved(stop, day - first, zone) for stop in stops), tuple(goods))
        for day in sorted(days)
    ]


def by_stop(stops: Sequence[StopWish], goods: Sequence[GoodsWish]) -> list[Part]:
    """One order for each place of delivery, with the pick-ups before it and the goods for it.

    Goods that name no stop go to the last. What is loaded at an earlier place of delivery, such as
    a return, is picked up there. Raises CannotSplit for fewer than two deliveries, for goods that
    are unloaded anywhere else, and where a delivery would get no goods although there are some.
    """
    deliveries = [place for place, stop in enumerate(stops, start=1) if stop.kind == "delivery"]
    if len(deliveries) < 2:
        raise CannotSplit(_("There is only one place of delivery."))
    _refuse_too_many(len(deliveries))
    for row in goods:
        if row.unloaded_at and row.unloaded_at not in deliveries:
            raise CannotSplit(
                _("“%(goods)s” is unloaded at stop %(stop)s, which is no place of delivery.")
                % {"goods": row.description or row.package, "stop": row.unloaded_at}
            )
    parts = []
    for place in deliveries:
        own = [row for row in goods if (row.unloaded_at or deliveries[-1]) == place]
        if goods and not own:
            raise CannotSplit(_("No goods are unloaded at stop %(stop)s.") % {"stop": place})
        kept: dict[int, StopWish] = {}
        for number, stop in enumerate(stops, start=1):
            if number == place or (number < place and stop.kind != "delivery"):
                kept[number] = stop
            elif any(row.loaded_at == number for row in own):
                kept[number] = replace(stop, kind="pickup")
        parts.append(Part(tuple(kept.values()), tuple(_renumbered(row, list(kept)) for row in own)))
    return parts


def in_parts(stops: Sequence[StopWish], goods: Sequence[GoodsWish], parts: int) -> list[Part]:
    """The same way so many times, each with an equal share of the goods.

    Whole numbers of packages stay whole; what is left over goes with the first orders. Weights and
    volumes are shared by quantity. Raises CannotSplit for fewer than two parts or too many, and
    when there are fewer packages than parts.
    """
    if parts < 2:
        raise CannotSplit(_("Give at least two parts."))
    _refuse_too_many(parts)
    shared = [_shared(row, parts) for row in goods]
    return [Part(tuple(stops), tuple(rows[number] for rows in shared)) for number in range(parts)]


def _refuse_too_many(parts: int) -> None:
    if parts > MOST_PARTS:
        raise CannotSplit(_("At most %(most)s orders can be made at once.") % {"most": MOST_PARTS})


def _moved(stop: StopWish, by: timedelta, zone: ZoneInfo) -> StopWish:
    def moved(moment: datetime | None) -> datetime | None:
        if moment is None:
            return None
        # Arithmetic on a local time keeps the hands of the clock; an hour that the clocks skip
        # on the new day becomes the one after it.
        return (moment.astimezone(zone) + by).astimezone(UTC)

    return replace(
        stop,
        day=stop.day + by if stop.day else None,
        starts_at=moved(stop.starts_at),
        ends_at=moved(stop.ends_at),
    )


def _renumbered(row: GoodsWish, kept: Sequence[int]) -> GoodsWish:
    """The row with the positions that its stops have among the kept ones."""
    places: dict[int, int] = {old: new for new, old in enumerate(kept, start=1)}
    return replace(
        row,
        loaded_at=places.get(row.loaded_at or 0),
        unloaded_at=places.get(row.unloaded_at or 0),
    )


def _shared(row: GoodsWish, parts: int) -> list[GoodsWish]:
    whole_number = row.quantity == row.quantity.to_integral_value()
    unit = Decimal(1) if whole_number else _QUANTITY
    if row.quantity < parts * unit:
        raise CannotSplit(
            _("“%(goods)s” has fewer packages than orders.")
            % {"goods": row.description or row.package}
        )
    quantities = _portions(row.quantity, parts, unit)

    def share(total: Decimal | None) -> Callable[[Decimal], Decimal | None]:
        if total is None:
            return lambda quantity: None
        return lambda quantity: (total * quantity / row.quantity).quantize(_QUANTITY)

    weight, volume, metres = share(row.gross_weight), share(row.volume), share(row.loading_metres)
    return [
        replace(
            row,
            quantity=quantity,
            gross_weight=weight(quantity),
            volume=volume(quantity),
            loading_metres=metres(quantity),
        )
        for quantity in quantities
    ]


def _portions(total: Decimal, parts: int, unit: Decimal) -> list[Decimal]:
    """Equal portions in whole units that add up to the total; the first ones take what is over."""
    portion = (total / parts).quantize(unit, rounding=ROUND_DOWN)
    over = int((total - portion * parts) / unit)
    return [portion + unit if number < over else portion for number in range(parts)]
