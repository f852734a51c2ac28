"""What was typed into an order form, kept as it was typed. Pure.

`answers` are the questions asked once; `stops`, `goods` and `products` are lists of rows. Values
are texts, because a draft holds what is not valid yet.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings

from orders.form_fields import Section
from orders.forms.rows import GoodsForm, ProductForm, RowForm, StopForm, retyped
from orders.forms.wish import MOST_ROWS, AnswersForm

__all__ = ["ROWS", "act", "empty", "fill", "in_language", "read"]

Typed = dict[str, Any]

ROWS: dict[Section, type[RowForm]] = {
    Section.STOPS: StopForm,
    Section.GOODS: GoodsForm,
    Section.PRODUCTS: ProductForm,
}
_LONGEST = 5_000
_ROW = re.compile(r"(stops|goods|products)-(\d{1,4})-(\w+)")
_ACTION = re.compile(r"(stops|goods|products)\.(add|remove|copy|up|down)(?:\.(\d{1,4}))?")


def empty() -> Typed:
    """A form that nobody has filled in: a way from here to there, and one row of goods."""
    return {
        "answers": {},
        "stops": [{"kind": "pickup"}, {"kind": "delivery"}],
        "goods": [{}],
        "products": [{}],
    }


def read(posted: Mapping[str, str]) -> Typed:
    """The answers and rows of a posted form; names that no form has are passed over.

    Rows keep their order and close up, whatever their numbers were. Of a text longer than any
    field takes, the beginning is kept, and one row more than fit: enough to be refused.
    """
    typed: Typed = {"answers": {}, "stops": [], "goods": [], "products": []}
    rows: dict[str, dict[int, dict[str, str]]] = {str(section): {} for section in ROWS}
    for name, value in posted.items():
        text = value.replace("\x00", "")[:_LONGEST]
        question = name.removeprefix("answers-")
        if question != name and question in AnswersForm.base_fields:
            typed["answers"][question] = text
        elif match := _ROW.fullmatch(name):
            section, number, field = match[1], int(match[2]), match[3]
            # Present, though nothing may be ticked or typed in it.
            row = rows[section].setdefault(number, {})
            if field in ROWS[Section(section)].base_fields:
                row[field] = text
    for section, numbered in rows.items():
        in_order = [row for _number, row in sorted(numbered.items())]
        typed[section] = in_order[: MOST_ROWS[Section(section)] + 1]
    return typed


def act(typed: Typed, action: str) -> tuple[Typed, str]:
    """Add, remove, copy or move a row; and where on the page the eye should be afterwards.

    Actions are `stops.add`, `goods.copy.2` and the like, counted from 1. What makes no sense, such
    as moving the first row up or adding to a full section, changes nothing. Goods go along with
    the stops where they are loaded and unloaded.
    """
    match = _ACTION.fullmatch(action)
    if match is None:
        return typed, ""
    section, what, number = match[1], match[2], int(match[3] or 0)
    # Each row with the number that it had; a new one had none.
    rows = [(old, dict(row)) for old, row in enumerate(typed[section], start=1)]
    is_full = len(rows) >= MOST_ROWS[Section(section)]
    place = number - 1
    at = number
    if what == "add" and not is_full:
        rows.append((0, _new(section)))
        at = len(rows)
    elif 0 <= place < len(rows):
        if what == "remove":
            del rows[place]
            at = min(number, len(rows))
        elif what == "copy" and not is_full:
            rows.insert(number, (0, dict(rows[place][1])))
            at = number + 1
        elif what == "up" and place > 0:
            rows[place - 1], rows[place] = rows[place], rows[place - 1]
            at = number - 1
        elif what == "down" and number < len(rows):
            rows[place], rows[number] = rows[number], rows[place]
            at = number + 1
    acted = typed | {section: [row for _old, row in rows]}
    if section == Section.STOPS:
        numbers = {old: new for new, (old, _row) in enumerate(rows, start=1)}
        acted["goods"] = _along(
            typed["goods"],
            {str(old): str(numbers.get(old, "")) for old in range(1, len(typed[section]) + 1)},
        )
    return acted, f"{section}-{at}" if at else section


def _along(goods: Sequence[Mapping[str, str]], stops: Mapping[str, str]) -> list[dict[str, str]]:
    """The goods with the numbers that their `stops` have now, by those they had; "" for none."""
    way = GoodsForm.questions["way"]
    return [
        {name: stops.get(text.strip(), text) if name in way else text for name, text in row.items()}
        for row in goods
    ]


def in_language(typed: Mapping[str, Any], *, typed_in: str, language: str) -> Typed:
    """What was typed in one language, as somebody would type it in another.

    The same number has another form there, and the same text may be another number. What was typed
    in no known language stays as it is.
    """
    if typed_in == language or typed_in not in dict(settings.LANGUAGES):
        return dict(typed)
    languages = {"typed_in": typed_in, "language": language}
    answers = retyped(typed.get("answers", {}), AnswersForm, **languages)
    rows = {
        str(section): [retyped(row, form, **languages) for row in typed.get(section, ())]
        for section, form in ROWS.items()
    }
    return {**typed, "answers": answers, **rows}


def fill(typed: Typed, stop: int, values: Mapping[str, str]) -> Typed:
    """The form with these values in a stop, counted from 1; whatever else is in it stays."""
    stops = [
        {**row, **values} if number == stop else row
        for number, row in enumerate(typed["stops"], start=1)
    ]
    return typed | {"stops": stops}


def _new(section: str) -> dict[str, str]:
    return {"kind": "delivery"} if section == Section.STOPS else {}
