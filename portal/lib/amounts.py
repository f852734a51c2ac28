"""Amounts as people type them off a paper, whatever its language: 1 234,50 and 1,234.50 EUR.

A comma or a full stop may part thousands or decimals. Mostly the rest of the text tells which;
where it does not (1,234) an amount has two readings, and whoever compares tries both.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from portal.lib.money import is_currency

__all__ = ["NotAnAmount", "TypedAmount", "read_amount"]

# Spaces, apostrophes and signs of currencies say nothing about the amount.
_SAYS_NOTHING = re.compile(r"[\s'\u2019\u02bc\u00b4`€$£¥]|kr\.?", re.IGNORECASE)
_CURRENCY = re.compile(r"^([A-Z]{3})(?=[^A-Z])|(?<=[^A-Z])([A-Z]{3})$", re.IGNORECASE)
_MINUSES = str.maketrans("\u2212\u2013\u2014\u2010\u2011", "-----")
_LONGEST = 15  # digits, as the columns of amounts have


class NotAnAmount(ValueError):
    """The text is no amount in any of the ways people write one."""


@dataclass(frozen=True, slots=True)
class TypedAmount:
    """What was typed: its readings, without sign, and the currency where one was given."""

    readings: tuple[Decimal, ...]
    currency: str = ""

    def means(self, amount: Decimal, currency: str) -> bool:
        """Whether this is what a paper says; a credit memo's minus may be left out."""
        return abs(amount) in self.readings and self.currency in ("", currency)


def read_amount(text: str) -> TypedAmount:
    """The amount that was typed; raises NotAnAmount. The sign is read and dropped."""
    plain = unicodedata.normalize("NFKC", text).translate(_MINUSES).strip()
    currency = ""
    if (named := _CURRENCY.search(plain)) and is_currency(named.group().upper()):
        currency = named.group().upper()
        plain = plain[: named.start()] + plain[named.end() :]
    plain = _SAYS_NOTHING.sub("", plain)
    digits = "".join(_as_ascii(letter) for letter in plain)
    unsigned = re.fullmatch(r"[-+]?([0-9.,]+)|([0-9.,]+)-", digits)
    if unsigned is None:
        raise NotAnAmount(text)
    readings = tuple(
        reading for reading in _readings(unsigned[1] or unsigned[2]) if _is_bookable(reading)
    )
    if not readings:
        raise NotAnAmount(text)
    return TypedAmount(readings, currency)


def _readings(text: str) -> list[Decimal]:
    """What digits, commas and full stops may mean; nothing when they make no number."""
    marks = [mark for mark in text if mark in ".,"]
    if not marks:
        return [Decimal(text)]
    last = marks[-1]
    whole, _mark, decimals = text.rpartition(last)
    if len(set(marks)) == 2:
        # The last one parts the decimals, and there is one of its kind.
        other = marks[0]
        is_sound = marks.count(last) == 1 and other != last and _is_grouped(whole, other)
        return [Decimal(f"{whole.replace(other, '')}.{decimals}")] if is_sound and decimals else []
    if len(marks) > 1:
        return [Decimal(text.replace(last, ""))] if _is_grouped(text, last) else []
    if not decimals:
        return [Decimal(whole)] if whole else []
    read = [Decimal(f"{whole or 0}.{decimals}")]
    if _is_grouped(text, last) and not whole.startswith("0"):
        read.insert(0, Decimal(whole + decimals))
    return read


def _is_grouped(text: str, mark: str) -> bool:
    """Whether the marks part groups of three digits."""
    return re.fullmatch(rf"[0-9]{{1,3}}(?:{re.escape(mark)}[0-9]{{3}})+", text) is not None


def _is_bookable(amount: Decimal) -> bool:
    return len(amount.as_tuple().digits) <= _LONGEST


def _as_ascii(letter: str) -> str:
    """The digit in Western form, whatever script it is typed in."""
    return str(unicodedata.decimal(letter)) if letter.isdecimal() else letter
