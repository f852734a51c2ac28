"""What browsers and passkeys say to each other, by allauth and fido2.

A question lives in the session of the current request and is good for one answer. Whatever is wrong
with an answer, it is a BadPasskey: everything in it comes from outside.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from cryptography.exceptions import InvalidSignature
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from portal.lib.errors import DomainError

__all__ = ["BadPasskey", "ask_to_create", "ask_to_sign", "read_created", "read_signed"]


class BadPasskey(DomainError):
    user_message = _("The passkey was not accepted. Try again, or use another way.")


def ask_to_create(user: User) -> dict[str, Any]:
    """What the browser is asked to make a passkey for; those that are there are left out."""
    question: dict[str, Any] = auth.begin_registration(user, passwordless=False)
    return question


def read_created(credential: Any, *, signs_in_alone: bool) -> None:
    """Check a new passkey. One that signs in alone has to know its owner, by finger or PIN."""
    with _refusing():
        auth.parse_registration_response(credential)
        made = auth.complete_registration(credential)
        if signs_in_alone and not made.is_user_verified():
            raise BadPasskey("the device did not verify its owner")


def ask_to_sign(user: User | None = None) -> dict[str, Any]:
    """What the browser is asked to sign, with a passkey of this person or of anybody."""
    question: dict[str, Any] = auth.begin_authentication(user)
    return question


def read_signed(credential: Any, *, user: User | None = None) -> Authenticator:
    """The passkey that signed; without a `user` it says itself whose it is, and signs in alone.

    The question in the session may be that of a second step, which asks for less: so what signs in
    alone has to be a passkey for that, and to have verified its owner, whatever was asked.
    """
    with _refusing():
        answer = auth.parse_authentication_response(credential)
        owner = user or auth.extract_user_from_response(credential)
        passkey = auth.complete_authentication(owner, credential)
    if user is None:
        if not answer.response.authenticator_data.is_user_verified():
            raise BadPasskey("the device did not verify its owner")
        if not passkey.data.get("signs_in_alone"):
            raise BadPasskey("the passkey is a second step only")
    return passkey


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except (
        ArithmeticError,
        AttributeError,
        InvalidSignature,
        LookupError,
        TypeError,
        ValidationError,
        ValueError,
    ) as error:
        raise BadPasskey(type(error).__name__) from error
