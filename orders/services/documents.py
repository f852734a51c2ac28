"""The papers of orders: asked for by people, fetched by the worker, kept as stored files.

A wanted row is the task. `want` writes it and rings; whoever fetches reads the wanted rows, calls
the ERP outside any transaction, and answers with `store` or `fail`.
"""

from datetime import datetime

from django.db import transaction

from accounts.models import DocumentState
from accounts.services import stored_files
from orders.models import OrderDocument
from portal.lib.bells import ring

__all__ = ["fail", "store", "want", "want_again"]

FETCH = "erp_bridge.fetch_documents"
_LONGEST_REASON = 500
# How the bytes of a type begin. Other types open nowhere and are kept as they come.
_BEGINNINGS = {
    "application/pdf": b"%PDF-",
    "image/jpeg": b"\xff\xd8\xff",
    "image/png": b"\x89PNG\r\n\x1a\n",
}


@transaction.atomic
def want(*, document_id: int, now: datetime) -> OrderDocument:
    """Have the bytes fetched. One that is wanted, here or failed already stays as it is."""
    document = OrderDocument.objects.locked().get(pk=document_id)
    if document.state == DocumentState.LISTED:
        _mark_wanted(document, now)
    return document


@transaction.atomic
def want_again(*, document_id: int, now: datetime) -> OrderDocument:
    """Have another try after a failure; in any other state as `want`."""
    document = OrderDocument.objects.locked().get(pk=document_id)
    if document.state in (DocumentState.LISTED, DocumentState.FAILED):
        _mark_wanted(document, now)
    return document


def store(
    *, document_id: int, version: datetime | None, content: bytes, now: datetime
) -> OrderDocument:
    """Keep the bytes that were fetched for this version (the row's `changed_at` at that time).

    Bytes of an earlier version than the ERP has listed since are not shown, and bytes that are not
    of the listed type fail the document. Storing the same bytes again changes nothing.
    """
    listed = OrderDocument.objects.get(pk=document_id)
    if not content.startswith(_BEGINNINGS.get(listed.media_type, b"")) or not content:
        reason = f"{len(content):,} bytes came that are not of type {listed.media_type}."
        return fail(document_id=document_id, version=version, reason=reason)
    stored = stored_files.keep(content=content, media_type=listed.media_type, now=now)
    with transaction.atomic():
        document = OrderDocument.objects.locked().get(pk=document_id)
        if document.changed_at == version and document.state == DocumentState.WANTED:
            document.state = DocumentState.STORED
            document.file = stored
            document.failure = ""
            document.save(update_fields=["state", "file", "failure"])
    return document


@transaction.atomic
def fail(*, document_id: int, version: datetime | None, reason: str) -> OrderDocument:
    """Give up on a wanted document, with the reason for the office; not on a newer version."""
    document = OrderDocument.objects.locked().get(pk=document_id)
    if document.changed_at == version and document.state == DocumentState.WANTED:
        document.state = DocumentState.FAILED
        document.failure = reason[:_LONGEST_REASON]
        document.save(update_fields=["state", "failure"])
    return document


def _mark_wanted(document: OrderDocument, now: datetime) -> None:
    document.state = DocumentState.WANTED
    document.wanted_at = now
    document.failure = ""
    document.save(update_fields=["state", "wanted_at", "failure"])
    ring(FETCH)
