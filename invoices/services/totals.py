"""What is open now, added up: for the heads of pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from operator import itemgetter

from django.core.exceptions import EmptyResultSet
from django.db import connection

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
    """What is open of these invoices, in one query."""
    rows = _by_day(invoices)
    everything = sum(number for *_, number in rows)
    if everything > MOST:
        return OpenTotals([], number=everything, is_too_much=True)
    sums: dict[str, Totals] = {}
    for currency, kind, due_on, amount, number in rows:
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
    return OpenTotals(list(sums.values()), number=everything, is_too_much=False)


def _by_day(invoices: InvoiceQuerySet) -> list[tuple[str, str, date, Decimal, int]]:
    """Currency, kind, due date, sum and number of what is open, of one invoice more than MOST.

    Written around the invoices' own SQL: Django cannot group a slice.
    """
    opened = invoices.open().values_list("currency", "kind", "due_on", "open_amount")
    try:
        sql, params = opened[: MOST + 1].query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT currency, kind, due_on, SUM(open_amount), COUNT(*)
              FROM ({sql}) AS opened (currency, kind, due_on, open_amount)
             GROUP BY 1, 2, 3
            """,  # noqa: S608 - Django's own SQL
            params,
        )
        # Sorted here: told to, PostgreSQL sorts the invoices instead of hashing and sorting days.
        return sorted(cursor.fetchall(), key=itemgetter(0, 2))
