"""What is open now, added up: for the heads of pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Exists, Sum

from invoices.models.invoice import InvoiceQuerySet
from invoices.states import InvoiceKind, days_overdue

__all__ = ["MOST", "OpenTotals", "Totals", "totals_of"]

# Open invoices that are added up while a person waits; the index alone is read for them. Of more
# than these a statement tells, which is streamed.
MOST = 5000


@dataclass(kw_only=True, slots=True)
class Totals:
    """The open amounts of one currency. Credit is what can be set against invoices, positive.

    `number` counts invoices, `days_overdue` is that of the oldest of them; `next_due` falls due
    on the first coming due date.
    """

    currency: str
    to_pay: Decimal = Decimal(0)
    overdue: Decimal = Decimal(0)
    credit: Decimal = Decimal(0)
    number: int = 0
    overdue_number: int = 0
    days_overdue: int = 0
    next_due: Decimal = Decimal(0)
    next_due_on: date | None = None


@dataclass(frozen=True, slots=True)
class OpenTotals:
    """The totals of each currency in which something is open; none where `is_too_much` to add.

    `number` counts what is open, credit memos included.
    """

    by_currency: Sequence[Totals]
    number: int
    is_too_much: bool


def totals_of(invoices: InvoiceQuerySet, *, today: date) -> OpenTotals:
    """What is open of these invoices, in one query; a second one where there are no rows."""
    opened = invoices.open()
    rows = (
        opened.filter(~Exists(opened[MOST:]))
        .values_list("currency", "kind", "due_on")
        .annotate(amount=Sum("open_amount"), number=Count("*"))
        .order_by("currency", "due_on")
    )
    sums: dict[str, Totals] = {}
    everything = 0
    for currency, kind, due_on, amount, number in rows:
        everything += number
        totals = sums.setdefault(currency, Totals(currency=currency))
        if kind == InvoiceKind.CREDIT_MEMO:
            totals.credit -= amount
            continue
        totals.to_pay += amount
        totals.number += number
        if due_on < today:
            totals.overdue += amount
            totals.overdue_number += number
            totals.days_overdue = totals.days_overdue or days_overdue(due_on=due_on, today=today)
        elif totals.next_due_on is None:
            totals.next_due_on, totals.next_due = due_on, amount
    return OpenTotals(
        list(sums.values()), number=everything, is_too_much=not sums and opened.exists()
    )
