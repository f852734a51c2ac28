"""Who comes in through the company's identity provider, and as whom.

The provider says who has come; whether that person works here is decided anew at every sign-in: the
address is the one typed, verified, of an internal domain, and a role is left. What the provider no
longer gives is gone at once, also where the sign-in is refused.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.services import account_settings, audit, company, roles
from portal.lib.errors import DomainError

__all__ = [
    "PROVIDER",
    "Identity",
    "NotAdmitted",
    "admit",
    "domains",
    "is_address",
    "is_configured",
    "leads_to_provider",
]

# What allauth's tables call the provider.
PROVIDER = "office"


@dataclass(frozen=True, kw_only=True)
class Identity:
    """What a provider that is believed says of a person."""

    issuer: str
    subject: str
    email: str
    email_is_verified: bool
    first_name: str = ""
    last_name: str = ""
    language: str = ""
    roles: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """One person at one provider, for ever; two providers may know the same subject."""
        return hashlib.sha256(f"{self.issuer}\n{self.subject}".encode()).hexdigest()


class NotAdmitted(DomainError):
    """The person is who the provider says, and may not come in. `reason` is a word for the log."""

    def __init__(self, reason: str, user: User | None = None):
        super().__init__(reason)
        self.reason = reason
        self.user = user


def is_configured() -> bool:
    """Whether there is a provider; without one internal addresses sign in like all others."""
    return bool(settings.OIDC_ISSUER)


def leads_to_provider(email: str) -> bool:
    """Whether whoever has this address signs in through the provider, and in no other way."""
    return is_configured() and account_settings.is_internal(email)


def domains() -> list[str]:
    """The domains whose people sign in through the provider."""
    return account_settings.current().internal_domains if is_configured() else []


def is_address(email: str) -> bool:
    """Whether a user can have it as e-mail address."""
    try:
        validate_email(email)
    except ValidationError:
        return False
    return len(email) <= (User._meta.get_field("email").max_length or 0)


def admit(*, identity: Identity, typed: str, now: datetime) -> User:
    """The user who may come in now, made at the first time. Raises NotAdmitted.

    What a refusal changes stays: roles that the provider took away are gone, and where none is left
    the person's sessions have ended.
    """
    email, typed = map(User.objects.normalize_email, (identity.email, typed))
    with transaction.atomic():
        user, reason = _decide(identity, email, typed, now)
        if reason:
            audit.record(
                kind="provider_refused",
                subject=user.email if user else email if is_address(email) else typed,
                after={"reason": reason},
                now=now,
            )
    if user is None or reason:
        raise NotAdmitted(reason, user)
    return user


def _decide(identity: Identity, email: str, typed: str, now: datetime) -> tuple[User | None, str]:
    """The user, as far as there is one, and why not; an empty reason lets in."""
    if email != typed or not is_address(email):
        return None, "other_address"
    if not account_settings.is_internal(email):
        return None, "not_internal"
    if not identity.email_is_verified:
        return None, "not_verified"
    found = _linked(identity) or User.objects.filter(email=email).first()
    mapped = roles.mapped(identity.roles)
    if found is None and not mapped:
        return None, "no_role"
    user = _locked(found or _make(identity, email, now))
    reason = _objection(user, identity, email)
    if reason:
        return user, reason
    roles.give_by_provider(user_id=user.pk, roles=mapped, now=now)
    if not user.is_superuser and not user.role_grants.exists():
        _end_sessions(user)
        return user, "no_role"
    _link(user, identity, now)
    _follow_address(user, email, now)
    return user, ""


def _linked(identity: Identity) -> User | None:
    account = SocialAccount.objects.filter(provider=PROVIDER, uid=identity.key)
    return User.objects.filter(pk__in=account.values("user_id")).first()


def _locked(user: User) -> User:
    return User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _make(identity: Identity, email: str, now: datetime) -> User:
    """A new person of the office; of two who come first at once, one is made."""
    user = User(
        email=email,
        first_name=_fitting(identity.first_name),
        last_name=_fitting(identity.last_name),
        language=identity.language
        if identity.language in dict(settings.LANGUAGES)
        else company.current().language,
        is_staff=True,
        joined_at=now,
    )
    user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        return User.objects.get(email=email)
    audit.record(
        kind="provider_user_added",
        subject=email,
        after={"name": user.get_full_name()},
        now=now,
    )
    return user


def _objection(user: User, identity: Identity, email: str) -> str:
    """What the portal's own record of the person has against it.

    An account of a customer's member does not become one of the office by itself, an address that
    was given to a new colleague does not open what was its predecessor's, and nobody takes over the
    address of another user.
    """
    is_linked = _linked(identity) == user
    if not user.is_active:
        return "closed"
    if not user.is_staff:
        return "not_staff"
    if not is_linked and SocialAccount.objects.filter(provider=PROVIDER, user=user).exists():
        return "other_person"
    if User.objects.filter(email=email).exclude(pk=user.pk).exists():
        return "address_taken"
    return ""


def _link(user: User, identity: Identity, now: datetime) -> None:
    """From now on the provider is the only way in, so a password is worth nothing any more."""
    _account, is_new = SocialAccount.objects.get_or_create(
        provider=PROVIDER,
        uid=identity.key,
        defaults={"user": user, "extra_data": {"issuer": identity.issuer}},
    )
    if not is_new:
        return
    if user.has_usable_password():
        _end_sessions(user)
    audit.record(
        kind="provider_user_linked",
        subject=user.email,
        after={"issuer": identity.issuer},
        now=now,
    )


def _follow_address(user: User, email: str, now: datetime) -> None:
    """The provider has proven the address, and says what it is today.

    Nobody else's it is any more: whoever had it before has another one (`_objection`).
    """
    if user.email != email:
        audit.record(
            kind="provider_address_changed",
            subject=user.get_full_name(),
            before={"email": user.email},
            after={"email": email},
            now=now,
        )
        user.email = email
        user.email_verified_at = None
    EmailAddress.objects.filter(email=email).exclude(user=user).delete()
    EmailAddress.objects.filter(user=user).exclude(email=email).delete()
    EmailAddress.objects.update_or_create(
        user=user, email=email, defaults={"verified": True, "primary": True}
    )
    user.email_verified_at = user.email_verified_at or now
    user.save(update_fields=["email", "email_verified_at"])


def _end_sessions(user: User) -> None:
    """Sessions hold a hash of the password; a new unusable one ends them all."""
    user.set_unusable_password()
    user.save(update_fields=["password"])


def _fitting(name: str) -> str:
    return name.replace("\0", "").strip()[:150]
