"""The roles of the office: what they open, and who has them.

Somebody is always left who may keep the roles: an active superuser, or active staff that holds
`accounts.change_role`. Every change that could take that away runs inside `keeping_somebody`, which
holds the lock of the account settings, so two people cannot lock each other out.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.contrib.auth.models import Permission
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts import office_sections
from accounts.models import AccountSettings, Role, RoleGrant, RoleRight, User
from accounts.office_sections import Level
from accounts.services import audit
from portal.lib.errors import DomainError

__all__ = [
    "NameTaken",
    "NobodyLeft",
    "NotOfTheOffice",
    "change",
    "give",
    "give_by_provider",
    "keeping_somebody",
    "mapped",
    "remove",
    "take",
]


class NobodyLeft(DomainError):
    user_message = _(
        "Nobody would be left who may change roles. Give that right to somebody else first."
    )


class NameTaken(DomainError):
    user_message = _("Another role has this name.")


class NotOfTheOffice(DomainError):
    user_message = _("Nobody in the office has this e-mail address.")


@transaction.atomic
def change(
    *,
    role_id: int | None,
    name: str,
    claim_values: Collection[str],
    rights: Mapping[str, str],
    now: datetime,
) -> Role:
    """Make the role be exactly this, a new one without a key; it acts at once.

    `rights` maps codes of sections to levels. Sections that are not in it are closed to the role.
    """
    levels = {office_sections.of_code(code).code: Level(level) for code, level in rights.items()}
    with keeping_somebody():
        role = Role() if role_id is None else Role.objects.locked().get(pk=role_id)
        namesakes = Role.objects.annotate(low=Lower("name")).filter(low=name.lower())
        if namesakes.exclude(pk=role.pk).exists():
            raise NameTaken(f"a role is called {name!r} already")
        before = _described(role) if role_id is not None else None
        role.name, role.claim_values = name, list(claim_values)
        role.full_clean(validate_constraints=False)
        role.save()
        role.rights.all().delete()
        RoleRight.objects.bulk_create(
            RoleRight(role=role, section=code, level=level) for code, level in levels.items()
        )
    audit.record(
        kind="role_added" if before is None else "role_changed",
        subject=role.name,
        before=before,
        after=_described(role),
        now=now,
    )
    return role


@transaction.atomic
def remove(*, role_id: int, now: datetime) -> None:
    """Delete the role. Whoever had it loses at once what no other role gives; repeatable."""
    with keeping_somebody():
        role = Role.objects.locked().filter(pk=role_id).first()
        if role is None:
            return
        before = {**_described(role), "people": _people(role)}
        role.delete()
    audit.record(kind="role_removed", subject=role.name, before=before, now=now)


@transaction.atomic
def give(*, role_id: int, email: str, now: datetime) -> User:
    """Give the role to the person of the office with this address by hand; repeatable."""
    role = Role.objects.locked().get(pk=role_id)
    user = User.objects.filter(
        email=User.objects.normalize_email(email), is_staff=True, is_active=True
    ).first()
    if user is None:
        raise NotOfTheOffice(f"no active staff for role {role_id}")
    _give(user, role, RoleGrant.Origin.OFFICE, now)
    return user


@transaction.atomic
def take(*, role_id: int, user_id: int, now: datetime) -> None:
    """Take back what the office gave by hand; a grant of the provider stays. Repeatable."""
    with keeping_somebody():
        grants = RoleGrant.objects.filter(
            role_id=role_id, user_id=user_id, origin=RoleGrant.Origin.OFFICE
        )
        for grant in grants.select_related("role", "user"):
            _take(grant, now)


def mapped(values: Collection[str]) -> list[Role]:
    """The roles that the provider means by these values of its claim."""
    return list(Role.objects.filter(claim_values__overlap=list(values)).order_by("pk"))


@transaction.atomic
def give_by_provider(*, user_id: int, roles: Collection[Role], now: datetime) -> None:
    """Let the person have exactly these roles from the provider; those given by hand stay.

    The provider may take the last right to keep roles: it is the provider's to say who works here.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    present = RoleGrant.objects.filter(user=user, origin=RoleGrant.Origin.PROVIDER)
    for grant in present.exclude(role__in=roles).select_related("role", "user"):
        _take(grant, now)
    for role in roles:
        _give(user, role, RoleGrant.Origin.PROVIDER, now)


@contextmanager
def keeping_somebody() -> Iterator[None]:
    """Raise NobodyLeft where nobody is left inside who may keep the roles and somebody was."""
    AccountSettings.objects.get_or_create(pk=1)
    AccountSettings.objects.select_for_update(no_key=True).get(pk=1)
    was_kept = _in_charge().exists()
    yield
    if was_kept and not _in_charge().exists():
        raise NobodyLeft("the last person who may change roles")


def _in_charge():
    section = office_sections.of_code(office_sections.ROLES)
    [name] = section.process
    app, codename = name.split(".")
    permission = Permission.objects.filter(content_type__app_label=app, codename=codename)
    by_role = RoleGrant.objects.filter(
        user=OuterRef("pk"), role__rights__section=section.code, role__rights__level=Level.PROCESS
    )
    return User.objects.filter(is_active=True).filter(
        Q(is_superuser=True)
        | Q(is_staff=True)
        & (
            Exists(by_role)
            | Exists(permission.filter(user=OuterRef("pk")))
            | Exists(permission.filter(group__user=OuterRef("pk")))
        )
    )


def _give(user: User, role: Role, origin: str, now: datetime) -> None:
    _grant, is_new = RoleGrant.objects.get_or_create(
        user=user, role=role, origin=origin, defaults={"created_at": now}
    )
    if is_new:
        audit.record(
            kind="role_given",
            subject=user.email,
            after={"role": role.name, "origin": origin},
            now=now,
        )


def _take(grant: RoleGrant, now: datetime) -> None:
    before = {"role": grant.role.name, "origin": grant.origin}
    grant.delete()
    audit.record(kind="role_taken", subject=grant.user.email, before=before, now=now)


def _described(role: Role) -> dict[str, Any]:
    rights = role.rights.order_by("section").values_list("section", "level")
    return {
        "name": role.name,
        "claim_values": list(role.claim_values),
        "rights": [f"{section}: {level}" for section, level in rights],
    }


def _people(role: Role) -> list[str]:
    return sorted(set(role.grants.values_list("user__email", flat=True)))
