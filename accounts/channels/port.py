"""What a channel must offer, and how it tells that a message did not get through."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from accounts.messaging import MessageKind, Recipient
from accounts.services.wordings import Letter

__all__ = [
    "LONGEST",
    "Channel",
    "Line",
    "NoAnswer",
    "NotSent",
    "Parcel",
    "RefusedForGood",
    "RefusedForNow",
    "Unreachable",
    "Written",
]


# What one message may take, from the first command to the answer. Each step of SMTP has a time-out
# of its own, but a server that answers letter by letter could stretch every one of them.
LONGEST = timedelta(minutes=2)


class NotSent(Exception):
    """A message that did not get through; the text is what the other side said."""


class RefusedForGood(NotSent):
    """The other side will not take this message, whenever it is asked."""


class RefusedForNow(NotSent):
    """The other side does not take this message now and may later."""


class NoAnswer(NotSent):
    """The connection ended before the answer: the other side may have taken the message."""


class Unreachable(NotSent):
    """Nobody could be asked. It says nothing about any message."""


@dataclass(frozen=True, slots=True)
class Written:
    """A message in the form of its channel."""

    subject: str
    text: str
    html: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Parcel:
    """Everything a channel needs to send one message, private links included."""

    recipient_name: str
    recipient_address: str
    language: str
    subject: str
    text: str
    html: str
    message_id: str
    thread: str
    attachments: tuple[tuple[str, bytes, str], ...] = ()


class Line(Protocol):
    """An open way to the other side. Used by one thread, for one message after the other."""

    def ready(self) -> None:
        """Make sure that somebody listens; raises Unreachable. Connects anew where needed."""

    def send(self, parcel: Parcel) -> None:
        """Return when the other side has taken the message, raise one of NotSent otherwise.

        Takes no longer than LONGEST, whatever the other side does.
        """


class Channel(Protocol):
    """One way to reach people, such as e-mail."""

    code: str
    label: Any
    # The parts of a kind's words that it needs.
    parts: tuple[str, ...]

    # Whether people who have not chosen are told of optional kinds by it.
    is_on_by_itself: bool

    def is_offered(self, kind: MessageKind) -> bool:
        """Whether it is in use for this kind, as the office has set it."""

    def address_of(self, recipient: Recipient) -> str:
        """Where the recipient is reached; empty for one who cannot be."""

    def is_address(self, address: str) -> bool:
        """Whether messages can be sent there at all."""

    def write(self, letter: Letter) -> Written:
        """Put the words into the channel's form; runs in the recipient's language."""

    def open(self) -> AbstractContextManager[Line]:
        """A line, not connected yet; closed at the end of the `with`."""
