from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order
from orders.models.product import Product
from orders.states import OfferState
from portal.lib.money import amount_field, unit_price_field

__all__ = ["Offer", "OfferDecision", "OfferLine", "OfferVersion"]


class OfferQuerySet(models.QuerySet):
    def locked(self) -> "OfferQuerySet":
        """Lock the offer rows alone, in key order."""
        return self.order_by("pk").select_for_update(of=("self",), no_key=True)

    def waiting(self, now: datetime) -> "OfferQuerySet":
        """Offers that are with the customer and can be approved at that moment."""
        return self.filter(state=OfferState.SENT, ends_at__gt=now)


class Offer(models.Model):
    """What the seller asks for an offer request, under the number of its order.

    Prices are in its versions. `live` is the version that the customer can decide about, or decided
    about; it is set when one is sent and stays when a further one is being written.
    """

    order = models.OneToOneField(
        Order,
        on_delete=models.PROTECT,
        primary_key=True,
        related_name="offer",
        verbose_name=_("order"),
    )
    state = models.CharField(
        _("state"), max_length=12, choices=OfferState.choices, default=OfferState.DRAFT
    )
    live = models.ForeignKey(
        "OfferVersion",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("version with the customer"),
    )
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True, editable=False)
    remind_at = models.DateTimeField(_("reminder"), null=True, blank=True, editable=False)

    objects = OfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        constraints = [
            models.CheckConstraint(
                name="offer_state_is_known", condition=Q(state__in=OfferState.values)
            ),
            models.CheckConstraint(
                name="offer_out_has_a_version",
                condition=Q(state="draft") | Q(live__isnull=False),
            ),
            models.CheckConstraint(
                name="offer_sent_has_an_end", condition=~Q(state="sent") | Q(ends_at__isnull=False)
            ),
        ]
        indexes = [
            models.Index(name="offer_ending", fields=["ends_at"], condition=Q(state="sent")),
            models.Index(
                name="offer_reminding",
                fields=["remind_at"],
                condition=Q(state="sent", remind_at__isnull=False),
            ),
            models.Index(F("state"), F("order").desc(), name="offer_by_state"),
        ]

    def __str__(self) -> str:
        return f"offer {self.order_id}"

    def is_out(self, now: datetime) -> bool:
        """Whether it is with the customer and can be approved at that moment."""
        return self.state == OfferState.SENT and self.ends_at is not None and self.ends_at > now


