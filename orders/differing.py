"""What differs between two versions of an offer, line by line and word by word. Pure.

Lines carry no identity from one version to the next, so they are matched: first those that are
equal, then those of the same thing, last those that differ in their description alone. A line that
only moved to another place does not differ.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from orders.offering import OfferedLine

__all__ = [
    "ComparedVersion",
    "Differences",
    "LineChange",
    "WordChange",
    "differences",
]


class ComparedVersion(Protocol):
    """What a version says beside its lines."""

    @property
    def valid_on(self) -> date: ...

    @property
    def text(self) -> str: ...

    @property
    def terms(self) -> str: ...

    @property
    def closing(self) -> str: ...


@dataclass(frozen=True, slots=True)
class LineChange:
    """A line that is there in one version alone (None in the other), or differs in these fields."""

    before: Any
    after: Any
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WordChange:
    """Something beside the lines that differs: `name` is valid_on, text, terms or closing."""

    name: str
    before: str | date
    after: str | date


@dataclass(frozen=True, slots=True)
class Differences:
    """The lines in the order of the newer version, the removed ones after them; then the words."""

    lines: list[LineChange]
    words: list[WordChange]

    def __bool__(self) -> bool:
        return bool(self.lines or self.words)


_WORDS = ("valid_on", "text", "terms", "closing")
# What people read of a line; every line has these.
_FIELDS = (
    "product_number",
    "description",
    "kind",
    "quantity",
    "unit",
    "unit_price",
    "discount_percent",
    "vat_rate",
)


def _thing(line: OfferedLine) -> tuple[Any, ...]:
    return tuple(getattr(line, name) for name in _FIELDS[:2])


def _same(line: OfferedLine) -> Hashable:
    return tuple(getattr(line, name) for name in _FIELDS)


def _of_the_same_kind(line: OfferedLine) -> Hashable:
    return *_thing(line), line.kind


def _of_the_same_thing(line: OfferedLine) -> Hashable:
    return _thing(line)


def _of_the_same_product(line: OfferedLine) -> Hashable:
    return _thing(line)[0] or None


def _of_the_same_name(line: OfferedLine) -> Hashable:
    return _thing(line)[1]


def _called_otherwise(line: OfferedLine) -> Hashable:
    return tuple(getattr(line, name) for name in _FIELDS if name != "description")


# From what is surely the same line to what very likely is.
_MATCHES: tuple[Callable[[OfferedLine], Hashable], ...] = (
    _same,
    _of_the_same_kind,
    _of_the_same_thing,
    _of_the_same_product,
    _of_the_same_name,
    _called_otherwise,
)


def differences(
    before: ComparedVersion,
    after: ComparedVersion,
    *,
    lines_before: Sequence[OfferedLine],
    lines_after: Sequence[OfferedLine],
) -> Differences:
    """What somebody who knows the one version has to read of the other."""
    partners = _matched(lines_before, lines_after)
    places = {position: old.position for position, old in partners.items()}
    changes: list[LineChange] = []
    for line in lines_after:
        old = partners.get(line.position)
        if old is None:
            changes.append(LineChange(None, line))
        elif fields := _differing(old, line, places):
            changes.append(LineChange(old, line, fields))
    kept = {old.position for old in partners.values()}
    changes += [LineChange(old, None) for old in lines_before if old.position not in kept]
    return Differences(
        lines=changes,
        words=[
            WordChange(name, getattr(before, name), getattr(after, name))
            for name in _WORDS
            if getattr(before, name) != getattr(after, name)
        ],
    )


def _matched(before: Sequence[OfferedLine], after: Sequence[OfferedLine]) -> dict[int, OfferedLine]:
    """The older line of each newer one, by the newer one's position."""
    partners: dict[int, OfferedLine] = {}
    left = list(before)
    for key_of in _MATCHES:
        waiting: dict[Hashable, list[OfferedLine]] = defaultdict(list)
        for old in left:
            waiting[key_of(old)].append(old)
        for line in after:
            key = key_of(line)
            if key is not None and line.position not in partners and waiting[key]:
                partners[line.position] = waiting[key].pop(0)
        kept = {old.position for old in partners.values()}
        left = [old for old in left if old.position not in kept]
    return partners


def _differing(old: OfferedLine, line: OfferedLine, places: dict[int, int]) -> tuple[str, ...]:
    """The fields that differ; an alternative is to the same line wherever that one stands now."""
    fields = [name for name in _FIELDS if getattr(old, name) != getattr(line, name)]
    stands_for = places.get(line.instead_of) if line.instead_of else None
    if stands_for != old.instead_of and line.kind == old.kind == "alternative":
        fields.append("instead_of")
    return tuple(fields)
