"""The rows of the office's list of what came in, and what may be done with each."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db import connection
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import ngettext

from orders.models import GoodsLine, Offer, Order, OrderRequest
from orders.services import presence
from orders.states import (
    BEFORE_ORDER,
    OFFER_MARKS,
    ChangeKind,
    OfferState,
    OrderOrigin,
    OrderStatus,
    RequestKind,
)
from portal.lib.addresses import address
from portal.lib.dates import day_text, moment_text
from portal.lib.words import label
from portal.lib.words import word as _
from portal.templatetags.ui import quantity

__all__ = [
    "Clerk",
    "RequestRow",
    "Work",
    "looking_text",
    "request_rows",
    "waiting_text",
    "with_columns",
    "work_on",
]

# What a row tells of the way, the goods and who looks, written by hand: one question instead of
# three, and one row of an answer for each request, is a sixth of the page's time.
_BESIDE = """
SELECT listed.id, first.place, last.place, first.starts_at, first.day,
       goods.quantity, goods.package, goods.lines, goods.is_dangerous, there.names,
       (SELECT coalesce(nullif(btrim(concat(first_name, ' ', last_name)), ''), email)
          FROM orders_orderrequest AS request
          JOIN accounts_user AS person ON person.id = request.owner_id
         WHERE request.order_id = listed.id),
       (SELECT kind FROM orders_orderchange WHERE order_id = listed.id AND state = 'open')
  FROM unnest(%(orders)s::bigint[]) AS listed (id)
  LEFT JOIN LATERAL (
       SELECT position, coalesce(nullif(city, ''), name) AS place, starts_at, day
         FROM orders_orderstop
        WHERE order_id = listed.id
        ORDER BY position
        LIMIT 1
       ) AS first ON true
  LEFT JOIN LATERAL (
       SELECT coalesce(nullif(city, ''), name) AS place
         FROM orders_orderstop
        WHERE order_id = listed.id AND position > first.position
        ORDER BY position DESC
        LIMIT 1
       ) AS last ON true
  LEFT JOIN LATERAL (
       SELECT quantity, package, count(*) OVER () AS lines,
              bool_or(is_dangerous) OVER () AS is_dangerous
         FROM orders_goodsline
        WHERE order_id = listed.id
        ORDER BY position
        LIMIT 1
       ) AS goods ON true
  LEFT JOIN LATERAL (
       SELECT array_agg(
                  coalesce(nullif(btrim(concat(first_name, ' ', last_name)), ''), email)
                  ORDER BY first_name, last_name, person.id
              ) AS names
         FROM orders_presence AS seen
         JOIN accounts_user AS person ON person.id = seen.user_id
        WHERE seen.request_id = listed.id
          AND seen.user_id <> %(but)s
          AND seen.seen_at > %(since)s
       ) AS there ON true
"""
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


@dataclass(frozen=True, kw_only=True, slots=True)
class Clerk:
    """Who looks, and what that person may do with requests and offers."""

    user_id: int
    may_change: bool
    sees_offers: bool
    may_offer: bool
    may_send: bool

    @classmethod
    def of(cls, user: Any) -> "Clerk":
        return cls(
            user_id=user.pk,
            may_change=user.has_perm("orders.change_orderrequest"),
            sees_offers=user.has_perm("orders.view_offer"),
            may_offer=user.has_perm("orders.change_offer"),
            may_send=user.has_perm("orders.change_order"),
        )


class Beside(NamedTuple):
    """What a row tells beside the request; without stops, goods or people there is nothing."""

    first: str | None
    last: str | None
    starts_at: datetime | None
    day: date | None
    quantity: Decimal | None
    package: str
    lines: int
    is_dangerous: bool | None
    looking: list[str] | None
    owner: str | None
    asked: str | None


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One request as the list shows it; `entries` are the entries of its menu."""

    order_id: int
    number: str
    choose: str
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
    looking: str
    waiting: str
    sent_at: str
    menu_id: str
    entries: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Work:
    """How far the office is with one request, for its page. `acts` are those of the row's menu."""

    mark: str
    status: Any
    owner: str
    is_mine: bool
    waiting: str
    handled_by: str
    handled_at: datetime | None
    looking: str
    acts: list[dict[str, Any]]


