from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Mirrored
from invoices.models.invoice import Invoice
from invoices.states import SettlementKind
from portal.lib.money import amount_field

__all__ = ["Settlement"]


class Settlement(Mirrored):
    """A line of the ERP's ledger that reduces an invoice; negative where it uses a credit memo."""

    number = models.CharField(_("voucher number"), max_length=40)
    invoice = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, related_name="settlements", verbose_name=_("invoice")
    )
    credit_memo = models.ForeignKey(
        Invoice,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="uses",
        verbose_name=_("credit memo"),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=SettlementKind.choices)
    settled_on = models.DateField(_("date"))
    currency = models.CharField(_("currency"), max_length=3)
    amount = amount_field(_("amount"))
    reference = models.CharField(_("reference"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("settlement")
        verbose_name_plural = _("settlements")
        constraints = [
            models.CheckConstraint(
                name="settlement_kind_is_known", condition=Q(kind__in=SettlementKind.values)
            )
        ]

    def __str__(self) -> str:
        return self.number
