"""The words of messages: the originals that come with the portal, or the office's own.

The originals are templates whose texts are translated like those of pages. They are rendered with
each placeholder standing for itself, so what comes out is the same kind of text that the office
edits; values are filled in afterwards and can never become markup.
"""

import logging
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django.core.cache import caches
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.functional import Promise

from accounts.messaging import MessageKind, Recipient
from accounts.models import MessageWording
from accounts.services import company
from accounts.services.word_faults import faults_of
from portal.lib.dates import day_text, moment_text
from portal.lib.links import absolute
from portal.lib.wording import Block, Value, fill_line, read

__all__ = ["Letter", "WrongContext", "forget", "in_force", "original", "originals", "write"]

logger = logging.getLogger(__name__)

Words = Mapping[str, str]

CACHE_KEY = "message_wordings"
# How long another process may still use the words as they were before a change.
CACHE_SECONDS = 10


class WrongContext(ValueError):
    """The context of a message does not fit the placeholders that its kind declares."""


@dataclass(frozen=True)
class Letter:
    """The words for one recipient with everything filled in, for a channel to put into its form.

    `secrets` are the private links, each by what stands in the words in its place. Only users have
    a page on which they choose what they are told.
    """

    kind: MessageKind
    words: Words
    values: Mapping[str, Value]
    secrets: Mapping[str, str]
    is_for_a_user: bool = False

    def line(self, part: str) -> str:
        """One part as a single line, such as the subject."""
        return fill_line(self.words[part], self.values)

    def blocks(self, part: str) -> list[Block]:
        links = frozenset(
            name for name, placeholder in self.kind.placeholders.items() if placeholder.is_link
        )
        return read(self.words[part]).fill(self.values, links=links)


@cache
def original(kind: MessageKind, language: str, part: str) -> str:
    """The words that come with the portal, each placeholder standing for itself."""
    with translation.override(language):
        markers = {name: f"{{{{ {name} }}}}" for name in kind.allowed}
        return render_to_string(kind.template(part), markers).strip()


def originals(kind: MessageKind, language: str, parts: Sequence[str]) -> dict[str, str]:
    return {part: original(kind, language, part) for part in parts}


def in_force(
    kind: MessageKind, *, channel: str, parts: Sequence[str], language: str
) -> dict[str, str]:
    """The office's own words, or the originals where there are none that can be used.

    An edit can become useless by itself: a later release may have other placeholders.
    """
    ours = originals(kind, language, parts)
    edited: dict[str, str] = _edited().get((kind.code, channel, language), {})
    if not edited:
        return ours
    if edited.keys() != ours.keys() or any(faults_of(kind, edited, originals=ours).values()):
        logger.warning(
            "edited message cannot be used",
            extra={"kind": kind.code, "channel": channel, "language": language},
        )
        return ours
    return edited


def forget() -> None:
    """Read the office's words anew; other processes do so in seconds."""
    caches["process"].delete(CACHE_KEY)


def write(
    kind: MessageKind, *, to: Recipient, words: Words, language: str, context: Mapping[str, Any]
) -> Letter:
    """Fill in the context for the recipient; raises WrongContext for one that does not fit.

    Values are written in the recipient's language and in the company's time zone. Functions are
    called in both, for what has to be put into words there (an amount with its currency).
    """
    if context.keys() != kind.placeholders.keys():
        raise WrongContext(f"{kind.code} takes {sorted(kind.placeholders)}, not {sorted(context)}")
    zone = ZoneInfo(company.current().time_zone)
    with translation.override(language), timezone.override(zone):
        values: dict[str, Value] = {name: _value(value) for name, value in context.items()}
    secrets: dict[str, str] = {}
    for name, placeholder in kind.placeholders.items():
        value = values[name]
        if placeholder.is_rows != isinstance(value, tuple):
            raise WrongContext(f"{kind.code}: {name} has the wrong shape")
        if placeholder.is_link and not value and not placeholder.is_required:
            continue
        if placeholder.is_link and not str(value).startswith(("https://", "http://")):
            raise WrongContext(f"{kind.code}: {name} is no whole address")
        if placeholder.is_private:
            values[name] = hidden = absolute(f"/p/…/{name}/")
            secrets[hidden] = str(value)
    values |= {"name": _plain(to.name), "company": _plain(company.current().name)}
    return Letter(
        kind=kind,
        words=words,
        values=values,
        secrets=secrets,
        is_for_a_user=to.user_id is not None,
    )


def _edited() -> dict[tuple[str, str, str], dict[str, str]]:
    kept: dict[tuple[str, str, str], dict[str, str]] | None = caches["process"].get(CACHE_KEY)
    if kept is None:
        newest = MessageWording.objects.order_by(
            "kind", "channel", "language", "-version"
        ).distinct("kind", "channel", "language")
        kept = {(each.kind, each.channel, each.language): each.words for each in newest}
        caches["process"].set(CACHE_KEY, kept, CACHE_SECONDS)
    return kept


def _value(value: Any) -> Value:
    if callable(value):
        value = value()
    if isinstance(value, list | tuple):
        return tuple((_plain(label), _plain(text)) for label, text in value)
    return _plain(value)


def _plain(value: Any) -> str:
    """A single value as the current language writes it, without control characters."""
    if callable(value):
        value = value()
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, date):
        return day_text(value)
    if not isinstance(value, str | Promise | int):
        raise WrongContext(f"{type(value).__name__} cannot be put into words")
    lines = str(value).splitlines()
    return "\n".join("".join(filter(_is_shown, line)) for line in lines).strip()


def _is_shown(letter: str) -> bool:
    # Python counts the spaces of numbers, such as that of 5 376 €, among what cannot be printed.
    return letter.isprintable() or unicodedata.category(letter) == "Zs"
