"""Countries as the ERP codes them, and how a sale to each is taxed from Finland.

The payer's country decides: at home the standard rate; inside the Union the buyer accounts for the
tax (K); elsewhere it is an export (G).
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from erp_bridge.demo_erp.money import cents

__all__ = ["CODES", "HOME", "LANGUAGES", "Treatment", "transit_days", "treatment", "vat_amount"]

HOME = "FI"
STANDARD_RATE = Decimal("25.5")

CODES = {
    "Argentina": "AR",
    "Austria": "AT",
    "Belgium": "BE",
    "Brazil": "BR",
    "Canada": "CA",
    "Denmark": "DK",
    "Finland": "FI",
    "France": "FR",
    "Germany": "DE",
    "Ireland": "IE",
    "Italy": "IT",
    "Mexico": "MX",
    "Norway": "NO",
    "Poland": "PL",
    "Portugal": "PT",
    "Spain": "ES",
    "Sweden": "SE",
    "Switzerland": "CH",
    "UK": "GB",
    "USA": "US",
    "Venezuela": "VE",
}

LANGUAGES = {
    "AR": "es",
    "AT": "de",
    "BE": "fr",
    "BR": "pt",
    "CH": "de",
    "DE": "de",
    "DK": "da",
    "ES": "es",
    "FI": "fi",
    "FR": "fr",
    "IT": "it",
    "MX": "es",
    "NO": "nb",
    "PL": "pl",
    "PT": "pt",
    "SE": "sv",
    "VE": "es",
}

# ISO 3166-1 codes of the member states; Greece is GR there and EL in VAT ids.
_UNION = frozenset(
    {
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
        *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
    }
)


class Treatment(NamedTuple):
    category: str
    rate: Decimal


def treatment(country: str | None) -> Treatment:
    if country == HOME:
        return Treatment("S", STANDARD_RATE)
    return Treatment("K" if country in _UNION else "G", Decimal(0))


def vat_amount(net_amounts: Iterable[Decimal], rate: Decimal) -> Decimal:
    """The tax of one category: the rate on the sum of its lines, rounded once."""
    return cents(sum(net_amounts, Decimal(0)) * rate / 100)


def transit_days(country: str | None) -> int:
    if country == HOME:
        return 1
    return 3 if country in _UNION else 8
