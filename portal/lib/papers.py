"""What stands on a paper, as plain values: no rows, no queries, nothing that changes later.

Orders and invoices fill these in and say which of it their sheets show (`portal.lib.sheets`).
Amounts carry the ledger's sign unless a paper says otherwise.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from babel import Locale
from django.utils.translation import gettext_lazy as _

from portal.lib.money import round_amount

__all__ = [
    "BankAccount",
    "Letterhead",
    "PaperLine",
    "Party",
    "Totals",
    "VatRow",
    "address_lines",
    "fingerprint",
    "in_groups",
    "totals",
]

# Countries that write the town before the postal code, and their writing of it.
_TOWN_FIRST = frozenset({"AU", "BR", "CA", "GB", "IE", "NZ", "US"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Party:
    """Somebody a paper names: who gets it, whose goods, where to."""

    name: str
    lines: tuple[str, ...] = ()
    number: str = ""
    business_id: str = ""
    vat_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class BankAccount:
    receiver: str
    iban: str
    bic: str = ""
    bank: str = ""

    @property
    def iban_text(self) -> str:
        return in_groups(self.iban)


@dataclass(frozen=True, kw_only=True, slots=True)
class Letterhead:
    """The seller as it stands on its papers. `logo` is a PNG, JPEG or SVG file."""

    name: str
    legal_name: str = ""
    lines: tuple[str, ...] = ()
    business_id: str = ""
    vat_id: str = ""
    email: str = ""
    phone: str = ""
    website: str = ""
    logo: bytes = b""
    bank: BankAccount | None = None

    @property
    def sender(self) -> str:
        """One line above the receiver's address, as it shows in a window envelope."""
        return " · ".join((self.legal_name or self.name, *self.lines))


@dataclass(frozen=True, kw_only=True, slots=True)
class PaperLine:
    """One row of goods or services. Prices are None on papers without any."""

    position: int
    product_number: str = ""
    description: str = ""
    quantity: Decimal
    unit: str = ""
    unit_price: Decimal | None = None
    discount_percent: Decimal = Decimal(0)
    vat_rate: Decimal = Decimal(0)
    vat_category: str = ""
    net_amount: Decimal = Decimal(0)


@dataclass(frozen=True, kw_only=True, slots=True)
class VatRow:
    """What is sold at one rate in one category (UNCL 5305), and the VAT on it."""

    category: str
    rate: Decimal
    net_amount: Decimal
    vat_amount: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Totals:
    """The sums of a paper. `vat_rows` is empty where the lines do not add up to the net amount."""

    currency: str
    net_amount: Decimal
    vat_amount: Decimal
    gross_amount: Decimal
    vat_rows: tuple[VatRow, ...] = ()
    categories: tuple[str, ...] = ()

    @property
    def notes(self) -> list[str]:
        """What the law wants said about each category without VAT, in the current language."""
        return [str(LEGAL_NOTES[each]) for each in self.categories if each in LEGAL_NOTES]


LEGAL_NOTES = {
    "AE": _(
        "Reverse charge: the buyer is liable for the VAT (Articles 194 to 199, "
        "Directive 2006/112/EC)."
    ),
    "E": _("Exempt from VAT (Directive 2006/112/EC)."),
    "G": _("Exempt from VAT: export outside the EU (Article 146, Directive 2006/112/EC)."),
    "K": _(
        "Exempt from VAT: intra-Community supply, the buyer accounts for the VAT (Article 138, "
        "Directive 2006/112/EC)."
    ),
    "O": _("Outside the scope of VAT."),
}


def totals(
    lines: Iterable[PaperLine],
    *,
    currency: str,
    net_amount: Decimal,
    vat_amount: Decimal,
    gross_amount: Decimal,
) -> Totals:
    """The totals with VAT by rate and category.

    The given amounts are the truth. VAT is worked out on the sum of each rate; where rounding line
    by line made another total, the row with the most VAT takes the difference. Where the lines do
    not add up to the net amount, no breakdown would be true, and there is none.
    """
    nets: dict[tuple[str, Decimal], Decimal] = {}
    for line in lines:
        key = (line.vat_category, line.vat_rate.normalize())
        nets[key] = nets.get(key, Decimal(0)) + line.net_amount
    rows = []
    if nets and sum(nets.values()) == net_amount:
        vats = {
            (category, rate): round_amount(net * rate / 100, currency)
            for (category, rate), net in nets.items()
        }
        taken = max(vats, key=lambda each: abs(vats[each]))
        vats[taken] += vat_amount - sum(vats.values())
        rows = [
            VatRow(category=category, rate=rate, net_amount=net, vat_amount=vats[category, rate])
            for (category, rate), net in sorted(nets.items(), key=_highest_rate_first)
        ]
    return Totals(
        currency=currency,
        net_amount=net_amount,
        vat_amount=vat_amount,
        gross_amount=gross_amount,
        vat_rows=tuple(rows),
        categories=tuple(sorted({category for category, _rate in nets})),
    )


def address_lines(
    *,
    street: str,
    postal_code: str,
    city: str,
    country: str,
    home: str,
    language: str,
    street_2: str = "",
    region: str = "",
) -> tuple[str, ...]:
    """The lines under a name; the country, in capitals, only outside the home country."""
    if country in _TOWN_FIRST:
        town = " ".join(part for part in (city, region, postal_code) if part)
    else:
        town = " ".join(part for part in (postal_code, city) if part)
    name = ""
    if country != home:
        name = (Locale.parse(language).territories.get(country) or country).upper()
    return tuple(line for line in (street, street_2, town, name) if line)


def in_groups(code: str) -> str:
    """An IBAN or reference as people read it: RF and IBAN in fours, a national one in fives."""
    code = code.replace(" ", "")
    if not code.isdigit():
        return " ".join(code[start : start + 4] for start in range(0, len(code), 4))
    first = len(code) % 5
    groups = [code[:first], *(code[start : start + 5] for start in range(first, len(code), 5))]
    return " ".join(group for group in groups if group)


def fingerprint(values: Sequence[object]) -> str:
    """A hash of the values, equal for equal ones whatever the scale of their decimals, or the order
    of the keys in a mapping."""
    text = json.dumps(values, default=_plain, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} in a fingerprint")


def _highest_rate_first(row: tuple[tuple[str, Decimal], Decimal]) -> tuple[Decimal, str]:
    (category, rate), _net = row
    return -rate, category
