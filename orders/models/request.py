import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order
from orders.models.order_type import OrderType
from orders.states import RequestKind

__all__ = ["OrderRequest"]


class OrderRequestQuerySet(models.QuerySet):
    def new(self, kind: str | None = None) -> "OrderRequestQuerySet":
        """Those that nobody of the office has handled, of both kinds or of one."""
        found = self.filter(handled_at=None)
        return found if kind is None else found.filter(kind=kind)

    def locked(self) -> "OrderRequestQuerySet":
        """Lock the request rows alone, in key order."""
        return self.order_by("pk").select_for_update(of=("self",), no_key=True)


class OrderRequest(models.Model):
    """What came with an order that was born in the portal, and the office's work on it.

    One row beside the order's own: who asked and how they are told, what the seller needs to know,
    who of the office has it. `kind` is what the customer wants now; the office may switch it until
    an offer is out or the order is confirmed. `key` is the order's for life and goes along to an
    ERP. `sent_key` is the form's: a form that is sent twice makes one order.
    """

    class Payer(models.TextChoices):
        ORDERER = "orderer", _("Who orders")
        SENDER = "sender", _("Sender")
        RECEIVER = "receiver", _("Receiver")
        OTHER = "other", _("Somebody else")

    class Channel(models.TextChoices):
        EMAIL = "email", _("By e-mail")
        SMS = "sms", _("By text message")
        BOTH = "both", _("By e-mail and text message")

    order = models.OneToOneField(
        Order,
        on_delete=models.PROTECT,
        primary_key=True,
        related_name="request",
        verbose_name=_("order"),
    )
    key = models.UUIDField(_("key"), default=uuid.uuid4, unique=True, editable=False)
    sent_key = models.UUIDField(_("key of the form"), unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=5, choices=RequestKind.choices)
    made_of = models.ForeignKey(
        "Offer",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="orders",
        verbose_name=_("made of the offer"),
    )
    order_type = models.ForeignKey(
        OrderType,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("order type"),
    )
    # The link whose form it came by. Drafts, which know it too, are not kept.
    order_link = models.ForeignKey(
        "OrderLink",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("order link"),
    )
    sent_at = models.DateTimeField(_("sent"), editable=False)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("sent by"),
    )
    contact_name = models.CharField(_("contact"), max_length=255)
    contact_email = models.EmailField(_("e-mail address"))
    contact_phone = models.CharField(_("phone"), max_length=40, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    confirm_by = models.CharField(
        _("confirmation"), max_length=5, choices=Channel.choices, default=Channel.EMAIL
    )
    payer = models.CharField(
        _("who pays"), max_length=8, choices=Payer.choices, default=Payer.ORDERER
    )
    payer_note = models.CharField(_("payer, in words"), max_length=500, blank=True)
    note_to_planner = models.CharField(_("note to the planner"), max_length=4000, blank=True)
    note_to_driver = models.CharField(_("note to the driver"), max_length=4000, blank=True)
    note_on_invoice = models.CharField(_("note on the invoice"), max_length=1000, blank=True)
    # Answers to what only some order types ask: passengers, equipment, and so on.
    details = models.JSONField(_("further details"), default=dict, blank=True)
    # The address that a guest who orders again gives, where it is not the customer's for invoices:
    # street, postal_code, city and country.
    other_address = models.JSONField(_("another address"), default=dict, blank=True)
    cut_off_at = models.DateTimeField(_("may be changed until"), null=True, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("taken by"),
    )
    handled_at = models.DateTimeField(_("handled"), null=True, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("handled by"),
    )

    objects = OrderRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        constraints = [
            models.CheckConstraint(
                name="order_request_kind_is_known", condition=Q(kind__in=RequestKind.values)
            ),
            models.CheckConstraint(
                name="order_request_handled_by_somebody",
                condition=Q(handled_at__isnull=True, handled_by__isnull=True)
                | Q(handled_at__isnull=False, handled_by__isnull=False),
            ),
        ]
        indexes = [
            # What one person has sent, for the addresses used last.
            models.Index(
                F("sent_by"),
                F("sent_at").desc(),
                name="order_request_of_sender",
                condition=Q(sent_by__isnull=False),
            ),
            models.Index(
                F("kind"),
                F("sent_at").desc(),
                F("order").desc(),
                name="order_request_new",
                condition=Q(handled_at=None),
            ),
            models.Index(
                F("kind"), F("sent_at").desc(), F("order").desc(), name="order_request_all"
            ),
            models.Index(
                F("sent_at").desc(),
                F("order").desc(),
                name="order_request_to_handle",
                condition=Q(handled_at=None),
            ),
            models.Index(F("sent_at").desc(), F("order").desc(), name="order_request_newest"),
            models.Index(
                F("owner"),
                F("sent_at").desc(),
                F("order").desc(),
                name="order_request_owned",
                condition=Q(owner__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.order_id}"

    @property
    def is_handled(self) -> bool:
        return self.handled_at is not None

    @property
    def is_offer_request(self) -> bool:
        return self.kind == RequestKind.OFFER
