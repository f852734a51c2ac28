"""Keeping what is being filled in, by token, until it is sent or forgotten."""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import StoredFile
from accounts.services import stored_files
from orders.models import DraftFile, OrderDraft
from portal.lib.errors import DomainError

__all__ = [
    "AlreadySent",
    "Changed",
    "TooManyFiles",
    "UnknownDraft",
    "attach",
    "begin",
    "detach",
    "find",
    "forget_ended",
    "save",
]

KEPT = timedelta(days=14)
MOST_FILES = 10


class UnknownDraft(DomainError):
    """No draft has this token, its time is over, or it is another person's."""

    user_message = _("This draft is not there any more.")


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


def begin(
    *,
    typed: Mapping[str, Any],
    order_type_id: int,
    link_id: int | None = None,
    user_id: int | None = None,
    customer_id: int | None = None,
    now: datetime,
) -> tuple[OrderDraft, str]:
    """A new draft and the token that opens it; the token is nowhere kept."""
    token = secrets.token_urlsafe(24)
    draft = OrderDraft.objects.create(
        token_sha256=_hash(token),
        typed=dict(typed),
        order_type_id=order_type_id,
        link_id=link_id,
        user_id=user_id,
        customer_id=customer_id,
        created_at=now,
        saved_at=now,
        expires_at=now + KEPT,
    )
    return draft, token


def find(*, token: str, user_id: int | None, now: datetime) -> OrderDraft:
    """The draft of the token, sent or not. A member's opens for the member alone."""
    draft = (
        OrderDraft.objects.filter(token_sha256=_hash(token), expires_at__gt=now)
        .select_related("order_type", "link", "customer", "request__order")
        .first()
    )
    if draft is None or draft.user_id not in (None, user_id):
        raise UnknownDraft("no such draft")
    return draft


@transaction.atomic
def save(
    *,
    draft_id: int,
    revision: int,
    typed: Mapping[str, Any],
    order_type_id: int,
    now: datetime,
) -> OrderDraft:
    """Keep what was typed since; raises Changed and AlreadySent, and overwrites nothing then."""
    draft = _locked(draft_id)
    if draft.revision != revision:
        raise Changed(f"{draft}: revision {revision}")
    draft.typed, draft.order_type_id = dict(typed), order_type_id
    draft.revision += 1
    draft.saved_at, draft.expires_at = now, now + KEPT
    draft.save(update_fields=["typed", "order_type", "revision", "saved_at", "expires_at"])
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
