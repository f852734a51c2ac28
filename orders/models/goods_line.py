from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order

__all__ = ["GoodsLine"]


class GoodsLine(models.Model):
    """One row of goods to be moved. Weights in kg, lengths in cm, volume in m³, temperature in °C.

    `loaded_at` and `unloaded_at` are positions of the order's stops; without them the goods go from
    the first stop to the last.
    """

    class Package(models.TextChoices):
        EUR_PALLET = "eur_pallet", _("EUR pallet")
        FIN_PALLET = "fin_pallet", _("FIN pallet")
        HALF_PALLET = "half_pallet", _("Half pallet")
        ROLL_CAGE = "roll_cage", _("Roll cage")
        BOX = "box", _("Box")
        BUNDLE = "bundle", _("Bundle")
        CONTAINER = "container", _("Container")
        BULK = "bulk", _("Bulk")
        OTHER = "other", _("Other package")

    order = models.ForeignKey(
        Order, on_delete=models.CASCADE, related_name="goods", verbose_name=_("order")
    )
    position = models.PositiveSmallIntegerField(_("goods row"))
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3)
    package = models.CharField(_("package"), max_length=12, choices=Package.choices)
    description = models.CharField(_("description"), max_length=500, blank=True)
    marks = models.CharField(_("marks"), max_length=200, blank=True)
    gross_weight = models.DecimalField(
        _("gross weight, kg"), max_digits=12, decimal_places=3, null=True, blank=True
    )
    length = models.PositiveIntegerField(_("length, cm"), null=True, blank=True)
    width = models.PositiveIntegerField(_("width, cm"), null=True, blank=True)
    height = models.PositiveIntegerField(_("height, cm"), null=True, blank=True)
    volume = models.DecimalField(
        _("volume, m³"), max_digits=12, decimal_places=3, null=True, blank=True
    )
    loading_metres = models.DecimalField(
        _("loading metres"), max_digits=8, decimal_places=2, null=True, blank=True
    )
    is_stackable = models.BooleanField(_("stackable"), default=False)
    is_dangerous = models.BooleanField(_("dangerous goods"), default=False)
    un_number = models.CharField(_("UN number"), max_length=4, blank=True)
    shipping_name = models.CharField(_("proper shipping name"), max_length=200, blank=True)
    hazard_class = models.CharField(_("class"), max_length=10, blank=True)
    packing_group = models.CharField(_("packing group"), max_length=3, blank=True)
    tunnel_code = models.CharField(_("tunnel code"), max_length=10, blank=True)
    is_limited_quantity = models.BooleanField(_("limited quantity"), default=False)
    lowest_temperature = models.DecimalField(
        _("lowest temperature, °C"), max_digits=4, decimal_places=1, null=True, blank=True
    )
    highest_temperature = models.DecimalField(
        _("highest temperature, °C"), max_digits=4, decimal_places=1, null=True, blank=True
    )
    loaded_at = models.PositiveSmallIntegerField(_("loaded at stop"), null=True, blank=True)
    unloaded_at = models.PositiveSmallIntegerField(_("unloaded at stop"), null=True, blank=True)

    class Meta:
        verbose_name = _("goods row")
        verbose_name_plural = _("goods rows")
        constraints = [
            models.UniqueConstraint(name="goods_line_position_once", fields=["order", "position"]),
            models.CheckConstraint(name="goods_line_has_a_quantity", condition=Q(quantity__gt=0)),
            models.CheckConstraint(
                name="goods_line_weight_not_negative",
                condition=Q(gross_weight=None) | Q(gross_weight__gte=0),
            ),
            models.CheckConstraint(
                name="goods_line_temperatures_in_order",
                condition=Q(lowest_temperature=None)
                | Q(highest_temperature=None)
                | Q(highest_temperature__gte=F("lowest_temperature")),
            ),
            models.CheckConstraint(
                name="goods_line_unloaded_after_loaded",
                condition=Q(loaded_at=None)
                | Q(unloaded_at=None)
                | Q(unloaded_at__gt=F("loaded_at")),
            ),
            models.CheckConstraint(
                name="goods_line_dangerous_is_named",
                condition=Q(is_dangerous=False) | ~Q(un_number=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.position}"
