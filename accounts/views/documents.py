"""Opening a document: the file, or a page that says why it is not there yet.

Opening asks for the bytes when nobody has before. That is a write in a GET on purpose: it is
idempotent, nothing of the business changes, and a link has to open a document in a new tab. After a
failure only a POST tries again, so that a reload does not hammer an ERP that refused.
"""

from collections.abc import Sequence
from datetime import timedelta
from http import HTTPStatus

from django.shortcuts import redirect, render
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from accounts.documents import DocumentLine, file_name
from accounts.models import DocumentState, FiledDocument
from accounts.services import filing
from portal.lib import files

__all__ = ["open_document", "open_one_of"]

# After this the page stops asking by itself; the link remains.
PATIENCE = timedelta(minutes=2)


def open_one_of(
    request, found: Sequence[FiledDocument], *, lines: Sequence[DocumentLine], trail, heading
):
    """The one document there is, the list of several, or a page that says there is none.

    More lines than documents found are of papers that are printed when they are asked for.
    """
    if len(found) == len(lines) == 1:
        return open_document(request, found[0], trail=trail)
    return render(
        request,
        "accounts/documents/list.html",
        {"documents": lines, "trail": trail, "heading": heading},
        status=HTTPStatus.OK if lines else HTTPStatus.NOT_FOUND,
    )


def open_document(request, document: FiledDocument, *, trail):
    """The stored file, or the page that waits for it. A POST has another try after a failure."""
    now = timezone.now()
    if request.method == "POST":
        filing.want_again(type(document), document_id=document.pk, now=now)
        return redirect(request.get_full_path())
    if document.state == DocumentState.LISTED:
        document = filing.want(type(document), document_id=document.pk, now=now)
    stored = document.file if document.is_ready else None
    if stored is None:
        return _not_there_yet(request, document, trail=trail, now=now)
    if request.htmx:
        return HttpResponseClientRedirect(request.get_full_path())
    try:
        return files.serve(
            request,
            stored.content,
            name=file_name(document),
            media_type=document.media_type,
            size=stored.size,
            sha256=stored.sha256,
            modified=stored.created_at,
        )
    except FileNotFoundError:
        document = filing.want_lost(type(document), document_id=document.pk, now=now)
        return _not_there_yet(request, document, trail=trail, now=now)


def _not_there_yet(request, document, *, trail, now):
    is_new = document.wanted_at is not None and now - document.wanted_at < PATIENCE
    context = {
        "document": document,
        "trail": trail,
        "asks_again": is_new and not document.has_failed,
    }
    page = "_state.html" if request.htmx else "state.html"
    status = HTTPStatus.BAD_GATEWAY if document.has_failed else HTTPStatus.ACCEPTED
    return render(
        request,
        f"accounts/documents/{page}",
        context,
        status=HTTPStatus.OK if request.htmx else status,
    )
