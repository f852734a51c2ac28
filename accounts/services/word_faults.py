"""What is wrong with words that the office wrote for a message, told to whoever wrote them."""

import re
from collections.abc import Iterable, Iterator, Mapping

from django.utils.translation import gettext as _

from accounts.messaging import MessageKind
from portal.lib.wording import broken_placeholders, used_in

__all__ = ["allowed_in", "faults_of", "required_in"]

# Parts of one line, with how long they may be; the others may have many.
LINES = {"subject": 150}
LONGEST = {"subject": 150, "body": 10_000, "sms": 400}
# A button that leads nowhere: its address is no placeholder.
_BUTTON = re.compile(r"\[[^\]\n]+\]\((?!\s*\{\{)")


def allowed_in(kind: MessageKind, part: str) -> list[str]:
    """The placeholders that a part may use: a line holds neither links nor rows."""
    return [
        name
        for name, placeholder in kind.allowed.items()
        if part not in LINES or not (placeholder.is_link or placeholder.is_rows)
    ]


def required_in(kind: MessageKind, original: str) -> list[str]:
    """The placeholders that a part has to keep: those required ones that its original uses."""
    used = used_in(original)
    return [name for name, each in kind.allowed.items() if each.is_required and name in used]


def faults_of(
    kind: MessageKind, words: Mapping[str, str], *, originals: Mapping[str, str]
) -> dict[str, list[str]]:
    """What is wrong with each part, in the current language; empty lists for nothing."""
    return {
        part: list(_faults(kind, part, words.get(part, ""), original))
        for part, original in originals.items()
    }


def _faults(kind: MessageKind, part: str, text: str, original: str) -> Iterator[str]:
    if not text.strip():
        yield _("Write something, or go back to the original.")
        return
    if len(text) > LONGEST[part]:
        yield _("This is %(length)s characters long; %(limit)s fit.") % {
            "length": len(text),
            "limit": LONGEST[part],
        }
    if part in LINES and "\n" in text.strip():
        yield _("Write a single line.")
    allowed = allowed_in(kind, part)
    if broken_placeholders(text):
        yield _("Braces stand for placeholders alone. Allowed are: %(allowed)s.") % {
            "allowed": _named(allowed)
        }
    if unknown := sorted(used_in(text) - set(allowed)):
        yield _("%(names)s cannot stand here. Allowed are: %(allowed)s.") % {
            "names": _named(unknown),
            "allowed": _named(allowed),
        }
    missing = [name for name in required_in(kind, original) if name not in used_in(text)]
    if missing:
        yield _("%(names)s has to stay: without it the message is of no use.") % {
            "names": _named(missing)
        }
    if part not in LINES and _BUTTON.search(text):
        yield _("A button leads to one of the message's own links: %(example)s.") % {
            "example": f"[{_('Words')}]({{{{ link }}}})"
        }


def _named(names: Iterable[str]) -> str:
    return ", ".join(f"{{{{ {name} }}}}" for name in names)
