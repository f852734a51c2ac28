"""Confirming orders that were born here, and sending confirmations of all orders.

The paper goes by the queue of documents (`accounts.services.sending`), with words of its own: the
worker prints it, attaches it and writes. Where the seller prints no confirmations the mail goes
without, and says what there is to say.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.document_sources import DocumentSource, Letter, Subject
from accounts.messaging import Recipient
from accounts.models import DocumentRecipient, FiledDocument, PaperKind, SendingItem, User
from accounts.services import audit
from accounts.services import sending as documents
from orders.kinds import ORDER_CONFIRMED, PRIVATE
from orders.models import Order, OrderChange, OrderDocument, OrderEvent
from orders.services import handling, papers, sending
from orders.states import (
    BEFORE_ORDER,
    ChangeKind,
    EventKind,
    IllegalMove,
    OrderOrigin,
    OrderStatus,
)
from portal.lib.errors import DomainError
from portal.lib.links import absolute

__all__ = [
    "SOURCE",
    "NotToConfirm",
    "asked_of",
    "confirm",
    "confirmation_of",
    "is_due",
    "mark_sent",
    "obstacle",
    "recipients_of",
    "send",
    "send_again",
    "send_many",
    "subject_of",
]


_TO_BE_CANCELLED = gettext_lazy("Its cancellation is asked for: answer that first.")


class NotToConfirm(DomainError):
    """There is nothing to confirm, or nobody to tell."""

    def __init__(self, message: str, reason: Any):
        super().__init__(message)
        self.user_message = reason


@transaction.atomic
def confirm(*, order_id: int, user_id: int, now: datetime) -> Order:
    """Accept a received order, have its confirmation printed and sent to whoever ordered.

    Whoever confirms has handled it. Confirming it again changes nothing and sends nothing. Raises
    IllegalMove for an order that is not received, and NotToConfirm while its cancellation waits.
    """
    order = Order.objects.locked().select_related(None).get(pk=order_id)
    if order.status == OrderStatus.CONFIRMED:
        return order
    if asked_of([order]).get(order.pk) == ChangeKind.CANCEL:
        raise NotToConfirm(f"cancellation of order {order} waits", _TO_BE_CANCELLED)
    _accept(order, user_id=user_id, now=now)
    send_again(order=order, user_id=user_id, now=now)
    return order


@transaction.atomic
def send(*, order_id: int, user_id: int, token: UUID, now: datetime) -> None:
    """Send the confirmation of the order as it stands; one that is only received is confirmed.

    What was sent before goes again as it is; an order that says otherwise now gets the next
    version, which tells what is different. The same token again is the same sending. Raises
    NotToConfirm.
    """
    order = Order.objects.locked().select_related(None).get(pk=order_id)
    to = recipients_of([order])[order.pk]
    reason = obstacle(order, to, asked=asked_of([order]).get(order.pk, ""))
    if reason:
        raise NotToConfirm(f"order {order} is {order.status}, to {len(to)}", reason)
    if order.status == OrderStatus.RECEIVED:
        _accept(order, user_id=user_id, now=now)
    _post(order, to, user_id=user_id, token=token, now=now)


@transaction.atomic
def send_many(
    *, order_ids: Iterable[int], user_id: int, token: UUID, now: datetime
) -> dict[int, DomainError]:
    """Send the confirmations of many orders, as `send` does; why some were not, by their keys.

    One transaction, so that the worker is rung once, whatever their number.
    """
    refusals: dict[int, DomainError] = {}
    for order_id in sorted(order_ids):
        try:
            own = uuid5(token, str(order_id))
            send(order_id=order_id, user_id=user_id, token=own, now=now)
        except (NotToConfirm, IllegalMove) as refusal:
            refusals[order_id] = refusal
    return refusals


def send_again(*, order: Order, user_id: int, now: datetime) -> None:
    """Send the confirmation to whoever ordered; the caller holds the lock of the order."""
    to = recipients_of([order])[order.pk]
    _post(order, to, user_id=user_id, token=uuid4(), now=now)


def obstacle(order: Order, to: Sequence[Recipient], *, asked: str = "") -> Any:
    """Why the order's confirmation cannot be sent; empty where it can.

    `asked` is the kind of the proposal that waits. A confirmation may go before a change is
    answered, never before a cancellation is.
    """
    if order.status in BEFORE_ORDER:
        return gettext_lazy("It is not ordered yet.")
    if order.status == OrderStatus.CANCELLED or order.is_removed:
        return gettext_lazy("It is cancelled.")
    if asked == ChangeKind.CANCEL:
        return _TO_BE_CANCELLED
    if order.status == OrderStatus.RECEIVED and not hasattr(order, "request"):
        return gettext_lazy("The ERP has not confirmed it yet.")
    if not to:
        return gettext_lazy("The customer has no recipient of order confirmations.")
    return ""


def asked_of(orders: Iterable[Order]) -> dict[int, str]:
    """The kind of the proposal that waits, by the key of its order; one query."""
    waiting = OrderChange.objects.open().filter(order__in=[order.pk for order in orders])
    return dict(waiting.values_list("order", "kind"))


def recipients_of(orders: Iterable[Order]) -> dict[int, list[Recipient]]:
    """Who gets each order's confirmation, by its key: whoever ordered, or for an order of an ERP
    the customer's recipients of this kind of paper. One query beside the orders' requests."""
    orders = list(orders)
    kept: dict[int, list[Recipient]] = {}
    for each in DocumentRecipient.objects.filter(
        customer__in={order.customer_id for order in orders}, kind=PaperKind.CONFIRMATION
    ).order_by("email", "pk"):
        to = Recipient(email=each.email, language=each.language)
        kept.setdefault(each.customer_id, []).append(to)
    return {
        order.pk: [sending.contact_of(order.request)]
        if hasattr(order, "request")
        else kept.get(order.customer_id, [])
        for order in orders
    }


def _accept(order: Order, *, user_id: int, now: datetime) -> None:
    order.move_to(OrderStatus.CONFIRMED)
    order.save(update_fields=["status"])
    OrderEvent.objects.get_or_create(
        order=order,
        kind=EventKind.CONFIRMED,
        origin=OrderOrigin.OFFICE,
        defaults={"happened_at": now},
    )
    handling.handle(order_id=order.pk, user_id=user_id, now=now)
    audit.record(
        kind="order_confirmed", subject=order.number, customer_id=order.customer_id, now=now
    )


def _post(
    order: Order, to: Sequence[Recipient], *, user_id: int, token: UUID, now: datetime
) -> None:
    documents.ask(
        source=SOURCE,
        subjects=[subject_of(order)],
        to={order.customer_id: to},
        asked_by=User.objects.get(pk=user_id),
        token=token,
        now=now,
    )


def subject_of(order: Order, *, occasion_id: int | None = None) -> Subject:
    """The order as a thing whose confirmation is sent."""
    return Subject(
        object_id=order.pk,
        number=order.number,
        customer=order.customer,
        paper=PaperKind.CONFIRMATION,
        has_papers=papers.may_confirm(order),
        occasion_id=occasion_id,
    )


def confirmation_of(order_id: int, now: datetime) -> list[OrderDocument]:
    """The confirmation that goes: the newest of the ERP, or ours, which is asked for by that."""
    found = papers.confirmations(order_id, now)
    return [each for each in found if each.kind == OrderDocument.Kind.CONFIRMATION][-1:]


def _letter(item: SendingItem, found: Sequence[FiledDocument], now: datetime) -> Letter:
    order = Order.objects.select_related("customer", "request__order_type").get(pk=item.object_id)
    request = getattr(order, "request", None)
    document = OrderDocument.objects.filter(pk__in=[each.pk for each in found]).first()
    since = _changes(document)[0]
    page = absolute(reverse("customer:order-page", args=[order.number]))
    return Letter(
        kind=ORDER_CONFIRMED,
        context={
            "number": order.number,
            "facts": (lambda: sending.facts_of(request)) if request else [],
            "changed": lambda: (
                _("This is different from version %(version)s, before and after the arrow:")
                % {"version": since}
                if since
                else ""
            ),
            "changes": lambda: _changes(document)[1],
            "link": sending.follow_link(request, now=now) if request else page,
            "private": PRIVATE if request else "",
        },
    )


def _changes(document: OrderDocument | None) -> tuple[int, list[tuple[str, str]]]:
    """The version sent before and what is different from it, in the language of the reader."""
    if document is None:
        return 0, []
    since, told = papers.changed_since(document, document.said)
    arrow = "\N{RIGHTWARDS ARROW}"
    rows = [(each.title, f"{each.before} {arrow} {each.after}") for each in told]
    return (since, rows) if rows else (0, [])


def mark_sent(found: Sequence[FiledDocument], now: datetime) -> None:
    """Note when the customer first got these versions; the next one compares itself with them."""
    ours = OrderDocument.objects.filter(pk__in=[each.pk for each in found], source="", sent_at=None)
    ours.update(sent_at=now)


def is_due(order_id: int) -> bool:
    """Whether the order is still one: nobody reads of a confirmation after the cancellation."""
    order = Order.objects.locked().select_related(None).get(pk=order_id)
    return order.status != OrderStatus.CANCELLED and not order.is_removed


SOURCE = DocumentSource(
    code="confirmations",
    thing="order",
    papers=confirmation_of,
    page="customer:order-page",
    pages="customer:order-list",
    letter=_letter,
    sent=mark_sent,
    is_due=is_due,
)
