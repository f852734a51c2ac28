"""The second step of signing in: an authenticator app, passkeys, recovery codes.

The rows are allauth's authenticators; secrets are sealed. Whoever has an app or a passkey is asked
for it at every sign-in. Codes are counted by `throttling`, which needs no Redis, and no code of an
app works twice. Each function is one transaction, leaves a row in the audit and tells the person.
"""

import secrets as random
from base64 import b32encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.purposes import NEW_EMAIL
from accounts.services import (
    account_settings,
    audit,
    notices,
    private_links,
    sessions,
    throttling,
)
from portal.lib import secrets
from portal.lib.errors import DomainError

__all__ = [
    "AlreadyThere",
    "Missing",
    "StepNeeded",
    "Steps",
    "TooManyPasskeys",
    "WrongCode",
    "add_app",
    "add_passkey",
    "check_code",
    "is_needed",
    "new_recovery_codes",
    "new_secret",
    "of",
    "remove",
    "rename_passkey",
    "require",
    "reseal",
    "reset",
]

Kind = Authenticator.Type
STEPS = (Kind.TOTP, Kind.WEBAUTHN)
MOST_PASSKEYS = 20
LONGEST_NAME = 60

BY_PERSON = throttling.Limit(
    name="second_step",
    free=5,
    first_wait=timedelta(minutes=1),
    longest_wait=timedelta(hours=1),
    memory=timedelta(days=1),
)
PERIOD = 30
# How far the clocks of a telephone and of the server may be apart, in periods.
TOLERANCE = 1


class WrongCode(DomainError):
    user_message = _(
        "That code is not right, or it was used already. Take the one that the app shows now."
    )


class AlreadyThere(DomainError):
    user_message = _("An authenticator app is set up already.")


class Missing(DomainError):
    """The person has no such thing, or not any more."""

    user_message = _("That is not there any more.")


class StepNeeded(DomainError):
    user_message = _(
        "You need a second step to sign in, and this is your only one. Set up another one first."
    )


class TooManyPasskeys(DomainError):
    user_message = _("You have as many passkeys as the portal keeps. Remove one first.")


@dataclass(frozen=True)
class Steps:
    """What a person may answer the second step with."""

    app: Authenticator | None = None
    passkeys: Sequence[Authenticator] = ()
    codes: Authenticator | None = None

    @property
    def is_there(self) -> bool:
        return self.app is not None or bool(self.passkeys)

    @property
    def codes_left(self) -> int:
        return len(self.codes.wrap().get_unused_codes()) if self.codes else 0


def of(user: User) -> Steps:
    """What the person has set up; one query."""
    rows = list(Authenticator.objects.filter(user_id=user.pk).order_by("created_at", "pk"))
    by_kind = {row.type: row for row in rows}
    return Steps(
        app=by_kind.get(Kind.TOTP),
        passkeys=[row for row in rows if row.type == Kind.WEBAUTHN],
        codes=by_kind.get(Kind.RECOVERY_CODES),
    )


def is_needed(user: User) -> bool:
    """Whether the person has to have a second step: so set for it, or for all of the office."""
    return user.second_step_required or (
        user.is_staff and account_settings.staff_need_second_step()
    )


def new_secret() -> str:
    """A secret for an app to be scanned or typed."""
    return b32encode(random.token_bytes(20)).decode()


def check_code(*, user_id: int, code: str, now: datetime) -> Authenticator:
    """Use up a code of the person's app, or a recovery code.

    The try is counted before anything is looked at. Raises WrongCode and TooManyTries.
    """
    tries = {BY_PERSON: str(user_id)}
    throttling.admit(tries=tries, now=now)
    used = _use_code(user_id, code, now)
    if used is None:
        raise WrongCode(f"wrong code of user {user_id}")
    throttling.forgive(tries=tries)
    return used


@transaction.atomic
def add_app(
    *, user_id: int, secret: str, code: str, session_key: str | None, now: datetime
) -> list[str]:
    """Set up the app that shows this code; recovery codes to show when it is the first step."""
    user = _locked(user_id)
    if of(user).app is not None:
        raise AlreadyThere(f"user {user_id} has an app")
    counter = _counter(secret, code, now, after=-1)
    if counter is None:
        raise WrongCode(f"wrong code while setting up, user {user_id}")
    Authenticator.objects.create(
        user=user,
        type=Kind.TOTP,
        data={"secret": secrets.seal(secret), "last_counter": counter},
        created_at=now,
    )
    return _added(user, _("An authenticator app was set up as second step."), session_key, now)


@transaction.atomic
def add_passkey(
    *,
    user_id: int,
    name: str,
    credential: dict[str, Any],
    signs_in_alone: bool,
    session_key: str | None,
    now: datetime,
) -> list[str]:
    """Keep a passkey whose answer was checked; recovery codes to show when it is the first step."""
    user = _locked(user_id)
    if len(of(user).passkeys) >= MOST_PASSKEYS:
        raise TooManyPasskeys(f"user {user_id}")
    Authenticator.objects.create(
        user=user,
        type=Kind.WEBAUTHN,
        data={"name": name, "credential": credential, "signs_in_alone": signs_in_alone},
        created_at=now,
    )
    return _added(user, _("A passkey was added."), session_key, now)


