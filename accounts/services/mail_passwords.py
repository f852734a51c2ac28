"""The word that opens a customer's secure mail: kept as a hash, compared, never shown.

Whoever compares slows down guessing (`accounts.services.throttling`) beforehand.
"""

from datetime import datetime

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from accounts.models import Customer, MailPassword
from accounts.services import audit
from portal.lib.passwords import as_typed

__all__ = ["check", "clear", "is_set", "keep", "set_at"]


@transaction.atomic
def keep(*, customer_id: int, password: str, now: datetime) -> None:
    """Set the word, or another one in its place; the audit notes that, and not which."""
    customer = Customer.objects.locked().get(pk=customer_id)
    _kept, is_new = MailPassword.objects.update_or_create(
        customer_id=customer_id,
        defaults={"encoded": make_password(as_typed(password)), "set_at": now},
    )
    audit.record(
        kind="mail_password_set" if is_new else "mail_password_changed",
        subject=str(customer),
        customer_id=customer_id,
        now=now,
    )


@transaction.atomic
def clear(*, customer_id: int, now: datetime) -> None:
    """Take the word away: no secure mail opens any more. Repeatable."""
    customer = Customer.objects.locked().get(pk=customer_id)
    deleted, _models = MailPassword.objects.filter(customer_id=customer_id).delete()
    if deleted:
        audit.record(
            kind="mail_password_removed",
            subject=str(customer),
            customer_id=customer_id,
            now=now,
        )


def check(*, customer_id: int | None, password: str) -> bool:
    """Whether this is the customer's word.

    Costs one hash also for a customer without one, and for none at all, so that the time tells
    nothing. A word hashed more weakly than today is hashed anew.
    """
    word = as_typed(password)
    found = MailPassword.objects.filter(customer_id=customer_id) if customer_id else None
    kept = found.first() if found is not None else None
    if kept is None:
        make_password(word)
        return False

    def harden(raw: str) -> None:
        MailPassword.objects.filter(pk=kept.pk, encoded=kept.encoded).update(
            encoded=make_password(raw)
        )

    return check_password(word, kept.encoded, setter=harden)


def set_at(*, customer_id: int) -> datetime | None:
    """Since when the customer's word is this one; nothing where there is none."""
    kept = MailPassword.objects.filter(customer_id=customer_id)
    return kept.values_list("set_at", flat=True).first()


def is_set(*, customer_id: int) -> bool:
    return MailPassword.objects.filter(customer_id=customer_id).exists()
