"""Kinds of messages: what the portal writes to people about, and with which placeholders.

Each app declares its own in `<app>/kinds.py`, which its AppConfig imports, and their words in
`templates/<app>/messages/<code>.subject.txt` and `.body.txt` (and `.sms.txt`, where a kind goes by
SMS). What the words may contain is said in `portal.lib.wording`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from django.utils.translation import gettext_lazy as _

from accounts.models import StoredFile, User
from accounts.sections import Section

__all__ = [
    "Attachment",
    "MessageKind",
    "Placeholder",
    "Recipient",
    "every_kind",
    "kind_of",
    "label_of",
    "link",
    "register",
    "rows",
    "text",
]


@dataclass(frozen=True, slots=True)
class Placeholder:
    """What may stand in a message's words for a value.

    A private link opens something for whoever has it: it is sealed until the message is sent, and
    the log never shows it. A required one may not be edited away.
    """

    label: Any
    is_link: bool = False
    is_private: bool = False
    is_rows: bool = False
    is_required: bool = False


def text(label: Any) -> Placeholder:
    """A value in the recipient's language: a text, a number, a day, a moment, or a function."""
    return Placeholder(label)


def link(label: Any, *, private: bool = False, required: bool = True) -> Placeholder:
    """A whole address. A message makes no sense without its link, so edits have to keep it.

    One that is not required may be empty too, for those whom it leads nowhere.
    """
    return Placeholder(label, is_link=True, is_private=private, is_required=required)


def rows(label: Any) -> Placeholder:
    """Pairs of label and value, which stand as facts below each other."""
    return Placeholder(label, is_rows=True)


# Known for every message.
ALWAYS = {
    "name": text(_("The recipient's name")),
    "company": text(_("The name of your company")),
}

PART_OF_IT = _("It belongs to something that you asked for or that needs you.")
USES_THE_PORTAL = _("You get this because you use our customer portal.")


@dataclass(frozen=True, kw_only=True, eq=False)
class MessageKind:
    """One kind of message.

    `sample` gives a context as `compose` gets it, for previews and tests. `reason` tells people
    why they get it. An optional kind is one that people may switch off, by channel; any other one
    says why it is fixed. `section` is what a member needs to be told of it, and `for_office` makes
    it a matter of the office's own staff.
    """

    app: str
    code: str
    label: Any
    placeholders: Mapping[str, Placeholder]
    sample: Callable[[], dict[str, Any]]
    channels: tuple[str, ...] = ("email",)
    reason: Any = USES_THE_PORTAL
    is_optional: bool = False
    fixed_because: Any = PART_OF_IT
    section: Section | None = None
    for_office: bool = False

    @property
    def allowed(self) -> Mapping[str, Placeholder]:
        """Every placeholder that the words may use."""
        return {**self.placeholders, **ALWAYS}

    def template(self, part: str) -> str:
        """The file of one part of the words: subject, body or sms."""
        return f"{self.app}/messages/{self.code}.{part}.txt"


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipient:
    """Somebody to write to, whether a user or not."""

    email: str = ""
    name: str = ""
    language: str = ""
    phone: str = ""
    user_id: int | None = None

    @classmethod
    def of(cls, user: User) -> Self:
        return cls(
            email=user.email,
            name=f"{user.first_name} {user.last_name}".strip(),
            language=user.language,
            phone=user.phone,
            user_id=user.pk,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    """A stored file to send along, under the name its reader sees."""

    file: StoredFile
    name: str


_kinds: dict[str, MessageKind] = {}


def register(kind: MessageKind) -> MessageKind:
    """Make the kind known; two kinds cannot have one code."""
    if _kinds.setdefault(kind.code, kind) is not kind:
        raise ValueError(f"there are two kinds of messages called {kind.code}")
    return kind


def every_kind() -> list[MessageKind]:
    """The kinds of all apps, by code."""
    return [_kinds[code] for code in sorted(_kinds)]


def kind_of(code: str) -> MessageKind | None:
    """The kind, or None for one that the portal had once."""
    return _kinds.get(code)


def label_of(code: str) -> Any:
    kind = kind_of(code)
    return kind.label if kind else code
