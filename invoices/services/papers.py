"""Invoices and credit memos that the portal prints where the ERP keeps none."""

from collections.abc import Callable
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from accounts.documents import kept
from accounts.models import PaperKind
from accounts.services import papers
from accounts.services.papers import NotPrinted, Print
from invoices.models import Invoice, InvoiceDocument, InvoiceLine
from invoices.papers import invoice_fingerprint, invoice_paper
from invoices.sheets import invoice_sheet
from orders.models import Delivery

__all__ = ["kind_of", "may_print", "papers_of", "print_wanted", "want_paper"]


def may_print(invoice: Invoice) -> bool:
    """Whether the portal prints papers of this kind."""
    return papers.is_printed(kind_of(invoice)) and not invoice.is_removed


@transaction.atomic
def want_paper(*, invoice_id: int, now: datetime) -> InvoiceDocument:
    """Have the invoice or credit memo printed, once for what it says.

    Raises NotPrinted where the ERP keeps a document.
    """
    invoice = Invoice.objects.locked().get(pk=invoice_id)
    kept_by_erp = invoice.documents.filter(removed_at=None).exclude(source="")
    if not may_print(invoice) or kept_by_erp.exists():
        raise NotPrinted(f"invoice {invoice_id}")
    return papers.ask(
        InvoiceDocument.objects.filter(invoice=invoice, source=""),
        paper=kind_of(invoice),
        number=invoice.number,
        fingerprint=invoice_fingerprint(invoice, _lines(invoice)),
        language=papers.language_of(invoice.payer),
        now=now,
        invoice=invoice,
    )


def papers_of(invoice_id: int, now: datetime) -> list[InvoiceDocument]:
    """What opens as the paper of an invoice now: the ERP's documents, or ours.

    One of ours that is not there yet is printed.
    """
    documents = kept(list(InvoiceDocument.objects.of_invoices([invoice_id])))
    if all(document.is_ours for document in documents):
        try:
            return [want_paper(invoice_id=invoice_id, now=now)]
        except NotPrinted:
            pass
    return documents


def print_wanted(*, clock: Callable[[], datetime]) -> None:
    """Print the papers that people have asked for."""
    papers.print_wanted(InvoiceDocument, compose=_compose, clock=clock)


def _compose(document: InvoiceDocument) -> Print:
    invoice = document.invoice
    lines = _lines(invoice)
    return Print(
        invoice_sheet(
            invoice_paper(
                invoice,
                lines,
                letterhead=papers.letterhead(),
                recipient=papers.party(
                    invoice.payer, papers.invoice_address(invoice.payer), language=document.language
                ),
                customer=papers.party(invoice.customer, language=document.language),
                language=document.language,
                delivered_on=_delivered_on(invoice),
            )
        ),
        invoice_fingerprint(invoice, lines),
    )


def kind_of(invoice: Invoice) -> PaperKind:
    """Which kind of paper it is."""
    return PaperKind.CREDIT_MEMO if invoice.is_credit_memo else PaperKind.INVOICE


def _lines(invoice: Invoice) -> list[InvoiceLine]:
    return list(invoice.lines.order_by("position"))


def _delivered_on(invoice: Invoice) -> date | None:
    """The day of supply that the law wants named: when the invoiced delivery left."""
    if not invoice.delivery_number or invoice.order_id is None:
        return None
    departed_at = (
        Delivery.objects.filter(order_id=invoice.order_id, number=invoice.delivery_number)
        .values_list("departed_at", flat=True)
        .first()
    )
    return timezone.localdate(departed_at) if departed_at else None
