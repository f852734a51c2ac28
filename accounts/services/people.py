"""The record of a person, as the office keeps it: who it is, and whether it may come in.

Rights at customers are `membership`'s, and roles of the office `roles`'. A person is never deleted,
because what was done stays the person's; the access is closed instead.
"""

from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts import kinds
from accounts.models import User
from accounts.models.user import UserManager
from accounts.purposes import NEW_EMAIL, SET_PASSWORD, SIGN_IN
from accounts.services import (
    audit,
    membership,
    private_links,
    roles,
    sessions,
    sign_in_help,
)
from portal.lib.errors import DomainError

__all__ = [
    "AccessIsClosed",
    "AddressMoved",
    "AddressTaken",
    "HoldsMore",
    "change",
    "close_access",
    "create",
    "end_links",
    "may_change",
    "noted",
    "open_access",
    "send_password_link",
]

_NOTED = ("email", "first_name", "last_name", "phone", "language", "is_staff", "is_superuser")
# The office's link waits longer than one that somebody asked for a moment ago.
LINK_LASTS = timedelta(days=3)


class AddressTaken(DomainError):
    """Somebody else signs in with this address."""

    user_message = _("Somebody else has this e-mail address.")


class AddressMoved(DomainError):
    """The address was changed since somebody looked at it."""

    user_message = _("This address was changed in the meantime. Open the page again.")


class HoldsMore(DomainError):
    """The record of somebody who holds more than the person who wants to change it."""

    user_message = _("You may not change this user, who holds more than you.")


class AccessIsClosed(DomainError):
    """Nothing is sent to somebody who may not come in."""

    user_message = _("This person's access is closed. Open it first.")


def may_change(*, by: User, person: User) -> bool:
    """Whether somebody who may change users may change this one.

    Nobody changes the record of a person who holds more, because whoever sets the address of a
    record can sign in as its person: staff are for those who keep roles, superusers for superusers.
    """
    if person.is_superuser:
        return by.is_superuser
    permission = "accounts.change_role" if person.is_staff else "accounts.change_user"
    return by.has_perm(permission)


def noted(user: User) -> dict[str, Any]:
    """The record as the audit keeps it: who it is, and every right that hangs on the record."""
    return {
        **{name: getattr(user, name) for name in _NOTED},
        "groups": sorted(user.groups.values_list("name", flat=True)),
        "user_permissions": sorted(user.user_permissions.values_list("codename", flat=True)),
    }


@transaction.atomic
def create(*, email: str, now: datetime, **fields: Any) -> User:
    """A person without a password, who comes in by a link or by the identity provider."""
    user = User(email=UserManager.normalize_email(email), joined_at=now, **fields)
    user.set_unusable_password()
    _save(user)
    audit.record(kind="user_created", subject=user.email, after=_filled_in(user), now=now)
    return user


@transaction.atomic
def change(*, user_id: int, now: datetime, email_was: str | None = None, **fields: Any) -> User:
    """Write these fields of the record and leave the others as they are.

    Another address is not proven yet; links that went to the old one end, and so do sessions.
    Raises AddressMoved when the new address is to replace one that is not the person's any more.
    """
    others = User.objects.exclude(email=UserManager.normalize_email(fields.get("email")))
    if "email" in fields and others.filter(pk=user_id).exists():
        end_links(user_id=user_id, now=now)
    with roles.keeping_somebody():
        user = User.objects.select_for_update(no_key=True).get(pk=user_id)
        before = noted(user)
        if "email" in fields and email_was not in (None, user.email):
            raise AddressMoved(f"user {user_id} has another address by now")
        for name, value in fields.items():
            setattr(user, name, value)
        user.email = UserManager.normalize_email(user.email)
        written = list(fields)
        if user.email != before["email"]:
            user.email_verified_at = None
            written.append("email_verified_at")
            EmailAddress.objects.filter(user=user).exclude(email=user.email).delete()
            sessions.end_all(user_id=user.pk, now=now)
        _save(user, update_fields=written)
    audit.record(kind="user_changed", subject=user.email, before=before, after=noted(user), now=now)
    return user


@transaction.atomic
def close_access(*, user_id: int, now: datetime) -> None:
    """Let nothing open for the person any more, links that are out neither; repeatable.

    Raises LastAdmin where a customer would be left without an account admin, and NobodyLeft where
    the office would be left without anybody who keeps roles.
    """
    end_links(user_id=user_id, now=now)
    with roles.keeping_somebody():
        membership.close_access(user_id=user_id, now=now)


def open_access(*, user_id: int, now: datetime) -> None:
    """Let the person sign in again, with the rights that are noted; repeatable."""
    membership.open_access(user_id=user_id, now=now)


@transaction.atomic
def send_password_link(*, user_id: int, now: datetime) -> User:
    """Send the person a link to choose a password; earlier ones end."""
    private_links.end(SET_PASSWORD, user_id=user_id, now=now)
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    if not user.is_active:
        raise AccessIsClosed(f"user {user_id} is closed")
    sign_in_help.send_link(user, kinds.SET_PASSWORD, SET_PASSWORD, LINK_LASTS, now)
    audit.record(kind="password_link_sent", subject=user.email, now=now)
    return user


def end_links(*, user_id: int, now: datetime) -> None:
    """End the links by which the person comes in, and a change of address that waits."""
    private_links.end(SET_PASSWORD, SIGN_IN, NEW_EMAIL, user_id=user_id, now=now)


def _save(user: User, **options: Any) -> None:
    user.full_clean(validate_unique=False, validate_constraints=False)
    try:
        with transaction.atomic():
            user.save(**options)
    except IntegrityError as error:
        raise AddressTaken(f"{user.email} is taken") from error


def _filled_in(user: User) -> dict[str, Any]:
    return {name: value for name, value in noted(user).items() if value}
