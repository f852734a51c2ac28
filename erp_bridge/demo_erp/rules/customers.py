"""Customers: numbers, families, payers, groups, terms and credit limits."""

import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from erp_bridge.demo_erp.money import CURRENCY
from erp_bridge.demo_erp.northwind import SourceCustomer
from erp_bridge.demo_erp.records import Customer
from erp_bridge.demo_erp.rules.countries import CODES, HOME, LANGUAGES

__all__ = ["Terms", "credit_limit", "customers", "email", "terms_of"]

FIRST_NUMBER = 10001
FIRST_FAMILY = 7001
KEY_ORDERS = 15
LIMIT_STEP = 5000

# A family whose members sit in several countries; the other families share a city.
_ABROAD = ("ALFKI", "BERGS", "ERNSH", "WARTH", "WILMK")


@dataclass(frozen=True, kw_only=True)
class Terms:
    days: int
    discount_percent: Decimal = Decimal(0)
    discount_days: int = 0

    @property
    def words(self) -> str:
        if self.discount_percent:
            return (
                f"{self.days} days net, {self.discount_percent} % within {self.discount_days} days"
            )
        return f"{self.days} days net"


_TERMS = {
    "KEY": Terms(days=30, discount_percent=Decimal(2), discount_days=10),
    "TRADE": Terms(days=30),
    "RETAIL": Terms(days=14),
    "RESTRICTED": Terms(days=7),
}


def terms_of(customer: Customer) -> Terms:
    return _TERMS[customer.group or "RETAIL"]


def customers(
    sources: Sequence[SourceCustomer], *, orders: Mapping[str, int], stamp: datetime
) -> dict[str, Customer]:
    """All customers by id, given how many orders each has; credit is left for `credit_limit`."""
    families = _families(sources)
    blocked = {source.id for source in sources if orders.get(source.id, 0) < 2}
    made = {}
    for index, source in enumerate(sources):
        country = CODES[source.country]
        group = _group(country, orders.get(source.id, 0))
        made[source.id] = Customer(
            id=source.id,
            number=str(FIRST_NUMBER + index),
            changed_at=stamp,
            name=source.company,
            payer_id=_payer(source, sources, families, blocked),
            statistics_id=families.get(source.id),
            group=group,
            is_blocked=source.id in blocked,
            vat_id=source.vat_id,
            business_id=source.business_id,
            email=email(source.contact, source.company),
            phone=source.phone,
            contact=source.contact,
            country=country,
            language=LANGUAGES.get(country, "en"),
            currency=CURRENCY,
            payment_terms=_TERMS[group].words,
            delivery_terms=delivery_terms(country, source.city),
        )
    return made


def delivery_terms(country: str, city: str | None) -> str:
    """Incoterms: delivered in Europe, handed over in Helsinki for the rest of the world."""
    overseas = country in {"AR", "BR", "CA", "MX", "US", "VE"}
    return "FCA Helsinki" if overseas or not city else f"DAP {city}"


def credit_limit(turnover: Decimal, *, is_blocked: bool) -> Decimal:
    """A quarter of what was ordered so far, rounded up to the next 5,000; nothing when blocked."""
    if is_blocked:
        return Decimal(0)
    return Decimal(max(1, math.ceil(turnover / 4 / LIMIT_STEP)) * LIMIT_STEP)


def email(contact: str, company: str) -> str:
    """The contact's initial and last name at the company's first word."""
    first, *_, last = contact.split()
    return f"{_ascii(first)[0]}.{_ascii(last)}@{_ascii(company.split()[0])}.example"


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("ø", "o"))
    return "".join(letter for letter in plain.lower() if letter.isascii() and letter.isalnum())


def _families(sources: Sequence[SourceCustomer]) -> dict[str, str]:
    """Statistics ids by customer: one for each city with several customers, one for `_ABROAD`."""
    groups: dict[str, list[str]] = {"": list(_ABROAD)}
    for source in sources:
        if source.id not in _ABROAD:
            groups.setdefault(source.city, []).append(source.id)
    shared = sorted(group for group in groups.values() if len(group) > 1)
    return {
        member: str(FIRST_FAMILY + index) for index, group in enumerate(shared) for member in group
    }


def _payer(
    source: SourceCustomer,
    sources: Sequence[SourceCustomer],
    families: Mapping[str, str],
    blocked: set[str],
) -> str | None:
    """The first customer of the family in the same country that is not blocked, if another."""
    family = families.get(source.id)
    if family is None or source.id in blocked:
        return None
    relatives = [
        other.id
        for other in sources
        if families.get(other.id) == family
        and other.country == source.country
        and other.id not in blocked
    ]
    return relatives[0] if relatives[0] != source.id else None


def _group(country: str, orders: int) -> str:
    if country == "AR":
        return "RESTRICTED"
    if orders >= KEY_ORDERS:
        return "KEY"
    return "TRADE" if orders >= 6 or country == HOME else "RETAIL"
