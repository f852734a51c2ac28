"""The people of a customer as its account admins read them: on the page, and as CSV."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Customer, Invitation, Membership, User
from accounts.sections import FILE_NAMES, PAYING, Section, rights_in_words
from accounts.services.colleagues import Authority
from accounts.services.inviting import inviter_of

__all__ = [
    "EXPORT_HEADS",
    "Colleague",
    "Holding",
    "Waiting",
    "colleagues",
    "exported",
    "waiting",
]

EXPORT_HEADS = ("Name", "Email", "Allowed Sections", "Make Payment")
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Holding:
    """One membership of a person: what it grants, and whether whoever looks may change it."""

    id: int
    rights: str
    covers_family: bool
    may_pay: bool
    may_be_changed: bool


@dataclass(frozen=True, slots=True)
class Colleague:
    """A person of the customer. Most hold one membership; who is in by the family too, two."""

    name: str
    email: str
    is_self: bool
    mark: str
    standing: str
    last_sign_in: datetime | None
    holdings: list[Holding]


@dataclass(frozen=True, slots=True)
class Waiting:
    """An invitation that nobody has answered."""

    id: int
    name: str
    email: str
    rights: str
    covers_family: bool
    inviter: str
    expires_at: datetime
    has_expired: bool
    may_be_changed: bool


def colleagues(
    people: Sequence[User], *, customer: Customer, authority: Authority, viewer: User
) -> list[Colleague]:
    """The people with what they hold at the customer; one query."""
    held = _held(Membership.objects.reaching(customer), people)
    return [_colleague(person, held[person.pk], authority, viewer) for person in people]


def waiting(
    invitations: Iterable[Invitation], *, authority: Authority, now: datetime
) -> list[Waiting]:
    """Invitations as rows, with whether whoever looks may send them again or withdraw them."""
    return [
        Waiting(
            id=invitation.pk,
            name=invitation.get_full_name(),
            email=invitation.email,
            rights=rights_in_words(invitation.sections, is_admin=invitation.is_admin),
            covers_family=invitation.covers_family,
            inviter=inviter_of(invitation),
            expires_at=invitation.expires_at,
            has_expired=invitation.has_expired(now),
            may_be_changed=authority.may_give(**invitation.rights),
        )
        for invitation in invitations
    ]


def exported(people: Iterable[User], held: Any) -> Iterator[tuple[str, str, str, str]]:
    """The rows of the CSV: everything that a person holds in any of the memberships, once."""
    batch: list[User] = []
    for person in people:
        batch.append(person)
        if len(batch) == _BATCH:
            yield from _exported(batch, held)
            batch = []
    yield from _exported(batch, held)


def _exported(people: Sequence[User], held: Any) -> Iterator[tuple[str, str, str, str]]:
    by_person = _held(held, people)
    for person in people:
        granted = [
            section
            for section in Section
            if any(membership.grants(section) for membership in by_person[person.pk])
        ]
        yield (
            person.get_full_name(),
            person.email,
            ", ".join(FILE_NAMES[section] for section in granted),
            "Yes" if any(section in PAYING for section in granted) else "No",
        )


def _held(memberships: Any, people: Sequence[User]) -> dict[int, list[Membership]]:
    by_person: dict[int, list[Membership]] = defaultdict(list)
    for membership in memberships.filter(user__in=people).order_by("covers_family", "pk"):
        by_person[membership.user_id].append(membership)
    return by_person


def _colleague(
    person: User, held: Sequence[Membership], authority: Authority, viewer: User
) -> Colleague:
    # What somebody did before becoming a member is the business of others.
    since = min((membership.created_at for membership in held), default=None)
    seen = person.last_login
    return Colleague(
        name=person.get_full_name(),
        email=person.email,
        is_self=person.pk == viewer.pk,
        mark="done" if person.is_active else "off",
        standing=_("Active") if person.is_active else _("Access closed"),
        last_sign_in=seen if seen and since and seen >= since else None,
        holdings=[
            Holding(
                id=membership.pk,
                rights=rights_in_words(membership.sections, is_admin=membership.is_admin),
                covers_family=membership.covers_family and authority.has_family,
                may_pay=any(membership.grants(section) for section in PAYING),
                may_be_changed=authority.may_change(membership),
            )
            for membership in held
        ],
    )
