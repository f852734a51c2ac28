"""The office's work on what came in: handled or not, whose it is, an order or an offer request.

Each function is one transaction under the locks of order, offer and request, in this order. All may
be repeated: whoever comes second gets the row as the first has left it, and can tell by whom.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.services import audit, notify
from orders.kinds import REQUEST_SWITCHED
from orders.models import Offer, Order, OrderEvent, OrderRequest
from orders.services import sending
from orders.states import EventKind, OfferState, OrderOrigin, OrderStatus, RequestKind
from portal.lib.errors import DomainError

__all__ = [
    "MovedOn",
    "NotSwitchable",
    "TakenMeanwhile",
    "handle",
    "release",
    "switch_kind",
    "take",
    "undo",
    "unhandle",
]

# An offer in one of these states is not before the customer.
_NOT_OUT = (OfferState.DRAFT, OfferState.CALLED_BACK)


class TakenMeanwhile(DomainError):
    """Somebody else took the request, or gave it back, since it was looked at."""

    user_message = _("Somebody else has taken this request meanwhile.")


class MovedOn(DomainError):
    """What is to be undone is not what stands."""

    user_message = _("It has moved on meanwhile, so nothing was undone.")


class NotSwitchable(DomainError):
    """An offer is out, or the order went on: it stays what it is."""

    def __init__(self, message: str, reason: Any):
        super().__init__(message)
        self.user_message = reason


@transaction.atomic
def handle(*, order_id: int, user_id: int, now: datetime) -> OrderRequest:
    """Mark as handled. One that is handled already stays with whoever handled it."""
    order, _offer, request = _locked(order_id)
    if request.is_handled:
        return request
    request.handled_at, request.handled_by_id = now, user_id
    request.save(update_fields=["handled_at", "handled_by"])
    _tell_handled(order, request)
    _note("request_handled", order, now)
    return request


@transaction.atomic
def unhandle(*, order_id: int, now: datetime) -> OrderRequest:
    """Put back among what is to be handled. Orders made of an offer stay handled."""
    order, _offer, request = _locked(order_id)
    if not request.is_handled or request.made_of_id is not None:
        return request
    request.handled_at, request.handled_by = None, None
    request.save(update_fields=["handled_at", "handled_by"])
    _tell_handled(order, request)
    _note("request_unhandled", order, now)
    return request


@transaction.atomic
def undo(*, order_id: int, user_id: int, handled_at: datetime, now: datetime) -> OrderRequest:
    """Take back one's own handling of exactly that moment.

    Raises MovedOn where it is another's by now, or where the order went on: it was confirmed, or
    its offer was sent.
    """
    order, _offer, request = _locked(order_id)
    is_that = request.handled_by_id == user_id and request.handled_at == handled_at
    if not is_that or order.status not in (OrderStatus.RECEIVED, OrderStatus.REQUESTED):
        raise MovedOn(f"request {order_id} of {order.status}, handled {request.handled_at}")
    return unhandle(order_id=order_id, now=now)


@transaction.atomic
def take(*, order_id: int, user_id: int, seen_owner_id: int | None, now: datetime) -> OrderRequest:
    """Make the request one's own: a free one, or over from the owner that was seen.

    Raises TakenMeanwhile when it is neither, and nobody's work is taken over unseen.
    """
    order, _offer, request = _locked(order_id)
    if request.owner_id == user_id:
        return request
    if request.owner_id != seen_owner_id:
        raise TakenMeanwhile(f"request {order_id} is {request.owner_id}'s")
    request.owner_id = user_id
    request.save(update_fields=["owner"])
    _note("request_taken", order, now)
    return request


@transaction.atomic
def release(*, order_id: int, user_id: int, now: datetime) -> OrderRequest:
    """Give one's own request back to everybody; raises TakenMeanwhile when another has it."""
    order, _offer, request = _locked(order_id)
    if request.owner_id is None:
        return request
    if request.owner_id != user_id:
        raise TakenMeanwhile(f"request {order_id} is {request.owner_id}'s")
    request.owner = None
    request.save(update_fields=["owner"])
    _note("request_released", order, now)
    return request


@transaction.atomic
def switch_kind(*, order_id: int, to: RequestKind, now: datetime) -> OrderRequest:
    """Make an order an offer request, or the other way round, and tell whoever sent it.

    Until an offer is out or the order is confirmed; raises NotSwitchable afterwards, and for orders
    that were made of an offer. A draft of an offer stays, for when it is switched back.
    """
    order, offer, request = _locked(order_id)
    if request.kind == to:
        return request
    if request.made_of_id is not None:
        raise NotSwitchable(f"{order} is of an offer", _("This order was made of an offer."))
    if offer is not None and offer.state not in _NOT_OUT:
        raise NotSwitchable(f"offer {order} is {offer.state}", _("An offer has been sent already."))
    is_order = to == RequestKind.ORDER
    if order.status != (OrderStatus.REQUESTED if is_order else OrderStatus.RECEIVED):
        raise NotSwitchable(
            f"{order} is {order.status}", _("The order has moved on meanwhile. Look at it again.")
        )
    before = {"kind": request.kind}
    request.kind = to
    request.save(update_fields=["kind"])
    order.move_to(OrderStatus.RECEIVED if is_order else OrderStatus.REQUESTED)
    order.save(update_fields=["status"])
    # The story tells what holds now.
    order.events.filter(kind__in=[EventKind.REQUESTED, EventKind.RECEIVED]).delete()
    OrderEvent.objects.create(
        order=order,
        kind=EventKind.RECEIVED if is_order else EventKind.REQUESTED,
        origin=order.origin,
        happened_at=request.sent_at,
        detail=request.contact_name[:200],
    )
    _tell_handled(order, request)
    notify.compose(
        REQUEST_SWITCHED,
        to=[sending.contact_of(request)],
        context={
            "number": order.number,
            "what": request.get_kind_display,
            "link": sending.follow_link(request, now=now),
        },
        customer_id=order.customer_id,
        thread=f"order-{order.number}",
        now=now,
    )
    audit.record(
        kind="request_switched",
        subject=order.number,
        customer_id=order.customer_id,
        before=before,
        after={"kind": str(to)},
        now=now,
    )
    return request


def _locked(order_id: int) -> tuple[Order, Offer | None, OrderRequest]:
    order = Order.objects.locked().get(pk=order_id)
    offer = Offer.objects.locked().filter(pk=order_id).first()
    return order, offer, OrderRequest.objects.locked().get(pk=order_id)


def _tell_handled(order: Order, request: OrderRequest) -> None:
    """Bring the station of the story in line. An offer request has none: its offer tells more."""
    if request.handled_at is not None and request.kind == RequestKind.ORDER:
        OrderEvent.objects.update_or_create(
            order=order,
            kind=EventKind.HANDLED,
            origin=OrderOrigin.OFFICE,
            defaults={"happened_at": request.handled_at},
        )
    else:
        order.events.filter(kind=EventKind.HANDLED).delete()


def _note(kind: str, order: Order, now: datetime) -> None:
    audit.record(kind=kind, subject=order.number, customer_id=order.customer_id, now=now)
