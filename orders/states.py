"""The life of an order, and what people see of it. Mappings are written here and nowhere else.

An order has two tracks that an ERP moves independently: where the goods are (`OrderStatus`) and how
much of it is invoiced (`Invoicing`). People see one word for both (`shown_as`) and filter by three
groups (all, open, fully invoiced; `Order.objects.in_group`).
"""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

__all__ = ["EventKind", "Invoicing", "OrderGroup", "OrderOrigin", "OrderStatus", "shown_as"]


class OrderOrigin(models.TextChoices):
    ERP = "erp", _("ERP")


class OrderStatus(models.TextChoices):
    RECEIVED = "received", _("Received")
    CONFIRMED = "confirmed", _("Confirmed")
    PLANNED = "planned", _("Planned")
    DEPARTED = "departed", _("Departed")
    DELIVERED = "delivered", _("Delivered")
    CANCELLED = "cancelled", _("Cancelled")


class Invoicing(models.TextChoices):
    NONE = "none", _("Not invoiced")
    PARTLY = "partly", _("Partly invoiced")
    FULLY = "fully", _("Fully invoiced")


class OrderGroup(models.TextChoices):
    """What people filter orders by. Open: goods or an invoice are still to come."""

    ALL = "all", pgettext_lazy("orders", "All")
    OPEN = "open", pgettext_lazy("orders", "Open")
    INVOICED = "invoiced", pgettext_lazy("orders", "Fully invoiced")


class EventKind(models.TextChoices):
    """The stations of an order's story, in their order."""

    RECEIVED = "received", _("Received")
    CONFIRMED = "confirmed", _("Confirmed")
    PLANNED = "planned", _("Planned")
    DEPARTED = "departed", _("Departed")
    DELIVERED = "delivered", _("Delivered")
    INVOICED = "invoiced", pgettext_lazy("order", "Invoiced")
    CANCELLED = "cancelled", _("Cancelled")


# The kind of the status mark (shape and colour) for each word people see.
MARKS = {
    OrderStatus.RECEIVED: "wait",
    OrderStatus.CONFIRMED: "go",
    OrderStatus.PLANNED: "go",
    OrderStatus.DEPARTED: "go",
    OrderStatus.DELIVERED: "done",
    OrderStatus.CANCELLED: "off",
    Invoicing.PARTLY: "go",
    Invoicing.FULLY: "done",
}


def shown_as(status: str, invoicing: str) -> OrderStatus | Invoicing:
    """The one word for an order: cancelled wins, then invoicing once it began, then the goods.

    Goods still on their way are named before an invoice for a part of them.
    """
    status = OrderStatus(status)
    invoicing = Invoicing(invoicing)
    if status == OrderStatus.CANCELLED or invoicing == Invoicing.NONE:
        return status
    if invoicing == Invoicing.PARTLY and status != OrderStatus.DELIVERED:
        return status
    return invoicing
