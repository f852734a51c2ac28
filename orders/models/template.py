from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer
from orders.models.order_type import OrderType

__all__ = ["OrderTemplate"]


class OrderTemplate(models.Model):
    """An order kept under a name, to begin others with: everybody's who orders for the customer.

    `wanted` is what `orders.repeating.wanted` said of the order: no language, no references.
    """

    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="+", verbose_name=_("customer")
    )
    name = models.CharField(_("name"), max_length=100)
    order_type = models.ForeignKey(
        OrderType,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("order type"),
    )
    wanted = models.JSONField(_("what is wanted"), default=dict)
    saved_at = models.DateTimeField(_("saved"), editable=False)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("saved by"),
    )

    class Meta:
        verbose_name = _("order template")
        verbose_name_plural = _("order templates")
        constraints = [
            models.UniqueConstraint(F("customer"), Upper("name"), name="order_template_name_once"),
            models.CheckConstraint(name="order_template_has_a_name", condition=~Q(name="")),
        ]
        indexes = [models.Index(name="order_template_by_name", fields=["customer", "name", "id"])]

    def __str__(self) -> str:
        return self.name
