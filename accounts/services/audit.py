"""Leaving a row in the audit, in the transaction of the change it tells of."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.transaction import TransactionManagementError

from accounts import audit_kinds, origin
from accounts.models import AuditEntry

__all__ = ["name_of", "record"]


def record(
    *,
    kind: str,
    subject: str,
    customer_id: int | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    now: datetime,
) -> None:
    """Note who did what, from where, and what differs. Raises UnknownKind for undeclared kinds.

    Runs inside the caller's transaction, so that there is never the one without the other. Where
    both `before` and `after` are given, only what differs is kept, and nothing is noted when
    nothing does. Secrets never belong in here: say that a password was set, not which.
    """
    audit_kinds.of_code(kind)
    if not connection.in_atomic_block:
        raise TransactionManagementError("An audit entry belongs to the transaction of its change.")
    if before is not None and after is not None:
        before, after = _difference(before, after)
        if not before and not after:
            return
    source = origin.current()
    user = source.user
    AuditEntry.objects.create(
        at=now,
        kind=kind,
        channel=source.channel,
        actor=user,
        actor_name=name_of(user)[:600] if user else "",
        by_office=bool(user and user.is_staff),
        as_customer_id=source.as_customer_id,
        customer_id=customer_id,
        subject=_fitting(subject),
        before=before,
        after=after,
        address=source.address,
    )


def _difference(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return (
        {name: before[name] for name in names if name in before},
        {name: after[name] for name in names if name in after},
    )


def name_of(user: Any) -> str:
    """A person as entries name it."""
    name = user.get_full_name()
    return user.email if name == user.email else f"{name} ({user.email})"


def _fitting(subject: str) -> str:
    longest = AuditEntry._meta.get_field("subject").max_length or 0
    return subject if len(subject) <= longest else f"{subject[: longest - 1]}…"
