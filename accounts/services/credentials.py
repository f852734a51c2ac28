"""Passwords of people, and the addresses they have proven. Each function is one transaction."""

from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import User
from accounts.purposes import SET_PASSWORD
from accounts.services import audit, private_links, signing_in, throttling

__all__ = ["BY_PERSON", "confirm", "prove_address", "set_password_by_link"]

BY_PERSON = throttling.Limit(
    name="confirm_password",
    free=5,
    first_wait=timedelta(minutes=1),
    longest_wait=timedelta(hours=1),
    memory=timedelta(days=1),
)


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

    Every session of the person ends with it, and so do other links to set the password. Raises
    what `private_links.use` raises.
    """
    user = prove_address(token=token, purpose=SET_PASSWORD, now=now)
    user.set_password(password)
    user.save(update_fields=["password"])
    private_links.withdraw(purpose=SET_PASSWORD, user_id=user.pk, now=now)
    audit.record(kind="password_set", subject=user.email, now=now)
    return user


@transaction.atomic
def prove_address(*, token: str, purpose: str, now: datetime) -> User:
    """Use up the link of this person, who reads what is sent to the address.

    Whoever guessed at the person's password before has slowed down strangers, not the person.
    """
    link = private_links.use(token=token, purpose=purpose, now=now)
    people = User.objects.select_for_update(of=("self",), no_key=True)
    user = people.get(private_links=link)
    if link.email == user.email:
        user.email_verified_at = now
        user.save(update_fields=["email_verified_at"])
        throttling.forgive(tries={signing_in.BY_ADDRESS: user.email})
    return user
