"""What lines cost: net amounts, VAT and sums. Pure; amounts in one currency.

Every amount is rounded to the currency's smallest unit, halves away from zero, line by line: the
net amount of a line first, then its VAT on the rounded net (EN 16931 sums VAT by rate; lines that
are rounded alone add up to what people see on the paper).
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple, Protocol

from portal.lib.money import round_amount

__all__ = ["LARGEST", "Priced", "Sums", "net_of", "sums", "vat_of"]

# A line's net amount is below it, so that the most lines together still fit the columns.
LARGEST = Decimal(10) ** 9


class Priced(Protocol):
    """A line that has its net amount and the rate of its VAT in percent."""

    @property
    def net_amount(self) -> Decimal: ...

    @property
    def vat_rate(self) -> Decimal: ...


class Sums(NamedTuple):
    net: Decimal
    vat: Decimal
    gross: Decimal


def net_of(
    *, quantity: Decimal, unit_price: Decimal, discount_percent: Decimal, currency: str
) -> Decimal:
    """Quantity times price less the discount in percent, rounded once at the end."""
    return round_amount(quantity * unit_price * (100 - discount_percent) / 100, currency)


def vat_of(net_amount: Decimal, *, rate: Decimal, currency: str) -> Decimal:
    """The VAT on a rounded net amount at a rate in percent."""
    return round_amount(net_amount * rate / 100, currency)


def sums(lines: Iterable[Priced], *, currency: str) -> Sums:
    """Net, VAT and total of the lines; zeros for none."""
    net = vat = Decimal(0)
    for line in lines:
        net += line.net_amount
        vat += vat_of(line.net_amount, rate=line.vat_rate, currency=currency)
    return Sums(net, vat, net + vat)
