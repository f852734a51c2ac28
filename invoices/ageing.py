"""What is open and for how long: pure arithmetic on open items.

An item is overdue from the day after its due date. Credit to use is never overdue, so it stands in
a column of its own and hides no overdue invoice; the total takes it into account.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from invoices.states import InvoiceKind

__all__ = ["Ageing", "OpenItem", "age"]


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenItem:
    """An invoice or credit memo as it stood on a day, with what was left of it then."""

    number: str
    kind: str
    order_number: str = ""
    customer_number: str
    customer_name: str
    customer_reference: str = ""
    invoiced_on: date
    due_on: date
    currency: str
    gross_amount: Decimal
    open_amount: Decimal

    @property
    def is_credit_memo(self) -> bool:
        return self.kind == InvoiceKind.CREDIT_MEMO

    def days_overdue(self, on: date) -> int:
        """Days since the due date; 0 as long as it is not overdue, and for a credit memo."""
        return 0 if self.is_credit_memo else max((on - self.due_on).days, 0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ageing:
    """Open amounts of one currency by how long they are overdue. Credit is negative."""

    currency: str
    not_due: Decimal = Decimal(0)
    to_30_days: Decimal = Decimal(0)
    to_60_days: Decimal = Decimal(0)
    to_90_days: Decimal = Decimal(0)
    over_90_days: Decimal = Decimal(0)
    credit: Decimal = Decimal(0)

    @property
    def overdue(self) -> Decimal:
        return self.to_30_days + self.to_60_days + self.to_90_days + self.over_90_days

    @property
    def total(self) -> Decimal:
        return self.not_due + self.overdue + self.credit


def age(items: Iterable[OpenItem], *, on: date) -> dict[str, Ageing]:
    """The ageing of each currency, in the order in which the items bring them."""
    sums: dict[str, dict[str, Decimal]] = {}
    for item in items:
        buckets = sums.setdefault(item.currency, {})
        bucket = "credit" if item.is_credit_memo else _bucket(item.days_overdue(on))
        buckets[bucket] = buckets.get(bucket, Decimal(0)) + item.open_amount
    return {currency: Ageing(currency=currency, **buckets) for currency, buckets in sums.items()}


def _bucket(days: int) -> str:
    if days <= 0:
        return "not_due"
    if days <= 30:
        return "to_30_days"
    if days <= 60:
        return "to_60_days"
    return "to_90_days" if days <= 90 else "over_90_days"
