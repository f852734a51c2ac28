"""The floor: what a list costs in Django when nobody adds anything.

The portal's middlewares, session and user, one query for the newest rows, and a plain template that
formats as templates do. No filters, no count, no menus, no rights.
"""

from django.shortcuts import render

from invoices.models import Invoice
from orders.models import Order, OrderRequest
from portal.lib.lists import CUSTOMER_ROWS


def orders_of_customer(request, customer_id):
    orders = Order.objects.filter(customer_id=customer_id, removed_at=None)
    return _page(request, orders)


def all_orders(request):
    return _page(request, Order.objects.of_everybody())


def _page(request, orders):
    rows = int(request.GET.get("rows", CUSTOMER_ROWS))
    newest = orders.select_related("customer").order_by("-ordered_at", "-id")[:rows]
    return render(request, "bench/floor.html", {"orders": newest})


def requests(request):
    """The newest requests with their orders."""
    rows = int(request.GET.get("rows", CUSTOMER_ROWS))
    newest = OrderRequest.objects.select_related("order__customer").order_by("-sent_at", "-order")
    orders = [each.order for each in newest[:rows]]
    return render(request, "bench/floor.html", {"orders": orders})


def invoices_of_customer(request, customer_id):
    return _invoices(request, Invoice.objects.filter(customer_id=customer_id, removed_at=None))


def all_invoices(request):
    return _invoices(request, Invoice.objects.of_everybody())


def _invoices(request, invoices):
    rows = int(request.GET.get("rows", CUSTOMER_ROWS))
    newest = invoices.select_related("customer").order_by("-invoiced_on", "-id")[:rows]
    return render(request, "bench/invoices.html", {"invoices": newest})
