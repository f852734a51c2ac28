"""An order as a new form's beginning: what was wanted then, with other days and no references.

`wanted` says what an order wants in texts that no language changes: ISO days, points in decimals.
Templates keep exactly that. `beginning` turns it into what somebody would have typed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from accounts.services import company
from orders.form_fields import Rules, Section
from orders.forms.rows import GoodsForm, ProductForm, RowForm, StopForm
from orders.forms.wish import DETAILS, AnswersForm
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
_NOT_AGAIN = frozenset({"answer_by", "reference", "day", "starts", "ends"})


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """What a new form starts with, the type it starts as, and what could not come along."""

    typed: Mapping[str, Any]
    order_type: OrderType | None
    left_out: Sequence[str]


def wanted(order: Order) -> Wanted:
    """What the order wants. Of an ERP's order: where it goes and its products."""
    request = OrderRequest.objects.filter(pk=order.pk).first()
    lines = order.lines.order_by("position")
    products = [
        {"number": line.product_number, "quantity": _plain(line.quantity)}
        for line in lines
        if line.product_number and line.quantity > 0
    ]
    found: Wanted = {"answers": {}, "stops": [], "goods": [], "products": products}
    found["unnamed"] = sum(not line.product_number for line in lines)
    if request is None:
        return found | {"stops": _ship_to(order)}
    answers = {name: getattr(request, name) for name in _ANSWERS}
    answers |= {name: request.details.get(name) for name in DETAILS if name not in _NOT_AGAIN}
    found["answers"] = _said(answers)
    zone = ZoneInfo(company.current().time_zone)
    found["stops"] = [_stop(stop, zone) for stop in order.stops.order_by("position")]
    found["goods"] = [
        _said({name: getattr(goods, name) for name in GoodsForm.base_fields})
        for goods in order.goods.order_by("position")
    ]
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
        "stops": _typed_rows(_moved(kept["stops"], day), StopForm),
        "goods": _typed_rows(kept["goods"], GoodsForm),
        "products": _typed_rows(products, ProductForm),
    }
    typed: Wanted = {section: found for section, found in rows.items() if found}
    typed["answers"] = _typed(kept["answers"], AnswersForm)
    return Beginning(typed=typed, order_type=order_type, left_out=left_out)


def _stop(stop: OrderStop, zone: ZoneInfo) -> Wanted:
    names = [name for name in StopForm.base_fields if name not in _NOT_AGAIN]
    clocks = {"starts": stop.starts_at, "ends": stop.ends_at}
    return _said(
        {name: getattr(stop, name) for name in names}
        | {"day": stop.day.isoformat() if stop.day else ""}
        | {name: _clock(moment, zone) for name, moment in clocks.items()}
    )


def _clock(moment: datetime | None, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%H:%M}" if moment else ""


def _ship_to(order: Order) -> list[Wanted]:
    stop = {
        name: getattr(order, f"ship_to_{name}")
        for name in ("name", "street", "postal_code", "city", "country")
    }
    return [{"kind": OrderStop.Kind.DELIVERY.value} | _said(stop)] if any(stop.values()) else []


def _said(values: Mapping[str, Any]) -> Wanted:
    """The values that say something, as texts."""
    return {
        name: "on" if value is True else _plain(value)
        for name, value in values.items()
        if value not in (None, "") and value is not False
    }


def _plain(value: Any) -> str:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


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


def _typed_rows(rows: Iterable[Wanted], form: type[RowForm]) -> list[Wanted]:
    return [_typed(row, form) for row in rows]


def _typed(row: Wanted, form: type[forms.Form]) -> Wanted:
    """The row as somebody types it in the current language."""
    return {
        name: number_format(Decimal(value), use_l10n=True, force_grouping=False)
        if form.base_fields[name].localize
        else value
        for name, value in row.items()
        if name in form.base_fields
    }
