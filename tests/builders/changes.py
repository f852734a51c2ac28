"""Changes and cancellations that were asked for, by the services."""

import copy

from orders import contents
from orders.models import Order
from orders.services import changing
from orders.services.changing import Asker
from tests.builders.wishes import NOON, a_request

MARIA = Asker(name="Maria Anders", email="maria@alfreds.example", address="192.0.2.7")
EARLIER = "2026-11-25T06:00:00+00:00"


def standing(order_id):
    order = Order.objects.get(pk=order_id)
    return contents.content_of(order, order.request)


def another(content, **answers):
    """The content with the goods an hour earlier at the second stop, and other answers."""
    wish = copy.deepcopy(content)
    wish["stops"][1]["starts_at"] = EARLIER
    wish["answers"] |= answers
    return wish


def a_change(request=None, *, wish=None, seen=None, reason="", asker=MARIA, now=NOON):
    request = request or a_request()
    content = standing(request.pk)
    return changing.ask_for_change(
        order_id=request.pk,
        wish=wish or another(content),
        seen=seen or contents.fingerprint_of(content),
        reason=reason,
        asker=asker,
        now=now,
    )


def a_cancellation(request=None, *, reason="Sold already", asker=MARIA, now=NOON):
    request = request or a_request()
    return changing.ask_for_cancellation(order_id=request.pk, reason=reason, asker=asker, now=now)
