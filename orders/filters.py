"""What the lists of orders can be filtered and sorted by."""

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from accounts.filters import AtCustomer
from accounts.services.finding import customers_called
from orders.models import Order, OrderType, SavedAddress
from orders.states import ChangeState, OfferState, OrderGroup, OrderOrigin, RequestKind
from portal.lib.filters import ListFilter
from portal.lib.paging import Ordering
from portal.lib.searching import contains

__all__ = [
    "ADDRESS_ORDERINGS",
    "MOST_KEYS",
    "ORDERINGS",
    "REGISTER_ADDRESS_ORDERINGS",
    "REQUEST_ORDERINGS",
    "TEMPLATE_ORDERINGS",
    "AddressFilter",
    "OfficeOrderFilter",
    "OrderFilter",
    "RequestFilter",
    "TemplateFilter",
]

ORDERINGS = {
    "newest": Ordering(("ordered_at", "id"), descending=True),
    "oldest": Ordering(("ordered_at", "id")),
}

REQUEST_ORDERINGS = {
    "newest": Ordering(("sent_at", "order_id"), descending=True),
    "oldest": Ordering(("sent_at", "order_id")),
}
# What waits in a table beside the requests has an index there, by order: sorted by when requests
# were sent, all that wait would be read for one page. Orders are made when requests are sent, so
# people see the same.
BESIDE_ORDERINGS = {
    "newest": Ordering(("order_id",), descending=True),
    "oldest": Ordering(("order_id",)),
}
ADDRESS_ORDERINGS = {"label": Ordering(("label", "id"))}
REGISTER_ADDRESS_ORDERINGS = {"name": Ordering(("name", "id"))}
TEMPLATE_ORDERINGS = {"name": Ordering(("name", "id"))}
# More orders with a text in their numbers or references are not asked for one by one.
MOST_KEYS = 200
TABS = [
    ("to_handle", gettext_lazy("To handle")),
    ("approved", gettext_lazy("Approved offers")),
    ("changes", gettext_lazy("Changes asked for")),
    ("mine", pgettext_lazy("requests", "Mine")),
    ("all", pgettext_lazy("requests", "All")),
]


def _order_types() -> list[tuple[str, str]]:
    return [(each.code, each.name) for each in OrderType.objects.only("code", "names")]


def _in_group(orders: Any, _name: str, group: str) -> Any:
    return orders.in_group(group)


def _counted(number: int, text: str) -> str:
    return ngettext("%(count)s order", "%(count)s orders", number) % {"count": text}


class OrderFilter(ListFilter):
    """A member's orders, searched by number or reference."""

    date_column = "ordered_at"

    status = filters.ChoiceFilter(
        label="", choices=OrderGroup.choices, method=_in_group, empty_label=None
    )

    def search(self, queryset: QuerySet, _name: str, text: str) -> QuerySet:
        return queryset.filter(contains("search_key", text))

    def counted(self, number: int, text: str) -> str:
        return _counted(number, text)


class OfficeOrderFilter(AtCustomer):
    """All orders, searched by number or reference of the order, or number or name of its customer.

    The customers are looked up first: an OR over two tables has no index.
    """

    date_column = "ordered_at"

    status = filters.ChoiceFilter(
        label="", choices=OrderGroup.choices, method=_in_group, empty_label=None
    )

    def search(self, queryset: QuerySet, _name: str, text: str) -> QuerySet:
        matching = contains("search_key", text)
        called = customers_called(text)
        if called is None:
            self.hints.append(
                _("Many customers are called “%(text)s”, so only orders were searched for it.")
                % {"text": text}
            )
        elif called:
            matching |= Q(customer__in=called)
        return queryset.filter(matching)

    def counted(self, number: int, text: str) -> str:
        return _counted(number, text)


class RequestFilter(ListFilter):
    """What came in, searched by number or reference, or by number or name of its customer."""

    date_column = "sent_at"
    default_status = "to_handle"
    date_from = date_to = None

    kind = filters.ChoiceFilter(label=gettext_lazy("Kind"), choices=RequestKind.choices)
    order_type = filters.ChoiceFilter(
        label=gettext_lazy("Order type"), field_name="order_type__code", choices=_order_types
    )
    origin = filters.ChoiceFilter(
        label=gettext_lazy("From"),
        field_name="order__origin",
        choices=[each for each in OrderOrigin.choices if each[0] != OrderOrigin.ERP],
    )
    status = filters.ChoiceFilter(label="", choices=TABS, method="in_tab", empty_label=None)

    @property
    def orderings(self) -> dict[str, Ordering]:
        """What the list can be sorted by in its tab."""
        return BESIDE_ORDERINGS if self.status in ("approved", "changes") else REQUEST_ORDERINGS

    def in_tab(self, queryset: QuerySet, _name: str, tab: str) -> QuerySet:
        match tab:
            case "to_handle":
                return queryset.filter(handled_at=None)
            case "approved":
                return queryset.filter(order__offer__state=OfferState.APPROVED)
            case "changes":
                return queryset.filter(order__changes__state=ChangeState.OPEN)
            case "mine":
                return queryset.filter(owner=self.request.user)
        return queryset

    def search(self, queryset: QuerySet, _name: str, text: str) -> QuerySet:
        """Customers and orders are looked up first; few orders are asked for by their keys.

        A text takes the planner longer than its index: it compares it with what it knows of the
        column for every way it thinks of. With keys, and with customers alone, there is one way
        each, whether rows are counted or a page of them is read.
        """
        called = customers_called(text)
        if called is None:
            self.hints.append(
                _("Many customers are called “%(text)s”, so only orders were searched for it.")
                % {"text": text}
            )
        found = Order.objects.filter(contains("search_key", text), source="")
        keys = list(found.values_list("pk", flat=True)[: MOST_KEYS + 1])
        matching = Q(order__in=keys if len(keys) <= MOST_KEYS else found.values("pk"))
        of_customers = Q(order__customer__in=called or [])
        if not keys:
            return queryset.filter(of_customers)
        return queryset.filter(matching | of_customers if called else matching)

    def counted(self, number: int, text: str) -> str:
        return ngettext("%(count)s request", "%(count)s requests", number) % {"count": text}


class AddressFilter(ListFilter):
    """The addresses of one customer, saved or of the ERP, by any words of theirs.

    They are few enough to be read through: no index is asked.
    """

    date_from = date_to = None

    def search(self, queryset: QuerySet, _name: str, text: str) -> QuerySet:
        columns = ["name", "street", "postal_code", "city"]
        if queryset.model is SavedAddress:
            columns.append("label")
        for word in text.split():
            found = Q()
            for column in columns:
                found |= Q(**{f"{column}__icontains": word})
            queryset = queryset.filter(found)
        return queryset

    def counted(self, number: int, text: str) -> str:
        return ngettext("%(count)s address", "%(count)s addresses", number) % {"count": text}


class TemplateFilter(ListFilter):
    """The templates of one customer, by name."""

    date_from = date_to = None

    def search(self, queryset: QuerySet, _name: str, text: str) -> QuerySet:
        return queryset.filter(name__icontains=text)

    def counted(self, number: int, text: str) -> str:
        return ngettext("%(count)s template", "%(count)s templates", number) % {"count": text}
