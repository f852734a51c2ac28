from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import StoredFile
from orders.models.order import Order

__all__ = ["OrderAttachment"]


class OrderAttachment(models.Model):
    """A file that somebody sent along with an order, under the name it came with."""

    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="attachments", verbose_name=_("order")
    )
    file = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, related_name="+", verbose_name=_("file")
    )
    name = models.CharField(_("name"), max_length=200)
    added_at = models.DateTimeField(_("added"), editable=False)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("added by"),
    )

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        constraints = [
            models.UniqueConstraint(name="order_attachment_once", fields=["order", "file", "name"])
        ]

    def __str__(self) -> str:
        return self.name
