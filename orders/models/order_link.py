import secrets
from datetime import date

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import StoredFile
from orders.models.order_type import OrderType
from orders.states import RequestKind

__all__ = ["OrderLink"]


def new_code() -> str:
    """Short enough to be read out, long enough not to be found by trying."""
    return secrets.token_urlsafe(9)


class OrderLink(models.Model):
    """A public address of the order form, with what it asks for and how it looks.

    The office makes links and puts them on homepages or into mails. `sites` are the origins that
    may show it in a frame; without any, none may. A link for one order type alone is closed as long
    as that type is switched off: people would order what nobody does. The counts are kept, not
    counted: how often the form was opened, begun and sent.
    """

    class Offers(models.TextChoices):
        ORDER = "order", _("Orders")
        OFFER = "offer", _("Offer requests")
        BOTH = "both", _("Orders and offer requests")

    code = models.CharField(_("code"), max_length=20, unique=True, default=new_code, editable=False)
    name = models.CharField(_("name"), max_length=100)
    offers = models.CharField(_("takes"), max_length=5, choices=Offers.choices, default=Offers.BOTH)
    order_type = models.ForeignKey(
        OrderType,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("order type"),
        help_text=_("Empty lets people choose."),
    )
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, blank=True
    )
    fields = models.JSONField(_("fields of the form"), default=dict, blank=True)
    prefilled = models.JSONField(_("filled in beforehand"), default=dict, blank=True)
    sites = ArrayField(
        models.CharField(max_length=200),
        verbose_name=_("sites that may embed it"),
        default=list,
        blank=True,
    )
    accent = models.CharField(
        _("colour"),
        max_length=7,
        blank=True,
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", _("Write the colour like #0b6bcb."))],
    )
    logo = models.ForeignKey(
        StoredFile,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("logo"),
    )
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("created by"),
    )
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)
    opened = models.PositiveBigIntegerField(_("opened"), default=0, editable=False)
    begun = models.PositiveBigIntegerField(_("begun"), default=0, editable=False)
    sent = models.PositiveBigIntegerField(_("sent"), default=0, editable=False)

    class Meta:
        verbose_name = _("order link")
        verbose_name_plural = _("order links")
        constraints = [
            models.CheckConstraint(
                name="order_link_offers_are_known",
                condition=Q(offers__in=["order", "offer", "both"]),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def is_open(self, *, on: date) -> bool:
        """Whether it takes orders on this day."""
        return self.is_valid(on=on) and not self.type_is_off

    def is_valid(self, *, on: date) -> bool:
        """Whether it is neither revoked nor over."""
        return self.revoked_at is None and (self.valid_until is None or self.valid_until >= on)

    @property
    def type_is_off(self) -> bool:
        """Whether it is for one order type alone, which is not offered any more."""
        return self.order_type is not None and not self.order_type.is_active

    @property
    def kinds(self) -> list[str]:
        """What the form may be sent as."""
        return RequestKind.values if self.offers == self.Offers.BOTH else [self.offers]
