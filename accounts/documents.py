"""Documents as pages show them."""

import mimetypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from accounts.models import FiledDocument
from portal.lib.dates import day_of, day_text

__all__ = ["DocumentLine", "document_line", "file_name", "kept", "paper_lines"]

Document = TypeVar("Document", bound=FiledDocument)


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


def kept(documents: Sequence[Document]) -> list[Document]:
    """What is on file of one kind: the ERP's documents, or else what the portal printed."""
    return [document for document in documents if not document.is_ours] or list(documents)


def paper_lines(
    documents: Sequence[Document],
    *,
    prints: bool,
    title: str,
    current: str,
    href: Callable[[Document], str],
) -> list[DocumentLine]:
    """The papers of one kind about one object as lines, each with the address that opens it.

    Where the portal `prints` and the ERP keeps none, the first line leads to `current`, the paper
    as it stands now: it may have to be printed, or printed anew, because the ERP changed the
    object. Earlier versions follow. `title` is of a paper that was never printed.
    """
    shown = kept(documents)
    if not prints or any(not document.is_ours for document in shown):
        return [document_line(document, href=href(document)) for document in shown]
    ours = sorted(shown, key=lambda document: -document.version)
    return [
        DocumentLine(ours[0].title if ours else title, _("PDF"), current),
        *(document_line(document, href=href(document)) for document in ours[1:]),
    ]


def file_name(document: FiledDocument) -> str:
    """The name of the downloaded file, without what file systems mind."""
    plain = "".join("-" if letter in '/\\:*?"<>|' else letter for letter in document.title)
    return f"{plain}{mimetypes.guess_extension(document.media_type) or ''}"
