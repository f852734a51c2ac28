"""How long a sign-in lasts.

Two limits: one of idleness, kept by the session's own expiry, and one counted from the sign-in,
kept here. Whoever chose to stay signed in has 14 days for both; everybody else two hours, twelve
hours and the end of the browser.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.contrib.sessions.backends.db import SessionStore

from accounts.services import proof, sessions

__all__ = ["SECOND_STEP", "begin", "forget_ended", "keep_alive"]

LONGEST = timedelta(hours=12)
LONGEST_STAY = timedelta(days=14)
# A session is written again, and its idle time starts anew, at most this often.
TOUCH_EVERY = timedelta(minutes=5)

STARTED = "signed_in_at"
SEEN = "seen_at"
SECOND_STEP = "second_step"
# Ways that prove who comes; a link by mail only proves who reads the mail.
PROOFS = frozenset({"mfa", "password", "set_password", "socialaccount"})
SECOND_STEPS = frozenset({"mfa", "socialaccount"})


def begin(*, session: SessionBase, ways: Collection[str] = (), now: datetime) -> None:
    """Start both clocks, and note what the person has proven by the ways it came."""
    session[STARTED] = session[SEEN] = int(now.timestamp())
    if PROOFS.intersection(ways):
        proof.note(session=session, now=now)
    if SECOND_STEPS.intersection(ways):
        session[SECOND_STEP] = True


def keep_alive(*, session: SessionBase, is_there: bool = True, now: datetime) -> None:
    """Note that the person is there, or end a session that has lasted for too long.

    The note is written at once and not with the response: a customer chosen meanwhile in another
    tab would be overwritten.
    """
    started = session.get(STARTED)
    if started is None:
        return
    longest = LONGEST if session.get_expire_at_browser_close() else LONGEST_STAY
    seconds = int(now.timestamp())
    if seconds - started >= longest.total_seconds():
        session.flush()
    elif is_there and seconds - session[SEEN] >= TOUCH_EVERY.total_seconds():
        session[SEEN] = seconds
        try:
            session.save()
        except UpdateError:
            # Signed out elsewhere since the session was read a moment ago.
            session.flush()
        session.modified = False
        sessions.seen(session_key=session.session_key, now=now)


def forget_ended() -> None:
    """Delete the rows of sessions that have ended. Nobody can use them any more, but they stay."""
    SessionStore.clear_expired()
    sessions.forget_ended()
