"""Finding customers that were born here and may be one that is there already.

The worker compares, each time by an index: ids as their country writes them, addresses of people,
names that are nearly the same in the same place. Nothing is done about what is found: the office is
shown the pair and says. A pair that is not one is remembered.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from django.contrib.postgres.lookups import TrigramSimilar
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Upper
from django.db.models.lookups import In

from accounts.models import (
    Address,
    Customer,
    DuplicateSearch,
    Membership,
    PossibleDuplicate,
    User,
)
from accounts.models.user import domain
from accounts.services import audit
from portal.lib import business_ids
from portal.lib.bells import ring
from portal.lib.domains import domain_of, is_public
from portal.lib.searching import plain

__all__ = [
    "SEARCH",
    "ask",
    "ask_again",
    "dismiss",
    "of",
    "put_to_office",
    "search_waiting",
]

SEARCH = "accounts.search_duplicates"
# So many of the ERP are taken for the same by one rule; of those born here, the oldest is.
MOST = 20
# So many are looked at: more that are alike tell nothing that these do not.
MOST_READ = 500
# How alike names are, by the share of their trigrams.
ALIKE = "0.5"

Reason = PossibleDuplicate.Reason


@transaction.atomic
def ask(*, customer_id: int, now: datetime) -> None:
    """Have the customer compared with all others, and ring the worker."""
    _want([customer_id], now=now)
    ring(SEARCH)


@transaction.atomic
def ask_again(*, now: datetime) -> None:
    """Have every customer born here compared anew: the ERP may know it by now."""
    born = Customer.objects.filter(source="", removed_at=None).order_by("pk")
    _want(born.values_list("pk", flat=True).iterator(), now=now)


def _want(customer_ids: Iterable[int], *, now: datetime) -> None:
    """Rows for the worker. One that it is just taking away is waited for, and made anew.

    Otherwise what was asked for would go with a search that had begun before.
    """
    DuplicateSearch.objects.bulk_create(
        (DuplicateSearch(customer_id=pk, asked_at=now) for pk in customer_ids),
        update_conflicts=True,
        unique_fields=["customer"],
        update_fields=["asked_at"],
        batch_size=1000,
    )


def search_waiting(*, clock: Callable[[], datetime]) -> None:
    """Compare what waits, the longest waiting first; workers do not disturb each other."""
    while _search_next(now=clock()):
        pass


def of(customer: Customer) -> QuerySet[PossibleDuplicate]:
    """The open pairs of one customer."""
    return (
        PossibleDuplicate.objects.open()
        .filter(Q(newcomer=customer) | Q(other=customer))
        .order_by("-pk")
    )


@transaction.atomic
def put_to_office(*, newcomer: Customer, other: Customer, now: datetime) -> None:
    """Show the office the pair because people of both ask for it, also where it had said no before.

    In the transaction of what they did, which holds both customers.
    """
    PossibleDuplicate.objects.get_or_create(
        **_either_way(newcomer, other), defaults={"reasons": [], "found_at": now}
    )
    pairs = PossibleDuplicate.objects.select_for_update(no_key=True)
    pair = pairs.get(**_either_way(newcomer, other))
    pair.reasons = sorted({*pair.reasons, Reason.ASKED.value})
    pair.found_at, pair.dismissed_at, pair.dismissed_by = now, None, None
    pair.save(update_fields=["reasons", "found_at", "dismissed_at", "dismissed_by"])


def _either_way(newcomer: Customer, other: Customer) -> dict[str, Customer]:
    """The two as a pair of them is kept, if there is one: whichever was found to be the new one."""
    turned = {"newcomer": other, "other": newcomer}
    if PossibleDuplicate.objects.filter(**turned).exists():
        return turned
    return {"newcomer": newcomer, "other": other}


@transaction.atomic
def dismiss(*, pair_id: int, user_id: int, now: datetime) -> None:
    """Remember that the two are different companies; said again, it stays as it was said first."""
    pairs = PossibleDuplicate.objects.select_for_update(of=("self",), no_key=True)
    pair = pairs.select_related("newcomer", "other").filter(pk=pair_id, dismissed_at=None).first()
    if pair is None:
        return
    pair.dismissed_at, pair.dismissed_by_id = now, user_id
    pair.save(update_fields=["dismissed_at", "dismissed_by"])
    audit.record(
        kind="not_a_duplicate",
        subject=f"{pair.newcomer.number} / {pair.other}",
        customer_id=pair.newcomer_id,
        now=now,
    )


@transaction.atomic
def _search_next(*, now: datetime) -> bool:
    waiting = DuplicateSearch.objects.select_related("customer").order_by("asked_at", "pk")
    asked = waiting.select_for_update(of=("self",), skip_locked=True).first()
    if asked is None:
        return False
    customer = asked.customer
    asked.delete()
    if not customer.is_removed:
        _note(customer, _candidates(customer), now)
    return True


def _note(customer: Customer, found: dict[int, set[str]], now: datetime) -> None:
    """Keep the pairs that are new; those that are known, either way round, learn new reasons."""
    pairs = PossibleDuplicate.objects.filter(
        Q(newcomer=customer, other__in=found) | Q(other=customer, newcomer__in=found)
    )
    known = {
        pair.other_id if pair.newcomer_id == customer.pk else pair.newcomer_id: pair
        for pair in pairs
    }
    for other_id, reasons in sorted(found.items()):
        pair = known.get(other_id)
        if pair is None:
            PossibleDuplicate.objects.get_or_create(
                newcomer=customer,
                other_id=other_id,
                defaults={"reasons": sorted(reasons), "found_at": now},
            )
        elif not reasons <= set(pair.reasons):
            pair.reasons = sorted(reasons | set(pair.reasons))
            pair.save(update_fields=["reasons"])


def _candidates(customer: Customer) -> dict[int, set[str]]:
    """The customers that may be the same, each with why.

    Of those born here only older ones: each finds its elders, so a pair is found from one side.
    """
    found: dict[int, set[str]] = {}
    dismissed = PossibleDuplicate.objects.filter(dismissed_at__isnull=False)
    others = (
        Customer.objects.filter(removed_at=None)
        .filter(~Q(source="") | Q(pk__lt=customer.pk))
        .exclude(pk__in=dismissed.filter(newcomer=customer).values("other"))
        .exclude(pk__in=dismissed.filter(other=customer).values("newcomer"))
    )
    for reason, meant in (
        (Reason.BUSINESS_ID, _by_id(others, customer)),
        (Reason.EMAIL, _by_email(others, customer)),
        (Reason.DOMAIN, _by_domain(others, customer)),
        (Reason.NAME, _by_name(others, customer)),
    ):
        for pk in meant:
            found.setdefault(pk, set()).add(reason.value)
    return found


def _by_id(others: QuerySet[Customer], customer: Customer) -> Iterable[int]:
    keys: set[str] = set()
    for number in (customer.business_id, customer.vat_id):
        keys |= business_ids.spellings(number, country=customer.country)
    if not keys:
        return ()
    meant = [Upper(Value(key)) for key in sorted(keys)]
    return {
        pk
        for column in ("business_id", "vat_id")
        for pk in _few(others.filter(In(plain(F(column)), meant)))
    }


def _by_email(others: QuerySet[Customer], customer: Customer) -> Iterable[int]:
    if not customer.email:
        return ()
    owner = User.objects.filter(email=customer.email.lower(), email_verified_at__isnull=False)
    held = Membership.objects.filter(user__in=owner.values("pk"))
    return {
        *_few(others.filter(email__iexact=customer.email)),
        *_few(others.filter(pk__in=held.values("customer"))),
    }


def _by_domain(others: QuerySet[Customer], customer: Customer) -> Iterable[int]:
    """Where people of the domain have proven their addresses; public providers say nothing."""
    name = domain_of(customer.email)
    if not name or is_public(name):
        return ()
    people = User.objects.alias(domain=domain()).filter(
        domain=name, email_verified_at__isnull=False
    )
    held = Membership.objects.filter(user__in=people.values("pk"))
    return _few(others.filter(pk__in=held.values("customer")))


def _by_name(others: QuerySet[Customer], customer: Customer) -> Iterable[int]:
    codes = {
        "".join(code.split()).replace("-", "").upper()
        for code in customer.addresses.current().values_list("postal_code", flat=True)
    } - {""}
    if not codes:
        return ()
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.similarity_threshold', %s, true)", [ALIKE])
    there = Address.objects.filter(customer=OuterRef("pk"), removed_at=None).filter(
        In(plain(F("postal_code")), [Value(code) for code in sorted(codes)])
    )
    alike = others.filter(TrigramSimilar(Upper("name"), Upper(Value(customer.name))))
    return _few(alike.filter(Exists(there)))


def _few(customers: QuerySet[Customer]) -> list[int]:
    """Those of the ERP, and the oldest born here: the others that are the same find that one too.

    So a hundred orders of one address are a hundred pairs, not some for each two of them.
    """
    read = sorted(customers.order_by().values_list("pk", "source")[:MOST_READ])
    of_erp = [pk for pk, source in read if source]
    born_here = [pk for pk, source in read if not source]
    return of_erp[:MOST] + born_here[:1]
