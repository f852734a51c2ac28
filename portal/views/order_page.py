"""The page of one order: what was ordered, how far it is, its papers, and its invoices' numbers."""

from dataclasses import dataclass
from decimal import Decimal

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.permissions import member_page, office_page, visible
from accounts.sections import Section
from accounts.services import sending
from invoices.models import Invoice
from orders.came_with import REQUEST, came_with
from orders.changes import shown_changes
from orders.documents import SOURCE, deliveries_of, document_lines
from orders.models import Order
from orders.request_tables import work_on
from orders.services import changing, confirming, presence
from orders.story import story
from portal.lib.freshness import data_age
from portal.lib.money import round_amount


@dataclass(frozen=True, kw_only=True, slots=True)
class Asking:
    """The addresses under which changes of an order are asked for, or answered."""

    may_ask: bool = False
    change_url: str = ""
    cancel_url: str = ""
    withdraw_url: str = ""
    answer_url: str = ""


@dataclass(frozen=True, slots=True)
class Vat:
    rate: Decimal
    amount: Decimal


@require_safe
@member_page
def customer_order(request, number):
    orders = Order.objects.filter(number=number, removed_at=None)
    found = visible(
        orders.select_related("customer", "payer", *REQUEST),
        user=request.user,
        section=Section.ORDERS,
    )
    return _order_page(
        request,
        found,
        audience="customer",
        trail=[(_("My orders"), reverse("customer:order-list"))],
        invoices=Invoice.objects.visible_to(request.user),
        emails=True,
        sees_requests=True,
    )


@require_safe
@office_page("orders.view_order")
def office_order(request, number):
    found = list(Order.objects.filter(number=number).select_related("customer", "payer", *REQUEST))
    if not found:
        raise Http404
    return _order_page(
        request,
        found,
        audience="office",
        trail=[(_("Orders"), reverse("office:order-list"))],
        invoices=Invoice.objects.filter(removed_at=None)
        if request.user.has_perm("invoices.view_invoice")
        else Invoice.objects.none(),
        emails=request.user.has_perm("orders.change_order"),
        sees_requests=request.user.has_perm("orders.view_orderrequest"),
    )


def _order_page(request, found, *, audience, trail, invoices, emails, sees_requests):
    """The order; where several sources have one of this number, the page that asks which.

    `emails` says whether the person may have its documents sent, `sees_requests` whether what came
    with an order of our own is shown.
    """
    source = request.GET.get("source")
    orders = [order for order in found if source is None or order.source == source] or found
    if len(orders) > 1:
        orders.sort(key=lambda order: (order.ordered_at, order.pk))
        context = {"orders": orders, "number": orders[0].number, "trail": trail}
        return render(request, f"orders/{audience}/which_order.html", context)
    order = orders[0]
    asking = _asking(request, order, audience)
    deliveries = deliveries_of([order])
    lines = list(order.lines.order_by("position"))
    trackings = {
        shipment.tracking_link
        for delivery in deliveries
        for shipment in delivery.shipments.all()
        if shipment.tracking_link
    }
    came = came_with(order, audience=audience) if sees_requests else None
    changes = shown_changes(order, names_staff=audience == "office") if asking else []
    return render(
        request,
        f"orders/{audience}/order.html",
        {
            "order": order,
            "came": came,
            "work": _work(request, came, changes) if came and audience == "office" else None,
            "changes": changes,
            "asking": asking,
            "audience": audience,
            "trail": trail,
            "is_alone": len(found) == 1,
            "steps": story(order, order.events.all(), expected_on=_expected_on(order, deliveries)),
            "lines": lines,
            "vats": _vats(order, lines),
            "deliveries": deliveries,
            "documents": document_lines(order, deliveries, audience=audience),
            "emails": emails,
            "may_order": audience == "customer" and _may_order(request, order),
            "sent": sending.history(
                sources=[SOURCE.code, confirming.SOURCE.code, changing.SOURCE.code],
                object_id=order.pk,
                names_staff=audience == "office",
            ),
            "invoices": invoices.filter(order=order).order_by("invoiced_on", "pk"),
            "tracking": trackings.pop() if len(trackings) == 1 else "",
            "age": data_age("orders", "deliveries"),
        },
    )


def _asking(request, order, audience):
    """Where the person may ask for changes of an order born here, or answer them; else nothing."""
    if order.source or not hasattr(order, "request"):
        return None
    if audience == "office":
        if not request.user.has_perm("orders.view_orderrequest"):
            return None
        return Asking(answer_url=reverse("office:order-change", args=[order.number]))
    if not request.user.customers_with(Section.PLACE_ORDERS).filter(pk=order.customer_id).exists():
        return Asking()
    return Asking(
        may_ask=changing.may_ask(order, order.request, now=timezone.now()),
        **{
            f"{name}_url": reverse(f"customer:order-{name}", args=[order.number])
            for name in ("change", "cancel", "withdraw")
        },
    )


def _work(request, came, changes):
    """How far the office is with it. That somebody looks is noted: it is what the others see."""
    now = timezone.now()
    presence.seen(order_id=came.request.pk, user_id=request.user.pk, now=now)
    asked = next((shown.change.kind for shown in changes if shown.change.is_open), None)
    return work_on(came.request, offer=came.offer, asked=asked, user=request.user, now=now)


def _may_order(request, order):
    """Whether the same may be ordered again here: for the active customer, to which it belongs."""
    active = request.active
    return active is not None and active.customer == order.customer and active.may_order


def _expected_on(order, deliveries):
    """The last day a coming delivery is planned for, or the day the customer asked for."""
    planned = [
        delivery.planned_on
        for delivery in deliveries
        if delivery.planned_on and not delivery.delivered_at
    ]
    return max(planned, default=order.requested_on)


def _vats(order, lines):
    """VAT by rate, computed line by line as it is invoiced; nothing when the order says otherwise.

    An order's own total counts. Charges that are on no line would make a breakdown wrong.
    """
    sums: dict[Decimal, Decimal] = {}
    for line in lines:
        amount = round_amount(line.net_amount * line.vat_rate / 100, order.currency)
        sums[line.vat_rate] = sums.get(line.vat_rate, Decimal(0)) + amount
    if sum(sums.values()) != order.vat_amount:
        return []
    return [Vat(rate, amount) for rate, amount in sorted(sums.items())]
