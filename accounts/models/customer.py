from decimal import Decimal

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from accounts.models.mirrored import Mirrored
from portal.lib.money import amount_field
from portal.lib.searching import plain

__all__ = ["Customer", "Family"]


class Family(models.Model):
    """The customers that carry one statistics id in the ERP: one account family."""

    source = models.CharField(_("source"), max_length=30, blank=True, editable=False)
    statistics_id = models.CharField(_("statistics id"), max_length=40)

    class Meta:
        verbose_name = _("family")
        verbose_name_plural = _("families")
        constraints = [
            models.UniqueConstraint(
                name="family_once_per_source", fields=["source", "statistics_id"]
            )
        ]

    def __str__(self) -> str:
        return self.statistics_id


class CustomerQuerySet(models.QuerySet):
    def locked(self) -> "CustomerQuerySet":
        """Lock the customer rows alone, in key order."""
        return self.order_by("pk").select_for_update(of=("self",), no_key=True)


class Customer(Mirrored):
    """A company that buys. Mirrored from the ERP, or born here with its first order."""

    number = models.CharField(_("customer number"), max_length=40)
    name = models.CharField(_("name"), max_length=255)
    family = models.ForeignKey(
        Family,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="customers",
        verbose_name=_("family"),
    )
    payer = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="pays_for",
        verbose_name=_("payer"),
        help_text=_("Empty when the customer pays its own invoices."),
    )
    group = models.CharField(_("customer group"), max_length=40, blank=True)
    is_blocked = models.BooleanField(_("blocked in the ERP"), default=False)
    business_id = models.CharField(_("business id"), max_length=40, blank=True)
    vat_id = models.CharField(_("VAT id"), max_length=40, blank=True)
    contact = models.CharField(_("contact"), max_length=255, blank=True)
    email = models.CharField(_("e-mail address"), max_length=255, blank=True)
    phone = models.CharField(_("phone"), max_length=255, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    payment_terms = models.CharField(_("payment terms"), max_length=255, blank=True)
    delivery_terms = models.CharField(_("delivery terms"), max_length=255, blank=True)
    credit_limit = amount_field(_("credit limit"), null=True, blank=True)
    credit_used = amount_field(_("credit used"), null=True, blank=True)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        permissions = [
            ("look_as_customer", _("Can look at a customer's pages as the customer")),
            ("act_as_customer", _("Can act on a customer's pages as the customer")),
        ]
        constraints = [
            # Deferred, because one page of a feed may swap the numbers of two customers.
            models.UniqueConstraint(
                name="customer_number_once_per_source",
                fields=["source", "number"],
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(name="customer_has_a_number", condition=~Q(number="")),
        ]
        indexes = [
            # The register of the office, by number or name, and the few that stand apart in it.
            models.Index(name="customer_by_number", fields=["number", "id"]),
            models.Index(name="customer_by_name", fields=["name", "id"]),
            models.Index(name="customer_by_group", fields=["group", "number", "id"]),
            models.Index(
                name="customer_blocked", fields=["number", "id"], condition=Q(is_blocked=True)
            ),
            models.Index(
                name="customer_removed",
                fields=["number", "id"],
                condition=Q(removed_at__isnull=False),
            ),
            # Those that a guest made with an order, by the address it was sent with.
            models.Index(
                name="customer_born_here", fields=["email"], condition=Q(source="") & ~Q(email="")
            ),
            # A number as people type it, ids as they are written, and addresses to write to.
            models.Index(plain(F("number")), name="customer_by_plain_number"),
            models.Index(plain(F("business_id")), name="customer_by_business_id"),
            models.Index(plain(F("vat_id")), name="customer_by_vat_id"),
            models.Index(Upper("email"), name="customer_by_email"),
            # Django compares without regard to case by UPPER on both sides.
            GinIndex(
                OpClass(Upper("number"), "gin_trgm_ops"),
                OpClass(Upper("name"), "gin_trgm_ops"),
                name="customer_search",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def reference(self) -> str:
        """What forms post for this customer: its source too, because numbers may repeat."""
        return f"{self.source}/{self.number}"

    def is_meant_by(self, value: str) -> bool:
        """Whether a posted value is this customer's reference, or its number alone."""
        return value in {self.reference, self.number}

    @property
    def takes_no_orders(self) -> bool:
        """Whether the ERP has blocked or removed it, so that nothing new is ordered for it."""
        return self.is_blocked or self.is_removed

    @property
    def credit_left(self) -> Decimal | None:
        """What may still be bought on credit, never below zero; None when the ERP sets no limit."""
        if self.credit_limit is None:
            return None
        return max(self.credit_limit - (self.credit_used or 0), Decimal(0))
