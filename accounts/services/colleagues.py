"""What the members of a customer decide about each other.

Who may decide is read again under the customer's lock, so of two people who take each other's
rights away in the same moment only the first one does.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer, Membership, User
from accounts.sections import Section
from accounts.services import membership, selecting
from accounts.services.selecting import Active
from portal.lib.errors import DomainError

__all__ = ["Authority", "GivesUpManaging", "MayNot", "authority_of", "change", "withdraw"]

BY_OFFICE = "accounts.change_membership"


class MayNot(DomainError):
    """The person holds too little at the customer to decide that."""

    user_message = _("You may not change these rights. Ask an account admin of your company.")


class GivesUpManaging(DomainError):
    """A person is about to give up rights that only somebody else can give back."""

    user_message = _("Only another account admin can give these rights back to you.")


@dataclass(frozen=True)
class Authority:
    """What a person may decide about the members of one customer.

    An account admin decides everything there. Whoever manages users without being one gives and
    takes no more than that person holds, and leaves account admins alone. What reaches the whole
    family is decided by those who manage it.
    """

    sections: frozenset[str]
    is_admin: bool
    has_family: bool
    manages_family: bool

    @classmethod
    def of(cls, active: Active) -> "Authority":
        return cls(
            sections=active.sections,
            is_admin=active.is_admin,
            has_family=active.has_family,
            manages_family=active.manages_family,
        )

    @classmethod
    def of_office(cls, customer: Customer) -> "Authority":
        """The office gives and takes everything; what reaches a family, where there is one."""
        has_family = customer.family_id is not None
        return cls(
            sections=frozenset(Section.values),
            is_admin=True,
            has_family=has_family,
            manages_family=has_family,
        )

    def may_change(self, held: Membership) -> bool:
        is_within = self.manages_family or not (held.covers_family and self.has_family)
        return is_within and (self.is_admin or not held.is_admin)

    def may_give(
        self, *, sections: Iterable[str], is_admin: bool = False, covers_family: bool = False
    ) -> bool:
        return (
            self.sections.issuperset(sections)
            and (self.is_admin or not is_admin)
            and (self.manages_family or not covers_family)
        )


def authority_of(*, user: User, customer: Customer) -> Authority:
    """What the person may decide at this moment. Raises MayNot where it is nothing.

    The office's people who keep users decide as an account admin of the whole family would.
    """
    if user.is_staff and user.has_perm(BY_OFFICE):
        return Authority.of_office(customer)
    active = selecting.active_customer(user=user, customer_id=customer.pk)
    if active is None or Section.MANAGE_USERS not in active.sections:
        raise MayNot(f"user {user.pk} manages nobody at customer {customer.pk}")
    return Authority.of(active)


@transaction.atomic
def change(
    *,
    membership_id: int,
    customer: Customer,
    by: User,
    sections: Iterable[str],
    is_admin: bool,
    covers_family: bool,
    confirmed: bool = False,
    now: datetime,
) -> Membership:
    """Give a colleague exactly these rights; sections that the person who decides does not hold
    stay as they are.

    Raises Membership.DoesNotExist where the colleague is none any more, and GivesUpManaging where
    people would take from themselves what they cannot give back, until that is confirmed.
    """
    authority, held = _decided_on(membership_id, customer, by)
    wanted = set(sections)
    if not authority.may_give(sections=wanted, is_admin=is_admin, covers_family=covers_family):
        raise MayNot(f"user {by.pk} gives more than it holds at customer {customer.pk}")
    changed = membership.grant(
        user_id=held.user_id,
        customer_id=held.customer_id,
        sections=wanted | (set(held.sections) - authority.sections),
        is_admin=is_admin,
        covers_family=covers_family,
        now=now,
    )
    if held.user_id == by.pk and not confirmed and _manages_less(before=held, after=changed):
        raise GivesUpManaging(f"user {by.pk} at customer {customer.pk}")
    return changed


@transaction.atomic
def withdraw(
    *, membership_id: int, customer: Customer, by: User, confirmed: bool = False, now: datetime
) -> None:
    """Take a colleague every right here; people who leave themselves have to confirm it."""
    _authority, held = _decided_on(membership_id, customer, by)
    membership.withdraw(user_id=held.user_id, customer_id=held.customer_id, now=now)
    if held.user_id == by.pk and not confirmed:
        raise GivesUpManaging(f"user {by.pk} at customer {customer.pk}")


def _decided_on(membership_id: int, customer: Customer, by: User) -> tuple[Authority, Membership]:
    """The membership as it is under the lock. Raises MayNot, or Membership.DoesNotExist."""
    membership.lock_families([customer.pk])
    authority = authority_of(user=by, customer=customer)
    held = Membership.objects.reaching(customer).get(pk=membership_id)
    if not authority.may_change(held):
        raise MayNot(f"user {by.pk} on membership {membership_id}")
    return authority, held


def _manages_less(*, before: Membership, after: Membership) -> bool:
    return (
        (before.is_admin and not after.is_admin)
        or (before.grants(Section.MANAGE_USERS) and not after.grants(Section.MANAGE_USERS))
        or (before.covers_family and not after.covers_family)
    )
