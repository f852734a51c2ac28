from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer
from accounts.models.mirrored import Mirrored
from orders.models.product import Product
from orders.states import (
    CHANGEABLE,
    MARKS,
    MOVES,
    IllegalMove,
    Invoicing,
    OrderGroup,
    OrderOrigin,
    OrderStatus,
    shown_as,
)
from portal.lib.money import amount_field, unit_price_field
from portal.lib.searching import search_column

__all__ = ["Order", "OrderLine"]

IS_SHOWN = Q(removed_at=None)
IS_OPEN = ~Q(status="cancelled") & ~Q(invoicing="fully")
IS_INVOICED = Q(invoicing="fully")
# Holds for every row. The index of everybody's orders is for whoever says so: the planner would
# take it for one customer's too, and pass thousands of rows before it meets the first of them.
IS_ANYBODYS = Q(id__gt=0)


class OrderQuerySet(models.QuerySet):
    def visible_to(self, user, section="orders") -> "OrderQuerySet":
        """The orders of the customers for whom this member holds the section, or nothing.

        Orders that the ERP removed are not shown to customers.
        """
        return self.filter(customer__in=user.customers_with(section), removed_at=None)

    def of_active(self, active, section="orders") -> "OrderQuerySet":
        """The same for the active customer alone, by the sections read for this request."""
        if section not in active.sections:
            return self.none()
        return self.filter(customer=active.customer, removed_at=None)

    def of_everybody(self) -> "OrderQuerySet":
        """All orders, removed ones too, for lists of the office: newest first by its index."""
        return self.filter(IS_ANYBODYS)

    def open(self) -> "OrderQuerySet":
        """Orders on which something is still to come: goods or an invoice."""
        return self.filter(IS_OPEN)

    def fully_invoiced(self) -> "OrderQuerySet":
        return self.filter(IS_INVOICED)

    def in_group(self, group: str) -> "OrderQuerySet":
        """The orders of one of the groups people filter by."""
        match OrderGroup(group):
            case OrderGroup.OPEN:
                return self.open()
            case OrderGroup.INVOICED:
                return self.fully_invoiced()
        return self

    def locked(self) -> "OrderQuerySet":
        """Lock the order rows alone, in key order."""
        return self.order_by("pk").select_for_update(of=("self",), no_key=True)


class Order(Mirrored):
    """What a customer wants moved or sold, from whatever channel it came.

    `number` is the ERP's for an order born there. `payer` is the customer itself where no other
    pays. Amounts are the seller's, in `currency`.
    """

    number = models.CharField(_("order number"), max_length=40)
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="orders", verbose_name=_("customer")
    )
    payer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="+", verbose_name=_("payer")
    )
    origin = models.CharField(
        _("origin"), max_length=10, choices=OrderOrigin.choices, default=OrderOrigin.ERP
    )
    customer_reference = models.CharField(_("PO / reference"), max_length=255, blank=True)
    status = models.CharField(
        _("status"), max_length=12, choices=OrderStatus.choices, default=OrderStatus.RECEIVED
    )
    invoicing = models.CharField(
        _("invoicing"), max_length=6, choices=Invoicing.choices, default=Invoicing.NONE
    )
    ordered_at = models.DateTimeField(_("ordered"))
    requested_on = models.DateField(_("requested for"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    net_amount = amount_field(_("net amount"))
    vat_amount = amount_field(_("VAT"))
    gross_amount = amount_field(_("total"))
    delivery_method = models.CharField(_("delivery method"), max_length=255, blank=True)
    delivery_terms = models.CharField(_("delivery terms"), max_length=255, blank=True)
    note = models.CharField(_("note"), max_length=4000, blank=True)
    ship_to_name = models.CharField(_("deliver to"), max_length=255, blank=True)
    ship_to_street = models.CharField(_("street"), max_length=255, blank=True)
    ship_to_postal_code = models.CharField(_("postal code"), max_length=40, blank=True)
    ship_to_city = models.CharField(_("city"), max_length=255, blank=True)
    ship_to_region = models.CharField(_("region"), max_length=255, blank=True)
    ship_to_country = models.CharField(_("country"), max_length=2, blank=True)
    search_key = search_column("number", "customer_reference")

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = [
            models.UniqueConstraint(
                name="order_number_once_per_source",
                fields=["source", "number"],
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(name="order_has_a_number", condition=~Q(number="")),
            models.CheckConstraint(
                name="order_status_is_known", condition=Q(status__in=OrderStatus.values)
            ),
            models.CheckConstraint(
                name="order_invoicing_is_known", condition=Q(invoicing__in=Invoicing.values)
            ),
            models.CheckConstraint(
                name="order_amounts_add_up",
                condition=Q(gross_amount=F("net_amount") + F("vat_amount")),
            ),
        ]
        indexes = [
            models.Index(name="order_by_number", fields=["number"]),
            # Orders that were born here, which the panel finds by a customer or a rare channel.
            models.Index(
                name="order_of_customer_own", fields=["customer", "id"], condition=Q(source="")
            ),
            models.Index(name="order_by_own_origin", fields=["origin"], condition=~Q(origin="erp")),
            models.Index(
                F("customer"),
                F("ordered_at").desc(),
                F("id").desc(),
                name="order_of_customer_newest",
                condition=IS_SHOWN,
            ),
            models.Index(
                F("customer"),
                F("ordered_at").desc(),
                F("id").desc(),
                name="order_of_customer_open",
                condition=IS_SHOWN & IS_OPEN,
            ),
            models.Index(
                F("customer"),
                F("ordered_at").desc(),
                F("id").desc(),
                name="order_of_customer_invoiced",
                condition=IS_SHOWN & IS_INVOICED,
            ),
            models.Index(
                F("ordered_at").desc(), F("id").desc(), name="order_newest", condition=IS_ANYBODYS
            ),
            GinIndex(F("customer"), OpClass(F("search_key"), "gin_trgm_ops"), name="order_search"),
        ]

    def __str__(self) -> str:
        return self.number

    def move_to(self, status: str) -> None:
        """Go to another state; raises IllegalMove unless `MOVES` allows it. Writes nothing."""
        if status != self.status and status not in MOVES.get(OrderStatus(self.status), ()):
            raise IllegalMove(f"{self.number}: {self.status} -> {status}")
        self.status = OrderStatus(status)

    @property
    def shown_status(self) -> OrderStatus | Invoicing:
        return shown_as(self.status, self.invoicing)

    @property
    def has_offer_out(self) -> bool:
        """Whether an offer is with the customer, or approved with no orders made of it yet."""
        return self.status in (OrderStatus.OFFERED, OrderStatus.APPROVED)

    @property
    def is_changeable(self) -> bool:
        """Whether its status lets a change be asked for and accepted, whatever the cut-off."""
        return self.status in CHANGEABLE and not self.is_removed

    @property
    def status_mark(self) -> str:
        """The kind of the status mark, one of the six of the look."""
        return MARKS[self.shown_status]


class OrderLine(models.Model):
    """One row of an order, with the price it was sold at."""

    order = models.ForeignKey(
        Order, on_delete=models.CASCADE, related_name="lines", verbose_name=_("order")
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
    net_amount = amount_field(_("net amount"))
    delivered_quantity = models.DecimalField(
        _("delivered"), max_digits=15, decimal_places=4, default=0
    )
    invoiced_quantity = models.DecimalField(
        _("invoiced"), max_digits=15, decimal_places=4, default=0
    )

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        constraints = [
            models.UniqueConstraint(name="order_line_position_once", fields=["order", "position"])
        ]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.position}"
