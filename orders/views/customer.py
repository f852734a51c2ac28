"""What members see of their customers' orders; the order page, with invoices, is in portal."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import customer_page, member_page, visible
from accounts.sections import Section
from accounts.views.documents import open_document
from accounts.views.sending import bulk_actions, chosen, nothing_chosen
from orders.documents import deliveries_of, with_papers
from orders.filters import ORDERINGS, OrderFilter
from orders.models import Delivery, Order, OrderAttachment, OrderDocument
from orders.tables import EXPORT_HEADS, columns, export_columns, exported, order_rows
from orders.views.documents import (
    email_confirmations,
    open_attachment,
    open_confirmation,
    open_delivery_papers,
)
from portal.lib import csv, lists
from portal.lib.freshness import data_age

AUDIENCE = "customer"


@require_safe
@customer_page(Section.ORDERS)
def order_list(request):
    listing = lists.read(
        request,
        OrderFilter(request.GET, Order.objects.of_active(request.active)),
        orderings=ORDERINGS,
        size=lists.CUSTOMER_ROWS,
        shown=columns,
    )
    for order in listing.rows:
        order.customer = request.customer
    rows = order_rows(
        listing.rows,
        audience=AUDIENCE,
        opened=request.GET.get("deliveries", ""),
        drawer=lambda number: listing.here(**({"deliveries": number} if number else {})),
        may_order=request.active.may_order,
    )
    opened = [row.order_id for row in rows if row.is_open]
    return lists.respond(
        request,
        listing,
        page="orders/customer/order_list.html",
        results="orders/customer/_order_results.html",
        context={
            "rows": rows,
            "drawer": deliveries_of(opened) if opened else [],
            "audience": AUDIENCE,
            "bulk_actions": bulk_actions(),
            "export": listing.elsewhere(reverse("customer:order-export")),
            "may_order": request.active.may_order,
            "age": data_age("orders", "deliveries"),
        },
    )


@require_safe
@customer_page(Section.ORDERS)
def order_export(request):
    rows = OrderFilter(request.GET, export_columns(Order.objects.of_active(request.active)))
    return csv.download(
        name="orders.csv",
        heads=EXPORT_HEADS,
        rows=exported(
            lists.every_row(request, rows, orderings=ORDERINGS),
            zone=timezone.get_current_timezone(),
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def order_email(request):
    """Sends the confirmations of the chosen orders, to whom the person says."""
    keys = chosen(request)
    if not keys:
        return nothing_chosen(request, "customer:order-list")
    orders = _visible_orders(request, pk__in=keys)
    return email_confirmations(request, orders, is_office=False, audience=AUDIENCE, trail=_trail())


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def order_papers(request, number):
    """The confirmation of an order; without one, its other papers."""
    return open_confirmation(
        request,
        _visible_orders(request, number=number),
        audience=AUDIENCE,
        trail=_trail(number),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def order_document(request, number, document_id):
    orders = _visible_orders(request, number=number)
    document = get_object_or_404(
        OrderDocument.objects.kept().select_related("file"), pk=document_id, order__in=orders
    )
    return open_document(request, document, trail=_trail(number))


@require_safe
@member_page
def order_attachment(request, number, attachment_id):
    """A file that somebody sent along."""
    orders = _visible_orders(request, number=number)
    found = OrderAttachment.objects.filter(order__in=orders).select_related("file")
    return open_attachment(request, get_object_or_404(found, pk=attachment_id))


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def delivery_papers(request, number):
    deliveries = Delivery.objects.filter(number=number, removed_at=None)
    orders = _visible_orders(request, pk__in=deliveries.values("order"))
    return open_delivery_papers(
        request,
        with_papers(deliveries.filter(order__in=orders)),
        audience=AUDIENCE,
        trail=_trail(*{order.number for order in orders}),
    )


def _visible_orders(request, **which):
    orders = Order.objects.filter(removed_at=None, **which).select_related("customer")
    return visible(orders, user=request.user, section=Section.ORDERS)


def _trail(*numbers):
    """The way to a paper: the list, and the order where there is only one."""
    trail = [(_("My orders"), reverse("customer:order-list"))]
    trail += [(number, reverse("customer:order-page", args=[number])) for number in numbers[:1]]
    return trail
