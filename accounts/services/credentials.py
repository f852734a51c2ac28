"""Passwords of people, and the addresses they have proven. Each function is one transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts import kinds, origin
from accounts.messaging import Recipient
from accounts.models import Ending, PrivateLink, User
from accounts.purposes import NEW_EMAIL, SET_PASSWORD, SIGN_IN
from accounts.services import (
    audit,
    notices,
    notify,
    private_links,
    sessions,
    signing_in,
    throttling,
)
from portal.lib.errors import DomainError

__all__ = [
    "BY_PERSON",
    "AddressTaken",
    "SignedOut",
    "ask_for_new_email",
    "change_email_by_link",
    "change_password",
    "confirm",
    "give_up_new_email",
    "new_email_asked_for",
    "prove_address",
    "set_password_by_link",
    "throttle_new_email",
]

NEW_EMAIL_LASTS = timedelta(days=1)


BY_PERSON = throttling.Limit(
    name="confirm_password",
    free=5,
    first_wait=timedelta(minutes=1),
    longest_wait=timedelta(hours=1),
    memory=timedelta(days=1),
)
NEW_EMAILS = throttling.Limit(
    name="new_email",
    free=5,
    first_wait=timedelta(minutes=10),
    longest_wait=timedelta(hours=6),
    memory=timedelta(days=1),
)


class AddressTaken(DomainError):
    user_message = _("Somebody else signs in with this address by now.")


class SignedOut(DomainError):
    """The session of whoever asks has ended in the meantime."""


def confirm(*, user_id: int, password: str, now: datetime) -> None:
    """Have a person who is signed in give its password once more.

    The try is counted before anything is looked at. Raises WrongPassword and TooManyTries.
    """
    tries = {BY_PERSON: str(user_id)}
    throttling.admit(tries=tries, now=now)
    if not User.objects.get(pk=user_id).check_password(password):
        raise signing_in.WrongPassword(f"wrong password of user {user_id}, who is signed in")
    throttling.forgive(tries=tries)


@transaction.atomic
def set_password_by_link(*, token: str, password: str, now: datetime) -> User:
    """Set the password of the link's person, who has thereby proven the address it was sent to.

    Every session of the person ends with it, and so do other links to set the password and a change
    of address that waits: whoever asked for it may be whom the new password is to keep out. Raises
    what `private_links.use` raises.
    """
    user = _prove_address(token, SET_PASSWORD, now, ending=(SET_PASSWORD, NEW_EMAIL))
    had_one = user.has_usable_password()
    user.set_password(password)
    user.save(update_fields=["password"])
    sessions.end_all(user_id=user.pk, now=now)
    audit.record(kind="password_set", subject=user.email, now=now)
    if had_one:
        notices.tell(user=user, what=_("Your password was set anew by a link."), now=now)
    return user


@transaction.atomic
def change_password(
    *, user_id: int, password: str, session_key: str | None, ends_others: bool, now: datetime
) -> User:
    """Set a new password of a person who has just given the old one.

    The session of the key goes on once the caller has renewed its hash; the others end, or go on
    as they are. A change of address that waits ends.
    """
    private_links.end(SET_PASSWORD, NEW_EMAIL, user_id=user_id, now=now)
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    user.set_password(password)
    user.save(update_fields=["password"])
    if ends_others:
        sessions.end_all(user_id=user.pk, but=session_key, now=now)
    else:
        sessions.keep_signed_in(user=user, now=now)
    audit.record(kind="password_set", subject=user.email, now=now)
    notices.tell(user=user, what=_("Your password was changed."), now=now)
    return user


@transaction.atomic
def ask_for_new_email(*, user_id: int, email: str, session_key: str | None, now: datetime) -> None:
    """Send a link to the new address; it is the person's once the link is used.

    Where somebody has the address already, that person is told instead, and whoever asked learns
    nothing. The present address is told in any case, as it may not be the person who asks. Asking
    again ends the links before. Call `throttle_new_email` first.

    Raises SignedOut when the session of the key signs nobody in any more. Whatever recovers a
    person ends sessions under the person's lock, so a thief who asks meanwhile comes too late.
    """
    private_links.end(NEW_EMAIL, user_id=user_id, now=now)
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    if not sessions.is_living(user=user, session_key=session_key):
        raise SignedOut(f"session of user {user_id}")
    notices.tell(
        user=user,
        what=_("Another address to sign in with was asked for. It counts once it is confirmed."),
        now=now,
    )
    token = private_links.issue(
        purpose=NEW_EMAIL, lifetime=NEW_EMAIL_LASTS, user_id=user.pk, email=email, now=now
    )
    owner = User.objects.filter(email=email).exclude(pk=user.pk).first()
    if owner is not None:
        notify.compose(kinds.EMAIL_IN_USE, to=[Recipient.of(owner)], context={}, now=now)
        return
    name = f"{user.first_name} {user.last_name}".strip()
    notify.compose(
        kinds.CONFIRM_EMAIL,
        to=[Recipient(email=email, name=name, language=user.language)],
        context={
            "link": private_links.address_of(token),
            "valid_until": now + NEW_EMAIL_LASTS,
        },
        expires_at=now + NEW_EMAIL_LASTS,
        now=now,
    )


def throttle_new_email(*, user_id: int, now: datetime) -> None:
    """Count one asking for a new address; raises TooManyTries."""
    throttling.admit(tries={NEW_EMAILS: str(user_id)}, now=now)


def new_email_asked_for(*, user_id: int, now: datetime) -> PrivateLink | None:
    """The link that waits at a new address of the person, if one does."""
    waiting = PrivateLink.objects.filter(
        user_id=user_id, purpose=NEW_EMAIL, used_at=None, withdrawn_at=None, expires_at__gt=now
    )
    return waiting.order_by("-pk").first()


def give_up_new_email(*, user_id: int, now: datetime) -> None:
    """Keep the address as it is; the link that waits ends."""
    private_links.end(NEW_EMAIL, user_id=user_id, now=now)


@transaction.atomic
def change_email_by_link(*, token: str, now: datetime) -> User:
    """Have the person sign in with the address the link was sent to; the old one is told.

    Links that wait at the old address end. Raises AddressTaken when somebody else was faster.
    """
    link = private_links.use(token=token, purpose=NEW_EMAIL, now=now)
    private_links.end(SET_PASSWORD, SIGN_IN, user_id=_person_of(link), now=now)
    people = User.objects.select_for_update(of=("self",), no_key=True)
    user = people.get(private_links=link)
    before, user.email, user.email_verified_at = user.email, link.email, now
    try:
        with transaction.atomic():
            user.save(update_fields=["email", "email_verified_at"])
    except IntegrityError as error:
        raise AddressTaken(f"new address of user {user.pk}") from error
    audit.record(
        kind="email_changed",
        subject=before,
        before={"email": before},
        after={"email": user.email},
        now=now,
    )
    notify.compose(
        kinds.EMAIL_CHANGED,
        to=[
            Recipient(
                email=before,
                name=f"{user.first_name} {user.last_name}".strip(),
                language=user.language,
            )
        ],
        context={"new_email": user.email, "at": now, "address": origin.current().address or ""},
        now=now,
    )
    return user


@transaction.atomic
def prove_address(*, token: str, purpose: str, now: datetime) -> User:
    """Use up the link of this person, who reads what is sent to the address.

    A link that went to an address which is not the person's any more opens nothing. Whoever guessed
    at the person's password before has slowed down strangers, not the person.
    """
    return _prove_address(token, purpose, now)


def _prove_address(token: str, purpose: str, now: datetime, *, ending: Sequence[str] = ()) -> User:
    link = private_links.use(token=token, purpose=purpose, now=now)
    private_links.end(*ending, user_id=_person_of(link), now=now)
    people = User.objects.select_for_update(of=("self",), no_key=True)
    user = people.get(private_links=link)
    if link.email != user.email:
        raise private_links.EndedLink(link, Ending.WITHDRAWN)
    user.email_verified_at = now
    user.save(update_fields=["email_verified_at"])
    throttling.forgive(tries={signing_in.BY_ADDRESS: user.email})
    return user


def _person_of(link: PrivateLink) -> int:
    if link.user_id is None:
        raise private_links.UnknownLink(f"{link} is nobody's")
    return link.user_id
