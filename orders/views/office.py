"""All orders, for the office; the order page, with invoices, is in portal."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import office_page
from accounts.views.documents import open_document
from accounts.views.saved_filters import SavedOf
from accounts.views.sending import bulk_actions, chosen, nothing_chosen
from orders.documents import deliveries_of, with_papers
from orders.filters import ORDERINGS, OfficeOrderFilter
from orders.models import Delivery, Order, OrderAttachment, OrderDocument
from orders.tables import EXPORT_HEADS, columns_with_customer, export_columns, exported, order_rows
from orders.views.documents import (
    email_confirmations,
    open_attachment,
    open_confirmation,
    open_delivery_papers,
)
from portal.lib import csv, lists
from portal.lib.freshness import data_age

AUDIENCE = "office"


@require_safe
@office_page("orders.view_order")
def order_list(request):
    saved = SavedOf(request, "orders")
    beginning = saved.beginning(request)
    if beginning is not None:
        return beginning
    listing = lists.read(
        request,
        OfficeOrderFilter(request.GET, Order.objects.of_everybody()),
        orderings=ORDERINGS,
        size=lists.OFFICE_ROWS,
        shown=columns_with_customer,
        has_start=saved.has_start,
    )
    rows = order_rows(
        listing.rows,
        audience=AUDIENCE,
        opened=request.GET.get("deliveries", ""),
        drawer=lambda number: listing.here(**({"deliveries": number} if number else {})),
    )
    opened = [row.order_id for row in rows if row.is_open]
    return lists.respond(
        request,
        listing,
        page="orders/office/order_list.html",
        results="orders/office/_order_results.html",
        context={
            "rows": rows,
            "drawer": deliveries_of(opened) if opened else [],
            "audience": AUDIENCE,
            "bulk_actions": _bulk_actions(request),
            "saved": saved.beside(listing),
            "export": listing.elsewhere(reverse("office:order-export")),
            "age": data_age("orders", "deliveries"),
        },
    )


@require_safe
@office_page("orders.view_order")
def order_export(request):
    rows = OfficeOrderFilter(request.GET, export_columns(Order.objects.of_everybody()))
    return csv.download(
        name="orders.csv",
        heads=EXPORT_HEADS,
        rows=exported(
            lists.every_row(request, rows, orderings=ORDERINGS),
            zone=timezone.get_current_timezone(),
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page("orders.change_order")
def order_email(request):
    """Sends the confirmations of the chosen orders, to whom the person says."""
    keys = chosen(request)
    if not keys:
        return nothing_chosen(request, "office:order-list")
    orders = list(Order.objects.filter(pk__in=keys).select_related("customer"))
    if not orders:
        raise Http404
    return email_confirmations(request, orders, is_office=True, audience=AUDIENCE, trail=_trail())


@require_http_methods(["GET", "HEAD", "POST"])
@office_page("orders.view_order")
def order_papers(request, number):
    """The confirmation of an order; without one, its other papers."""
    orders = list(Order.objects.filter(number=number))
    if not orders:
        raise Http404
    return open_confirmation(request, orders, audience=AUDIENCE, trail=_trail(number))


@require_http_methods(["GET", "HEAD", "POST"])
@office_page("orders.view_order")
def order_document(request, number, document_id):
    document = get_object_or_404(
        OrderDocument.objects.select_related("file"), pk=document_id, order__number=number
    )
    return open_document(request, document, trail=_trail(number))


@require_safe
@office_page("orders.view_orderrequest")
def order_attachment(request, number, attachment_id):
    """A file that somebody sent along."""
    found = OrderAttachment.objects.select_related("file")
    return open_attachment(
        request, get_object_or_404(found, pk=attachment_id, order__number=number)
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page("orders.view_order")
def delivery_papers(request, number):
    deliveries = with_papers(Delivery.objects.filter(number=number))
    if not deliveries:
        raise Http404
    return open_delivery_papers(
        request, deliveries, audience=AUDIENCE, trail=_trail(deliveries[0].order.number)
    )


def _bulk_actions(request):
    if not request.user.has_perm("orders.change_order"):
        return []
    confirm = {
        "label": _("Order confirmation"),
        "icon": "file-text",
        "href": reverse("office:orders-confirm"),
    }
    return [*bulk_actions(), confirm]


def _trail(*numbers):
    trail = [(_("Orders"), reverse("office:order-list"))]
    return trail + [(number, reverse("office:order-page", args=[number])) for number in numbers]
