from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import FiledDocument
from invoices.models.invoice import Invoice

__all__ = ["InvoiceDocument"]


class InvoiceDocument(FiledDocument):
    """A paper about an invoice or a credit memo."""

    invoice = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, related_name="documents", verbose_name=_("invoice")
    )

    class Meta(FiledDocument.Meta):
        verbose_name = _("invoice document")
        verbose_name_plural = _("invoice documents")
        indexes = [
            models.Index(
                F("wanted_at"), name="invoice_document_wanted", condition=Q(state="wanted")
            )
        ]
