from urllib.parse import urlsplit

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.mirrored import Mirrored
from orders.models.order import Order

__all__ = ["Delivery", "Shipment"]


class DeliveryQuerySet(models.QuerySet):
    def visible_to(self, user, section="orders") -> "DeliveryQuerySet":
        """The deliveries of the orders that this member may see."""
        return self.filter(
            order__customer__in=user.customers_with(section),
            order__removed_at=None,
            removed_at=None,
        )

    def under_way(self) -> "DeliveryQuerySet":
        """Deliveries that have departed and not arrived, as far as the ERP has told."""
        return self.filter(departed_at__isnull=False, delivered_at=None, removed_at=None)


class Delivery(Mirrored):
    """Goods of one order that leave together."""

    number = models.CharField(_("delivery number"), max_length=40)
    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="deliveries", verbose_name=_("order")
    )
    method = models.CharField(_("delivery method"), max_length=255, blank=True)
    terms = models.CharField(_("delivery terms"), max_length=255, blank=True)
    planned_on = models.DateField(_("planned for"), null=True, blank=True)
    departed_at = models.DateTimeField(_("departed"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)

    has_papers: bool  # as orders.documents.deliveries_of found it

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(
                name="delivery_number_once_per_source",
                fields=["source", "number"],
                deferrable=models.Deferrable.DEFERRED,
            )
        ]
        indexes = [models.Index(name="delivery_by_number", fields=["number"])]

    def __str__(self) -> str:
        return self.number


class Shipment(models.Model):
    """What one carrier takes of a delivery. Weights in kg, volume in m³."""

    delivery = models.ForeignKey(
        Delivery, on_delete=models.CASCADE, related_name="shipments", verbose_name=_("delivery")
    )
    position = models.PositiveIntegerField(_("position"))
    number = models.CharField(_("shipment number"), max_length=40)
    forwarding_agent = models.CharField(_("forwarding agent"), max_length=255, blank=True)
    tracking_number = models.CharField(_("tracking number"), max_length=255, blank=True)
    tracking_url = models.CharField(_("tracking link"), max_length=500, blank=True)
    departed_at = models.DateTimeField(_("departed"), null=True, blank=True)
    packages = models.PositiveIntegerField(_("packages"), null=True, blank=True)
    package_type = models.CharField(_("package type"), max_length=255, blank=True)
    net_weight = models.DecimalField(
        _("net weight, kg"), max_digits=15, decimal_places=3, null=True, blank=True
    )
    gross_weight = models.DecimalField(
        _("gross weight, kg"), max_digits=15, decimal_places=3, null=True, blank=True
    )
    volume = models.DecimalField(
        _("volume, m³"), max_digits=15, decimal_places=3, null=True, blank=True
    )

    class Meta:
        verbose_name = _("shipment")
        verbose_name_plural = _("shipments")
        constraints = [
            models.UniqueConstraint(name="shipment_position_once", fields=["delivery", "position"])
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def tracking_link(self) -> str:
        """The carrier's page; empty where the ERP gave something that is no web address."""
        try:
            parts = urlsplit(self.tracking_url)
        except ValueError:
            return ""
        return self.tracking_url if parts.scheme in ("http", "https") and parts.netloc else ""
