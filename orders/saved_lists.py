"""The lists of orders that the office's people save filters of."""

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.saved_lists import SavedList
from orders.filters import ORDERINGS, REQUEST_ORDERINGS, OfficeOrderFilter, RequestFilter
from orders.models import Order, OrderRequest
from portal.lib import lists

__all__ = ["LISTS"]


def _requests(request: HttpRequest, query: QueryDict) -> tuple[dict[str, str], list[str]]:
    rows = RequestFilter(query, OrderRequest.objects.none(), request=request)
    return _told(*lists.understood(query, rows, orderings=REQUEST_ORDERINGS))


def _orders(_request: HttpRequest, query: QueryDict) -> tuple[dict[str, str], list[str]]:
    rows = OfficeOrderFilter(query, Order.objects.none())
    return _told(*lists.understood(query, rows, orderings=ORDERINGS))


def _told(state: dict[str, str], words: list[str]) -> tuple[dict[str, str], list[str]]:
    return state, [*words, _("oldest first")] if state.get("sort") == "oldest" else words


LISTS = [
    SavedList(
        code="requests",
        label=gettext_lazy("Incoming"),
        route="office:request-list",
        permission="orders.view_orderrequest",
        understood=_requests,
    ),
    SavedList(
        code="orders",
        label=gettext_lazy("Orders"),
        route="office:order-list",
        permission="orders.view_order",
        understood=_orders,
    ),
]
