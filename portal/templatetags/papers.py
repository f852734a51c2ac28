"""How papers write figures and days: by the customs of the paper's language, as CLDR has them."""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_decimal
from django import template
from django.utils import timezone, translation

from portal.lib import papers
from portal.lib.money import decimals_of

register = template.Library()


@lru_cache(maxsize=16)
def _locale(language: str) -> Locale:
    # English is written the British way: 23 Nov 2026.
    return Locale.parse("en-GB" if language == "en" else language, sep="-")


def _current() -> Locale:
    return _locale(translation.get_language() or "en")


@register.filter
def amount(value: Decimal, currency: str) -> str:
    """1,824.30, with the decimals of the currency."""
    return _decimal(value, decimals_of(currency), decimals_of(currency))


@register.filter
def unit_price(value: Decimal, currency: str) -> str:
    """A price of one unit: at least the decimals of the currency, more where it has them."""
    return _decimal(value, decimals_of(currency), 7)


@register.filter
def quantity(value: Decimal) -> str:
    """A quantity, weight or volume without trailing zeros."""
    return _decimal(value, 0, 4)


@register.filter
def percent(value: Decimal) -> str:
    return f"{_decimal(value, 0, 4)}\N{NO-BREAK SPACE}%"


@register.filter
def day(value: date) -> str:
    return format_date(value, "medium", _current())


@register.filter
def moment(value: datetime) -> str:
    """A moment in the current zone, to the minute."""
    local = timezone.localtime(value)
    return f"{day(local.date())} {format_time(local, 'short', locale=_current())}"


@register.filter
def in_groups(code: str) -> str:
    return papers.in_groups(code)


def _decimal(value: Decimal, least: int, most: int) -> str:
    pattern = f"#,##0.{'0' * least}{'#' * (most - least)}" if most else "#,##0"
    return format_decimal(value, pattern, _current())