@transaction.atomic
def rename_passkey(*, user_id: int, authenticator_id: int, name: str) -> None:
    row = _own(_locked(user_id), authenticator_id, Kind.WEBAUTHN)
    row.data["name"] = name
    row.save(update_fields=["data"])


@transaction.atomic
def remove(*, user_id: int, authenticator_id: int, now: datetime) -> None:
    """Take an app or a passkey away; the recovery codes go with the last one.

    Raises StepNeeded for the only one of a person who has to have one.
    """
    user = _locked(user_id)
    row = _own(user, authenticator_id, *STEPS)
    row.delete()
    if not of(user).is_there:
        if is_needed(user):
            raise StepNeeded(f"user {user_id} keeps the last step")
        Authenticator.objects.filter(user=user).delete()
    what = (
        _("The authenticator app was removed.")
        if row.type == Kind.TOTP
        else _("A passkey was removed.")
    )
    audit.record(kind="second_step_removed", subject=user.email, now=now)
    notices.tell(user=user, what=what, now=now)


@transaction.atomic
def new_recovery_codes(*, user_id: int, now: datetime) -> list[str]:
    """New codes in the place of those before, to be shown once."""
    user = _locked(user_id)
    if not of(user).is_there:
        raise Missing(f"user {user_id} has no second step")
    Authenticator.objects.filter(user=user, type=Kind.RECOVERY_CODES).delete()
    audit.record(kind="recovery_codes_made", subject=user.email, now=now)
    notices.tell(user=user, what=_("New recovery codes were made."), now=now)
    return _make_codes(user)


@transaction.atomic
def reset(*, user_id: int, now: datetime) -> None:
    """Take every second step of a person away who has lost them all, and sign it out everywhere.

    A change of address that waits ends. For the office, which has made sure who asks.
    """
    private_links.end(NEW_EMAIL, user_id=user_id, now=now)
    user = _locked(user_id)
    Authenticator.objects.filter(user=user).delete()
    sessions.end_all(user_id=user_id, now=now)
    throttling.forgive(tries={BY_PERSON: str(user_id)})
    audit.record(kind="second_step_reset", subject=user.email, now=now)
    notices.tell(user=user, what=_("Your second step was removed by the office."), now=now)


@transaction.atomic
def require(*, user_id: int, required: bool, now: datetime) -> None:
    """Have the person sign in with a second step, or leave it to the person; for the office.

    Whoever has none is led to set one up, in open sessions too.
    """
    user = _locked(user_id)
    before = user.second_step_required
    user.second_step_required = required
    user.save(update_fields=["second_step_required"])
    audit.record(
        kind="second_step_required",
        subject=user.email,
        before={"second_step_required": before},
        after={"second_step_required": required},
        now=now,
    )


@transaction.atomic
def reseal() -> int:
    """Seal every secret with the first key; how many. Raises secrets.CannotOpen."""
    rows = Authenticator.objects.exclude(type=Kind.WEBAUTHN).order_by("pk").select_for_update()
    for row in rows:
        name = "secret" if row.type == Kind.TOTP else "seed"
        row.data[name] = secrets.reseal(row.data[name])
        row.save(update_fields=["data"])
    return len(rows)


def _locked(user_id: int) -> User:
    return User.objects.select_for_update(no_key=True).get(pk=user_id)


def _own(user: User, authenticator_id: int, *kinds: str) -> Authenticator:
    row = Authenticator.objects.filter(user=user, pk=authenticator_id, type__in=kinds).first()
    if row is None:
        raise Missing(f"authenticator {authenticator_id} of user {user.pk}")
    return row


def _added(user: User, what: Any, session_key: str | None, now: datetime) -> list[str]:
    """After the first step other browsers have to answer it too, so their sessions end."""
    audit.record(kind="second_step_added", subject=user.email, now=now)
    notices.tell(user=user, what=what, now=now)
    if of(user).codes is not None:
        return []
    sessions.end_all(user_id=user.pk, but=session_key, now=now)
    return _make_codes(user)


def _make_codes(user: User) -> list[str]:
    codes: list[str] = RecoveryCodes.activate(user).generate_codes()
    return codes


@transaction.atomic
def _use_code(user_id: int, code: str, now: datetime) -> Authenticator | None:
    user = _locked(user_id)
    steps = of(user)
    if steps.app is not None:
        data = steps.app.data
        counter = _counter(
            secrets.open_sealed(data["secret"]), code, now, after=data.get("last_counter", -1)
        )
        if counter is not None:
            data["last_counter"] = counter
            steps.app.save(update_fields=["data"])
            return steps.app
    if steps.codes is not None and steps.codes.wrap().validate_code(code):
        notices.tell(user=user, what=_("A recovery code was used."), now=now)
        return steps.codes
    return None


def _counter(secret: str, code: str, now: datetime, *, after: int) -> int | None:
    """The period of the app's code, if it is of about now and later than the last one used."""
    current = int(now.timestamp()) // PERIOD
    for counter in range(current - TOLERANCE, current + TOLERANCE + 1):
        expected = format_hotp_value(hotp_value(secret, counter))
        if random.compare_digest(code.encode(), expected.encode()) and counter > after:
            return counter
    return None
