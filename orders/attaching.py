"""Files that people send along: which are taken, by their bytes and not by their name. Pure.

PDF, pictures and plain tables. The kind is read off the first bytes and has to agree with the
ending, so that a program that was renamed is refused; text is taken when it is text. Sizes: 10 MB a
file. Names are kept for people and never used as a path.
"""

import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.lib.errors import DomainError

__all__ = ["ACCEPTED", "LARGEST", "NotTaken", "Taken", "check"]

LARGEST = 10 * 1024 * 1024
_LONGEST_NAME = 150
_ZIP = b"PK\x03\x04"

# ending: (media type, how the bytes begin)
_KINDS: dict[str, tuple[str, tuple[bytes, ...]]] = {
    "pdf": ("application/pdf", (b"%PDF-",)),
    "png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    "jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "docx": (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        (_ZIP,),
    ),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (_ZIP,)),
    "csv": ("text/csv", ()),
    "txt": ("text/plain", ()),
}
ACCEPTED = ",".join(f".{ending}" for ending in _KINDS)


class NotTaken(DomainError):
    """The file is empty, too large, of a kind that is not taken, or not what its name says."""

    def __init__(self, name: str, reason: Any):
        super().__init__(f"{name!r} was not taken")
        self.user_message = reason


@dataclass(frozen=True, slots=True)
class Taken:
    name: str
    media_type: str
    content: bytes


def check(name: str, content: bytes) -> Taken:
    """The file under a clean name; raises NotTaken with the reason for a person."""
    clean = _clean_name(name)
    if not content:
        raise NotTaken(name, _("%(name)s is empty.") % {"name": clean})
    if len(content) > LARGEST:
        raise NotTaken(name, _("%(name)s is larger than 10 MB.") % {"name": clean})
    media_type, beginnings = _KINDS.get(PurePosixPath(clean).suffix.lower()[1:], ("", ()))
    if not media_type:
        raise NotTaken(
            name,
            _("%(name)s is not taken. Send PDF, PNG, JPG, DOCX, XLSX, CSV or TXT.")
            % {"name": clean},
        )
    fits = content.startswith(beginnings) if beginnings else _is_text(content)
    if not fits:
        raise NotTaken(name, _("%(name)s is not what its ending says.") % {"name": clean})
    return Taken(clean, media_type, content)


def _clean_name(name: str) -> str:
    """The last part of the name without control characters and direction marks, not too long."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    clean = "".join(letter for letter in last if unicodedata.category(letter)[0] != "C").strip()
    stem, dot, ending = clean.rpartition(".")
    if not stem:
        return clean[:_LONGEST_NAME] or "file"
    return f"{stem[: _LONGEST_NAME - len(ending)]}{dot}{ending}"[:_LONGEST_NAME]


def _is_text(content: bytes) -> bool:
    """Text of today or of an old program: no control characters beyond those of a table."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return not any(byte < 32 and byte not in (9, 10, 12, 13) for byte in content[:65_536])
