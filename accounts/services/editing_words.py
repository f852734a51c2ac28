"""The office writes its own words for messages. Each change is a version of its own."""

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts import origin
from accounts.channels import Channel
from accounts.messaging import MessageKind
from accounts.models import MessageWording
from accounts.services import audit, wordings
from accounts.services.word_faults import faults_of
from portal.lib.errors import DomainError

__all__ = ["ChangedMeanwhile", "Unusable", "keep", "newest", "take_back"]


class ChangedMeanwhile(DomainError):
    """Somebody else has saved these words since they were opened."""

    user_message = _(
        "Somebody else has saved these words since you opened them. Compare, then save again."
    )


class Unusable(ValueError):
    """Words that no message could be written with; the form says so before."""


def newest(kind: MessageKind, *, channel: Channel, language: str) -> MessageWording | None:
    """The version that counts, whether it has words or goes back to the original."""
    return _versions(kind, channel, language).order_by("-version").first()


def keep(
    kind: MessageKind,
    *,
    channel: Channel,
    language: str,
    words: Mapping[str, str],
    based_on: int,
    now: datetime,
) -> MessageWording:
    """Write with these words from now on. `based_on` is the version they were made from, or 0.

    The very words that count already, or the originals, make no new version. Raises
    ChangedMeanwhile, and Unusable for words that have faults.
    """
    ours = wordings.originals(kind, language, channel.parts)
    if words.keys() != ours.keys() or any(faults_of(kind, words, originals=ours).values()):
        raise Unusable(f"{kind.code} {channel.code} {language}")
    return _add(kind, channel, language, {} if words == ours else dict(words), based_on, now)


def take_back(
    kind: MessageKind, *, channel: Channel, language: str, based_on: int, now: datetime
) -> MessageWording:
    """Write with the original words again. The earlier versions stay. Raises ChangedMeanwhile."""
    return _add(kind, channel, language, {}, based_on, now)


@transaction.atomic
def _add(
    kind: MessageKind,
    channel: Channel,
    language: str,
    words: dict[str, str],
    based_on: int,
    now: datetime,
) -> MessageWording:
    before = newest(kind, channel=channel, language=language)
    if (before.version if before else 0) != based_on:
        raise ChangedMeanwhile(f"{kind.code} {channel.code} {language}")
    if before is not None and before.words == words:
        return before
    added = MessageWording(
        kind=kind.code,
        channel=channel.code,
        language=language,
        version=based_on + 1,
        words=words,
        saved_at=now,
        saved_by=origin.current().user,
    )
    try:
        with transaction.atomic():
            added.save(force_insert=True)
    except IntegrityError:
        raise ChangedMeanwhile(f"{kind.code} {channel.code} {language}") from None
    originals = wordings.originals(kind, language, channel.parts)
    audit.record(
        kind="message_words_changed" if words else "message_words_taken_back",
        subject=f"{kind.label}, {channel.label}, {dict(settings.LANGUAGES)[language]}",
        before=(before.words if before else {}) or originals,
        after=words or originals,
        now=now,
    )
    transaction.on_commit(wordings.forget)
    return added


def _versions(kind: MessageKind, channel: Channel, language: str):
    return MessageWording.objects.filter(kind=kind.code, channel=channel.code, language=language)
