"""Documents of invoices as pages show them."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.documents import DocumentLine, document_line
from invoices.models import Invoice, InvoiceDocument
from invoices.services import papers

__all__ = ["document_lines", "documents_of"]


def documents_of(invoice: Invoice) -> list[InvoiceDocument]:
    """What is on file for an invoice: the ERP's documents, or else what the portal printed."""
    documents = list(InvoiceDocument.objects.of_invoices([invoice]))
    return [document for document in documents if not document.is_ours] or documents


def document_lines(
    invoice: Invoice, documents: Sequence[InvoiceDocument], *, audience: str
) -> list[DocumentLine]:
    """The documents of an invoice as lines, each with the address that opens it.

    Where the portal prints, the first line leads to the paper as it stands now: it may have to be
    printed, or printed anew, because the ERP changed the invoice. Earlier versions follow.
    """
    route = f"{audience}:invoice-document"
    prints = papers.may_print(invoice) and all(document.is_ours for document in documents)
    shown = sorted(documents, key=lambda document: -document.version) if prints else documents
    lines = [
        document_line(document, href=reverse(route, args=[invoice.number, document.pk]))
        for document in (shown[1:] if prints else shown)
    ]
    if prints:
        href = reverse(f"{audience}:invoice-papers", args=[invoice.number])
        title = shown[0].title if shown else f"{invoice.get_kind_display()} {invoice.number}"
        lines.insert(0, DocumentLine(title, _("PDF"), f"{href}?id={invoice.pk}"))
    return lines
