"""Private links: one address, one person, one purpose, once.

The token is in the mail and nowhere else: the row keeps its SHA-256. Looking changes nothing, so
that mail scanners and previews may open a link; using marks it, once, under the lock of its row.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse

from accounts.models import Ending, PrivateLink
from accounts.purposes import purpose_of
from portal.lib.errors import DomainError
from portal.lib.links import absolute

__all__ = [
    "EndedLink",
    "UnknownLink",
    "address_of",
    "end",
    "forget_ended",
    "issue",
    "lock",
    "look",
    "token_hash",
    "use",
    "withdraw",
]

# How long somebody who opens an old link is told why it opens nothing.
REMEMBERED = timedelta(days=180)


class UnknownLink(DomainError):
    """No such link, or one of another purpose."""


class EndedLink(DomainError):
    """The link was used or withdrawn, or its time is over."""

    def __init__(self, link: PrivateLink, reason: Ending):
        super().__init__(f"{link} is {reason}")
        self.link = link
        self.reason = reason


def issue(
    *,
    purpose: str,
    lifetime: timedelta,
    now: datetime,
    user_id: int | None = None,
    customer_id: int | None = None,
    email: str = "",
    data: dict[str, Any] | None = None,
) -> str:
    """A new link's token, in the caller's transaction. Nobody can learn it from the row."""
    token = secrets.token_urlsafe(32)
    PrivateLink.objects.create(
        purpose=purpose_of(purpose).code,
        token_sha256=token_hash(token),
        user_id=user_id,
        customer_id=customer_id,
        email=email,
        created_at=now,
        expires_at=now + lifetime,
        data=data or {},
    )
    return token


def address_of(token: str) -> str:
    """The whole address that a message carries."""
    return absolute(reverse("private-link", args=[token]))


def token_hash(token: str) -> str:
    """What a row keeps of its token."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def look(*, token: str, now: datetime, purpose: str | None = None) -> PrivateLink:
    """The link of this token as long as it opens something; raises UnknownLink and EndedLink."""
    return _open(_of(token).first(), now, purpose)


def use(*, token: str, purpose: str, now: datetime) -> PrivateLink:
    """Use the link up, in the caller's transaction: of two who come at once, one gets EndedLink.

    The person's other open links are locked with it, so that the caller may end them too.
    """
    found = _open(_of(token).first(), now, purpose)
    together = Q(pk=found.pk)
    if found.user_id is not None:
        together |= Q(user_id=found.user_id, used_at=None, withdrawn_at=None)
    locked = {link.pk: link for link in _locked(together)}
    link = _open(locked.get(found.pk), now, purpose)
    link.used_at = now
    link.save(update_fields=["used_at"])
    return link


def lock(*, user_id: int) -> None:
    """Lock the person's open links in the caller's transaction, before the person is locked."""
    list(_locked(Q(user_id=user_id, used_at=None, withdrawn_at=None)))


@transaction.atomic
def end(*purposes: str, user_id: int, now: datetime) -> None:
    """End the person's open links of these purposes; called before the person is locked."""
    lock(user_id=user_id)
    for purpose in purposes:
        withdraw(purpose=purpose, user_id=user_id, now=now)


@transaction.atomic
def withdraw(*, now: datetime, purpose: str, **about: Any) -> int:
    """End the open links of the purpose that are about this: `user_id`, `email` …; how many."""
    waiting = PrivateLink.objects.filter(used_at=None, withdrawn_at=None, expires_at__gt=now)
    return waiting.filter(purpose=purpose, **about).update(withdrawn_at=now)


def forget_ended(*, now: datetime) -> None:
    """Delete the rows of links whose time was over long ago: they then count as unknown."""
    PrivateLink.objects.filter(expires_at__lte=now - REMEMBERED).delete()


def _locked(which: Q) -> QuerySet[PrivateLink]:
    links = PrivateLink.objects.select_related("user", "customer").filter(which)
    return links.order_by("pk").select_for_update(of=("self",), no_key=True)


def _of(token: str) -> QuerySet[PrivateLink]:
    links = PrivateLink.objects.select_related("user", "customer")
    return links.filter(token_sha256=token_hash(token))


def _open(link: PrivateLink | None, now: datetime, purpose: str | None) -> PrivateLink:
    if link is None or purpose not in (None, link.purpose):
        raise UnknownLink("no such link")
    reason = link.ending(now)
    if reason is not None:
        raise EndedLink(link, reason)
    return link