def with_columns(requests: QuerySet[OrderRequest]) -> QuerySet[OrderRequest]:
    """The requests with what a row needs of them; what stands beside them is asked for after."""
    return requests.select_related("order__customer", "order__offer").only(
        "kind",
        "sent_at",
        "handled_at",
        "made_of",
        "owner",
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
    requests: Iterable[OrderRequest], *, clerk: Clerk, now: datetime
) -> list[RequestRow]:
    """The rows of a page of requests; one query, and none for no rows."""
    requests = list(requests)
    if not requests:
        return []
    beside = _beside([request.pk for request in requests], clerk=clerk, now=now)
    return [_row(request, beside[request.pk], clerk=clerk, now=now) for request in requests]


def _beside(order_ids: list[int], *, clerk: Clerk, now: datetime) -> dict[int, Beside]:
    since = now - presence.COUNTS_FOR
    with connection.cursor() as cursor:
        cursor.execute(_BESIDE, {"orders": order_ids, "but": clerk.user_id, "since": since})
        return {row[0]: Beside(*row[1:]) for row in cursor.fetchall()}


def _row(request: OrderRequest, beside: Beside, *, clerk: Clerk, now: datetime) -> RequestRow:
    order = request.order
    href = address("office:order-page")(order.number)
    offer: Offer | None = getattr(order, "offer", None)
    mark, status = _status(request, offer, beside.asked)
    title = _("Offer request %(number)s") if request.is_offer_request else _("Order %(number)s")
    return RequestRow(
        order_id=request.pk,
        number=order.number,
        choose=_("Choose %(number)s") % {"number": order.number},
        title=title % {"number": order.number},
        href=href,
        customer=order.customer.name,
        reference=order.customer_reference or order.customer.number,
        route=_route(beside),
        goods=_goods(beside),
        pick_up=_pick_up(beside),
        origin=label(OrderOrigin(order.origin)),
        mark=mark,
        status=status,
        is_dangerous=bool(beside.is_dangerous),
        owner=beside.owner or "",
        looking=looking_text(beside.looking or []),
        waiting="" if request.is_handled else waiting_text(request.sent_at, now),
        sent_at=moment_text(request.sent_at),
        menu_id=f"menu-{request.pk}",
        entries=[
            {"label": _("Open"), "href": href, "icon": "external-link", "key": "Enter"},
            *_acts(request, offer, clerk, beside.asked),
        ],
    )


def work_on(
    request: OrderRequest,
    *,
    offer: Offer | None,
    asked: str | None,
    user: Any,
    now: datetime,
) -> Work:
    """How far the office is with the request; `offer` is its own or the one it was made of, `asked`
    the kind of a proposal that waits.

    The request has its order, owner and whoever handled it at hand; one query.
    """
    own = offer if offer is not None and offer.pk == request.pk else None
    mark, status = _status(request, own, asked)
    looking = presence.others([request.pk], but=user.pk, now=now)
    return Work(
        mark=mark,
        status=status,
        owner=_name(request.owner) if request.owner else "",
        is_mine=request.owner_id == user.pk,
        waiting="" if request.is_handled else waiting_text(request.sent_at, now),
        handled_by=_name(request.handled_by) if request.handled_by else "",
        handled_at=request.handled_at,
        looking=looking_text(looking.get(request.pk, [])),
        acts=_acts(request, own, Clerk.of(user), asked),
    )


def _status(request: OrderRequest, offer: Offer | None, asked: str | None) -> tuple[str, Any]:
    """Kind of the mark and word: how far the office is with it, or how far its offer is.

    `asked` is the kind of a proposal that waits.
    """
    if asked:
        is_cancellation = asked == ChangeKind.CANCEL
        return "look", _("Cancellation asked for") if is_cancellation else _("Change asked for")
    order = request.order
    # An offer that has ended says more than its cancelled order; a draft of one says less.
    is_ended = offer is not None and offer.state in (OfferState.DECLINED, OfferState.EXPIRED)
    if order.status == OrderStatus.CANCELLED and not is_ended:
        return order.status_mark, label(order.shown_status)
    if offer is not None and request.is_offer_request:
        return OFFER_MARKS[OfferState(offer.state)], _("Offer: %(state)s") % {
            "state": label(OfferState(offer.state))
        }
    if order.status in (OrderStatus.REQUESTED, OrderStatus.RECEIVED):
        if request.is_handled:
            return "go", _("Handled")
        return "wait", label(order.shown_status) if request.is_offer_request else _("New")
    return order.status_mark, label(order.shown_status)


