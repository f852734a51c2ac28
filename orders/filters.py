"""What the lists of orders can be filtered and sorted by."""

from typing import Any, ClassVar

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from accounts.filters import AtCustomer
from accounts.services.finding import customers_called
from orders.models import Order, OrderType, SavedAddress
from orders.states import ChangeState, OfferState, OrderGroup, OrderOrigin, RequestKind
from portal.lib.filters import ListFilter
from portal.lib.paging import Ordering, count_up_to
from portal.lib.searching import contains

__all__ = [
    "ADDRESS_ORDERINGS",
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
# What waits in a table beside the requests has an index there, by order, and so have the orders of
# a customer: sorted by when requests were sent, all of them would be read for one page. Orders are
# made when requests are sent, so people see the same.
BESIDE_ORDERINGS = {
    "newest": Ordering(("order_id",), descending=True),
    "oldest": Ordering(("order_id",)),
}
ADDRESS_ORDERINGS = {"label": Ordering(("label", "id"))}
REGISTER_ADDRESS_ORDERINGS = {"name": Ordering(("name", "id"))}
TEMPLATE_ORDERINGS = {"name": Ordering(("name", "id"))}
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
    # More orders with a text in their numbers or references are not asked for one by one, and more
    # of the customers with a text in their names are not sorted.
    most_keys: ClassVar[int] = 200
    most_sorted: ClassVar[int] = 5000

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
        by_order = self.status in ("approved", "changes") or "q" in self.values
        return BESIDE_ORDERINGS if by_order else REQUEST_ORDERINGS

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
        """Customers and orders are looked up first, because how to read on depends on how many.

        A few orders are asked for by their keys: the planner compares a text with what it knows of
        the column for every way it thinks of, which takes longer than the index itself. All orders
        of customers who have not many are sorted. Where there are many, the newest requests are
        read until a page is full.
        """
        called = customers_called(text)
        if called is None:
            self.hints.append(
                _("Many customers are called “%(text)s”, so only orders were searched for it.")
                % {"text": text}
            )
        own = Order.objects.filter(source="")
        matching = contains("search_key", text)
        keys = list(own.filter(matching).values_list("pk", flat=True)[: self.most_keys + 1])
        if len(keys) > self.most_keys:
            named = own.filter(matching | Q(customer__in=called) if called else matching)
            return queryset.filter(order__in=named.values("pk"))
        if not called:
            return queryset.filter(order__in=keys)
        if count_up_to(own.filter(customer__in=called), self.most_sorted) > self.most_sorted:
            of_them = Q(order__customer__in=called, order__source="")
            return queryset.filter(of_them | Q(order__in=keys) if keys else of_them)
        found = own.filter(Q(customer__in=called) | Q(pk__in=keys))
        found = found.order_by("pk" if self.data.get("sort") == "oldest" else "-pk")
        # The limit is never reached: it keeps the planner from reading the newest requests instead.
        return queryset.filter(order__in=found.values("pk").distinct()[: self.most_sorted * 2])

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
