"""What people want to be told, and by which channel.

Only optional kinds can be chosen. What belongs to something a person asked for is sent in any case.
"""

from collections.abc import Collection, Iterable, Mapping

from django.db import transaction

from accounts.channels import Channel, registered
from accounts.messaging import MessageKind, every_kind
from accounts.models import Membership, MessageChoice, User
from accounts.sections import Section

__all__ = ["channels_of", "chosen", "keep", "kinds_for", "who_wants"]


def channels_of(kind: MessageKind) -> list[Channel]:
    """The channels that the kind may go by and that are in use for it."""
    return [
        channel
        for channel in registered()
        if channel.code in kind.channels and channel.is_offered(kind)
    ]


def kinds_for(user: User, *, of: Iterable[MessageKind] | None = None) -> list[MessageKind]:
    """The kinds that may concern the person: of the office, or of the sections held anywhere."""
    held: set[str] = set()
    memberships = list(Membership.objects.filter(user_id=user.pk))
    for membership in memberships:
        held |= set(Section.values) if membership.is_admin else set(membership.sections)
    found = [
        kind
        for kind in (every_kind() if of is None else of)
        if (user.is_staff if kind.for_office else _concerns(kind, held, bool(memberships)))
    ]
    return sorted(found, key=lambda kind: str(kind.label))


def chosen(user: User, kind: MessageKind) -> list[str]:
    """The channels by which the person is told of the kind now."""
    own = dict(
        MessageChoice.objects.filter(user_id=user.pk, kind=kind.code).values_list(
            "channel", "is_on"
        )
    )
    return [
        channel.code
        for channel in channels_of(kind)
        if own.get(channel.code, channel.is_on_by_itself)
    ]


def who_wants(kind: MessageKind, *, channel: Channel, user_ids: Collection[int]) -> set[int]:
    """Those of the people who are told of the kind by the channel."""
    if not kind.is_optional or not user_ids:
        return set(user_ids)
    own = dict(
        MessageChoice.objects.filter(
            kind=kind.code, channel=channel.code, user_id__in=user_ids
        ).values_list("user_id", "is_on")
    )
    return {each for each in user_ids if own.get(each, channel.is_on_by_itself)}


@transaction.atomic
def keep(*, user_id: int, choices: Mapping[MessageKind, Iterable[str]]) -> None:
    """Tell the person of each of these kinds by exactly these channels. Fixed kinds stay fixed."""
    MessageChoice.objects.bulk_create(
        [
            MessageChoice(
                user_id=user_id,
                kind=kind.code,
                channel=channel.code,
                is_on=channel.code in wanted,
            )
            for kind, channels in choices.items()
            if kind.is_optional
            for wanted in [set(channels)]
            for channel in channels_of(kind)
        ],
        update_conflicts=True,
        unique_fields=["user", "kind", "channel"],
        update_fields=["is_on"],
    )


def _concerns(kind: MessageKind, held: Collection[str], is_member: bool) -> bool:
    return kind.section in held if kind.section else is_member or not kind.is_optional
