"""Opening the papers of invoices."""

from django.utils import timezone

from accounts.services.papers import NotPrinted
from accounts.views.documents import open_document, open_one_of
from invoices.documents import document_lines, documents_of
from invoices.services import papers

__all__ = ["open_papers"]


def open_papers(request, invoices, *, audience, trail, heading):
    """The paper of the invoice meant, printed where the ERP keeps none, or the list of several.

    Where a number was given to several invoices, the address's `id` says which one is meant.
    """
    wanted = request.GET.get("id", "")
    invoices = [invoice for invoice in invoices if str(invoice.pk) == wanted] or invoices
    found = {invoice: documents_of(invoice) for invoice in invoices}
    if len(invoices) == 1 and all(document.is_ours for document in found[invoices[0]]):
        try:
            document = papers.want_paper(invoice_id=invoices[0].pk, now=timezone.now())
        except NotPrinted:
            pass
        else:
            return open_document(request, document, trail=trail)
    return open_one_of(
        request,
        [document for documents in found.values() for document in documents],
        lines=[
            line
            for invoice, documents in found.items()
            for line in document_lines(invoice, documents, audience=audience)
        ],
        trail=trail,
        heading=heading,
    )
