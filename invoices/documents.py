"""Documents of invoices as pages show them."""

from collections.abc import Sequence

from django.urls import reverse

from accounts.documents import DocumentLine, kept, paper_lines
from invoices.models import Invoice, InvoiceDocument
from invoices.services import papers

__all__ = ["document_lines", "documents_of"]


def documents_of(invoice: Invoice) -> list[InvoiceDocument]:
    """What is on file for an invoice: the ERP's documents, or else what the portal printed."""
    return kept(list(InvoiceDocument.objects.of_invoices([invoice])))


def document_lines(
    invoice: Invoice, documents: Sequence[InvoiceDocument], *, audience: str
) -> list[DocumentLine]:
    """The documents of an invoice as lines, each with the address that opens it."""
    route = f"{audience}:invoice-document"
    current = reverse(f"{audience}:invoice-papers", args=[invoice.number])
    return paper_lines(
        documents,
        prints=papers.may_print(invoice),
        title=f"{invoice.get_kind_display()} {invoice.number}",
        current=f"{current}?id={invoice.pk}",
        href=lambda document: reverse(route, args=[invoice.number, document.pk]),
    )
