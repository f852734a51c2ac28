"""Rounding: euros to the cent, halves away from zero."""

from decimal import ROUND_HALF_UP, Decimal

__all__ = ["CURRENCY", "cents"]

CURRENCY = "EUR"


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
