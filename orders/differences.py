"""What two contents of an order differ in, field by field and in words. Pure.

A content is a mapping of sections: dictionaries of values by name, and lists of rows of such values
(`orders.contents`; what a confirmation said is one too, `orders.papers`). Rows are laid side by
side, so that one taken out of the middle is one difference.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Any

from django.db.models import Model
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.form_fields import LABELS
from orders.models import GoodsLine, Order, OrderLine, OrderRequest, OrderStop
from portal.lib import countries, phones
from portal.lib.dates import day_text, moment_text
from portal.lib.figures import money, quantity, unit_price

__all__ = ["Difference", "Told", "answers_told", "differences", "in_words"]

Content = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that is another one now, or a whole row that came or went (without a name).

    `row` counts from 1 and is the row's place in the new content, or in the old one where the row
    went; 0 stands for what is no row. What says nothing is None.
    """

    section: str
    row: int
    name: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Told:
    """A difference as people read it, in the current language."""

    where: str
    label: str
    before: str
    after: str

    @property
    def title(self) -> str:
        return ", ".join(filter(None, (self.where, self.label)))


def differences(before: Content, after: Content) -> list[Difference]:
    """What is different, in the order in which people read; nothing for equal contents.

    A content that was stored as JSON has lost its order, so the order is made here.
    """
    found = []
    for section in sorted({**before, **after}, key=_SECTIONS.index):
        old, new = before.get(section), after.get(section)
        if isinstance(old or new, Mapping):
            found += _of_values(section, 0, old or {}, new or {})
        else:
            found += _of_rows(section, old or [], new or [])
    return found


def in_words(found: Sequence[Difference]) -> list[Told]:
    """The differences in the current language; what is empty has a dash."""
    return [_told(each) for each in found]


def answers_told(answers: Content) -> list[tuple[str, str]]:
    """Question and answer in the current language, in the order in which people read."""
    names = sorted(answers, key=lambda name: _place("answers", name))
    return [(_label("answers", name), _value("answers", name, answers[name])) for name in names]


def _of_values(section: str, row: int, before: Content, after: Content) -> list[Difference]:
    return [
        Difference(section, row, name, before.get(name), after.get(name))
        for name in sorted({**before, **after}, key=lambda name: _place(section, name))
        if before.get(name) != after.get(name)
    ]


def _place(section: str, name: str) -> tuple[int, str]:
    """Where a value is read among those of its section: as its model has it, or as a form asks."""
    columns = [field.name for field in _MODELS[section]._meta.get_fields()]
    if name in columns:
        return columns.index(name), name
    return (len(columns) + list(LABELS).index(name) if name in LABELS else -1), name


def _of_rows(section: str, before: Sequence[Content], after: Sequence[Content]) -> list[Difference]:
    keys = [[json.dumps(row, sort_keys=True) for row in rows] for rows in (before, after)]
    found = []
    matcher = SequenceMatcher(a=keys[0], b=keys[1], autojunk=False)
    for what, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if what == "equal":
            continue
        paired = min(old_to - old_from, new_to - new_from)
        for step in range(paired):
            old, new = before[old_from + step], after[new_from + step]
            found += _of_values(section, new_from + step + 1, old, new)
        found += [
            Difference(section, place + 1, "", before[place], None)
            for place in range(old_from + paired, old_to)
        ]
        found += [
            Difference(section, place + 1, "", None, after[place])
            for place in range(new_from + paired, new_to)
        ]
    return found


_SECTIONS = ("paper", "answers", "stops", "goods", "products", "lines", "files")
_ROWS = {
    "stops": gettext_lazy("Stop %(number)s"),
    "goods": gettext_lazy("Goods row %(number)s"),
    "products": gettext_lazy("Product %(number)s"),
    "lines": gettext_lazy("Line %(number)s"),
    "files": gettext_lazy("File %(number)s"),
}
_MODELS: dict[str, type[Model]] = {
    "stops": OrderStop,
    "goods": GoodsLine,
    "products": OrderLine,
    "lines": OrderLine,
    "answers": OrderRequest,
    "paper": Order,
}
_LABELS = {
    **LABELS,
    "customer_reference": gettext_lazy("PO / reference"),
    "number": gettext_lazy("Product number"),
    "name": gettext_lazy("Product"),
    "ship_to": gettext_lazy("Deliver to"),
    "gross_amount": gettext_lazy("Total"),
    "note": gettext_lazy("Note"),
}
_DAYS = frozenset({"day", "requested_on"})
_MOMENTS = frozenset({"starts_at", "ends_at"})
_PHONES = frozenset({"phone", "contact_phone", "leader_phone"})
# Of lines, whose currency the whole content has: at least two decimals, as many as there are.
_PRICES = frozenset({"unit_price", "net_amount"})
_NOTHING = "\N{EN DASH}"


def _told(found: Difference) -> Told:
    where = str(_ROWS[found.section]) % {"number": found.row} if found.row else ""
    if found.name:
        return Told(
            where=where,
            label=_label(found.section, found.name),
            before=_value(found.section, found.name, found.before),
            after=_value(found.section, found.name, found.after),
        )
    return Told(
        where=where,
        label=_("new") if found.before is None else _("left out"),
        before=_NOTHING if found.before is None else _row(found.section, found.before),
        after=_NOTHING if found.after is None else _row(found.section, found.after),
    )


def _label(section: str, name: str) -> str:
    if _is_named_here(section, name):
        return str(_LABELS[name])
    return capfirst(str(_field(section, name).verbose_name))


def _value(section: str, name: str, value: Any) -> str:
    if value is None:
        return _NOTHING
    if value is True:
        return _("Yes")
    if name in _DAYS:
        return day_text(date.fromisoformat(value))
    if name in _MOMENTS:
        return moment_text(datetime.fromisoformat(value))
    if name in _PHONES:
        return phones.shown(value)
    if name == "gross_amount":
        amount, currency = value.split()
        return money(Decimal(amount), currency)
    if name in _PRICES:
        return unit_price(Decimal(value), "")
    if name == "country":
        return countries.name_of(value)
    if section in ("stops", "goods") and (choices := _field(section, name).flatchoices):
        return str(dict(choices).get(value, value))
    return quantity(Decimal(value)) if _is_decimal(section, name) else str(value)


def _row(section: str, row: Content) -> str:
    """A whole row in one line."""
    if section == "stops":
        names = ("kind", "name", "street", "postal_code", "city", "country", "day", "starts_at")
        return ", ".join(_value(section, name, row[name]) for name in names if name in row)
    figure = quantity(Decimal(row["quantity"])) if "quantity" in row else ""
    if section == "goods":
        package = _value(section, "package", row.get("package"))
        return " ".join(filter(None, (figure, package, row.get("description"))))
    name = row.get("name") or row.get("description") or row.get("number")
    return " ".join(filter(None, (figure, row.get("unit"), name)))


def _is_decimal(section: str, name: str) -> bool:
    if _is_named_here(section, name):
        return False
    return _field(section, name).get_internal_type() == "DecimalField"


def _is_named_here(section: str, name: str) -> bool:
    """Whether no column of the section's model has this name, or the model calls it otherwise."""
    return section in ("answers", "products", "paper") and name in _LABELS


def _field(section: str, name: str) -> Any:
    return _MODELS[section]._meta.get_field(name)
