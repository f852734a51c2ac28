from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models.filed_document import FiledDocument
from orders.models.delivery import Delivery
from orders.models.order import Order

__all__ = ["OrderDocument"]


class OrderDocumentQuerySet(models.QuerySet):
    def kept(self) -> "OrderDocumentQuerySet":
        """The papers that the ERP has not removed, by themselves or with their delivery."""
        return self.filter(Q(delivery=None) | Q(delivery__removed_at=None), removed_at=None)

    def of_order_itself(self) -> "OrderDocumentQuerySet":
        """Without the papers of deliveries, oldest first, their files at hand."""
        own = self.filter(delivery=None, removed_at=None)
        return own.select_related("file").order_by("issued_at", "pk")


class OrderDocument(FiledDocument):
    """A paper about an order or about one of its deliveries (`delivery` is set then)."""

    class Kind(models.TextChoices):
        CONFIRMATION = "confirmation", _("Order confirmation")
        DELIVERY_NOTE = "delivery_note", _("Delivery note")
        OFFER = "offer", pgettext_lazy("paper", "Offer")
        OTHER = "other", _("Document")

    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="documents", verbose_name=_("order")
    )
    delivery = models.ForeignKey(
        Delivery,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="documents",
        verbose_name=_("delivery"),
    )
    kind = models.CharField(_("kind"), max_length=14, choices=Kind.choices)
    # What a confirmation of ours said, so that the next one can tell what is different; and when it
    # was first mailed as one. Papers that a person e-mails to somebody do not count as that.
    said = models.JSONField(_("what it said"), null=True, editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True, editable=False)

    objects = OrderDocumentQuerySet.as_manager()

    class Meta(FiledDocument.Meta):
        verbose_name = _("order document")
        verbose_name_plural = _("order documents")
        constraints = [
            *FiledDocument.Meta.constraints,
            models.UniqueConstraint(
                name="order_document_version_once",
                fields=["order", "delivery", "kind", "version"],
                condition=Q(source=""),
                nulls_distinct=False,
            ),
        ]
        indexes = [
            models.Index(F("wanted_at"), name="order_document_wanted", condition=Q(state="wanted"))
        ]

    @property
    def title(self) -> str:
        """Its kind and number, or the ERP's name for a paper of another kind."""
        if self.kind == self.Kind.OTHER:
            return super().title
        return " ".join(filter(None, (str(self.get_kind_display()), self.number)))
