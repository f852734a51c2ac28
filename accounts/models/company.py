from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.stored_file import StoredFile
from portal.lib.iban import validate_iban

__all__ = ["Company", "PaperKind"]


class PaperKind(models.TextChoices):
    """The papers that the portal can print where the ERP keeps none."""

    CONFIRMATION = "confirmation", _("Order confirmation")
    DELIVERY_NOTE = "delivery_note", _("Delivery note")
    INVOICE = "invoice", _("Invoice")
    CREDIT_MEMO = "credit_memo", _("Credit memo")
    STATEMENT = "statement", _("Statement")


def every_kind_of_paper() -> list[str]:
    return list(PaperKind.values)


class InvoiceView(models.TextChoices):
    CUSTOMER = "customer", _("The customer of the invoice")
    PAYER = "payer", _("The payer of the invoice")


class Company(models.Model):
    """The seller itself: one row, kept by the office, shown on every page and paper."""

    name = models.CharField(_("name"), max_length=200)
    legal_name = models.CharField(_("legal name"), max_length=200, blank=True)
    business_id = models.CharField(_("business id"), max_length=40, blank=True)
    vat_id = models.CharField(_("VAT id"), max_length=40, blank=True)
    street = models.CharField(_("street"), max_length=200, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    country = models.CharField(_("country"), max_length=2, default="FI")
    email = models.EmailField(_("e-mail address"), blank=True)
    phone = models.CharField(_("phone"), max_length=60, blank=True)
    website = models.URLField(_("website"), blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    time_zone = models.CharField(_("time zone"), max_length=60, default="Europe/Helsinki")
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    invoice_view = models.CharField(
        _("who opens an invoice"),
        max_length=10,
        choices=InvoiceView.choices,
        default=InvoiceView.CUSTOMER,
    )
    bank_name = models.CharField(_("bank"), max_length=100, blank=True)
    iban = models.CharField("IBAN", max_length=42, blank=True, validators=[validate_iban])
    bic = models.CharField("BIC", max_length=11, blank=True)
    logo = models.ForeignKey(
        StoredFile,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("logo on papers"),
    )
    printed_papers = ArrayField(
        models.CharField(max_length=14, choices=PaperKind.choices),
        verbose_name=_("papers the portal prints"),
        help_text=_("Where the ERP keeps no document of the kind."),
        default=every_kind_of_paper,
        blank=True,
    )

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("company")
        constraints = [
            models.CheckConstraint(name="company_is_one_row", condition=Q(pk=1)),
            models.CheckConstraint(
                name="company_invoice_view_is_known",
                condition=Q(invoice_view__in=InvoiceView.values),
            ),
            models.CheckConstraint(
                name="company_printed_papers_are_known",
                condition=Q(printed_papers__contained_by=PaperKind.values),
            ),
        ]

    def __str__(self) -> str:
        return self.name
