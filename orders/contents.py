"""What stands of an order and may be changed after it was sent, in plain values as JSON keeps them.

`answers` are the questions asked once, by name; `stops`, `goods` and `products` are lists of rows.
What says nothing is left out, decimals are texts without trailing zeros, moments are in UTC: the
same content is always the same value.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from orders.form_fields import CATALOGUE, Section
from orders.models import OfferVersion, Order, OrderLine, OrderRequest
from orders.services.ordering import way_of
from orders.wishes import GoodsWish, StopWish
from portal.lib.papers import fingerprint

__all__ = [
    "ANSWERS",
    "DECIMALS",
    "DETAILS",
    "MOMENTS",
    "OF_REQUEST",
    "Content",
    "answers_on_paper",
    "content_of",
    "fingerprint_of",
    "goods_of",
    "has_products",
    "offered_way",
    "said",
    "stops_of",
    "way_in",
    "with_clocks",
]

Content = dict[str, Any]

# Columns of the request that may be changed.
OF_REQUEST = (
    "contact_name",
    "contact_phone",
    "note_to_planner",
    "note_to_driver",
    "note_on_invoice",
)
# Answers kept in the request's details: passengers and equipment.
DETAILS = tuple(
    asked.name
    for asked in CATALOGUE.values()
    if asked.section in (Section.PEOPLE, Section.EQUIPMENT)
)
ANSWERS = ("customer_reference", *OF_REQUEST, *DETAILS)
# What a confirmation says beside stops, goods and prices.
ON_PAPER = (*DETAILS, "note_to_driver")
DECIMALS = frozenset(
    {
        "quantity",
        "gross_weight",
        "volume",
        "loading_metres",
        "lowest_temperature",
        "highest_temperature",
    }
)
MOMENTS = frozenset({"starts_at", "ends_at"})


def content_of(order: Order, request: OrderRequest) -> Content:
    """What stands now."""
    answers = {name: getattr(request, name) for name in OF_REQUEST}
    answers |= {name: request.details.get(name) for name in DETAILS}
    content: Content = {
        "answers": said({"customer_reference": order.customer_reference} | answers),
        **way_in(order),
    }
    lines = list(order.lines.order_by("position"))
    if has_products(request, lines):
        content["products"] = [
            said(
                {
                    "number": line.product_number,
                    "name": line.description,
                    "unit": line.unit,
                    "quantity": line.quantity,
                }
            )
            for line in lines
        ]
    return content


def way_in(order: Order) -> Content:
    """Where the order goes with what, as it stands now."""
    stops, goods = way_of(order)
    return {
        "stops": [said(asdict(stop)) for stop in stops],
        "goods": [said(asdict(row)) for row in goods],
    }


def offered_way(version: OfferVersion, order: Order) -> Content:
    """What a version offers to carry: as it was when it was sent. A draft follows its order, which
    orders made of the offer, and changes of them, may write anew."""
    return way_in(order) if version.way is None else dict(version.way)


def answers_on_paper(request: OrderRequest | None) -> Content:
    """The answers that the order's confirmation repeats; an order of an ERP has none."""
    if request is None:
        return {}
    kept = {**request.details, "note_to_driver": request.note_to_driver}
    return said({name: kept.get(name) for name in ON_PAPER})


def has_products(request: OrderRequest, lines: Sequence[OrderLine]) -> bool:
    """Whether the lines are products that were ordered, and no prices of an offer."""
    return bool(lines) and request.made_of_id is None and all(line.product_number for line in lines)


def fingerprint_of(content: Content) -> str:
    """Equal for equal contents."""
    return fingerprint([content])


def stops_of(content: Content) -> list[StopWish]:
    return [StopWish(**_read(row)) for row in content["stops"]]


def goods_of(content: Content) -> list[GoodsWish]:
    return [GoodsWish(**_read(row)) for row in content["goods"]]


def said(values: Mapping[str, Any]) -> Content:
    """The values that say something, as JSON keeps them."""
    return {
        name: _plain(value)
        for name, value in values.items()
        if value not in (None, "") and value is not False
    }


def with_clocks(stop: Content, zone: ZoneInfo) -> Content:
    """The stop with its times as a form asks for them: `starts` and `ends` of the zone's clocks."""
    clocks = {
        name.removesuffix("_at"): f"{datetime.fromisoformat(stop[name]).astimezone(zone):%H:%M}"
        for name in MOMENTS
        if name in stop
    }
    return stop | clocks


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, bool | int) else str(value)


def _read(row: Content) -> Content:
    """The row's values with their types again."""
    read: Content = {}
    for name, value in row.items():
        if name in DECIMALS:
            read[name] = Decimal(value)
        elif name in MOMENTS:
            read[name] = datetime.fromisoformat(value)
        elif name == "day":
            read[name] = date.fromisoformat(value)
        else:
            read[name] = value
    return read
