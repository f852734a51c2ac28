"""How papers write figures and days: by the customs of the paper's language, as CLDR has them."""

from datetime import date
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal
from django.utils import translation

from portal.lib.money import decimals_of

__all__ = ["amount", "day", "money", "percent", "quantity", "unit_price"]


def amount(value: Decimal, currency: str) -> str:
    """1,824.30, with the decimals of the currency."""
    return _decimal(value, decimals_of(currency), decimals_of(currency))


def money(value: Decimal, currency: str) -> str:
    """The amount and its currency, never broken apart."""
    return f"{amount(value, currency)}\N{NO-BREAK SPACE}{currency}"


def unit_price(value: Decimal, currency: str) -> str:
    """A price of one unit: at least the decimals of the currency, more where it has them."""
    return _decimal(value, decimals_of(currency), 7)


def quantity(value: Decimal) -> str:
    """A quantity, weight or volume without trailing zeros."""
    return _decimal(value, 0, 4)


def percent(value: Decimal) -> str:
    return f"{_decimal(value, 0, 4)}\N{NO-BREAK SPACE}%"


def day(value: date) -> str:
    return _day(value, translation.get_language() or "en")


@lru_cache(maxsize=4096)
def _day(value: date, language: str) -> str:
    return format_date(value, "medium", _locale(language))


@lru_cache(maxsize=16)
def _locale(language: str) -> Locale:
    # English is written the British way: 23 Nov 2026.
    return Locale.parse("en-GB" if language == "en" else language, sep="-")


def _decimal(value: Decimal, least: int, most: int) -> str:
    pattern = f"#,##0.{'0' * least}{'#' * (most - least)}" if most else "#,##0"
    return format_decimal(value, pattern, _locale(translation.get_language() or "en"))