def _route(beside: Beside) -> str:
    if beside.first is None or beside.last is None:
        return beside.first or ""
    return _("%(first)s to %(last)s") % {"first": beside.first, "last": beside.last}


def _goods(beside: Beside) -> str:
    """The first row in words, and how many more there are."""
    if beside.quantity is None:
        return ""
    package = label(GoodsLine.Package(beside.package))
    text = f"{quantity(beside.quantity)} \N{MULTIPLICATION SIGN} {package}"
    more = beside.lines - 1
    if not more:
        return text
    return ngettext("%(goods)s and %(more)s more", "%(goods)s and %(more)s more", more) % {
        "goods": text,
        "more": more,
    }


def _pick_up(beside: Beside) -> str:
    if beside.starts_at:
        return moment_text(beside.starts_at)
    return day_text(beside.day) if beside.day else ""


def waiting_text(since: datetime, now: datetime) -> str:
    """How long something has waited, in the largest unit that fits: 2 min, 3 h, 4 d."""
    seconds = max((now - since).total_seconds(), 0)
    if seconds < _HOUR:
        return _("%(count)s min") % {"count": int(seconds // _MINUTE)}
    if seconds < _DAY:
        return _("%(count)s h") % {"count": int(seconds // _HOUR)}
    return _("%(count)s d") % {"count": int(seconds // _DAY)}


def looking_text(names: list[str]) -> str:
    """Who else has the request open: Anna is looking at this."""
    if not names:
        return ""
    return ngettext("%(names)s is looking at this", "%(names)s are looking at this", len(names)) % {
        "names": ", ".join(names)
    }


def _acts(
    request: OrderRequest, offer: Offer | None, clerk: Clerk, asked: str | None
) -> list[dict[str, Any]]:
    """What may be done now: links, and buttons of the form `row-act`."""
    entries: list[dict[str, Any]] = []
    number = request.order.number
    if asked:
        change = address("office:order-change")(number)
        entries.append({"label": _("Look at what is asked for"), "href": change, "icon": "pencil"})

    def act(text: str, icon: str, what: str, key: str = "") -> None:
        value = f"{what}:{request.pk}"
        entries.append({"label": text, "icon": icon, "value": value, "key": key, "form": "row-act"})

    def lead(text: str, icon: str, name: str) -> None:
        entries.append({"label": text, "icon": icon, "href": address(name)(number)})

    if clerk.may_change and not request.is_handled:
        act(_("Mark as handled"), "square-check-big", "handle", "E")
    if offer is not None and offer.state == OfferState.APPROVED and clerk.may_offer:
        lead(_("Create orders"), "package", "office:orders-create")
    if offer is not None and clerk.sees_offers:
        lead(_("Open the offer"), "file-text", "office:offer")
    elif offer is None and request.is_offer_request and clerk.may_offer:
        act(_("Write an offer"), "pencil", "begin")
    if clerk.may_send and _was_confirmed(request.order):
        confirm = f"{reverse('office:orders-confirm')}?{urlencode({'chosen': request.pk})}"
        entries.append({"label": _("Order confirmation"), "href": confirm, "icon": "file-text"})
    if clerk.may_change:
        _office_acts(request, clerk, act)
    return entries


def _office_acts(request: OrderRequest, clerk: Clerk, act: Callable[[str, str, str], None]) -> None:
    is_order = request.kind == RequestKind.ORDER
    is_received = request.order.status == OrderStatus.RECEIVED
    if is_order and is_received and clerk.may_send:
        act(_("Confirm the order"), "file-check", "confirm")
    if request.owner_id == clerk.user_id:
        act(_("Give back"), "undo-2", "release")
    else:
        what = f"take:{request.owner_id or ''}"
        act(_("Take over") if request.owner_id else _("Take"), "user-round", what)
    if not is_order and request.order.status == OrderStatus.REQUESTED:
        act(_("Turn into an order"), "package", "order")
    elif is_order and is_received and request.made_of_id is None:
        act(_("Turn into an offer request"), "file-text", "offer")
    if request.is_handled and request.made_of_id is None:
        act(_("Put back among the new"), "undo-2", "unhandle")


def _was_confirmed(order: Order) -> bool:
    return order.status not in {*BEFORE_ORDER, OrderStatus.RECEIVED, OrderStatus.CANCELLED}


def _name(user: Any) -> str:
    return user.get_full_name() or user.email
