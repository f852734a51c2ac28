from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import FiledDocument
from invoices.models.invoice import Invoice

__all__ = ["InvoiceDocument"]


class InvoiceDocumentQuerySet(models.QuerySet):
    def visible_to(self, user, section="invoices") -> "InvoiceDocumentQuerySet":
        """The papers of the invoices that this member may see."""
        return self.filter(invoice__in=Invoice.objects.visible_to(user, section), removed_at=None)

    def of_invoices(self, invoices) -> "InvoiceDocumentQuerySet":
        return (
            self.filter(invoice__in=invoices, removed_at=None)
            .select_related("invoice", "file")
            .order_by("issued_at", "pk")
        )


class InvoiceDocument(FiledDocument):
    """A paper about an invoice or a credit memo."""

    invoice = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, related_name="documents", verbose_name=_("invoice")
    )

    objects = InvoiceDocumentQuerySet.as_manager()

    class Meta(FiledDocument.Meta):
        verbose_name = _("invoice document")
        verbose_name_plural = _("invoice documents")
        constraints = [
            *FiledDocument.Meta.constraints,
            models.UniqueConstraint(
                name="invoice_document_version_once",
                fields=["invoice", "version"],
                condition=Q(source=""),
            ),
        ]
        indexes = [
            models.Index(
                F("wanted_at"), name="invoice_document_wanted", condition=Q(state="wanted")
            )
        ]
