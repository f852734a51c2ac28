"""What matters to a customer now: what is under way, and what was ordered last."""

from django.shortcuts import render
from django.utils.formats import number_format
from django.views.decorators.http import require_safe

from accounts.permissions import customer_page
from accounts.sections import Section
from accounts.services import selecting
from orders.models import Order
from orders.states import OrderStatus
from orders.story import progress
from portal.lib.freshness import data_age
from portal.lib.paging import COUNTED_ROWS, count_up_to

SHOWN = 5
UNDER_WAY = [OrderStatus.PLANNED, OrderStatus.DEPARTED]


@require_safe
@customer_page()
def home(request):
    customer = request.customer
    context = {
        "customer": customer,
        "address": customer.addresses.current().invoice().first(),
        "may_see_orders": Section.ORDERS in request.active.sections,
    }
    if context["may_see_orders"]:
        context |= _orders_of(request)
    else:
        context["admins"] = selecting.account_admins(customer=customer)
    return render(request, "portal/customer/home.html", context)


def _orders_of(request):
    orders = Order.objects.visible_to(request.user).filter(customer=request.customer)
    newest = orders.order_by("-ordered_at", "-pk")
    open_orders = count_up_to(orders.open())
    return {
        # The status is looked for among open orders only, which their index holds in this order.
        "under_way": _rows(newest.open().filter(status__in=UNDER_WAY)[:SHOWN]),
        "newest": _rows(newest[:SHOWN]),
        "open_count": open_orders,
        "open_text": f"{number_format(COUNTED_ROWS, force_grouping=True)}+"
        if open_orders > COUNTED_ROWS
        else str(open_orders),
        "age": data_age("orders", "deliveries"),
    }


def _rows(orders):
    """Each order with how many of its stations it has passed."""
    return [(order, *progress(order)) for order in orders]
