from datetime import date

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer, Mirrored
from accounts.services import company
from invoices.states import MARKS, InvoiceGroup, InvoiceKind, shown_as, standing
from orders.models import Order, Product
from portal.lib.money import amount_field, unit_price_field
from portal.lib.searching import search_column

__all__ = ["Invoice", "InvoiceLine", "opener"]

IS_SHOWN = Q(removed_at=None)
IS_OPEN = IS_SHOWN & ~Q(open_amount=0)
IS_PAID = IS_SHOWN & Q(open_amount=0)
# Holds for every row. The index of everybody's invoices is for whoever says so: the planner would
# take it for a big customer's too, and pass thousands of rows before it meets the first of them.
IS_ANYBODYS = Q(id__gt=0)
# What totals of open invoices need, so that they are read from an index alone.
TOTALLED = ("kind", "due_on", "currency", "open_amount")


def opener() -> str:
    """The column with whose members open an invoice, `customer` or `payer`: the company decides."""
    return company.current().invoice_view


class InvoiceQuerySet(models.QuerySet):
    def opened_by(self, customers) -> "InvoiceQuerySet":
        """The invoices that members of these customers open: their own, or those they pay.

        Invoices that the ERP removed are not shown to customers.
        """
        return self.filter(IS_SHOWN, **{f"{opener()}__in": customers})

    def visible_to(self, user, section="invoices") -> "InvoiceQuerySet":
        """What this member opens by the customers where it holds the section, or nothing."""
        return self.opened_by(user.customers_with(section))

    def of_active(self, active, section="invoices") -> "InvoiceQuerySet":
        """The same for the active customer alone, by the sections read for this request."""
        if section not in active.sections:
            return self.none()
        return self.filter(IS_SHOWN, **{opener(): active.customer})

    def of_everybody(self) -> "InvoiceQuerySet":
        """All invoices, removed ones too, for lists of the office: newest first by its index."""
        return self.filter(IS_ANYBODYS)

    def open(self) -> "InvoiceQuerySet":
        """Invoices and credit memos on which something is left."""
        return self.exclude(open_amount=0)

    def in_group(self, group: str) -> "InvoiceQuerySet":
        """The invoices of one of the groups people filter by."""
        match InvoiceGroup(group):
            case InvoiceGroup.OPEN:
                return self.open()
            case InvoiceGroup.PAID:
                return self.filter(open_amount=0)
        return self

    def locked(self) -> "InvoiceQuerySet":
        """Lock the invoice rows alone, in key order."""
        return self.order_by("pk").select_for_update(of=("self",), no_key=True)


