"""The rows of the office's list of what came in, with the menu of each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orders.models import GoodsLine, OrderChange, OrderRequest, OrderStop
from orders.states import OFFER_MARKS, ChangeKind, OrderStatus, RequestKind
from orders.templatetags.way import package
from portal.lib.addresses import address
from portal.lib.dates import day_text, moment_text
from portal.templatetags.ui import quantity

__all__ = ["RequestRow", "request_rows", "with_columns"]

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One request as the list shows it; `entries` are the entries of its menu."""

    order_id: int
    number: str
    title: str
    href: str
    customer: str
    reference: str
    route: str
    goods: str
    pick_up: str
    origin: Any
    mark: str
    status: Any
    is_dangerous: bool
    owner: str
    waiting: str
    sent_at: str
    menu_id: str
    entries: list[dict[str, Any]]


def with_columns(requests: QuerySet[OrderRequest]) -> QuerySet[OrderRequest]:
    """The requests with what a row needs; `asked` is the kind of a proposal that waits."""
    waiting = OrderChange.objects.open().filter(order=OuterRef("pk"))
    requests = requests.annotate(asked=Subquery(waiting.values("kind")[:1]))
    return requests.select_related("order__customer", "order__offer", "owner").only(
        "kind",
        "sent_at",
        "handled_at",
        "made_of",
        "owner__first_name",
        "owner__last_name",
        "owner__email",
        "order__number",
        "order__origin",
        "order__status",
        "order__invoicing",
        "order__customer_reference",
        "order__customer__number",
        "order__customer__name",
        "order__offer__state",
    )


def request_rows(
    requests: Iterable[OrderRequest], *, user: Any, may_change: bool, now: datetime
) -> list[RequestRow]:
    """The rows of a page of requests; two queries."""
    requests = list(requests)
    ids = [request.pk for request in requests]
    stops: dict[int, list[OrderStop]] = {}
    for stop in OrderStop.objects.filter(order__in=ids).order_by("order", "position"):
        stops.setdefault(stop.order_id, []).append(stop)
    goods: dict[int, list[GoodsLine]] = {}
    for line in GoodsLine.objects.filter(order__in=ids).order_by("order", "position"):
        goods.setdefault(line.order_id, []).append(line)
    href = address("office:order-page")
    return [
        _row(
            request,
            stops.get(request.pk, []),
            goods.get(request.pk, []),
            href=href(request.order.number),
            user=user,
            may_change=may_change,
            now=now,
        )
        for request in requests
    ]


def _row(
    request: OrderRequest,
    stops: list[OrderStop],
    goods: list[GoodsLine],
    *,
    href: str,
    user: Any,
    may_change: bool,
    now: datetime,
) -> RequestRow:
    order = request.order
    mark, status = _status(request)
    title = _("Offer request %(number)s") if request.is_offer_request else _("Order %(number)s")
    return RequestRow(
        order_id=request.pk,
        number=order.number,
        title=title % {"number": order.number},
        href=href,
        customer=order.customer.name,
        reference=order.customer_reference or order.customer.number,
        route=_route(stops),
        goods=_goods(goods),
        pick_up=_pick_up(stops),
        origin=order.get_origin_display(),
        mark=mark,
        status=status,
        is_dangerous=any(line.is_dangerous for line in goods),
        owner=_name(request.owner) if request.owner else "",
        waiting="" if request.is_handled else waiting_text(request.sent_at, now),
        sent_at=moment_text(request.sent_at),
        menu_id=f"menu-{request.pk}",
        entries=_entries(request, href, user=user, may_change=may_change),
    )


def _status(request: OrderRequest) -> tuple[str, Any]:
    asked = getattr(request, "asked", None)
    if asked:
        is_cancellation = asked == ChangeKind.CANCEL
        return "look", _("Cancellation asked for") if is_cancellation else _("Change asked for")
    order = request.order
    offer = getattr(order, "offer", None)
    if offer is not None and request.is_offer_request:
        return OFFER_MARKS[offer.state], _("Offer: %(state)s") % {
            "state": offer.get_state_display()
        }
    if order.status in (OrderStatus.REQUESTED, OrderStatus.RECEIVED):
        if request.is_handled:
            return "go", _("Handled")
        return "wait", order.shown_status.label if request.is_offer_request else _("New")
    return order.status_mark, order.shown_status.label


def _route(stops: list[OrderStop]) -> str:
    if not stops:
        return ""
    first, last = (stop.city or stop.name for stop in (stops[0], stops[-1]))
    if len(stops) == 1:
        return first
    return _("%(first)s to %(last)s") % {"first": first, "last": last}


def _goods(goods: list[GoodsLine]) -> str:
    """The first row in words, and how many more there are."""
    if not goods:
        return ""
    text = f"{quantity(goods[0].quantity)} \N{MULTIPLICATION SIGN} {package(goods[0].package)}"
    more = len(goods) - 1
    if not more:
        return text
    return ngettext("%(goods)s and %(more)s more", "%(goods)s and %(more)s more", more) % {
        "goods": text,
        "more": more,
    }


def _pick_up(stops: list[OrderStop]) -> str:
    if not stops:
        return ""
    first = stops[0]
    if first.starts_at:
        return moment_text(first.starts_at)
    return day_text(first.day) if first.day else ""


def waiting_text(since: datetime, now: datetime) -> str:
    """How long something has waited, in the largest unit that fits: 2 min, 3 h, 4 d."""
    seconds = max((now - since).total_seconds(), 0)
    if seconds < _HOUR:
        return _("%(count)s min") % {"count": int(seconds // _MINUTE)}
    if seconds < _DAY:
        return _("%(count)s h") % {"count": int(seconds // _HOUR)}
    return _("%(count)s d") % {"count": int(seconds // _DAY)}


def _entries(
    request: OrderRequest, href: str, *, user: Any, may_change: bool
) -> list[dict[str, Any]]:
    """The menu: opening, and what may be done now. Each act is a button of the form `row-act`."""
    entries = [{"label": _("Open"), "href": href, "icon": "external-link", "key": "Enter"}]
    if getattr(request, "asked", None):
        change = reverse("office:order-change", args=[request.order.number])
        entries.append({"label": _("Look at what is asked for"), "href": change, "icon": "pencil"})
    if not may_change:
        return entries

    def act(label: str, icon: str, what: str, key: str = "") -> None:
        value = f"{what}:{request.pk}"
        entries.append(
            {"label": label, "icon": icon, "value": value, "key": key, "form": "row-act"}
        )

    if not request.is_handled:
        act(_("Mark as handled"), "square-check-big", "handle", "E")
    elif request.made_of_id is None:
        act(_("Put back among the new"), "undo-2", "unhandle")
    if request.owner_id == user.pk:
        act(_("Give back"), "undo-2", "release")
    else:
        what = f"take:{request.owner_id or ''}"
        act(_("Take over") if request.owner_id else _("Take"), "user-round", what)
    if request.kind == RequestKind.OFFER and request.order.status == OrderStatus.REQUESTED:
        act(_("Turn into an order"), "package", "order")
    elif (
        request.kind == RequestKind.ORDER
        and request.order.status == OrderStatus.RECEIVED
        and request.made_of_id is None
    ):
        act(_("Turn into an offer request"), "file-text", "offer")
    return entries


def _name(user: Any) -> str:
    return user.get_full_name() or user.email
