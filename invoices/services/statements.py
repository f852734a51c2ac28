"""What was open on a day: for pages and CSV at once, as a paper through the worker.

A printed statement is for the person who asked and can be printed again at any time, so it goes
after a while, its file too.

The open amount of a past day is what is open now plus every settlement dated after that day. It
needs no older ledger lines than that, and for today it is the ERP's own figure to the cent.
Invoices dated after the day are not on it. A row never shows more than was invoiced, whatever the
ledger's later lines add up to.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import islice

from django.db import transaction
from django.db.models import Case, DecimalField, F, OuterRef, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Greatest, Least
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer, PaperKind, User
from accounts.services import company, papers, stored_files
from accounts.services.papers import NotPrinted, Print
from invoices.ageing import OpenItem
from invoices.models import Invoice, Settlement, Statement
from invoices.papers import statement_fingerprint, statement_paper
from invoices.sheets import statement_sheet
from invoices.states import InvoiceKind
from portal.lib.errors import DomainError

__all__ = [
    "KEPT",
    "LONGEST",
    "TooLong",
    "forget_old",
    "is_foreign",
    "open_items",
    "print_wanted",
    "want_statement",
]

# Items on a printed statement: a paper of a hundred pages is not read; the CSV has no limit.
LONGEST = 3000
# How long a printed statement stays on file after it was asked for.
KEPT = timedelta(days=90)
_CHUNK = 2000
_FORGOTTEN_AT_ONCE = 500
_COLUMNS = (
    "number",
    "kind",
    "order_number",
    "customer__number",
    "customer__name",
    "customer_reference",
    "invoiced_on",
    "due_on",
    "currency",
    "gross_amount",
    "open_then",
)


class TooLong(DomainError):
    """More is open than a paper can hold."""

    user_message = _("Too much is open for a PDF. Take the CSV instead.")


def open_items(invoices: QuerySet[Invoice], *, on: date, today: date) -> Iterator[OpenItem]:
    """What was open of these invoices at the end of a day, streamed.

    In the order of a statement: by currency, customer, due date. The rows come through a cursor on
    the server, inside a transaction of their own, so that a pooler keeps it on one connection.
    """
    rows = (
        _as_of(invoices.filter(removed_at=None), on=on, today=today)
        .order_by("currency", "customer__number", "due_on", "number", "pk")
        .values_list(*_COLUMNS)
    )
    with transaction.atomic(savepoint=False):
        for row in rows.iterator(chunk_size=_CHUNK):
            yield OpenItem(
                number=row[0],
                kind=row[1],
                order_number=row[2],
                customer_number=row[3],
                customer_name=row[4],
                customer_reference=row[5],
                invoiced_on=row[6],
                due_on=row[7],
                currency=row[8],
                gross_amount=row[9],
                open_amount=row[10],
            )


def is_foreign(invoices: QuerySet[Invoice], *, on: date, today: date) -> bool:
    """Whether anything that was open then is in another currency than the company's."""
    foreign = invoices.filter(removed_at=None).exclude(currency=company.current().currency)
    return _as_of(foreign, on=on, today=today).exists()


@transaction.atomic
def want_statement(
    *,
    requested_by: User,
    customer_id: int,
    customer_ids: Sequence[int],
    as_of: date,
    now: datetime,
) -> Statement:
    """Have a statement printed of these customers, addressed to one of them.

    The same person gets the same file again as long as the same is open. Raises TooLong beyond
    LONGEST items and NotPrinted when the office has switched statements off.
    """
    if not papers.is_printed(PaperKind.STATEMENT):
        raise NotPrinted("statements are switched off")
    customer = Customer.objects.locked().get(pk=customer_id)
    on_it = sorted(set(customer_ids))
    items = _items(on_it, as_of=as_of, today=timezone.localdate(now))
    about = {
        "requested_by": requested_by,
        "customer": customer,
        "customer_ids": on_it,
        "as_of": as_of,
    }
    return papers.ask(
        Statement.objects.filter(**about),
        paper=PaperKind.STATEMENT,
        number=as_of.isoformat(),
        fingerprint=statement_fingerprint(items),
        language=papers.language_of(customer),
        now=now,
        **about,
    )


def print_wanted(*, clock: Callable[[], datetime]) -> None:
    """Print the statements that people have asked for."""
    papers.print_wanted(Statement, compose=_compose, clock=clock)


def forget_old(*, now: datetime) -> None:
    """Delete the statements that were asked for long ago, with their files.

    One that is being printed is left. A file with the same content as another paper's stays.
    """
    old = Statement.objects.filter(wanted_at__lt=now - KEPT).exclude(claimed_until__gt=now)
    while batch := list(old.order_by("wanted_at", "pk")[:_FORGOTTEN_AT_ONCE]):
        Statement.objects.filter(pk__in=[each.pk for each in batch]).delete()
        stored_files.forget((each.file_id for each in batch if each.file_id), now=now)


def _compose(document: Statement) -> Print:
    customer = document.customer
    today = timezone.localdate(document.wanted_at)
    items = _items(document.customer_ids, as_of=document.as_of, today=today)
    several = len(document.customer_ids) > 1
    return Print(
        statement_sheet(
            statement_paper(
                items,
                letterhead=papers.letterhead(),
                recipient=papers.party(
                    customer, papers.invoice_address(customer), language=document.language
                ),
                customer=papers.party(customer, language=document.language),
                language=document.language,
                issued_on=today,
                as_of=document.as_of,
                names_customers=several,
                family=customer.family.statistics_id if several and customer.family else "",
            )
        ),
        statement_fingerprint(items),
    )


def _items(customer_ids: Sequence[int], *, as_of: date, today: date) -> list[OpenItem]:
    invoices = Invoice.objects.opened_by(customer_ids)
    found = list(islice(open_items(invoices, on=as_of, today=today), LONGEST + 1))
    if len(found) > LONGEST:
        raise TooLong(f"more than {LONGEST} items of customers {customer_ids}")
    return found


def _as_of(invoices: QuerySet[Invoice], *, on: date, today: date) -> QuerySet[Invoice]:
    if on >= today:
        return invoices.exclude(open_amount=0).annotate(open_then=F("open_amount"))
    amount = DecimalField(max_digits=15, decimal_places=3)
    since = (
        Settlement.objects.filter(invoice=OuterRef("pk"), settled_on__gt=on, removed_at=None)
        .order_by()
        .values("invoice")
        .annotate(total=Sum("amount"))
        .values("total")
    )
    then = F("open_amount") + Coalesce(Subquery(since), Value(Decimal(0)), output_field=amount)
    return (
        invoices.filter(invoiced_on__lte=on)
        .annotate(
            open_then=Case(
                When(
                    kind=InvoiceKind.CREDIT_MEMO,
                    then=Least(Greatest(then, F("gross_amount")), Value(Decimal(0))),
                ),
                default=Greatest(Least(then, F("gross_amount")), Value(Decimal(0))),
                output_field=amount,
            )
        )
        .exclude(open_then=0)
    )
