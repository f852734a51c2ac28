"""Confirming orders that were born here: the seller accepts them, and the customer is told."""

import contextlib
from datetime import datetime

from django.db import transaction

from accounts.messaging import Recipient
from accounts.services import notify
from accounts.services.papers import NotPrinted
from orders.kinds import ORDER_CONFIRMED
from orders.models import Order, OrderEvent
from orders.services import handling, papers, sending
from orders.states import EventKind, OrderOrigin, OrderStatus

__all__ = ["confirm"]


@transaction.atomic
def confirm(*, order_id: int, user_id: int, now: datetime) -> Order:
    """Accept a received order, have its confirmation printed and write to whoever ordered.

    Whoever confirms has handled it. Confirming it again changes nothing and sends nothing. Raises
    IllegalMove for an order that is not received.
    """
    order = Order.objects.locked().select_related(None).get(pk=order_id)
    if order.status == OrderStatus.CONFIRMED:
        return order
    order.move_to(OrderStatus.CONFIRMED)
    order.save(update_fields=["status"])
    OrderEvent.objects.get_or_create(
        order=order,
        kind=EventKind.CONFIRMED,
        origin=OrderOrigin.OFFICE,
        defaults={"happened_at": now},
    )
    handling.handle(order_id=order.pk, user_id=user_id, now=now)
    # Where the seller prints no confirmations, the mail says what there is to say.
    with contextlib.suppress(NotPrinted):
        papers.want_confirmation(order_id=order.pk, now=now)
    request = order.request
    notify.compose(
        ORDER_CONFIRMED,
        to=[
            Recipient(
                email=request.contact_email,
                name=request.contact_name,
                language=request.language,
                phone=request.contact_phone,
                user_id=request.sent_by_id,
            )
        ],
        context={
            "number": order.number,
            "facts": lambda: sending.facts_of(request),
            "link": sending.follow_link(request, now=now),
        },
        customer_id=order.customer_id,
        thread=f"order-{order.number}",
        now=now,
    )
    return order
