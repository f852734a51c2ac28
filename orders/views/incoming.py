"""What came in by the form or the portal: the office's list, and what is done there."""

from datetime import datetime
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import office_page
from accounts.views.saved_filters import SavedOf
from orders.filters import RequestFilter
from orders.models import OrderRequest
from orders.request_tables import Clerk, request_rows, with_columns
from orders.services import confirming, handling, offers
from orders.states import OrderStatus, RequestKind
from portal.lib import lists
from portal.lib.dates import moment_text
from portal.lib.errors import DomainError

VIEW = "orders.view_orderrequest"
CHANGE = "orders.change_orderrequest"
CONFIRM = "orders.change_order"
MOST_AT_ONCE = 100


@require_safe
@office_page(VIEW)
def request_list(request):
    saved = SavedOf(request, "requests")
    beginning = saved.beginning(request)
    if beginning is not None:
        return beginning
    rows = RequestFilter(request.GET, OrderRequest.objects.all(), request=request)
    listing = lists.read(
        request,
        rows,
        orderings=rows.orderings,
        size=lists.OFFICE_ROWS,
        shown=with_columns,
        has_start=saved.has_start,
    )
    clerk = Clerk.of(request.user)
    return lists.respond(
        request,
        listing,
        page="orders/office/request_list.html",
        results="orders/office/_request_results.html",
        context={
            "head": next(iter(listing.heads.values())),
            "rows": request_rows(listing.rows, clerk=clerk, now=timezone.now()),
            "may_change": clerk.may_change,
            "bulk_actions": _bulk_actions(request),
            "here": listing.here(),
            "saved": saved.beside(listing),
        },
    )


@require_POST
@office_page(CHANGE)
def act(request):
    """Does to one request what its menu says (`row`), or to the chosen ones what the bar says."""
    what, chosen = _asked(request)
    found = list(OrderRequest.objects.filter(pk__in=chosen).select_related("order").order_by("pk"))
    what, _colon, seen = what.partition(":")
    match what:
        case "handle":
            _handle(request, found)
        case "unhandle":
            _unhandle(request, found)
        case "undo":
            _undo(request, found)
        case "take" | "release" | "order" | "offer" | "confirm":
            _each(request, found, what, seen)
        case "begin" if len(found) == 1:
            return _begin_offer(request, found[0])
        case "confirmation" if found:
            query = urlencode([("chosen", each.pk) for each in found])
            return redirect(f"{reverse('office:orders-confirm')}?{query}")
        case "confirmation":
            messages.info(request, _("Choose at least one row."))
        case _:
            raise Http404
    return lists.back(request, otherwise="office:request-list")


def _handle(request, found):
    done: list[OrderRequest] = []
    late: list[OrderRequest] = []
    now = timezone.now()
    for each in found:
        was_new = not each.is_handled
        after = handling.handle(order_id=each.pk, user_id=request.user.pk, now=now)
        (done if was_new and after.handled_by_id == request.user.pk else late).append(after)
    if done:
        text = ngettext("%(number)s is handled.", "%(count)s requests are handled.", len(done)) % {
            "number": done[0].order.number,
            "count": len(done),
        }
        undo = f"{now.isoformat()},{','.join(str(each.pk) for each in done)}"
        messages.success(request, text, extra_tags=f"undo:{undo}")
    for each in late:
        if each.handled_by is not None and each.handled_at is not None:
            messages.warning(
                request,
                _("%(number)s was handled already: %(name)s, %(when)s.")
                % {
                    "number": each.order.number,
                    "name": each.handled_by.get_full_name() or each.handled_by.email,
                    "when": moment_text(each.handled_at),
                },
            )
    if not found:
        messages.info(request, _("Choose at least one row."))


def _undo(request, found):
    """Puts back what the person has handled at the moment that the message names."""
    try:
        handled_at = datetime.fromisoformat(request.POST.get("handled_at", ""))
    except ValueError:
        raise Http404 from None
    back = []
    for each in found:
        try:
            handling.undo(
                order_id=each.pk,
                user_id=request.user.pk,
                handled_at=handled_at,
                now=timezone.now(),
            )
        except DomainError as refusal:
            messages.warning(request, f"{each.order.number}: {refusal.user_message}")
        else:
            back.append(each)
    _tell_back(request, back)


def _unhandle(request, found):
    back = []
    for each in found:
        after = handling.unhandle(order_id=each.pk, now=timezone.now())
        if after.is_handled:
            messages.warning(
                request,
                _("%(number)s was made of an offer and stays handled.")
                % {"number": each.order.number},
            )
        else:
            back.append(each)
    _tell_back(request, back)


def _tell_back(request, back):
    if back:
        text = ngettext(
            "%(number)s is to be handled again.",
            "%(count)s requests are to be handled again.",
            len(back),
        ) % {"number": back[0].order.number, "count": len(back)}
        messages.success(request, text)


def _begin_offer(request, found):
    """The draft, whoever has begun it, in the editor."""
    if not request.user.has_perm("orders.change_offer"):
        raise PermissionDenied
    try:
        offers.begin(order_id=found.pk, user_id=request.user.pk, now=timezone.now())
    except DomainError as error:
        messages.warning(request, f"{found.order.number}: {error.user_message}")
        return lists.back(request, otherwise="office:request-list")
    return redirect("office:offer", found.order.number)


def _each(request, found, what, seen):
    if what == "confirm" and not request.user.has_perm(CONFIRM):
        raise PermissionDenied
    for each in found:
        now = timezone.now()
        if what == "confirm" and each.order.status == OrderStatus.CONFIRMED:
            messages.warning(
                request, _("%(number)s is confirmed already.") % {"number": each.order.number}
            )
            continue
        try:
            match what:
                case "take":
                    handling.take(
                        order_id=each.pk,
                        user_id=request.user.pk,
                        seen_owner_id=int(seen) if seen.isdecimal() else None,
                        now=now,
                    )
                case "release":
                    handling.release(order_id=each.pk, user_id=request.user.pk, now=now)
                case "confirm":
                    confirming.confirm(order_id=each.pk, user_id=request.user.pk, now=now)
                case _:
                    handling.switch_kind(order_id=each.pk, to=RequestKind(what), now=now)
        except DomainError as error:
            messages.warning(request, f"{each.order.number}: {error.user_message}")
        else:
            messages.success(request, _done(what) % {"number": each.order.number})


def _done(what):
    return {
        "take": _("%(number)s is yours."),
        "release": _("%(number)s is free for everybody again."),
        "order": _("%(number)s is an order now."),
        "offer": _("%(number)s is an offer request now."),
        "confirm": _("%(number)s is confirmed, and the customer is told."),
    }[what]


def _bulk_actions(request):
    actions = [
        {
            "label": _("Mark as handled"),
            "icon": "square-check-big",
            "name": "do",
            "value": "handle",
        }
    ]
    if request.user.has_perm(CONFIRM):
        actions.append(
            {
                "label": _("Order confirmation"),
                "icon": "file-text",
                "name": "do",
                "value": "confirmation",
            }
        )
    return actions


def _asked(request):
    """What to do, and to which rows; what is no key chooses nothing."""
    what, _colon, key = request.POST.get("row", "").rpartition(":")
    given = [key] if what else request.POST.getlist("chosen")
    return what or request.POST.get("do", ""), lists.chosen(given, most=MOST_AT_ONCE)
