"""In which browsers a person is signed in, and ending that.

The rows are those of allauth.usersessions: one for each sign-in, beside Django's own session. A
session that ends here ends at once, whatever page is open there.
"""

from collections.abc import Sequence
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User
from accounts.services import audit

__all__ = [
    "end",
    "end_all",
    "forget_ended",
    "is_living",
    "keep_signed_in",
    "living",
    "moved",
    "seen",
]

# More browsers than anybody has; what is older shows once others have ended.
MOST_SHOWN = 50


def living(*, user_id: int, now: datetime) -> Sequence[UserSession]:
    """Where the person is signed in, the latest first."""
    return list(_living(now).filter(user_id=user_id).order_by("-last_seen_at", "-pk")[:MOST_SHOWN])


def is_living(*, user: User, session_key: str | None) -> bool:
    """Whether the session signs the person in at this moment, and not only when a request began:
    it has not been ended, nor the password changed."""
    kept = SessionStore(session_key).get(HASH_SESSION_KEY)
    return bool(kept == user.get_session_auth_hash())


def seen(*, session_key: str | None, now: datetime) -> None:
    """Note when the person was last there."""
    UserSession.objects.filter(session_key=session_key).update(last_seen_at=now)


@transaction.atomic
def end(*, user_id: int, session_id: int, now: datetime) -> None:
    """End one of the person's sessions; one that has ended is left alone."""
    if _end(UserSession.objects.filter(user_id=user_id, pk=session_id)):
        _note(user_id, now)


@transaction.atomic
def end_all(*, user_id: int, now: datetime, but: str | None = None) -> int:
    """End every session of the person, or every one `but` that of this key; how many."""
    ended = _end(UserSession.objects.filter(user_id=user_id).exclude(session_key=but or ""))
    if ended:
        _note(user_id, now)
    return ended


def keep_signed_in(*, user: User, now: datetime) -> None:
    """Let the person's sessions go on under a new password; without this they would all end."""
    renewed = user.get_session_auth_hash()
    for key in _living(now).filter(user_id=user.pk).values_list("session_key", flat=True):
        session = SessionStore(key)
        if session.get(SESSION_KEY) == str(user.pk):
            session[HASH_SESSION_KEY] = renewed
            session.save(must_create=False)


def moved(*, before: str | None, after: str | None) -> None:
    """A session goes on under another key."""
    UserSession.objects.filter(session_key=before).update(session_key=after)


def forget_ended() -> None:
    """Delete the rows of sessions that are not there any more."""
    there = Session.objects.filter(pk=OuterRef("session_key"))
    UserSession.objects.filter(~Exists(there)).delete()


def _living(now: datetime) -> QuerySet[UserSession]:
    there = Session.objects.filter(pk=OuterRef("session_key"), expire_date__gt=now)
    return UserSession.objects.filter(Exists(there))


def _end(sessions: QuerySet[UserSession]) -> int:
    keys = list(sessions.values_list("session_key", flat=True))
    ended, _ = Session.objects.filter(pk__in=keys).delete()
    sessions.filter(session_key__in=keys).delete()
    return ended


def _note(user_id: int, now: datetime) -> None:
    subject = User.objects.values_list("email", flat=True).get(pk=user_id)
    audit.record(kind="sessions_ended", subject=subject, now=now)
