"""Amounts of money: their columns, their scale by currency, how they are written and rounded.

The scale of a currency is CLDR's, as Babel carries it: two decimals for most, none for some (JPY),
three for a few (KWD).
"""

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache, partial

from babel.core import get_global
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

__all__ = [
    "amount_field",
    "amount_text",
    "decimals_of",
    "fits_scale",
    "is_currency",
    "money_text",
    "round_amount",
    "unit_price_field",
    "validate_scale",
]

# Amounts hold three decimals, enough for every circulating currency; unit prices four more.
amount_field = partial(models.DecimalField, max_digits=15, decimal_places=3)
unit_price_field = partial(models.DecimalField, max_digits=19, decimal_places=7)


@lru_cache(maxsize=512)
def decimals_of(currency: str) -> int:
    """How many decimals amounts of the currency have; two for a currency CLDR does not list."""
    fractions: dict[str, tuple[int, ...]] = get_global("currency_fractions")  # type: ignore[assignment]
    return fractions.get(currency, fractions["DEFAULT"])[0]


@lru_cache(maxsize=512)
def is_currency(code: str) -> bool:
    """Whether CLDR knows the code as a currency of today or earlier."""
    return code in get_global("all_currencies")


def round_amount(amount: Decimal, currency: str) -> Decimal:
    """The amount at its currency's scale, halves away from zero; zero has no sign."""
    return amount.quantize(Decimal(1).scaleb(-decimals_of(currency)), rounding=ROUND_HALF_UP) + 0


def amount_text(amount: Decimal, currency: str) -> str:
    """The amount at its currency's scale, without the currency: where a column head names it."""
    text = number_format(
        round_amount(amount, currency), decimals_of(currency), use_l10n=True, force_grouping=True
    )
    return text.replace("-", "\N{MINUS SIGN}")


def money_text(amount: Decimal, currency: str) -> str:
    """The amount and its currency, never broken apart."""
    return f"{amount_text(amount, currency)}\N{NO-BREAK SPACE}{currency}"


def fits_scale(amount: Decimal, currency: str) -> bool:
    """Whether the amount can be booked in the currency without rounding."""
    return amount == round_amount(amount, currency)


def validate_scale(amount: Decimal, currency: str) -> None:
    """Refuse an amount with more decimals than its currency has."""
    if not fits_scale(amount, currency):
        raise ValidationError(
            _("%(currency)s amounts have at most %(decimals)s decimals."),
            params={"currency": currency, "decimals": decimals_of(currency)},
            code="scale",
        )
