"""Taking over customers and addresses that another system owns.

Rows come with our own keys and point at our own rows. Each function writes all of its rows or none
and runs inside the caller's transaction; writing the same rows again changes nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from accounts.models import Address, Customer, Family, Mirrored
from portal.lib.db import Fit, merge
from portal.lib.money import decimals_of, fits_scale, is_currency
from portal.lib.sentences import sentence as _

__all__ = [
    "MirroredAddress",
    "MirroredCustomer",
    "families",
    "known_families",
    "mirror_addresses",
    "mirror_customers",
    "objection_to_address",
    "objection_to_amounts",
    "objection_to_customer",
    "objection_to_family",
    "remove",
    "step_aside",
]


class MirroredCustomer(NamedTuple):
    """A row of customers; no payer where it pays for itself."""

    id: int
    source: str
    changed_at: datetime
    read_at: datetime
    removed_at: None
    number: str
    name: str
    family_id: int | None
    payer_id: int | None
    group: str
    is_blocked: bool
    business_id: str
    vat_id: str
    contact: str
    email: str
    phone: str
    country: str
    language: str
    currency: str
    payment_terms: str
    delivery_terms: str
    credit_limit: Decimal | None
    credit_used: Decimal | None


class MirroredAddress(NamedTuple):
    id: int
    source: str
    changed_at: datetime
    read_at: datetime
    removed_at: None
    customer_id: int
    number: str
    kind: str
    name: str
    street: str
    street_2: str
    postal_code: str
    city: str
    region: str
    country: str
    contact: str
    phone: str
    email: str


_customer_fit = Fit(Customer, MirroredCustomer._fields)
_address_fit = Fit(Address, MirroredAddress._fields)
_family_fit = Fit(Family, ["statistics_id"])


def objection_to_customer(row: MirroredCustomer) -> str:
    """Why the row cannot be taken over, in plain words; empty when it can."""
    if words := _customer_fit.objection(row):
        return words
    if row.currency:
        return objection_to_amounts(row.currency, row.credit_limit, row.credit_used)
    return ""


def objection_to_address(row: MirroredAddress) -> str:
    """Why the row cannot be taken over, in plain words; empty when it can."""
    return _address_fit.objection(row)


def objection_to_amounts(currency: str, *amounts: Decimal | None) -> str:
    """Why amounts cannot be in this currency: it does not exist, or has fewer decimals."""
    if not is_currency(currency):
        return _("The currency “%(currency)s” does not exist.") % {"currency": currency[:10]}
    decimals = decimals_of(currency)
    for amount in amounts:
        # The exponent tells without arithmetic; a longer one may still end in zeros.
        if amount is None or amount.as_tuple().exponent >= -decimals:  # type: ignore[operator]
            continue
        if not fits_scale(amount, currency):
            return _("%(amount)s has more decimals than %(currency)s.") % {
                "amount": amount,
                "currency": currency,
            }
    return ""


def objection_to_family(statistics_id: str) -> str:
    """Why there cannot be such a family, in plain words; empty when there can, or when none is."""
    return _family_fit.objection([statistics_id]) if statistics_id else ""


def families(*, source: str, statistics_ids: Collection[str]) -> dict[str, int]:
    """The keys of the families with these statistics ids, made where there was none."""
    wanted = sorted(set(statistics_ids) - {""})
    if not wanted:
        return {}
    known = known_families(source=source, statistics_ids=wanted)
    missing = [statistics_id for statistics_id in wanted if statistics_id not in known]
    if missing:
        Family.objects.bulk_create(
            [Family(source=source, statistics_id=each) for each in missing], ignore_conflicts=True
        )
        known |= known_families(source=source, statistics_ids=missing)
    return known


def known_families(*, source: str, statistics_ids: Collection[str]) -> dict[str, int]:
    """The keys of those families with these statistics ids that there are."""
    found = Family.objects.filter(source=source, statistics_id__in=statistics_ids)
    return dict(found.values_list("statistics_id", "pk"))


def mirror_customers(rows: Sequence[MirroredCustomer], *, new: Collection[int]) -> None:
    """Write customers; `new` names keys that are not written yet."""
    merge(Customer, MirroredCustomer._fields, rows, stamps=("read_at",), new=new)


def mirror_addresses(rows: Sequence[MirroredAddress], *, new: Collection[int]) -> None:
    """Write addresses; `new` names keys that are not written yet."""
    merge(Address, MirroredAddress._fields, rows, stamps=("read_at",), new=new)


def remove(model: type[Mirrored], *, removed_at: Mapping[int, datetime]) -> None:
    """Mark the rows as removed by the ERP, each at its time. They stay: others point at them."""
    by_moment: dict[datetime, list[int]] = {}
    for object_id, moment in removed_at.items():
        by_moment.setdefault(moment, []).append(object_id)
    for moment, object_ids in by_moment.items():
        model._default_manager.filter(pk__in=object_ids).update(removed_at=moment)


def step_aside(model: Any, *, object_ids: Collection[int]) -> None:
    """Give up the numbers of removed rows that the ERP has given to new records.

    The old number stays readable in front of the row's own key.
    """
    removed = model._default_manager.filter(pk__in=object_ids, removed_at__isnull=False)
    for row in removed.order_by("pk"):
        own = f"~{row.pk}"
        row.number = f"{row.number[: 40 - len(own)]}{own}"
        row.save(update_fields=["number"])
