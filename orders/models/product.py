from collections.abc import Iterable

from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from accounts.models.mirrored import Mirrored
from portal.lib.money import unit_price_field

__all__ = ["Product"]


class ProductQuerySet(models.QuerySet["Product"]):
    def for_sale(self) -> "ProductQuerySet":
        """Those that can be ordered."""
        return self.filter(removed_at=None, is_active=True)

    def numbered(self, numbers: Iterable[str]) -> "dict[str, Product]":
        """Those of the numbers, as people type them, by number in capitals.

        A register may have small letters: what is not there as it was typed is looked for by its
        capitals.
        """
        typed = {number.strip() for number in numbers} - {""}
        wanted = {number.upper() for number in typed}
        found: dict[str, Product] = {
            product.number.upper(): product for product in self.filter(number__in=typed | wanted)
        }
        if missing := wanted - found.keys():
            others = self.annotate(capitals=Upper("number")).filter(capitals__in=missing)
            found |= {product.number.upper(): product for product in others.order_by("-pk")}
        return found


class Product(Mirrored):
    """Something that can be ordered: goods or a service."""

    number = models.CharField(_("product number"), max_length=40)
    name = models.CharField(_("name"), max_length=255)
    description = models.CharField(_("description"), max_length=4000, blank=True)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    unit_price = unit_price_field(_("unit price"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    vat_rate = models.DecimalField(
        _("VAT rate, %"), max_digits=7, decimal_places=4, null=True, blank=True
    )
    is_active = models.BooleanField(_("for sale"), default=True)

    objects = ProductQuerySet.as_manager()

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = [
            models.UniqueConstraint(
                name="product_number_once_per_source",
                fields=["source", "number"],
                deferrable=models.Deferrable.DEFERRED,
            )
        ]
        indexes = [models.Index(Upper("number"), name="product_number_in_capitals")]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"
