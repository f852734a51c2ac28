"""What a person may do for a customer: given, taken, and never without somebody who manages it.

A customer that has an active account admin keeps one, whatever a change is made by and where; only
one that the ERP has removed may lose the last. Each function is one transaction and holds the
customer's lock, with those of its family, because an account admin may cover them all.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.kinds import RIGHTS_CHANGED, RIGHTS_WITHDRAWN
from accounts.messaging import Recipient
from accounts.models import Customer, Membership, User
from accounts.sections import Section, rights_in_words
from accounts.services import audit, notify, sessions
from portal.lib.errors import DomainError
from portal.lib.links import absolute

__all__ = [
    "LastAdmin",
    "close_access",
    "grant",
    "hand_over",
    "join",
    "keeping_an_admin",
    "lock_families",
    "open_access",
    "tell_of_rights",
    "withdraw",
]

# What a person may do who joins a customer that others manage already.
FIRST_SECTIONS = (Section.ORDERS, Section.INVOICES)


class LastAdmin(DomainError):
    """The change would leave a customer without anybody who manages its users."""

    def __init__(self, customer: Customer):
        super().__init__(f"customer {customer.pk} keeps its last account admin")
        self.customer = customer
        self.user_message = _(
            "%(number)s %(name)s would be left without an account admin. Make somebody else"
            " account admin first."
        ) % {"number": customer.number, "name": customer.name}


@transaction.atomic
def grant(
    *,
    user_id: int,
    customer_id: int,
    sections: Iterable[Section | str] = (),
    is_admin: bool = False,
    covers_family: bool = False,
    now: datetime,
) -> Membership:
    """Give the person exactly these rights at the customer; rights granted before are replaced."""
    rights = {
        "sections": sorted({Section(section).value for section in sections}),
        "is_admin": is_admin,
        "covers_family": covers_family,
    }
    with keeping_an_admin(lock_families([customer_id])):
        held = Membership.objects.filter(user_id=user_id, customer_id=customer_id).first()
        if held is None:
            return _begin(user_id=user_id, customer_id=customer_id, now=now, **rights)
        before = held.rights
        for name, value in rights.items():
            setattr(held, name, value)
        held.save(update_fields=list(rights))
    if held.rights != before:
        _record("membership_changed", held, before=before, after=held.rights, now=now)
        tell_of_rights(user_id=user_id, customer_id=customer_id, now=now)
    return held


@transaction.atomic
def join(*, user_id: int, customer_id: int, now: datetime) -> Membership:
    """Make the person a member: the first one manages the customer, others see its documents.

    Of two who come first at once, one does. Rights that the person holds there already stay.
    """
    [customer] = (row for row in lock_families([customer_id]) if row.pk == customer_id)
    held = Membership.objects.filter(user_id=user_id, customer_id=customer_id).first()
    if held is not None:
        return held
    is_first = not Membership.objects.reaching(customer).exists()
    return _begin(
        user_id=user_id,
        customer_id=customer_id,
        sections=[] if is_first else sorted(FIRST_SECTIONS),
        is_admin=is_first,
        covers_family=False,
        now=now,
    )


@transaction.atomic
def withdraw(*, user_id: int, customer_id: int, now: datetime) -> None:
    """Take every right at the customer away, at once and from open pages too; repeatable."""
    with keeping_an_admin(lock_families([customer_id])):
        held = Membership.objects.filter(user_id=user_id, customer_id=customer_id).first()
        if held is None:
            return
        _record("membership_withdrawn", held, before=held.rights, now=now)
        notify.compose(
            RIGHTS_WITHDRAWN,
            to=_reader(held),
            context={"customer": str(held.customer)},
            customer_id=customer_id,
            now=now,
        )
        held.delete()


@transaction.atomic
def hand_over(*, away: Customer, survivor: Customer, now: datetime) -> int:
    """Make the people of a customer that goes those of the one it is merged into; how many.

    In the transaction of the merge, which holds both customers with their families and has marked
    the first as removed. Everybody keeps what was held at either. Somebody who managed the first
    manages the survivor only where nobody does; else that person sees its documents, like somebody
    who joins.
    """
    is_managed = bool(_managed([survivor]))
    leaving = list(away.memberships.select_related("user").order_by("pk"))
    for held in leaving:
        there = Membership.objects.filter(user=held.user, customer=survivor).first()
        already = there or Membership()
        is_admin = already.is_admin or (held.is_admin and not is_managed)
        sections = {*already.sections, *held.sections}
        if held.is_admin and not is_admin:
            sections |= set(FIRST_SECTIONS)
        _record("membership_withdrawn", held, before=held.rights, now=now)
        held.delete()
        grant(
            user_id=held.user_id,
            customer_id=survivor.pk,
            sections=sections,
            is_admin=is_admin,
            covers_family=already.covers_family,
            now=now,
        )
        if there is None:
            tell_of_rights(user_id=held.user_id, customer_id=survivor.pk, now=now)
    return len(leaving)


@transaction.atomic
def close_access(*, user_id: int, now: datetime) -> None:
    """Let nothing open for the person any more, at once; what was granted stays noted."""
    own = Membership.objects.filter(user_id=user_id, is_admin=True)
    with keeping_an_admin(lock_families(own.values_list("customer_id", flat=True))):
        _set_access(user_id=user_id, is_active=False, kind="access_closed", now=now)
    sessions.end_all(user_id=user_id, now=now)


@transaction.atomic
def open_access(*, user_id: int, now: datetime) -> None:
    """Let a person sign in again whose access was closed."""
    _set_access(user_id=user_id, is_active=True, kind="access_opened", now=now)


def lock_families(customer_ids: Iterable[int]) -> list[Customer]:
    """Lock the customers with everybody of their families, in the order of their keys."""
    ids = set(customer_ids)
    families = set(
        Customer.objects.filter(pk__in=ids, family__isnull=False).values_list("family", flat=True)
    )
    ids.update(Customer.objects.filter(family__in=families).values_list("pk", flat=True))
    return list(Customer.objects.filter(pk__in=ids).locked())


@contextmanager
def keeping_an_admin(locked: Iterable[Customer]) -> Iterator[None]:
    """Raise LastAdmin where one of the locked customers loses its last account admin inside."""
    standing = {customer.pk: customer for customer in locked if customer.removed_at is None}
    before = _managed(standing.values())
    yield
    lost = before - _managed(standing[pk] for pk in before)
    if lost:
        raise LastAdmin(standing[min(lost)])


def _begin(*, user_id: int, customer_id: int, now: datetime, **rights: Any) -> Membership:
    held = Membership.objects.create(
        user_id=user_id, customer_id=customer_id, created_at=now, **rights
    )
    _record("membership_granted", held, after=held.rights, now=now)
    return held


def _set_access(*, user_id: int, is_active: bool, kind: str, now: datetime) -> None:
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    if user.is_active == is_active:
        return
    user.is_active = is_active
    user.save(update_fields=["is_active"])
    audit.record(kind=kind, subject=audit.name_of(user), now=now)


def _record(kind: str, held: Membership, *, now: datetime, **changes: dict[str, Any]) -> None:
    audit.record(
        kind=kind,
        subject=audit.name_of(held.user),
        customer_id=held.customer_id,
        now=now,
        **changes,
    )


def tell_of_rights(*, user_id: int, customer_id: int, now: datetime) -> None:
    """Write to the person what it may do, in the caller's transaction."""
    held = Membership.objects.get(user_id=user_id, customer_id=customer_id)
    notify.compose(
        RIGHTS_CHANGED,
        to=_reader(held),
        context={
            "customer": str(held.customer),
            "rights": partial(rights_in_words, held.sections, is_admin=held.is_admin),
            "link": absolute("/"),
        },
        customer_id=held.customer_id,
        now=now,
    )


def _reader(held: Membership) -> list[Recipient]:
    """The person, as long as the portal is open for it."""
    return [Recipient.of(held.user)] if held.user.is_active else []


def _managed(customers: Iterable[Customer]) -> set[int]:
    """The keys of those customers that an active account admin reaches."""
    families = {customer.pk: customer.family_id for customer in customers}
    admins = Membership.objects.filter(is_admin=True, user__is_active=True)
    own = set(admins.filter(customer__in=families.keys()).values_list("customer_id", flat=True))
    covered = set(
        admins.filter(
            covers_family=True, customer__family__in={key for key in families.values() if key}
        ).values_list("customer__family_id", flat=True)
    )
    return {pk for pk, family in families.items() if pk in own or family in covered}
