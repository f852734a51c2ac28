"""What a private link shows of one order: to whoever has it, without an account."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.models import PrivateLink
from orders.models import Order
from orders.story import story


def own_order(request: HttpRequest, *, token: str, link: PrivateLink) -> HttpResponse:
    """The order that the link was sent for: where it stands, where it goes, what it takes along."""
    orders = Order.objects.filter(pk=link.data["order"], removed_at=None)
    order = orders.select_related("customer", "request__order_type").first()
    if order is None:
        raise Http404
    return render(
        request,
        "orders/public/own_order.html",
        {
            "order": order,
            "sent": order.request,
            "steps": story(order, order.events.all(), expected_on=order.requested_on),
            "stops": order.stops.order_by("position"),
            "goods": order.goods.order_by("position"),
            "lines": order.lines.order_by("position"),
            "files": order.attachments.order_by("pk"),
        },
    )
