"""Sending order confirmations of one or many orders, from the lists of the office."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.permissions import office_page
from accounts.views.sending import chosen, nothing_chosen
from orders.models import Order
from orders.services import confirming, papers
from orders.states import ChangeKind, OrderStatus

__all__ = ["orders_confirm"]


class TokenForm(forms.Form):
    """Makes a form that is sent twice one sending."""

    token = forms.UUIDField(widget=forms.HiddenInput)


@dataclass(frozen=True, slots=True)
class Row:
    """One order, what would happen to it, and who would be written to."""

    order: Order
    to: str
    obstacle: Any
    is_to_change: bool
    paper: papers.Foretold

    @property
    def is_confirmed_by_it(self) -> bool:
        return not self.obstacle and self.order.status == OrderStatus.RECEIVED


@require_http_methods(["GET", "HEAD", "POST"])
@office_page("orders.change_order")
def orders_confirm(request):
    """Says what would be sent to whom, and has the worker send it."""
    keys = chosen(request)
    if not keys:
        return nothing_chosen(request, "office:order-list")
    found = Order.objects.filter(pk__in=keys).select_related("customer", "request__sent_by")
    rows = _rows(found.order_by("-ordered_at", "-pk"))
    if not rows:
        raise Http404
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _send(request, rows, form.cleaned_data["token"])
        came_in = any(hasattr(row.order, "request") for row in rows)
        return redirect("office:request-list" if came_in else "office:order-list")
    return render(
        request,
        "orders/office/orders_confirm.html",
        {
            "rows": rows,
            "can_send": any(not row.obstacle for row in rows),
            "token": uuid4(),
            "trail": [(_("Orders"), reverse("office:order-list"))],
        },
    )


def _rows(orders):
    orders = list(orders)
    recipients = confirming.recipients_of(orders)
    asked = confirming.asked_of(orders)
    foretold = papers.foretold(orders)
    return [
        Row(
            order,
            ", ".join(each.email for each in recipients[order.pk]),
            confirming.obstacle(order, recipients[order.pk], asked=asked.get(order.pk, "")),
            asked.get(order.pk) == ChangeKind.CHANGE,
            foretold[order.pk],
        )
        for order in orders
    ]


def _send(request, rows, token: UUID):
    refusals = confirming.send_many(
        order_ids=[row.order.pk for row in rows],
        user_id=request.user.pk,
        token=token,
        now=timezone.now(),
    )
    for row in rows:
        if refusal := refusals.get(row.order.pk):
            messages.warning(request, f"{row.order.number}: {refusal.user_message}")
    sent = len(rows) - len(refusals)
    if sent:
        words = ngettext(
            "%(count)s order confirmation is on its way.",
            "%(count)s order confirmations are on their way.",
            sent,
        )
        messages.success(request, words % {"count": sent})
