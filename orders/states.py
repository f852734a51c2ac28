"""The life of an order, and what people see of it. Mappings are written here and nowhere else.

An order has two tracks that an ERP moves independently: where the goods are (`OrderStatus`) and how
much of it is invoiced (`Invoicing`). People see one word for both (`shown_as`) and filter by three
groups (all, open, fully invoiced; `Order.objects.in_group`).

What is asked for before it is ordered is a row of the same table: requested, offered, approved. It
becomes received when orders are made of the offer. An order of an ERP is never in these states.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.lib.errors import DomainError

__all__ = [
    "BEFORE_ORDER",
    "CHANGEABLE",
    "CHANGE_MARKS",
    "MOVES",
    "OFFER_MARKS",
    "ChangeKind",
    "ChangeState",
    "EventKind",
    "IllegalMove",
    "Invoicing",
    "OfferState",
    "OrderGroup",
    "OrderOrigin",
    "OrderStatus",
    "RequestKind",
    "shown_as",
]


class IllegalMove(DomainError):
    """An order was to go from one state to another that does not follow it."""

    user_message = _("The order has moved on meanwhile. Look at it again.")


class OrderOrigin(models.TextChoices):
    """The channel that an order, or news of it, came by."""

    ERP = "erp", _("ERP")
    WEB = "web", _("Web form")
    PORTAL = "portal", _("Portal")
    OFFICE = "office", _("Office")


class RequestKind(models.TextChoices):
    """What a customer wants at once: to order, or to hear a price first."""

    ORDER = "order", _("Order")
    OFFER = "offer", _("Offer request")


class OrderStatus(models.TextChoices):
    REQUESTED = "requested", _("Offer requested")
    OFFERED = "offered", _("Offer sent")
    APPROVED = "approved", _("Offer approved")
    RECEIVED = "received", _("Received")
    CONFIRMED = "confirmed", _("Confirmed")
    PLANNED = "planned", _("Planned")
    DEPARTED = "departed", _("Departed")
    DELIVERED = "delivered", _("Delivered")
    CANCELLED = "cancelled", _("Cancelled")


class OfferState(models.TextChoices):
    """Where an offer stands. From everything but ordered a further version may be sent.

    Draft → sent → approved → ordered. A sent one may also be declined, asked to be changed, called
    back by the office, or end with its last day. An approval may be taken back until orders exist.
    """

    DRAFT = "draft", pgettext_lazy("offer", "Draft")
    SENT = "sent", pgettext_lazy("offer", "Sent")
    CHANGE_ASKED = "change_asked", pgettext_lazy("offer", "Change asked")
    APPROVED = "approved", pgettext_lazy("offer", "Approved")
    DECLINED = "declined", pgettext_lazy("offer", "Declined")
    EXPIRED = "expired", pgettext_lazy("offer", "Expired")
    CALLED_BACK = "called_back", pgettext_lazy("offer", "Called back")
    ORDERED = "ordered", pgettext_lazy("offer", "Ordered")


class ChangeKind(models.TextChoices):
    """What a customer may ask for after an order was sent."""

    CHANGE = "change", pgettext_lazy("change", "Change")
    CANCEL = "cancel", _("Cancellation")


class ChangeState(models.TextChoices):
    """Where a proposal stands. Open → accepted or refused by the office, or withdrawn."""

    OPEN = "open", pgettext_lazy("change", "Waits for the office")
    ACCEPTED = "accepted", pgettext_lazy("change", "Accepted")
    REFUSED = "refused", pgettext_lazy("change", "Refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("change", "Withdrawn")


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
    """The stations of an order's story, in their order, and what may happen beside them."""

    REQUESTED = "requested", _("Offer requested")
    OFFERED = "offered", _("Offer sent")
    APPROVED = "approved", _("Offer approved")
    RECEIVED = "received", _("Received")
    HANDLED = "handled", _("Handled")
    CONFIRMED = "confirmed", _("Confirmed")
    PLANNED = "planned", _("Planned")
    DEPARTED = "departed", _("Departed")
    DELIVERED = "delivered", _("Delivered")
    INVOICED = "invoiced", pgettext_lazy("order", "Invoiced")
    CHANGED = "changed", _("Changed")
    CANCELLED = "cancelled", _("Cancelled")


BEFORE_ORDER = frozenset({OrderStatus.REQUESTED, OrderStatus.OFFERED, OrderStatus.APPROVED})
# Where a change or cancellation can be asked for and accepted. While an offer is out or approved it
# is the offer that is changed; what is planned is for a telephone call.
CHANGEABLE = frozenset({OrderStatus.REQUESTED, OrderStatus.RECEIVED, OrderStatus.CONFIRMED})

# Where an order that was born here may go as long as no ERP has it; an ERP moves its own at will.
MOVES = {
    OrderStatus.REQUESTED: {OrderStatus.OFFERED, OrderStatus.RECEIVED, OrderStatus.CANCELLED},
    OrderStatus.OFFERED: {
        OrderStatus.REQUESTED,
        OrderStatus.APPROVED,
        OrderStatus.RECEIVED,
        OrderStatus.CANCELLED,
    },
    OrderStatus.APPROVED: {
        OrderStatus.OFFERED,
        OrderStatus.REQUESTED,
        OrderStatus.RECEIVED,
        OrderStatus.CANCELLED,
    },
    OrderStatus.RECEIVED: {
        OrderStatus.REQUESTED,
        OrderStatus.CONFIRMED,
        OrderStatus.CANCELLED,
    },
    OrderStatus.CONFIRMED: {OrderStatus.CANCELLED},
    # An offer that was declined or has ended may be followed by a new version.
    OrderStatus.CANCELLED: {OrderStatus.OFFERED},
}

# The kind of the status mark (shape and colour) for each word people see.
MARKS = {
    OrderStatus.REQUESTED: "wait",
    OrderStatus.OFFERED: "wait",
    OrderStatus.APPROVED: "go",
    OrderStatus.RECEIVED: "wait",
    OrderStatus.CONFIRMED: "go",
    OrderStatus.PLANNED: "go",
    OrderStatus.DEPARTED: "go",
    OrderStatus.DELIVERED: "done",
    OrderStatus.CANCELLED: "off",
    Invoicing.PARTLY: "go",
    Invoicing.FULLY: "done",
}

OFFER_MARKS = {
    OfferState.DRAFT: "go",
    OfferState.SENT: "wait",
    OfferState.CHANGE_ASKED: "look",
    OfferState.APPROVED: "done",
    OfferState.DECLINED: "off",
    OfferState.EXPIRED: "off",
    OfferState.CALLED_BACK: "off",
    OfferState.ORDERED: "done",
}

CHANGE_MARKS = {
    ChangeState.OPEN: "look",
    ChangeState.ACCEPTED: "done",
    ChangeState.REFUSED: "stop",
    ChangeState.WITHDRAWN: "off",
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
