from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.customer import Customer
from accounts.models.mirrored import Mirrored

__all__ = ["Address"]


class AddressKind(models.TextChoices):
    INVOICE = "invoice", _("Invoice address")
    DELIVERY = "delivery", _("Delivery address")
    OTHER = "other", _("Other address")


class AddressQuerySet(models.QuerySet):
    def current(self) -> "AddressQuerySet":
        """The addresses that the ERP has not removed, by name."""
        return self.filter(removed_at=None).order_by("name", "number", "pk")

    def invoice(self) -> "AddressQuerySet":
        return self.filter(kind=AddressKind.INVOICE)


class Address(Mirrored):
    """A place of a customer: where invoices go, where goods go, or another one."""

    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="addresses", verbose_name=_("customer")
    )
    number = models.CharField(_("address number"), max_length=40, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=AddressKind.choices)
    name = models.CharField(_("name"), max_length=255)
    street = models.CharField(_("street"), max_length=255, blank=True)
    street_2 = models.CharField(_("street, second line"), max_length=255, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=40, blank=True)
    city = models.CharField(_("city"), max_length=255, blank=True)
    region = models.CharField(_("region"), max_length=255, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    contact = models.CharField(_("contact"), max_length=255, blank=True)
    phone = models.CharField(_("phone"), max_length=255, blank=True)
    email = models.CharField(_("e-mail address"), max_length=255, blank=True)

    objects = AddressQuerySet.as_manager()

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        constraints = [
            models.CheckConstraint(
                name="address_kind_is_known", condition=Q(kind__in=AddressKind.values)
            )
        ]

    def __str__(self) -> str:
        return ", ".join(part for part in (self.name, self.street, self.city) if part)

    @property
    def is_for_invoices(self) -> bool:
        return self.kind == AddressKind.INVOICE
