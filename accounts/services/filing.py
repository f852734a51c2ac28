"""Papers on file: asked for by people, brought or printed by the worker, kept as stored files.

A wanted row is the task: `want` writes it and rings. Whoever brings the bytes works outside any
transaction and answers with `store` or `fail`. Each app with papers calls these for its own table.
"""

import logging
from datetime import datetime
from typing import TypeVar

from django.db import transaction

from accounts.models import DocumentState, FiledDocument
from accounts.services import stored_files
from portal.lib.bells import ring

__all__ = ["fail", "locked", "store", "want", "want_again", "want_lost"]

logger = logging.getLogger(__name__)

FETCH = "erp_bridge.fetch_documents"
_LONGEST_REASON = 500
# How the bytes of a type begin. Other types open nowhere and are kept as they come.
_BEGINNINGS = {
    "application/pdf": b"%PDF-",
    "image/jpeg": b"\xff\xd8\xff",
    "image/png": b"\x89PNG\r\n\x1a\n",
}

Document = TypeVar("Document", bound=FiledDocument)


def locked(table: type[Document], document_id: int) -> Document:
    """The document, its row alone locked."""
    rows = table._default_manager.select_for_update(of=("self",), no_key=True)
    return rows.get(pk=document_id)


@transaction.atomic
def want(table: type[Document], *, document_id: int, now: datetime) -> Document:
    """Have the bytes brought. One that is wanted, here or failed already stays as it is."""
    document = locked(table, document_id)
    if document.state == DocumentState.LISTED:
        _mark_wanted(document, now)
    return document


@transaction.atomic
def want_again(table: type[Document], *, document_id: int, now: datetime) -> Document:
    """Have another try after a failure; in any other state as `want`."""
    document = locked(table, document_id)
    if document.state in (DocumentState.LISTED, DocumentState.FAILED):
        _mark_wanted(document, now)
    return document


@transaction.atomic
def want_lost(table: type[Document], *, document_id: int, now: datetime) -> Document:
    """Have the bytes of a stored document brought anew, because its file is gone from the disk.

    That is an operator's fault, so it is told in the log. In any other state nothing changes.
    """
    document = locked(table, document_id)
    if document.state == DocumentState.STORED:
        logger.error(
            "stored file is missing", extra={"table": table._meta.label, "document_id": document_id}
        )
        _mark_wanted(document, now)
    return document


def store(
    table: type[Document],
    *,
    document_id: int,
    version: datetime | None,
    content: bytes,
    now: datetime,
) -> Document:
    """Keep the bytes that were brought for this version (the row's `changed_at` at that time).

    Bytes of an earlier version than the ERP has listed since are not shown, and bytes that are not
    of the listed type fail the document. Storing the same bytes again changes nothing.
    """
    listed = table._default_manager.get(pk=document_id)
    if not content.startswith(_BEGINNINGS.get(listed.media_type, b"")) or not content:
        reason = f"{len(content):,} bytes came that are not of type {listed.media_type}."
        return fail(table, document_id=document_id, version=version, reason=reason)
    stored = stored_files.keep(content=content, media_type=listed.media_type, now=now)
    with transaction.atomic():
        document = locked(table, document_id)
        if document.changed_at == version and document.state == DocumentState.WANTED:
            document.state = DocumentState.STORED
            document.file = stored
            document.failure = ""
            document.save(update_fields=["state", "file", "failure"])
    return document


@transaction.atomic
def fail(
    table: type[Document], *, document_id: int, version: datetime | None, reason: str
) -> Document:
    """Give up on a wanted document, with the reason for the office; not on a newer version."""
    document = locked(table, document_id)
    if document.changed_at == version and document.state == DocumentState.WANTED:
        document.state = DocumentState.FAILED
        document.failure = reason[:_LONGEST_REASON]
        document.save(update_fields=["state", "failure"])
    return document


def _mark_wanted(document: FiledDocument, now: datetime) -> None:
    document.state = DocumentState.WANTED
    document.wanted_at = now
    document.failure = ""
    document.save(update_fields=["state", "wanted_at", "failure"])
    ring(f"{document._meta.app_label}.print_papers" if document.is_ours else FETCH)
