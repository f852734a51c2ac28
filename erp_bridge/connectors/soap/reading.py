"""From XML elements to the values of a record, one row at a time.

A row is either read whole or refused whole, with everything that is wrong with it, so that the
office sees it at once. What an ERP sends beyond the contract is passed over.

Text loses its outer blanks; in one-line texts, line breaks, tabs and special blanks become plain
ones. An empty element and an absent one are the same. Control characters are never dropped in
silence: they come from a broken conversion that may have damaged the letters beside them.
"""

import binascii
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from lxml import etree

from portal.lib.xml import REPLACED

__all__ = [
    "Leaf",
    "Many",
    "Part",
    "Shape",
    "Unfit",
    "base64",
    "boolean",
    "day",
    "decimal",
    "identifier",
    "integer",
    "key",
    "link",
    "matching",
    "may",
    "must",
    "one_of",
    "prose",
    "read",
    "shown",
    "stamp",
    "text",
]

_DECIMAL = re.compile(r"[+-]?(\d*)(?:\.(\d*))?", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d{1,12}", re.ASCII)
_STAMP = re.compile(r"(\d{4})-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)?", re.ASCII)
_DAY = re.compile(r"(\d{4})-\d\d-\d\d", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_LINK = re.compile(r"https?://[^\s\"<>\\]+", re.ASCII | re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
_BREAKS = re.compile(r"[\t\r\n]+")
_YEARS = range(1900, 2200)
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}

Reader = Callable[[str], Any]
Word = TypeVar("Word", bound=StrEnum)


class Unfit(ValueError):
    """A value is not what its field allows; `str()` continues a sentence that names the field."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """An element with text."""

    field: str
    read: Reader
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """An element whose own elements are fields of the record, with a prefix."""

    prefix: str
    leaves: Mapping[str, Leaf]


@dataclass(frozen=True, slots=True)
class Many:
    """An element that may repeat, each time a record of its own."""

    field: str
    shape: "Shape"


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """How one kind of row becomes a record. `check` names what contradicts itself in it."""

    elements: Mapping[str, Leaf | Part | Many]
    record: Callable[..., Any]
    check: Callable[[Any], Iterator[str]] = lambda _record: iter(())


def must(field: str, reader: Reader) -> Leaf:
    return Leaf(field, reader, is_required=True)


def may(field: str, reader: Reader) -> Leaf:
    return Leaf(field, reader)


def read(shape: Shape, row: etree._Element) -> tuple[Any, dict[str, Any], list[str]]:
    """The record, or None; the values that could be read; and what is wrong with the row."""
    values: dict[str, Any] = {}
    problems: list[str] = []
    _read_into(values, problems, shape.elements, row)
    if problems:
        return None, values, problems
    record = shape.record(**values)
    problems = list(shape.check(record))
    return (None if problems else record), values, problems


def _read_into(
    values: dict[str, Any],
    problems: list[str],
    elements: Mapping[str, Leaf | Part | Many],
    parent: etree._Element,
    *,
    prefix: str = "",
) -> None:
    seen: set[str] = set()
    for element in parent:
        name = element.tag
        kind = elements.get(name)
        if kind is None:
            continue
        if isinstance(kind, Many):
            repeated = values.setdefault(kind.field, [])
            record, _, found = read(kind.shape, element)
            repeated.append(record)
            problems += [f"{_local(name)} {len(repeated)}: {problem}" for problem in found]
            continue
        if name in seen:
            problems.append(f"{_local(name)} is there twice")
            continue
        seen.add(name)
        if isinstance(kind, Part):
            _read_into(values, problems, kind.leaves, element, prefix=kind.prefix)
            continue
        content = (element.text or "").strip()
        if len(element):
            problems.append(f"{_local(name)} holds other elements where a value is expected")
        elif content:
            try:
                values[prefix + kind.field] = kind.read(content)
            except Unfit as unfit:
                problems.append(f"{_local(name)} {unfit}")
        elif kind.is_required:
            problems.append(f"{_local(name)} is empty")
    problems += [
        f"{_local(name)} is missing"
        for name, kind in elements.items()
        if isinstance(kind, Leaf) and kind.is_required and name not in seen
    ]


def text(limit: int) -> Reader:
    """One line of at most `limit` characters."""

    def read_text(content: str) -> str:
        if not content.isprintable():
            content = " ".join(_clean(content).split())
        if len(content) > limit:
            raise Unfit(f"{_has(content)} has {len(content):,} characters; {limit} are allowed")
        return content

    return read_text


def prose(limit: int) -> Reader:
    """Text of several lines that nothing depends on: what is over the limit is cut, with "…"."""

    def read_prose(content: str) -> str:
        if not content.isprintable():
            content = _clean(content)
        return content if len(content) <= limit else content[: limit - 1].rstrip() + "…"

    return read_prose


def matching(pattern: str, words: str) -> Reader:
    matches = re.compile(pattern, re.ASCII).fullmatch

    def read_matching(content: str) -> str:
        if not matches(content):
            raise Unfit(f"{_has(content)} is not {words}")
        return content

    return read_matching


def one_of(*words: Word | str) -> Reader:
    by_word = {str(word): word for word in words}

    def read_word(content: str) -> Any:
        try:
            return by_word[content]
        except KeyError:
            raise Unfit(f"{_has(content)} is none of {', '.join(by_word)}") from None

    return read_word


def decimal(
    *, digits: int, places: int, least: int | None = None, most: int | None = None
) -> Reader:
    """A decimal number with at most so many digits, so many of them after its point."""

    def read_decimal(content: str) -> Decimal:
        match = _DECIMAL.fullmatch(content)
        if match is None or not (match[1] or match[2]):
            raise Unfit(f"{_has(content)} is not a decimal number")
        decimals = len((match[2] or "").rstrip("0"))
        if decimals > places:
            raise Unfit(f"{_has(content)} has more than {places} decimals")
        if len(match[1].lstrip("0")) + decimals > digits:
            raise Unfit(f"{_has(content)} has more than {digits} digits")
        value = Decimal(content)
        _hold(content, value, least, most)
        return value

    return read_decimal


def integer(*, least: int, most: int) -> Reader:
    def read_integer(content: str) -> int:
        if not _INTEGER.fullmatch(content):
            raise Unfit(f"{_has(content)} is not a whole number between {least:,} and {most:,}")
        value = int(content)
        _hold(content, value, least, most)
        return value

    return read_integer


def boolean(content: str) -> bool:
    try:
        return _BOOLEANS[content]
    except KeyError:
        raise Unfit(f"{_has(content)} is neither true nor false") from None


def stamp(content: str) -> datetime:
    """A moment with its offset, to the microsecond, in UTC."""
    match = _STAMP.fullmatch(content)
    if match is None:
        raise Unfit(f"{_has(content)} is not a moment such as 2026-01-31T09:30:00Z")
    if match[3] is None:
        raise Unfit(f"{_has(content)} does not tell its offset from UTC")
    if int(match[1]) not in _YEARS:
        raise Unfit(f"{_has(content)} is not between the years 1900 and 2199")
    try:
        return datetime.fromisoformat(content).astimezone(UTC)
    except ValueError:
        raise Unfit(f"{_has(content)} is no moment of the calendar") from None


def day(content: str) -> date:
    match = _DAY.fullmatch(content)
    if match is None:
        raise Unfit(f"{_has(content)} is not a day such as 2026-01-31")
    if int(match[1]) not in _YEARS:
        raise Unfit(f"{_has(content)} is not between the years 1900 and 2199")
    try:
        return date.fromisoformat(content)
    except ValueError:
        raise Unfit(f"{_has(content)} is no day of the calendar") from None


def identifier(content: str) -> str:
    """The ERP's key of a record, as it stands: nothing inside it is mended."""
    if not content.isprintable():
        raise Unfit(f"{_has(content)} holds characters that a key cannot have")
    if len(content) > 64:
        raise Unfit(f"{_has(content)} has {len(content):,} characters; 64 are allowed")
    return content


def key(content: str) -> UUID:
    if not _UUID.fullmatch(content):
        raise Unfit(f"{_has(content)} is not a UUID")
    return UUID(content)


def link(content: str) -> str:
    """An address that a page may offer to click on; only http and https."""
    if not _LINK.fullmatch(content):
        raise Unfit(f"{_has(content)} is not an http or https address")
    return content


def base64(content: str) -> bytes:
    """The bytes of a file; line breaks between the letters are allowed, nothing else is."""
    try:
        return binascii.a2b_base64("".join(content.split()), strict_mode=True)
    except ValueError:
        raise Unfit("is not in base64") from None


def shown(content: str, *, limit: int = 60) -> str:
    """The text as a message may carry it: on one line, cut, control characters as marks."""
    content = _CONTROL.sub("\ufffd", _BREAKS.sub(" ", content[: limit + 1]))
    return content if len(content) <= limit else content[:limit] + "…"


def _has(content: str) -> str:
    return f"“{shown(content)}”"


def _clean(content: str) -> str:
    if REPLACED in content or _CONTROL.search(content):
        raise Unfit(f"{_has(content)} holds control characters")
    return content


def _hold(
    content: str, value: Decimal | int, least: Decimal | int | None, most: Decimal | int | None
) -> None:
    if least is not None and value < least:
        raise Unfit(f"{_has(content)} is less than {least:,}")
    if most is not None and value > most:
        raise Unfit(f"{_has(content)} is more than {most:,}")


def _local(name: str) -> str:
    return name.rpartition("}")[2]
