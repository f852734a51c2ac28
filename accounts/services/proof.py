"""How long ago a person has proven who it is, by password or second step, in this session.

What changes how somebody signs in asks for a fresh proof: an unlocked computer is not enough.
"""

from datetime import datetime, timedelta

from django.contrib.sessions.backends.base import SessionBase

__all__ = ["is_fresh", "note"]

PROVEN = "proven_at"
FRESH = timedelta(minutes=10)
# A form that was opened with a fresh proof may take a while to be filled in.
FRESH_FOR_FORMS = timedelta(minutes=30)


def note(*, session: SessionBase, now: datetime) -> None:
    session[PROVEN] = int(now.timestamp())


def is_fresh(*, session: SessionBase, sends_form: bool, now: datetime) -> bool:
    lasts = FRESH_FOR_FORMS if sends_form else FRESH
    return now.timestamp() - session.get(PROVEN, 0) < lasts.total_seconds()