class OfferVersion(models.Model):
    """One wording of an offer. A draft changes; once sent, nothing in it ever changes.

    `valid_on` is the last day, to its end in the seller's time zone. `fingerprint` is the SHA-256
    of everything binding: an approval carries it. `way` is where it goes with what, as it was when
    the version was sent (`orders.contents`); a draft has none. `revision` counts the savings of a
    draft, so that two clerks do not overwrite each other.
    """

    offer = models.ForeignKey(
        Offer, on_delete=models.PROTECT, related_name="versions", verbose_name=_("offer")
    )
    number = models.PositiveSmallIntegerField(_("version"))
    currency = models.CharField(_("currency"), max_length=3)
    valid_on = models.DateField(_("valid until"))
    remind_days = models.PositiveSmallIntegerField(_("remind, days before"), null=True, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    text = models.TextField(_("opening text"), max_length=4000, blank=True)
    terms = models.TextField(_("terms"), max_length=4000, blank=True)
    closing = models.TextField(_("closing text"), max_length=4000, blank=True, db_default="")
    send_to = models.EmailField(_("send to"), blank=True)
    net_amount = amount_field(_("net amount"), default=0)
    vat_amount = amount_field(_("VAT"), default=0)
    gross_amount = amount_field(_("total"), default=0)
    way = models.JSONField(_("stops and goods"), null=True, blank=True, editable=False)
    fingerprint = models.CharField(max_length=64, blank=True, editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)
    saved_at = models.DateTimeField(_("saved"), editable=False)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("saved by"),
    )
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True, editable=False)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("sent by"),
    )

    class Meta:
        verbose_name = _("version of an offer")
        verbose_name_plural = _("versions of offers")
        constraints = [
            models.UniqueConstraint(name="offer_version_once", fields=["offer", "number"]),
            models.UniqueConstraint(
                name="offer_has_one_draft", fields=["offer"], condition=Q(sent_at=None)
            ),
            models.CheckConstraint(
                name="offer_version_amounts_add_up",
                condition=Q(gross_amount=F("net_amount") + F("vat_amount")),
            ),
            models.CheckConstraint(
                name="offer_version_sent_is_bound",
                condition=Q(sent_at=None) | ~Q(fingerprint=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offer_id} version {self.number}"

    @property
    def is_draft(self) -> bool:
        return self.sent_at is None


class OfferLine(models.Model):
    """A priced line of a version: included, optional, or an alternative to another line."""

    class Kind(models.TextChoices):
        INCLUDED = "included", _("Included")
        OPTIONAL = "optional", _("Optional")
        ALTERNATIVE = "alternative", _("Alternative")

    version = models.ForeignKey(
        OfferVersion, on_delete=models.CASCADE, related_name="lines", verbose_name=_("version")
    )
    position = models.PositiveSmallIntegerField(_("line"))
    kind = models.CharField(_("kind"), max_length=11, choices=Kind.choices, default=Kind.INCLUDED)
    instead_of = models.PositiveSmallIntegerField(_("instead of line"), null=True, blank=True)
    product = models.ForeignKey(
        Product,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("product"),
    )
    product_number = models.CharField(_("product number"), max_length=40, blank=True)
    description = models.CharField(_("description"), max_length=500)
    quantity = models.DecimalField(_("quantity"), max_digits=15, decimal_places=4)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    unit_price = unit_price_field(_("unit price"))
    discount_percent = models.DecimalField(
        _("discount, %"), max_digits=7, decimal_places=4, default=0
    )
    vat_rate = models.DecimalField(_("VAT rate, %"), max_digits=7, decimal_places=4, default=0)
    net_amount = amount_field(_("net amount"))

    class Meta:
        verbose_name = _("line of an offer")
        verbose_name_plural = _("lines of offers")
        constraints = [
            models.UniqueConstraint(
                name="offer_line_position_once", fields=["version", "position"]
            ),
            models.CheckConstraint(
                name="offer_line_kind_is_known",
                condition=Q(kind__in=["included", "optional", "alternative"]),
            ),
            models.CheckConstraint(
                name="offer_line_alternative_to_a_line",
                condition=Q(kind="alternative", instead_of__isnull=False)
                | ~Q(kind="alternative") & Q(instead_of__isnull=True),
            ),
            models.CheckConstraint(name="offer_line_has_a_quantity", condition=Q(quantity__gt=0)),
            models.CheckConstraint(
                name="offer_line_discount_is_a_share",
                condition=Q(discount_percent__gte=0, discount_percent__lte=100),
            ),
            models.CheckConstraint(
                name="offer_line_vat_is_a_rate", condition=Q(vat_rate__gte=0, vat_rate__lte=100)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id}/{self.position}"


class OfferDecision(models.Model):
    """What somebody said about a version, with the evidence; rows are added and never changed.

    `fingerprint` is the version's as the person saw it, `chosen` the positions of the optional and
    alternative lines taken along, and the amounts what was agreed to with them.
    """

    class Kind(models.TextChoices):
        APPROVED = "approved", _("Approved")
        DECLINED = "declined", _("Declined")
        CHANGE_ASKED = "change", _("Change asked for")
        TAKEN_BACK = "taken_back", _("Approval taken back")

    version = models.ForeignKey(
        OfferVersion, on_delete=models.PROTECT, related_name="decisions", verbose_name=_("version")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    decided_at = models.DateTimeField(_("when"))
    name = models.CharField(_("name"), max_length=200)
    email = models.CharField(_("e-mail address"), max_length=254, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("user"),
    )
    address = models.GenericIPAddressField(_("from where"), null=True, blank=True)
    fingerprint = models.CharField(max_length=64)
    chosen = ArrayField(
        models.PositiveSmallIntegerField(), verbose_name=_("chosen lines"), default=list, blank=True
    )
    net_amount = amount_field(_("net amount"))
    vat_amount = amount_field(_("VAT"))
    gross_amount = amount_field(_("total"))
    customer_reference = models.CharField(_("PO / reference"), max_length=255, blank=True)
    comment = models.CharField(_("comment"), max_length=2000, blank=True)

    class Meta:
        verbose_name = _("decision about an offer")
        verbose_name_plural = _("decisions about offers")
        constraints = [
            models.CheckConstraint(
                name="offer_decision_kind_is_known",
                condition=Q(kind__in=["approved", "declined", "change", "taken_back"]),
            ),
            models.CheckConstraint(
                name="offer_decision_by_somebody", condition=~Q(name="") & ~Q(fingerprint="")
            ),
        ]
        indexes = [models.Index(F("version"), F("decided_at"), name="offer_decision_of_version")]

    def __str__(self) -> str:
        return f"{self.version_id} {self.kind}"
