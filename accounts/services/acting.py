"""Staff who look at a customer's pages as that customer, and how far each may go.

The session remembers the customer and since when; nothing here trusts it for more. At every request
the person's rights are asked anew: without the permission to look, after two hours, or for a
customer that the ERP has removed it is over. Beginning and end are noted in the audit; whatever is
changed meanwhile is noted there with the customer's name.

A session that ends by itself (the browser is closed) leaves no note of its end.
"""

from collections.abc import MutableMapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import office_sections
from accounts.models import Customer, User
from accounts.models.user import Acting
from accounts.office_sections import Level
from accounts.services import audit
from portal.lib.errors import DomainError

__all__ = ["ACT", "LONGEST", "LOOK", "Removed", "Stopped", "begin", "is_begun", "resume", "stop"]

LOOK, ACT = "accounts.look_as_customer", "accounts.act_as_customer"
LONGEST = timedelta(hours=2)
KEY = "as_customer"

Session = MutableMapping[str, Any]


class Removed(DomainError):
    user_message = _("The ERP has removed this customer, so nobody can look at its pages any more.")


@dataclass(frozen=True)
class Stopped:
    """What is over: the customer, and the page of the office where it was begun."""

    customer: Customer
    back: str


@transaction.atomic
def begin(*, session: Session, user: User, customer: Customer, back: str, now: datetime) -> None:
    """From the next request on the person looks at this customer's pages, and at no other's."""
    if customer.removed_at is not None:
        raise Removed(f"customer {customer.pk} is removed")
    stop(session=session, now=now)
    session[KEY] = {"customer": customer.pk, "at": int(now.timestamp()), "back": back}
    audit.record(
        kind="as_customer_started",
        subject=str(customer),
        customer_id=customer.pk,
        after={"level": Level.PROCESS if user.has_perm(ACT) else Level.DISPLAY},
        now=now,
    )


def is_begun(session: Session) -> bool:
    return KEY in session


def resume(*, session: Session, user: User, now: datetime) -> Acting | None:
    """What the person may do as the customer in this request; None when it is over."""
    kept = session[KEY]
    customer = Customer.objects.filter(pk=kept["customer"], removed_at=None).first()
    too_long = now.timestamp() - kept["at"] >= LONGEST.total_seconds()
    if customer is None or too_long or not user.has_perm(LOOK):
        return None
    may_act = user.has_perm(ACT)
    return Acting(customer=customer, may_act=may_act, sections=_sections(user, may_act=may_act))


@transaction.atomic
def stop(*, session: Session, now: datetime) -> Stopped | None:
    """Look at the office's pages again; None where nothing was begun."""
    kept = session.pop(KEY, None)
    if kept is None:
        return None
    customer = Customer.objects.get(pk=kept["customer"])
    audit.record(
        kind="as_customer_stopped", subject=str(customer), customer_id=customer.pk, now=now
    )
    return Stopped(customer, kept["back"])


def _sections(user: User, *, may_act: bool) -> frozenset[str]:
    """What the person's levels in the sections of the office open on a customer's pages."""
    opened: set[str] = set()
    for section in office_sections.known():
        if user.has_perms(section.display):
            opened.update(section.opens_on_display)
            if may_act and user.has_perms(section.process):
                opened.update(section.opens_on_process)
    return frozenset(opened)
