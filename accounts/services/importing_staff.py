"""Importing the office's own people: what `accounts.importing` asks of the kind.

They are of the office's own domains, come in by the identity provider or by a password they set
themselves, and have the roles of the file beside those the provider gives. Superusers are kept in
`/admin/`, not here.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from accounts.importing import EMAIL, Draft, RowRefused
from accounts.models import PeopleImport, PeopleImportRow, Role, RoleGrant, User
from accounts.services import account_settings, company, people, roles
from accounts.states import RowOutcome
from portal.lib.domains import domain_of
from portal.lib.errors import DomainError

__all__ = ["apply", "check", "check_whole"]

LANGUAGE, ROLES = "Language", "Roles"
LANGUAGES = ", ".join(dict(settings.LANGUAGES))
# Who is given roles goes before those whose access is closed, so that somebody keeps roles.
FIRST, LATER = 0, 1


class RoleGone(DomainError):
    user_message = _("A role of this row was removed meanwhile.")


def check(drafts: Sequence[Draft]) -> None:
    """Say of each row what is wrong, or what it will do; a handful of queries for all of them."""
    known_roles = {role.name.lower(): role for role in Role.objects.all()}
    domains = account_settings.current().internal_domains
    for draft in drafts:
        _understand(draft, domains, known_roles)
    emails = {draft.subject for draft in drafts if draft.subject}
    users = {user.email: user for user in User.objects.filter(email__in=emails)}
    given: dict[int, set[int]] = {}
    for user_id, role_id in _by_hand(users.values()):
        given.setdefault(user_id, set()).add(role_id)
    for draft in drafts:
        if not draft.errors:
            user = users.get(draft.subject)
            _plan(draft, user, given.get(user.pk, set()) if user else set())


def check_whole(run: PeopleImport) -> None:
    """Of several rows about one person the first stands."""
    named = run.rows.exclude(subject="")
    counted = named.values("subject").annotate(rows=Count("pk")).filter(rows__gt=1)
    for subject in list(counted.values_list("subject", flat=True)):
        first, *others = named.filter(subject=subject).order_by("number")
        for row in others:
            row.refuse(EMAIL, "same_row", number=first.number)


def apply(rows: Sequence[PeopleImportRow], *, by: User, now: datetime) -> None:
    """Do what the rows say, and write down what each has done."""
    for row in rows:
        try:
            row.outcome = _apply(row, by=by, now=now)
        except DomainError as refusal:
            raise RowRefused(row.pk, EMAIL, refusal.user_message) from refusal


def _understand(draft: Draft, domains: Sequence[str], known_roles: dict[str, Role]) -> None:
    """What the cells say by themselves."""
    draft.read_person()
    if draft.subject and domain_of(draft.subject) not in domains:
        draft.wrong(EMAIL, "external_address", allowed=", ".join(domains))
    language = draft.cells[LANGUAGE].casefold()
    if language and language not in dict(settings.LANGUAGES):
        draft.wrong(LANGUAGE, "unknown_language", allowed=LANGUAGES)
    draft.values["language"] = language
    draft.values["roles"] = _roles(draft, known_roles)


def _roles(draft: Draft, known: dict[str, Role]) -> list[int]:
    """The keys of the roles that are named, by names whose case does not matter."""
    found = set()
    for name in draft.listed(ROLES):
        role = known.get(name.lower())
        if role is None:
            allowed = ", ".join(sorted(role.name for role in known.values()))
            draft.wrong(ROLES, "unknown_role", name=name[:50], allowed=allowed[:500])
        else:
            found.add(role.pk)
    return sorted(found)


def _plan(draft: Draft, user: User | None, given: set[int]) -> None:
    """What a row that is right by itself will do."""
    if user is not None and user.is_superuser:
        draft.wrong(EMAIL, "superuser")
    elif draft.values["deletes"]:
        is_open = user is not None and user.is_active
        draft.plan = RowOutcome.DELETED if is_open else RowOutcome.UNCHANGED
        draft.rank = LATER
    elif user is None:
        draft.plan = RowOutcome.CREATED
    elif not user.is_active:
        draft.wrong(EMAIL, "closed_access")
    else:
        is_same = not _changes(user, draft.values) and given == set(draft.values["roles"])
        draft.plan = RowOutcome.UNCHANGED if is_same else RowOutcome.UPDATED
        draft.rank = LATER if given - set(draft.values["roles"]) else FIRST


def _apply(row: PeopleImportRow, *, by: User, now: datetime) -> str:
    values: dict[str, Any] = row.values
    user = User.objects.filter(email=row.subject).first()
    if user is not None and not people.may_change(by=by, person=user):
        raise people.HoldsMore(f"user {by.pk} may not change user {user.pk}")
    if values["deletes"]:
        if user is None or not user.is_active:
            return RowOutcome.UNCHANGED
        people.close_access(user_id=user.pk, now=now)
        return RowOutcome.DELETED
    outcome = RowOutcome.UNCHANGED
    if user is None:
        fields = {name: values[name] for name in ("first_name", "last_name")}
        language = values["language"] or company.current().language
        user = people.create(email=row.subject, is_staff=True, language=language, now=now, **fields)
        outcome = RowOutcome.CREATED
    elif not user.is_active:
        raise people.AccessIsClosed(f"user {user.pk} is closed")
    elif changes := _changes(user, values):
        people.change(user_id=user.pk, now=now, **changes)
        outcome = RowOutcome.UPDATED
    if _set_roles(user, values["roles"], now=now) and outcome == RowOutcome.UNCHANGED:
        outcome = RowOutcome.UPDATED
    return outcome


def _changes(user: User, values: dict[str, Any]) -> dict[str, Any]:
    """What of the record differs; empty cells leave it as it is."""
    wanted = {
        name: values[name] for name in ("first_name", "last_name", "language") if values[name]
    }
    wanted["is_staff"] = True
    return {name: value for name, value in wanted.items() if getattr(user, name) != value}


def _set_roles(user: User, wanted: Sequence[int], *, now: datetime) -> bool:
    """Let the office have given exactly these roles; whether anything changed."""
    # Giving locks a role and taking the settings, which go before roles.
    with roles.keeping_somebody():
        if Role.objects.filter(pk__in=wanted).count() < len(wanted):
            raise RoleGone(f"a role of user {user.pk}")
        given = {role_id for _user, role_id in _by_hand([user])}
        for role_id in sorted(set(wanted) - given):
            roles.give(role_id=role_id, email=user.email, now=now)
        for role_id in sorted(given - set(wanted)):
            roles.take(role_id=role_id, user_id=user.pk, now=now)
    return given != set(wanted)


def _by_hand(users: Any) -> Any:
    grants = RoleGrant.objects.filter(user__in=list(users), origin=RoleGrant.Origin.OFFICE)
    return grants.values_list("user_id", "role_id")
