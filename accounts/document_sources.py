"""Whose papers can be sent: each app with papers registers a source when it is ready.

Sending is one thing for all papers and lives here, below the apps that have them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # registered before there are models
    from accounts.messaging import MessageKind
    from accounts.models import Customer, FiledDocument, PaperKind, SendingItem

__all__ = ["DocumentSource", "Letter", "Subject", "register", "source_of"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """Something whose papers somebody wants to send: an order, an invoice.

    `occasion_id` is the key of what gave occasion to it, where a letter tells of that.
    """

    object_id: int
    number: str
    customer: Customer
    paper: PaperKind
    has_papers: bool
    occasion_id: int | None = None

    @property
    def title(self) -> str:
        return f"{self.paper.label} {self.number}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """The words that go with one thing's papers, in place of those of all documents."""

    kind: MessageKind
    context: dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentSource:
    """Where the papers of one kind of things come from.

    `papers` lists what would be opened for a thing now; one that the portal prints is asked for by
    that. `thing` is what the thing is called in the thread of its mails, `page` and `pages` are the
    routes of one thing's page and of the list.

    A source with a `letter` sends one thing at a time, with words of its own, and even when there
    is no paper: then the words say what there is to say. `sent` is called with the papers that go,
    in the transaction of their messages.

    `is_due` locks a thing and says whether its papers may still go: much may happen between the
    asking and the worker. It is called in the transaction of the messages; what is not due any more
    is left out, and a sending of nothing else ends without a mail.
    """

    code: str
    thing: str
    papers: Callable[[int, datetime], Sequence[FiledDocument]]
    page: str
    pages: str
    letter: Callable[[SendingItem, Sequence[FiledDocument], datetime], Letter] | None = None
    sent: Callable[[Sequence[FiledDocument], datetime], None] | None = None
    is_due: Callable[[int], bool] | None = None


_sources: dict[str, DocumentSource] = {}


def register(source: DocumentSource) -> DocumentSource:
    """Make the source known; two cannot have one code."""
    if _sources.setdefault(source.code, source) is not source:
        raise ValueError(f"there are two sources of documents called {source.code}")
    return source


def source_of(code: str) -> DocumentSource:
    return _sources[code]
