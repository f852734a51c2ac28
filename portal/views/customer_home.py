"""What matters to a customer now: what is to be paid, what is under way, what came last."""

from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import number_format
from django.views.decorators.http import require_safe

from accounts.permissions import customer_page
from accounts.sections import Section
from accounts.services import claiming, selecting
from invoices.models import Invoice
from invoices.services.totals import totals_of
from orders.models import Delivery, Offer, Order
from orders.story import progress
from portal.lib.freshness import data_age
from portal.lib.paging import COUNTED_ROWS, count_up_to

SHOWN = 5


@require_safe
@customer_page()
def home(request):
    customer = request.customer
    context = {
        "customer": customer,
        "address": customer.addresses.current().invoice().first(),
        "may_see_orders": Section.ORDERS in request.active.sections,
        "may_see_invoices": Section.INVOICES in request.active.sections,
        "has_found_orders": claiming.waits_for(request.user),
        "may_order": request.active.may_order,
        "offers": _offers_of(request.active),
        "may_approve": Section.APPROVE_OFFERS in request.active.sections,
    }
    if context["may_see_invoices"]:
        invoices = Invoice.objects.of_active(request.active)
        context["totals"] = totals_of(invoices, today=timezone.localdate())
        context["money_age"] = data_age("invoices", "settlements")
    if context["may_see_orders"]:
        context |= _orders_of(request)
    else:
        context["admins"] = selecting.account_admins(customer=customer)
    return render(request, "portal/customer/home.html", context)


def _offers_of(active):
    """Those that wait for an answer, for who sees orders or may give it; what ends first leads."""
    if not active.sections & {Section.ORDERS, Section.APPROVE_OFFERS}:
        return []
    waiting = Offer.objects.waiting(timezone.now()).filter(
        order__customer=active.customer, order__removed_at=None
    )
    return waiting.select_related("order", "live").order_by("ends_at", "pk")[:SHOWN]


def _orders_of(request):
    orders = Order.objects.visible_to(request.user).filter(customer=request.customer)
    deliveries = Delivery.objects.under_way().filter(order__in=orders.open())
    open_orders = count_up_to(orders.open())
    return {
        "under_way": deliveries.select_related("order")
        .prefetch_related("shipments")
        .order_by("-departed_at", "-pk")[:SHOWN],
        "newest": [
            (order, *progress(order)) for order in orders.order_by("-ordered_at", "-pk")[:SHOWN]
        ],
        "open_count": open_orders,
        "open_text": f"{number_format(COUNTED_ROWS, force_grouping=True)}+"
        if open_orders > COUNTED_ROWS
        else str(open_orders),
        "age": data_age("orders", "deliveries"),
    }
