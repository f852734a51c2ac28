"""Telling people that something changed about how they sign in, in case it was not they."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from accounts import kinds, origin
from accounts.messaging import Recipient
from accounts.models import User
from accounts.services import notify
from portal.lib.links import absolute

__all__ = ["tell"]


def tell(*, user: User, what: Any, now: datetime) -> None:
    """Write to the person in the caller's transaction; `what` is a sentence, translated lazily."""
    notify.compose(
        kinds.CREDENTIALS_CHANGED,
        to=[Recipient.of(user)],
        context={
            "what": what,
            "at": now,
            "address": origin.current().address or "",
            "link": absolute(reverse("mfa_index")),
        },
        now=now,
    )
