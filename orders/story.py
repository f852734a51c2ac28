"""The story of an order: the stations it passed, with time and origin, and those still to come."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from orders.models import Order, OrderEvent
from orders.states import EventKind, Invoicing, OrderStatus
from portal.lib.dates import day_text

__all__ = ["Step", "progress", "story"]

WAY = (
    EventKind.REQUESTED,
    EventKind.OFFERED,
    EventKind.APPROVED,
    EventKind.RECEIVED,
    EventKind.HANDLED,
    EventKind.CONFIRMED,
    EventKind.PLANNED,
    EventKind.DEPARTED,
    EventKind.DELIVERED,
    EventKind.INVOICED,
)
# Stations that not every order passes: named when they were passed, never as still to come.
OPTIONAL = frozenset(
    {EventKind.REQUESTED, EventKind.OFFERED, EventKind.APPROVED, EventKind.HANDLED}
)
STATIONS = tuple(kind for kind in WAY if kind not in OPTIONAL)


@dataclass(frozen=True, slots=True)
class Step:
    """One station. `state` is past, now, next or bad; `at` is unknown where nobody told it."""

    label: Any
    state: str
    at: datetime | None = None
    detail: str = ""

    @property
    def is_current(self) -> bool:
        return self.state == "now"


def story(order: Order, events: Iterable[OrderEvent], *, expected_on: date | None) -> list[Step]:
    """The stations in their order. One that nobody told and a later one has passed is left out."""
    told: dict[str, list[OrderEvent]] = {}
    for event in events:
        told.setdefault(event.kind, []).append(event)
    reached = _reached(order, told)
    is_cancelled = order.status == OrderStatus.CANCELLED
    steps = []
    for position, kind in enumerate(WAY):
        if kind in told or position == reached:
            is_last = position == reached and not is_cancelled
            steps.append(_told(kind, told.get(kind, []), "now" if is_last else "past"))
        elif position > reached and not is_cancelled and kind not in OPTIONAL:
            steps.append(Step(kind.label, "next", detail=_outlook(kind, expected_on)))
    if EventKind.CHANGED in told:
        _put_in(steps, _told(EventKind.CHANGED, told[EventKind.CHANGED], "past"))
    if is_cancelled:
        steps.append(_told(EventKind.CANCELLED, told.get(EventKind.CANCELLED, []), "bad"))
    return steps


def progress(order: Order) -> tuple[int, int]:
    """How many stations of how many the order has passed, by its status alone.

    An offer that is not ordered yet has passed none.
    """
    passed = WAY[: _reached(order, {}) + 1]
    return len([kind for kind in passed if kind not in OPTIONAL]), len(STATIONS)


def _reached(order: Order, told: Iterable[str]) -> int:
    """The last station passed: the furthest of those told and the one of the status."""
    known = {WAY.index(EventKind(kind)) for kind in told if kind in WAY}
    if order.status != OrderStatus.CANCELLED:
        known.add(WAY.index(EventKind(order.status)))
    if order.invoicing == Invoicing.FULLY:
        known.add(WAY.index(EventKind.INVOICED))
    return max(known, default=-1)


def _put_in(steps: list[Step], change: Step) -> None:
    """A change is no station: it stands where it happened, after what was told before it."""
    place = 0
    for position, step in enumerate(steps, start=1):
        if step.at is not None and change.at is not None and step.at <= change.at:
            place = position
    steps.insert(place, change)


def _told(kind: EventKind, events: list[OrderEvent], state: str) -> Step:
    """A station that was passed; told by several, the first time counts and each is named."""
    first = min((event.happened_at for event in events), default=None)
    sources = [
        " · ".join(filter(None, (str(event.get_origin_display()), event.detail)))
        for event in sorted(events, key=lambda event: event.happened_at)
    ]
    return Step(kind.label, state, at=first, detail=", ".join(sources))


def _outlook(kind: EventKind, expected_on: date | None) -> str:
    if kind == EventKind.DELIVERED and expected_on is not None:
        return _("Expected %(day)s") % {"day": day_text(expected_on)}
    return _("After delivery") if kind == EventKind.INVOICED else ""
