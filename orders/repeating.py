"""An order as a new form's beginning: what was wanted then, with other days and no references.

`wanted` says what an order wants in texts that no language changes: ISO days, points in decimals.
Templates keep exactly that. `beginning` turns it into what somebody would have typed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from accounts.services import company
from orders.contents import content_of, said, with_clocks
from orders.form_fields import Rules, Section
from orders.forms.rows import GoodsForm, ProductForm, RowForm, StopForm, as_typed
from orders.forms.wish import DETAILS, MOST_ROWS, AnswersForm
from orders.models import Order, OrderRequest, OrderStop, OrderType, Product

__all__ = ["Beginning", "beginning", "wanted"]

Wanted = dict[str, Any]

_ANSWERS = (
    "kind",
    "confirm_by",
    "payer",
    "payer_note",
    "note_to_planner",
    "note_to_driver",
    "note_on_invoice",
)
# Of one order alone, so that nothing old goes along unseen.
_NOT_AGAIN = frozenset({"answer_by", "reference"})


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """What a new form starts with, the type it starts as, and what could not come along."""

    typed: Mapping[str, Any]
    order_type: OrderType | None
    left_out: Sequence[str]


def wanted(order: Order) -> Wanted:
    """What the order wants. Of an ERP's order: where it goes and its products."""
    request = OrderRequest.objects.filter(pk=order.pk).first()
    lines = list(order.lines.order_by("position"))
    products = [
        said({"number": line.product_number, "quantity": line.quantity})
        for line in lines
        if line.product_number and line.quantity > 0
    ]
    found: Wanted = {"answers": {}, "stops": [], "goods": [], "products": products}
    if request is None:
        unnamed = sum(not line.product_number for line in lines)
        return found | {"stops": _ship_to(order), "unnamed": unnamed}
    answers = {name: getattr(request, name) for name in _ANSWERS}
    answers |= {name: request.details.get(name) for name in DETAILS if name not in _NOT_AGAIN}
    content = content_of(order, request)
    zone = ZoneInfo(company.current().time_zone)
    found["answers"] = said(answers)
    found["stops"] = [_asked(with_clocks(row, zone), StopForm) for row in content["stops"]]
    found["goods"] = [_asked(row, GoodsForm) for row in content["goods"]]
    return found


def beginning(
    kept: Wanted,
    *,
    order_type: OrderType | None,
    types: Iterable[OrderType],
    day: date | None = None,
) -> Beginning:
    """What was wanted, as a new form of one of the types; the first stop on `day`, if one is given.

    What is not to be had any more is left out and told: products that are not for sale, lines that
    are no product, a type that is not offered.
    """
    left_out = []
    if order_type is not None and order_type not in types:
        left_out.append(
            _("“%(type)s” is not offered here any more. Choose another order type.")
            % {"type": order_type.name}
        )
        order_type = None
    if order_type is None:
        order_type = _fitting(kept, types)
    products, gone = _for_sale(kept["products"])
    left_out += [
        _("Product %(number)s cannot be ordered any more and was left out.") % {"number": number}
        for number in gone
    ]
    if kept.get("unnamed"):
        left_out.append(_("Lines without a product number were left out."))
    if products and order_type and not Rules(order_type.fields).shows(Section.PRODUCTS):
        left_out.append(_("This form has no place for the products, so they were left out."))
    rows = {
        "stops": [as_typed(row, StopForm) for row in _moved(kept["stops"], day)],
        "goods": [as_typed(row, GoodsForm) for row in kept["goods"]],
        "products": [as_typed(row, ProductForm) for row in products],
    }
    for section, found in rows.items():
        most = MOST_ROWS[Section(section)]
        if len(found) > most:
            left_out.append(
                _("%(section)s: the first %(most)s rows came along, no more fit into one order.")
                % {"section": Section(section).label, "most": most}
            )
    typed: Wanted = {
        section: found[: MOST_ROWS[Section(section)]] for section, found in rows.items() if found
    }
    typed["answers"] = as_typed(kept["answers"], AnswersForm)
    return Beginning(typed=typed, order_type=order_type, left_out=left_out)


def _asked(row: Wanted, form: type[RowForm]) -> Wanted:
    """What the form asks of the row, without what was of one order alone."""
    return {
        name: value
        for name, value in row.items()
        if name in form.base_fields and name not in _NOT_AGAIN
    }


def _ship_to(order: Order) -> list[Wanted]:
    stop = {
        name: getattr(order, f"ship_to_{name}")
        for name in ("name", "street", "postal_code", "city", "country")
    }
    return [{"kind": OrderStop.Kind.DELIVERY.value} | said(stop)] if any(stop.values()) else []


def _fitting(kept: Wanted, types: Iterable[OrderType]) -> OrderType | None:
    """The first type that has a place for the products; without products the first of all."""
    wants_products = bool(kept["products"]) and not kept["goods"]
    fitting = [
        order_type
        for order_type in types
        if not wants_products or Rules(order_type.fields).shows(Section.PRODUCTS)
    ]
    return next(iter(fitting or types), None)


def _for_sale(rows: Sequence[Wanted]) -> tuple[list[Wanted], list[str]]:
    known = Product.objects.for_sale().numbered(row["number"] for row in rows) if rows else {}
    return (
        [row for row in rows if row["number"].upper() in known],
        [row["number"] for row in rows if row["number"].upper() not in known],
    )


def _moved(stops: Sequence[Wanted], day: date | None) -> list[Wanted]:
    """The stops with the first on `day` and the others as many days after it; else without days."""
    days = [date.fromisoformat(stop["day"]) for stop in stops if "day" in stop]
    moved = []
    for stop in stops:
        row = {name: value for name, value in stop.items() if name != "day"}
        if day is not None and "day" in stop:
            row["day"] = (day + (date.fromisoformat(stop["day"]) - days[0])).isoformat()
        moved.append(row)
    if day is not None and moved and not days:
        moved[0]["day"] = day.isoformat()
    return moved
