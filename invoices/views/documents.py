"""Opening the papers of invoices."""

from django.urls import reverse
from django.utils import timezone

from accounts.services.papers import NotPrinted
from accounts.views.documents import open_document, open_one_of
from accounts.views.sending import email_documents
from invoices.documents import SOURCE, document_lines, documents_of, subjects
from invoices.models import opener
from invoices.services import papers

__all__ = ["email_papers", "open_papers"]


def email_papers(request, invoices, *, is_office, audience, trail):
    """The page from which the papers of these invoices are sent."""
    invoices = sorted(invoices, key=lambda each: (each.invoiced_on, each.pk), reverse=True)
    back = reverse(f"{audience}:invoice-list")
    if len(invoices) == 1:
        page = reverse(f"{audience}:invoice-page", args=[invoices[0].number])
        back = f"{page}?id={invoices[0].pk}"
        trail = [*trail, (invoices[0].number, back)]
    return email_documents(
        request,
        source=SOURCE,
        subjects=subjects(invoices, by=opener()),
        is_office=is_office,
        trail=trail,
        back=back,
    )


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
