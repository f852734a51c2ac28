"""What matters to the office now: whether the ERP is heard, what was not sent, what is new."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.permissions import office_page
from accounts.services import message_log
from erp_bridge.models import HeldRecord
from erp_bridge.ports import Feed
from orders.models import Order
from portal.lib.freshness import data_age

SHOWN = 10


@require_safe
@office_page()
def home(request):
    """Each part needs the permission of the page it leads to."""
    context = {
        "may_see_sync": request.user.has_perm("erp_bridge.view_syncrun"),
        "may_see_messages": request.user.has_perm("accounts.view_outgoingmessage"),
        "may_see_orders": request.user.has_perm("orders.view_order"),
    }
    if context["may_see_sync"]:
        parked = HeldRecord.objects.filter(state=HeldRecord.State.PARKED)
        context["age"] = data_age(*(feed.value for feed in Feed))
        context["parked"] = parked.count()
    if context["may_see_messages"]:
        context["not_sent"] = message_log.how_many_failed()
        context["is_mail_away"] = message_log.is_anything_resting()
    if context["may_see_orders"]:
        orders = Order.objects.of_everybody().select_related("customer")
        context["newest"] = orders.order_by("-ordered_at", "-pk")[:SHOWN]
    return render(request, "portal/office/home.html", context)
