from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer

__all__ = ["SavedAddress"]


class SavedAddress(models.Model):
    """A place that members of a customer keep for the stops of their orders: its address book.

    Beside it stand the addresses of the ERP (`accounts.Address`), which nobody changes here.
    `fingerprint` is of the place itself, so that the same one is there once.
    """

    # What a stop takes from it, under the same names.
    PLACE: ClassVar = ("name", "street", "postal_code", "city", "country")
    STOP: ClassVar = (*PLACE, "contact", "phone", "access_note")

    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="+", verbose_name=_("customer")
    )
    label = models.CharField(_("called"), max_length=100)
    name = models.CharField(_("name"), max_length=255, blank=True)
    street = models.CharField(_("street"), max_length=255, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=40, blank=True)
    city = models.CharField(_("city"), max_length=255, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    contact = models.CharField(_("contact"), max_length=255, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    access_note = models.CharField(_("access"), max_length=1000, blank=True)
    fingerprint = models.CharField(max_length=64, editable=False)
    saved_at = models.DateTimeField(_("saved"), editable=False)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("saved by"),
    )

    class Meta:
        verbose_name = _("saved address")
        verbose_name_plural = _("saved addresses")
        constraints = [
            models.UniqueConstraint(name="saved_address_once", fields=["customer", "fingerprint"]),
            models.CheckConstraint(name="saved_address_is_called", condition=~Q(label="")),
        ]
        indexes = [
            models.Index(name="saved_address_of_customer", fields=["customer", "label", "id"])
        ]

    def __str__(self) -> str:
        return self.label
