"""Documents as pages show them."""

import mimetypes
from dataclasses import dataclass

from django.template.defaultfilters import filesizeformat

from accounts.models import FiledDocument
from portal.lib.dates import day_of, day_text

__all__ = ["DocumentLine", "document_line", "file_name"]


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """One line of a list of documents."""

    title: str
    note: str
    href: str


def document_line(document: FiledDocument, *, href: str) -> DocumentLine:
    kind = (mimetypes.guess_extension(document.media_type) or "").lstrip(".").upper()
    size = filesizeformat(document.size) if document.size else ""
    issued = day_text(day_of(document.issued_at)) if document.issued_at else ""
    note = " · ".join(filter(None, (", ".join(filter(None, (kind, size))), issued)))
    return DocumentLine(title=document.title, note=note, href=href)


def file_name(document: FiledDocument) -> str:
    """The name of the downloaded file, without what file systems mind."""
    plain = "".join("-" if letter in '/\\:*?"<>|' else letter for letter in document.title)
    return f"{plain}{mimetypes.guess_extension(document.media_type) or ''}"
