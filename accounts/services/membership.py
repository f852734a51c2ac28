"""Granting and withdrawing what a person may do for a customer; each is one transaction."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from accounts.models import Customer, Membership
from accounts.sections import Section

__all__ = ["grant", "withdraw"]


@transaction.atomic
def grant(
    *,
    user_id: int,
    customer_id: int,
    sections: Iterable[Section] = (),
    is_admin: bool = False,
    covers_family: bool = False,
    now: datetime,
) -> Membership:
    """Give the person exactly these rights at the customer; rights granted before are replaced."""
    Customer.objects.locked().get(pk=customer_id)
    membership, _ = Membership.objects.update_or_create(
        user_id=user_id,
        customer_id=customer_id,
        defaults={
            "sections": sorted(Section(section).value for section in sections),
            "is_admin": is_admin,
            "covers_family": covers_family,
        },
        create_defaults={
            "sections": sorted(Section(section).value for section in sections),
            "is_admin": is_admin,
            "covers_family": covers_family,
            "created_at": now,
        },
    )
    return membership


@transaction.atomic
def withdraw(*, user_id: int, customer_id: int) -> None:
    """Take every right at the customer away, at once and from open pages too; repeatable."""
    Membership.objects.filter(user_id=user_id, customer_id=customer_id).delete()
