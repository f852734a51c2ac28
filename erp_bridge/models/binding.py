from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from erp_bridge.models.connection import Connection
from erp_bridge.ports import Feed

__all__ = ["FEED_CHOICES", "Binding"]

FEED_CHOICES = {
    Feed.CUSTOMERS.value: _("Customers"),
    Feed.ADDRESSES.value: _("Addresses"),
    Feed.PRODUCTS.value: _("Products"),
    Feed.ORDERS.value: _("Orders and lines"),
    Feed.DELIVERIES.value: _("Deliveries and shipments"),
    Feed.INVOICES.value: _("Invoices and credit memos"),
    Feed.SETTLEMENTS.value: _("Settlements"),
    Feed.DOCUMENTS.value: _("Documents"),
    Feed.DELETIONS.value: _("Deletions"),
}


class Binding(models.Model):
    """One of our objects is one of the ERP's records; said once, for good.

    `object_id` is the key in the table that the feed fills; `table` tells them apart where a feed
    fills several. `changed_at` and `content_hash` are those of the record as it was last taken
    over, so that older and equal ones can be passed over. The hash is empty once the ERP has
    deleted the record, and there is no object when it did so before the portal knew of it.
    """

    connection = models.ForeignKey(
        Connection, on_delete=models.PROTECT, related_name="+", verbose_name=_("connection")
    )
    feed = models.CharField(_("feed"), max_length=12, choices=FEED_CHOICES)
    remote_id = models.CharField(_("ERP id"), max_length=100)
    table = models.CharField(_("table"), max_length=10, blank=True)
    object_id = models.BigIntegerField(_("object"), null=True)
    changed_at = models.DateTimeField(_("change stamp"))
    content_hash = models.BinaryField(_("content hash"), max_length=16)
    bound_at = models.DateTimeField(_("bound"))
    taken_at = models.DateTimeField(_("last taken over"))

    class Meta:
        verbose_name = _("binding")
        verbose_name_plural = _("bindings")
        constraints = [
            models.UniqueConstraint(
                name="binding_remote_once", fields=["connection", "feed", "remote_id"]
            ),
            models.UniqueConstraint(
                name="binding_object_once", fields=["connection", "feed", "table", "object_id"]
            ),
            models.CheckConstraint(
                name="binding_without_object_is_deleted",
                condition=Q(object_id__isnull=False) | Q(content_hash=b""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.feed} {self.remote_id} = {self.object_id}"
