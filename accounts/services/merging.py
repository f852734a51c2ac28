"""Joining a customer that was born here with another one, and what its old number then means.

Only a customer that no ERP knows can go. What it has goes along in one transaction, under the locks
of both; what is ordered for it in the same moment lands at the survivor (`lock_standing`).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.belongings import BEFORE_CUSTOMERS, Belonging, known
from accounts.models import (
    Address,
    Customer,
    CustomerMerge,
    DuplicateSearch,
    Invitation,
    PossibleDuplicate,
)
from accounts.models.address import AddressKind
from accounts.services import audit, inviting, membership
from portal.lib.errors import DomainError
from portal.lib.paging import count_up_to

__all__ = [
    "CannotMerge",
    "GivesRights",
    "goes_along",
    "has",
    "lock_standing",
    "merge",
    "objection_to",
    "stays_behind",
    "survivor_of",
]


class CannotMerge(DomainError):
    """Why these two cannot become one."""

    def __init__(self, words: str):
        super().__init__(words)
        self.user_message = words


class GivesRights(DomainError):
    """The people of the one that goes get rights at the other, and not everybody may give them."""

    user_message = gettext_lazy("Its people come along, so this needs the right to give rights.")


def survivor_of(customer_id: int) -> int:
    """The customer that this one was merged into; itself as long as it was not."""
    found = CustomerMerge.objects.filter(away=customer_id)
    return found.values_list("survivor", flat=True).first() or customer_id


def lock_standing(customer_id: int) -> Customer:
    """Lock the customer, or the one it was merged into, in the caller's transaction.

    A customer that was merged while its lock was waited for is let go again before the survivor is
    locked: nobody ever waits for one customer of a merge while holding the other.
    """
    while True:
        standing_id = survivor_of(customer_id)
        point = transaction.savepoint()
        customer = Customer.objects.locked().get(pk=standing_id)
        if survivor_of(standing_id) == standing_id:
            transaction.savepoint_commit(point)
            return customer
        transaction.savepoint_rollback(point)


def objection_to(*, away: Customer, survivor: Customer) -> str:
    """Why `away` cannot be merged into `survivor`, in words; empty when it can."""
    if away.pk == survivor.pk:
        return _("A customer cannot be merged with itself.")
    if away.source:
        return _("%(customer)s is known to the ERP, so it stays.") % {"customer": away}
    for each in (away, survivor):
        if each.is_removed:
            return _("%(customer)s is not in the register any more.") % {"customer": each}
    return ""


def has(customer: Customer) -> Sequence[tuple[Any, int]]:
    """What there is of the customer, in numbers: pairs of a label and a count."""
    return _counted({each: each.rows(customer.pk) for each in known()})


def goes_along(*, away: Customer, survivor: Customer) -> Sequence[tuple[Any, int]]:
    """What of the customer the other one would get, in numbers."""
    return _counted(
        {each: each.going(away_id=away.pk, survivor_id=survivor.pk) for each in known()}
    )


def stays_behind(*, away: Customer, survivor: Customer) -> Sequence[tuple[Any, int]]:
    """What of the customer the other one has already, in numbers: that stays where it is."""
    return _counted(
        {
            each: each.rows(away.pk).exclude(
                pk__in=each.going(away_id=away.pk, survivor_id=survivor.pk).values("pk")
            )
            for each in known()
            if each.once
        }
    )


def _counted(rows: Mapping[Belonging, QuerySet[Any]]) -> Sequence[tuple[Any, int]]:
    counts = [
        (capfirst(each.label), count_up_to(found))
        for each, found in rows.items()
        if each.column == "customer"
    ]
    return [(label, count) for label, count in counts if count]


@transaction.atomic
def merge(
    *, away_id: int, survivor_id: int, user_id: int, may_give_rights: bool, now: datetime
) -> Customer:
    """Give everything of the one customer to the other, and let its number mean that one.

    The people come along with their rights, but manage the survivor only where nobody did. The
    other's invitations end; its further recipients of papers and its e-mail password stay behind,
    as they would open the survivor's papers to others. Merging the same two again changes nothing.
    Raises CannotMerge, and GivesRights where people would come along and the clerk may give none.
    """
    for each in known():
        if each.rank == BEFORE_CUSTOMERS:
            _lock(each.rows(away_id))
    rows = {each.pk: each for each in membership.lock_families([away_id, survivor_id])}
    away, survivor = rows[away_id], rows[survivor_id]
    if away_id != survivor_id and survivor_of(away_id) == survivor_id:
        return survivor
    objection = objection_to(away=away, survivor=survivor)
    if objection:
        raise CannotMerge(objection)
    if not may_give_rights and away.memberships.exists():
        raise GivesRights(f"the people of {away} would come along")

    # Asked before the addresses come along: afterwards nothing tells whose they were.
    has_own = survivor.addresses.current().invoice().exists()
    coming = list(away.addresses.invoice().values_list("pk", flat=True))
    moved = _move(away, survivor)
    if has_own:
        Address.objects.filter(pk__in=coming).update(kind=AddressKind.OTHER)
    for email in Invitation.objects.unanswered().filter(customer=away).values_list("email"):
        inviting.end_invitation(customer=away, email=email[0], now=now)
    away.removed_at = now
    away.save(update_fields=["removed_at"])
    people = membership.hand_over(away=away, survivor=survivor, now=now)
    CustomerMerge.objects.filter(survivor=away).update(survivor=survivor)
    CustomerMerge.objects.create(away=away, survivor=survivor, merged_at=now, merged_by_id=user_id)
    DuplicateSearch.objects.filter(customer=away).delete()
    PossibleDuplicate.objects.filter(newcomer=away).delete()
    PossibleDuplicate.objects.filter(other=away).delete()
    for customer in (away, survivor):
        audit.record(
            kind="customers_merged",
            subject=str(away),
            customer_id=customer.pk,
            after={"survivor": str(survivor), "people": people, **moved},
            now=now,
        )
    return survivor


def _move(away: Customer, survivor: Customer) -> dict[str, int]:
    moved: dict[str, int] = {}
    for each in known():
        ids = _lock(each.going(away_id=away.pk, survivor_id=survivor.pk))
        target = (survivor.payer_id or survivor.pk) if each.to_payer else survivor.pk
        each.rows(away.pk).filter(pk__in=ids).update(**{f"{each.column}_id": target})
        if ids and each.column == "customer":
            moved[each.model.rpartition(".")[2].lower()] = len(ids)
    return moved


def _lock(rows: QuerySet[Any]) -> list[int]:
    """Lock the rows alone, in the order of their keys, which are the answer."""
    locked = rows.order_by("pk").select_for_update(of=("self",), no_key=True)
    return list(locked.values_list("pk", flat=True))
