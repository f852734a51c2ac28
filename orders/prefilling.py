"""What is filled in for people passes the form's own checks, or it is left out and told. Pure.

An ERP, an address book and an order of long ago hold telephone numbers, postal codes and amounts
that no form takes today. Filled in and then refused they would be our mistakes at their cost.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from orders.form_fields import CATALOGUE, SECTIONS, Level, Rules, Section
from orders.forms.rows import StopForm
from orders.forms.wish import Order, OrderForm

__all__ = ["LeftOut", "fitting", "fitting_place", "hint"]

# A question that one type hides may come back with another.
_EVERYTHING = Rules(dict.fromkeys([*map(str, SECTIONS), *CATALOGUE], Level.OPTIONAL))


@dataclass(frozen=True, kw_only=True, slots=True)
class LeftOut:
    """A value that was not filled in: its form and field, what people call the field, and why."""

    prefix: str
    name: str
    called: str
    value: str
    reason: str

    @property
    def words(self) -> str:
        return _("%(field)s: “%(value)s” was left out. %(reason)s") % {
            "field": self.called,
            "value": self.value,
            "reason": self.reason,
        }

    @property
    def hint(self) -> str:
        """The same at the field itself."""
        return _("“%(value)s” was left out. %(reason)s") % {
            "value": self.value,
            "reason": self.reason,
        }


def fitting(typed: Mapping[str, Any], *, order: Order) -> tuple[dict[str, Any], list[LeftOut]]:
    """What the form takes of what it would be filled with, and what was left out of what shows."""
    if not any(row.keys() - {"kind"} for row in _parts(typed)):
        return dict(typed), []
    drawn = OrderForm(typed, order=order, is_checked=False)
    shown = {(part.prefix, name) for part in drawn.forms for name in part.fields}
    taken, left_out = dict(typed), []
    # What one question is checked with may be hidden, such as the country of a telephone.
    for rules in (_EVERYTHING, order.rules):
        taken, refused = _checked(taken, order, rules)
        left_out += [each for each in refused if (each.prefix, each.name) in shown]
    return taken, left_out


def fitting_place(
    values: Mapping[str, str], *, stop: int, country: str
) -> tuple[dict[str, str], list[LeftOut]]:
    """The same of a place that one stop, counted from 1, is filled with; without days and times.

    A telephone of a place without a country is one of `country`, where whoever orders is.
    """
    prefix = f"stops-{stop}"
    form = StopForm(
        {f"{prefix}-{name}": value for name, value in values.items()},
        prefix=prefix,
        rules=_EVERYTHING,
        now=datetime(2000, 1, 1, tzinfo=UTC),
        zone=UTC,
        country=country,
    )
    taken, left_out = _fitting(form, values)
    # A stop takes everything from the place, also that there is nothing.
    return {name: taken.get(name, "") for name in values}, left_out


def hint(form: OrderForm, left_out: Sequence[LeftOut]) -> None:
    """Tell at the fields of a form what was left out there."""
    parts = {part.prefix: part for part in form.forms}
    for each in left_out:
        field = parts[each.prefix].fields[each.name]
        field.help_text = " ".join(filter(None, (str(field.help_text), each.hint)))


def _parts(typed: Mapping[str, Any]) -> Iterator[Mapping[str, str]]:
    yield typed["answers"]
    for section in (Section.STOPS, Section.GOODS, Section.PRODUCTS):
        yield from typed.get(section, ())


def _checked(
    typed: Mapping[str, Any], order: Order, rules: Rules
) -> tuple[dict[str, Any], list[LeftOut]]:
    # Where the country is not asked, it is known.
    known = {**typed, "answers": {"country": order.country, **typed["answers"]}}
    form = OrderForm(known, order=replace(order, rules=rules), is_checked=True)
    taken: dict[str, Any] = dict(typed)
    taken["answers"], left_out = _fitting(form.answers, typed["answers"])
    rows: dict[Section, Sequence[Any]] = {
        Section.STOPS: form.stops,
        Section.GOODS: form.goods,
        Section.PRODUCTS: form.products,
    }
    for section, parts in rows.items():
        # Which products are for sale is known where the form asks for them.
        asks = order.rules if section == Section.PRODUCTS else rules
        if not asks.shows(section):
            continue
        # A form passes over blank rows, in which nothing is wrong either.
        rows_read = typed.get(section, ())
        if len(parts) < len(rows_read):
            rows_read = (
                [row for row in rows_read if type(parts[0]).says_something(row)] if parts else []
            )
        pairs = [_fitting(part, row) for part, row in zip(parts, rows_read, strict=True)]
        fits = iter([row for row, _refused in pairs])
        taken[section] = [
            next(fits) if row in rows_read else dict(row) for row in typed.get(section, ())
        ]
        left_out += [each for _row, refused in pairs for each in refused]
    return taken, left_out


def _fitting(form: forms.Form, values: Mapping[str, str]) -> tuple[dict[str, str], list[LeftOut]]:
    row = getattr(form, "called", "")
    left_out = [
        LeftOut(
            prefix=str(form.prefix),
            name=name,
            called=", ".join(filter(None, (row, str(form.fields[name].label)))),
            value=str(values[name]),
            reason=" ".join(map(str, errors)),
        )
        for name, errors in form.errors.items()
        if values.get(name)
    ]
    gone = {each.name for each in left_out}
    return {name: value for name, value in values.items() if name not in gone}, left_out
