"""Keeping what is being filled in, until it is sent or forgotten."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer, StoredFile
from accounts.services import merging, stored_files
from orders.models import DraftFile, OrderDraft
from portal.lib.errors import DomainError
from portal.lib.forms import number_of

__all__ = [
    "AlreadySent",
    "Changed",
    "OtherCustomers",
    "TooManyFiles",
    "UnknownDraft",
    "attach",
    "begin",
    "detach",
    "find",
    "forget_ended",
    "give_up",
    "open_ones",
    "save",
]

KEPT = timedelta(days=14)
MOST_FILES = 10
MOST_LISTED = 20


class UnknownDraft(DomainError):
    """No draft has this token, its time is over, or it is another person's."""

    user_message: str | Promise = _("This draft is not there any more.")


class OtherCustomers(UnknownDraft):
    """The person's own draft, begun for another customer than the active one."""

    def __init__(self, customer: Customer):
        super().__init__(f"a draft for customer {customer.pk}")
        self.user_message = _(
            "This draft is for %(number)s %(name)s. Switch to that customer to go on with it."
        ) % {"number": customer.number, "name": customer.name}


class AlreadySent(DomainError):
    """The draft was sent and is an order or an offer request now."""

    user_message = _("This form has been sent already.")

    def __init__(self, draft: OrderDraft):
        super().__init__(f"{draft} was sent")
        self.draft = draft


class Changed(DomainError):
    """The draft was saved elsewhere, in another tab or on another device, since it was opened."""

    user_message = _("The form was changed in another window meanwhile.")


class TooManyFiles(DomainError):
    user_message = _("At most ten files go along with an order.")


@transaction.atomic
def begin(
    *,
    typed: Mapping[str, Any],
    language: str,
    order_type_id: int,
    link_id: int | None = None,
    user_id: int | None = None,
    customer_id: int | None = None,
    known_id: int | None = None,
    now: datetime,
) -> tuple[OrderDraft, str]:
    """A new draft and what opens it: a guest's a token that is nowhere kept, a member's its key.

    Where the customer was merged with another one meanwhile, it is begun for that one.
    """
    customer = merging.lock_standing(customer_id) if customer_id is not None else None
    token = secrets.token_urlsafe(24)
    draft = OrderDraft.objects.create(
        token_sha256=_hash(token),
        typed=dict(typed),
        language=language,
        order_type_id=order_type_id,
        link_id=link_id,
        user_id=user_id,
        customer=customer,
        known_id=known_id,
        created_at=now,
        saved_at=now,
        expires_at=now + KEPT,
    )
    return draft, token if user_id is None else str(draft.pk)


def find(
    *, token: str, user_id: int | None = None, customer_id: int | None = None, now: datetime
) -> OrderDraft:
    """The guest's draft of the token, or the member's of the key; sent or not.

    A member's opens for that member alone, while working for the customer it was begun for: raises
    UnknownDraft, and OtherCustomers where the person only has to switch.
    """
    named: dict[str, Any] = (
        {"user": None, "token_sha256": _hash(token)}
        if user_id is None
        else {"user_id": user_id, "pk": number_of(token)}
    )
    draft = (
        OrderDraft.objects.filter(expires_at__gt=now, **named)
        .select_related("order_type", "link", "customer", "request__order")
        .first()
    )
    if draft is None:
        raise UnknownDraft("no such draft")
    if draft.customer is not None and draft.customer_id != customer_id:
        raise OtherCustomers(draft.customer)
    return draft


def open_ones(*, user_id: int, customer_id: int, now: datetime) -> Sequence[OrderDraft]:
    """What the person has begun for the customer and not sent, the last one first."""
    return list(
        OrderDraft.objects.filter(
            user_id=user_id, customer_id=customer_id, request=None, expires_at__gt=now
        )
        .select_related("order_type")
        .order_by("-saved_at", "-pk")[:MOST_LISTED]
    )


@transaction.atomic
def save(
    *,
    draft_id: int,
    revision: int,
    typed: Mapping[str, Any],
    language: str,
    order_type_id: int,
    now: datetime,
) -> OrderDraft:
    """Keep what was typed since, in this language.

    Raises Changed and AlreadySent, and overwrites nothing then.
    """
    draft = _locked(draft_id)
    if draft.revision != revision:
        raise Changed(f"{draft}: revision {revision}")
    draft.typed, draft.language = dict(typed), language
    draft.order_type_id = order_type_id
    draft.revision += 1
    draft.saved_at, draft.expires_at = now, now + KEPT
    draft.save(
        update_fields=["typed", "language", "order_type", "revision", "saved_at", "expires_at"]
    )
    return draft


@transaction.atomic
def attach(*, draft_id: int, file: StoredFile, name: str) -> None:
    """Put a file to the draft; the same one again changes nothing. Raises TooManyFiles."""
    draft = _locked(draft_id)
    if draft.files.count() >= MOST_FILES:
        raise TooManyFiles(f"{draft} has {MOST_FILES} files")
    DraftFile.objects.get_or_create(draft=draft, file=file, name=name)


def detach(*, draft_id: int, file_id: int, now: datetime) -> None:
    """Take a file from the draft; its bytes go with it unless others have them too."""
    with transaction.atomic():
        gone = _locked(draft_id).files.filter(pk=file_id)
        files = list(gone.values_list("file_id", flat=True))
        gone.delete()
    stored_files.forget(files, now=now)


def give_up(*, draft_id: int, now: datetime) -> None:
    """Delete a draft that was not sent, with the files that nobody else has."""
    with transaction.atomic():
        draft = _locked(draft_id)
        files = list(draft.files.values_list("file_id", flat=True))
        draft.delete()
    stored_files.forget(files, now=now)


def forget_ended(*, now: datetime) -> None:
    """Delete drafts that nobody has touched for long, with the files that nobody else has.

    What was sent is an order by then, which keeps its files.
    """
    with transaction.atomic():
        ended = OrderDraft.objects.filter(expires_at__lte=now)
        files = list(
            DraftFile.objects.filter(draft__in=ended).values_list("file_id", flat=True).distinct()
        )
        ended.delete()
    stored_files.forget(files, now=now)


def _locked(draft_id: int) -> OrderDraft:
    draft = OrderDraft.objects.select_for_update(of=("self",), no_key=True).get(pk=draft_id)
    if draft.is_sent:
        raise AlreadySent(draft)
    return draft


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
