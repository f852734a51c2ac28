from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models.order_type import OrderType

__all__ = ["OfferText"]


class OfferText(models.Model):
    """The words that a new offer begins with, in one language: for one order type, or for all.

    A part that is empty for the type is taken from the texts for all. Offers keep what they were
    filled with, so a change here touches none that is written.
    """

    order_type = models.ForeignKey(
        OrderType,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="offer_texts",
        verbose_name=_("order type"),
    )
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    text = models.TextField(_("opening text"), max_length=4000, blank=True)
    terms = models.TextField(_("terms"), max_length=4000, blank=True)
    closing = models.TextField(_("closing text"), max_length=4000, blank=True)

    class Meta:
        verbose_name = _("text of offers")
        verbose_name_plural = _("texts of offers")
        constraints = [
            models.UniqueConstraint(
                name="offer_text_once", fields=["order_type", "language"], nulls_distinct=False
            ),
            models.CheckConstraint(
                name="offer_text_says_something",
                condition=~Q(text="", terms="", closing=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_type_id or 'all'} {self.language}"
