"""Who gets which papers of a customer besides the customer's own people."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer, DocumentRecipient
from accounts.services import audit
from portal.lib.errors import DomainError

__all__ = ["AlreadyThere", "TooMany", "add", "of", "remove"]

MOST = 100


class AlreadyThere(DomainError):
    """The address gets all these papers already."""

    user_message = _("This address gets these papers already.")


class TooMany(DomainError):
    """More addresses than anybody can mean."""

    user_message = _("A customer has at most 100 recipients of papers.")


def of(*, customer_id: int) -> Sequence[DocumentRecipient]:
    """The recipients of the customer, by kind of paper and address."""
    found = DocumentRecipient.objects.filter(customer_id=customer_id)
    return list(found.order_by("kind", "email", "pk"))


@transaction.atomic
def add(
    *, customer_id: int, kinds: Iterable[str], email: str, language: str, now: datetime
) -> list[DocumentRecipient]:
    """Send papers of these kinds to the address too, in this language.

    Kinds that it gets already stay as they are. Raises AlreadyThere when it gets them all.
    """
    customer = Customer.objects.locked().get(pk=customer_id)
    there = DocumentRecipient.objects.filter(customer_id=customer_id)
    got = set(there.filter(email=email).values_list("kind", flat=True))
    added = [
        DocumentRecipient(customer=customer, kind=kind, email=email, language=language)
        for kind in kinds
        if kind not in got
    ]
    if not added:
        raise AlreadyThere
    if there.count() + len(added) > MOST:
        raise TooMany
    for recipient in added:
        recipient.full_clean()
        recipient.save()
        audit.record(
            kind="recipient_added",
            subject=email,
            customer_id=customer_id,
            after=_noted(recipient),
            now=now,
        )
    return added


@transaction.atomic
def remove(*, customer_id: int, recipient_id: int, now: datetime) -> DocumentRecipient | None:
    """Send this address nothing more by this row; None when it is gone already."""
    Customer.objects.locked().get(pk=customer_id)
    recipient = DocumentRecipient.objects.filter(customer_id=customer_id, pk=recipient_id).first()
    if recipient is None:
        return None
    recipient.delete()
    audit.record(
        kind="recipient_removed",
        subject=recipient.email,
        customer_id=customer_id,
        before=_noted(recipient),
        now=now,
    )
    return recipient


def _noted(recipient: DocumentRecipient) -> dict[str, str]:
    return {"kind": recipient.kind, "language": recipient.language}