class Invoice(Mirrored):
    """An invoice or a credit memo, mirrored from the ERP. A credit memo's amounts are negative.

    Numbers may repeat: some ERPs start a series anew each year. The order is linked when it is
    here; its number is kept as the ERP wrote it.
    """

    number = models.CharField(_("invoice number"), max_length=40)
    kind = models.CharField(_("kind"), max_length=12, choices=InvoiceKind.choices)
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="invoices", verbose_name=_("customer")
    )
    payer = models.ForeignKey(
        Customer,
        on_delete=models.PROTECT,
        related_name="invoices_to_pay",
        verbose_name=_("payer"),
    )
    order = models.ForeignKey(
        Order,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="invoices",
        verbose_name=_("order"),
    )
    order_number = models.CharField(_("order number"), max_length=40, blank=True)
    delivery_number = models.CharField(_("delivery number"), max_length=40, blank=True)
    corrects = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="credit_memos",
        verbose_name=_("corrects invoice"),
    )
    customer_reference = models.CharField(_("PO / reference"), max_length=255, blank=True)
    invoiced_on = models.DateField(_("invoice date"))
    due_on = models.DateField(_("due date"))
    currency = models.CharField(_("currency"), max_length=3)
    net_amount = amount_field(_("net amount"))
    vat_amount = amount_field(_("VAT"))
    gross_amount = amount_field(_("amount"))
    open_amount = amount_field(_("open amount"))
    discount_until = models.DateField(_("discount until"), null=True, blank=True)
    discount_percent = models.DecimalField(
        _("early payment discount, %"), max_digits=7, decimal_places=4, default=0
    )
    payment_reference = models.CharField(_("payment reference"), max_length=40, blank=True)
    payment_terms = models.CharField(_("payment terms"), max_length=255, blank=True)
    search_key = search_column("number", "customer_reference")

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        constraints = [
            models.CheckConstraint(name="invoice_has_a_number", condition=~Q(number="")),
            models.CheckConstraint(
                name="invoice_kind_is_known", condition=Q(kind__in=InvoiceKind.values)
            ),
            models.CheckConstraint(
                name="invoice_sign_matches_kind",
                condition=Q(kind="invoice", gross_amount__gte=0)
                | Q(kind="credit_memo", gross_amount__lte=0),
            ),
            models.CheckConstraint(
                name="invoice_amounts_add_up",
                condition=Q(gross_amount=F("net_amount") + F("vat_amount")),
            ),
            models.CheckConstraint(
                name="invoice_open_amount_is_part_of_it",
                condition=Q(kind="invoice", open_amount__gte=0, open_amount__lte=F("gross_amount"))
                | Q(kind="credit_memo", open_amount__lte=0, open_amount__gte=F("gross_amount")),
            ),
        ]
        indexes = [
            models.Index(name="invoice_by_number", fields=["number"]),
            models.Index(
                F("customer"),
                F("invoiced_on").desc(),
                F("id").desc(),
                name="invoice_of_customer_newest",
                condition=IS_SHOWN,
            ),
            models.Index(
                F("customer"),
                F("invoiced_on").desc(),
                F("id").desc(),
                name="invoice_of_customer_open",
                include=TOTALLED,
                condition=IS_OPEN,
            ),
            models.Index(
                F("customer"),
                F("invoiced_on").desc(),
                F("id").desc(),
                name="invoice_of_customer_paid",
                condition=IS_PAID,
            ),
            models.Index(
                F("payer"),
                F("invoiced_on").desc(),
                F("id").desc(),
                name="invoice_of_payer_newest",
                condition=IS_SHOWN,
            ),
            models.Index(
                F("payer"),
                F("invoiced_on").desc(),
                F("id").desc(),
                name="invoice_of_payer_open",
                include=TOTALLED,
                condition=IS_OPEN,
            ),
            models.Index(
                F("payer"),
                F("invoiced_on").desc(),
                F("id").desc(),
                name="invoice_of_payer_paid",
                condition=IS_PAID,
            ),
            models.Index(
                F("invoiced_on").desc(),
                F("id").desc(),
                name="invoice_newest",
                condition=IS_ANYBODYS,
            ),
            GinIndex(
                F("customer"),
                F("payer"),
                OpClass(F("search_key"), "gin_trgm_ops"),
                name="invoice_search",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_credit_memo(self) -> bool:
        return self.kind == InvoiceKind.CREDIT_MEMO

    def status_on(self, day: date) -> tuple[str, str]:
        """The word people see on a day, and the kind of its mark, one of the six of the look."""
        stands = standing(
            kind=self.kind,
            gross_amount=self.gross_amount,
            open_amount=self.open_amount,
            due_on=self.due_on,
            today=day,
        )
        return shown_as(stands, due_on=self.due_on, today=day), MARKS[stands]


class InvoiceLine(models.Model):
    """One row of an invoice, with its price and VAT as invoiced."""

    invoice = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, related_name="lines", verbose_name=_("invoice")
    )
    position = models.PositiveIntegerField(_("line"))
    product = models.ForeignKey(
        Product,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("product"),
    )
    product_number = models.CharField(_("product number"), max_length=40, blank=True)
    description = models.CharField(_("description"), max_length=500, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=15, decimal_places=4)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    unit_price = unit_price_field(_("unit price"))
    discount_percent = models.DecimalField(
        _("discount, %"), max_digits=7, decimal_places=4, default=0
    )
    vat_rate = models.DecimalField(_("VAT rate, %"), max_digits=7, decimal_places=4, default=0)
    vat_category = models.CharField(_("VAT category"), max_length=3, blank=True)
    net_amount = amount_field(_("net amount"))
    order_position = models.PositiveIntegerField(_("order line"), null=True, blank=True)

    class Meta:
        verbose_name = _("invoice line")
        verbose_name_plural = _("invoice lines")
        constraints = [
            models.UniqueConstraint(
                name="invoice_line_position_once", fields=["invoice", "position"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.invoice_id}/{self.position}"
