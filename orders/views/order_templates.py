"""Templates of a customer's orders: kept from an order, begun with, renamed, deleted."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from orders import repeating
from orders.filters import TEMPLATE_ORDERINGS, TemplateFilter
from orders.forms.new_order import NameForm
from orders.models import OrderTemplate
from orders.services import templates
from orders.views.new_order import new_order_trail, order_named, ordering_page, type_of
from portal.lib import lists


@require_safe
@ordering_page
def template_list(request: Any) -> HttpResponse:
    """Every template of the customer, by name."""
    kept = OrderTemplate.objects.filter(customer=request.customer)
    listing = lists.read(
        request,
        TemplateFilter(request.GET, kept),
        orderings=TEMPLATE_ORDERINGS,
        size=lists.CUSTOMER_ROWS,
        shown=lambda rows: rows.select_related("order_type"),
    )
    return lists.respond(
        request,
        listing,
        page="orders/customer/template_list.html",
        results="orders/customer/_template_results.html",
        context={"trail": new_order_trail()},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@ordering_page
def template_new(request: Any) -> HttpResponse:
    """Keep an order as a template, under a name."""
    order = order_named(request, request.GET.get("order", ""))
    form = NameForm(
        request.POST if request.method == "POST" else None,
        initial={"name": order.customer_reference[:100]},
    )
    if request.method == "POST" and form.is_valid():
        order_type = type_of(order)
        try:
            templates.keep(
                name=form.cleaned_data["name"],
                wanted=repeating.wanted(order),
                order_type_id=order_type.pk if order_type else None,
                customer_id=request.customer.pk,
                user_id=request.user.pk,
                now=timezone.now(),
            )
        except templates.NameTaken as refusal:
            form.add_error("name", str(refusal.user_message))
        else:
            messages.success(request, _("The template is saved."))
            return redirect("customer:order-new")
    return render(
        request,
        "orders/customer/template.html",
        {"form": form, "template": None, "order": order, "trail": new_order_trail()},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@ordering_page
def template(request: Any, template_id: int) -> HttpResponse:
    """Rename a template, or delete it."""
    found = get_object_or_404(OrderTemplate, pk=template_id, customer=request.customer)
    name = found.name
    if request.POST.get("do") == "remove":
        templates.remove(template=found)
        messages.success(request, _("The template “%(name)s” is deleted.") % {"name": name})
        return redirect("customer:order-new")
    form = NameForm(request.POST if request.method == "POST" else None, initial={"name": name})
    if request.method == "POST" and form.is_valid():
        try:
            templates.rename(template=found, name=form.cleaned_data["name"])
        except templates.NameTaken as refusal:
            form.add_error("name", str(refusal.user_message))
        else:
            messages.success(request, _("The template is saved."))
            return redirect("customer:order-new")
    trail = [*new_order_trail(), (_("Templates"), reverse("customer:template-list"))]
    return render(
        request,
        "orders/customer/template.html",
        {"form": form, "template": found, "name": name, "trail": trail},
    )
