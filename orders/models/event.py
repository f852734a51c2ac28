from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order
from orders.states import EventKind, OrderOrigin

__all__ = ["OrderEvent"]


class OrderEvent(models.Model):
    """One station of an order's story: when it happened and who told so.

    The ERP tells each kind once per order and may correct its time.
    """

    order = models.ForeignKey(
        Order, on_delete=models.CASCADE, related_name="events", verbose_name=_("order")
    )
    kind = models.CharField(_("what"), max_length=12, choices=EventKind.choices)
    origin = models.CharField(_("origin"), max_length=10, choices=OrderOrigin.choices)
    happened_at = models.DateTimeField(_("when"))
    detail = models.CharField(_("detail"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("order event")
        verbose_name_plural = _("order events")
        constraints = [
            models.UniqueConstraint(name="order_event_once", fields=["order", "kind", "origin"]),
            models.CheckConstraint(
                name="order_event_kind_is_known", condition=Q(kind__in=EventKind.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.kind}"
