"""The bottom bar of the office: how many things wait, each with the list that shows them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orders.filters import RequestFilter
from orders.models import OrderRequest
from orders.request_tables import looking_text
from orders.services import counters, presence

__all__ = ["Bar", "Counter", "News", "looking_at", "news_of", "office_bar"]

# More is told as "100 new"; nobody reads on from there.
MOST_NEWS = 100


@dataclass(frozen=True, slots=True)
class Counter:
    """One number with its words, long and short, and the list that it leads to."""

    number: int
    label: Any
    short: Any
    href: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """The counters as one person sees them. `state` is what was shown, for the next look at it.

    `said` tells what came since the last look, for people who do not see it. `newest` is the key of
    the newest request: what has a higher one came after the page was made.
    """

    counters: list[Counter]
    state: str
    total: int
    said: str
    newest: int


@dataclass(frozen=True, slots=True)
class News:
    """How many requests came since a list was opened, and the address that shows them."""

    count: int
    href: str


def office_bar(request: HttpRequest, *, here: str, before: str = "") -> Bar | None:
    """The bar for the staff member of the request, on the page `here`; one query.

    Nothing for whoever may not see what comes in.
    """
    if not request.user.has_perm("orders.view_orderrequest"):
        return None
    glance = counters.glance()
    listed = reverse("office:request-list")
    shown = [
        Counter(glance.waiting[name], label, short, href, is_current=here == href)
        for name, label, short, href in (
            ("requests", _("New offer requests"), _("Requests"), f"{listed}?kind=offer"),
            ("orders", _("New orders"), _("Orders"), f"{listed}?kind=order"),
            ("approved", _("Approved offers"), _("Approved"), f"{listed}?status=approved"),
            ("changes", _("Changes asked for"), _("Changes"), f"{listed}?status=changes"),
        )
    ]
    numbers = [counter.number for counter in shown]
    return Bar(
        counters=shown,
        state=".".join(map(str, numbers)),
        total=sum(numbers),
        said=_said(numbers, before),
        newest=glance.newest,
    )


def news_of(request: HttpRequest, *, since: str, page: str) -> News | None:
    """What the list at the address `page` would show that came in after the request of this key.

    Nothing for a page that is no such list.
    """
    if not _is_key(since):
        return None
    place = urlsplit(page)
    if place.path != reverse("office:request-list"):
        return None
    kept = [pair for pair in parse_qsl(place.query) if pair[0] not in ("after", "before")]
    query = urlencode(kept)
    since_then = OrderRequest.objects.new().filter(pk__gt=int(since))
    found = RequestFilter(QueryDict(query), since_then, request=request).qs
    return News(
        count=len(found.values_list("pk")[:MOST_NEWS]),
        href=f"{place.path}?{query}" if query else place.path,
    )


def looking_at(opened: str, *, user_id: int, now: datetime) -> str | None:
    """Who else has the request of this key open; that this person still has it is noted.

    Nothing for a page that is no request's.
    """
    if not _is_key(opened):
        return None
    order_id = int(opened)
    if not presence.still_there(order_id=order_id, user_id=user_id, now=now):
        return None
    others = presence.others([order_id], but=user_id, now=now)
    return looking_text(others.get(order_id, []))


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 18


def _said(numbers: list[int], before: str) -> str:
    """What there is more of than before, in one sentence; empty where there is not."""
    old = before.split(".")
    if len(old) != len(numbers) or not all(each.isdecimal() and len(each) < 9 for each in old):
        return ""
    more = sum(max(now - int(was), 0) for now, was in zip(numbers, old, strict=True))
    if not more:
        return ""
    return ngettext(
        "%(count)s new thing waits for the office.",
        "%(count)s new things wait for the office.",
        more,
    ) % {"count": more}
