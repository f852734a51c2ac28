from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order

__all__ = ["OrderStop"]


class OrderStop(models.Model):
    """One place of an order's way, in its order: who waits there, when, and what to know.

    Times are moments; a stop with a day alone carries the day and no times.
    """

    class Kind(models.TextChoices):
        PICKUP = "pickup", _("Pick up")
        DELIVERY = "delivery", _("Deliver")
        STOP = "stop", _("Stop on the way")

    order = models.ForeignKey(
        Order, on_delete=models.CASCADE, related_name="stops", verbose_name=_("order")
    )
    position = models.PositiveSmallIntegerField(_("stop"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=255, blank=True)
    street = models.CharField(_("street"), max_length=255, blank=True)
    street_2 = models.CharField(_("street, second line"), max_length=255, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=40, blank=True)
    city = models.CharField(_("city"), max_length=255, blank=True)
    region = models.CharField(_("region"), max_length=255, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    contact = models.CharField(_("contact"), max_length=255, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    email = models.CharField(_("e-mail address"), max_length=254, blank=True)
    day = models.DateField(_("day"), null=True, blank=True)
    starts_at = models.DateTimeField(_("from"), null=True, blank=True)
    ends_at = models.DateTimeField(_("to"), null=True, blank=True)
    reference = models.CharField(_("reference"), max_length=100, blank=True)
    access_note = models.CharField(_("access"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("stop")
        verbose_name_plural = _("stops")
        constraints = [
            models.UniqueConstraint(name="order_stop_position_once", fields=["order", "position"]),
            models.CheckConstraint(
                name="order_stop_kind_is_known",
                condition=Q(kind__in=["pickup", "delivery", "stop"]),
            ),
            models.CheckConstraint(
                name="order_stop_ends_after_its_start",
                condition=Q(starts_at=None) | Q(ends_at=None) | Q(ends_at__gte=F("starts_at")),
            ),
        ]
        indexes = [models.Index(name="order_stop_by_day", fields=["day", "order"])]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.position}"

    @property
    def is_pickup(self) -> bool:
        return self.kind == self.Kind.PICKUP
