"""What the lists of orders can be filtered and sorted by."""

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.filters import AtCustomer
from accounts.services.finding import customers_called
from orders.states import OrderGroup
from portal.lib.filters import ListFilter
from portal.lib.paging import Ordering
from portal.lib.searching import contains

__all__ = ["ORDERINGS", "OfficeOrderFilter", "OrderFilter"]

ORDERINGS = {
    "newest": Ordering(("ordered_at", "id"), descending=True),
    "oldest": Ordering(("ordered_at", "id")),
}


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
