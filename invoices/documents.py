"""Documents of invoices as pages show them."""

from collections.abc import Sequence

from django.urls import reverse

from accounts.document_sources import DocumentSource, Subject
from accounts.documents import DocumentLine, kept, paper_lines
from invoices.models import Invoice, InvoiceDocument
from invoices.services import papers

__all__ = ["SOURCE", "document_lines", "documents_of", "subjects"]

SOURCE = DocumentSource(
    code="invoices",
    thing="invoice",
    papers=papers.papers_of,
    page="customer:invoice-page",
    pages="customer:invoice-list",
)


def subjects(invoices: Sequence[Invoice], *, by: str) -> list[Subject]:
    """The invoices as things whose papers can be sent; `by` is the column of whose they are.

    That customer has to be at hand.
    """
    others = [invoice.pk for invoice in invoices if not papers.may_print(invoice)]
    on_file = InvoiceDocument.objects.filter(invoice__in=others, removed_at=None)
    with_papers_on_file = set(on_file.values_list("invoice_id", flat=True))
    return [
        Subject(
            object_id=invoice.pk,
            number=invoice.number,
            customer=getattr(invoice, by),
            paper=papers.kind_of(invoice),
            has_papers=invoice.pk not in others or invoice.pk in with_papers_on_file,
        )
        for invoice in invoices
    ]


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
