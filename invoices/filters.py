"""What the lists of invoices can be filtered and sorted by."""

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.filters import AtCustomer
from accounts.services.finding import customers_called
from invoices.services.totals import OpenTotals
from invoices.states import InvoiceGroup
from portal.lib.filters import ListFilter
from portal.lib.paging import Ordering
from portal.lib.searching import contains

__all__ = ["ORDERINGS", "InvoiceFilter", "OfficeInvoiceFilter"]

ORDERINGS = {
    "newest": Ordering(("invoiced_on", "id"), descending=True),
    "oldest": Ordering(("invoiced_on", "id")),
}


def _in_group(invoices: Any, _name: str, group: str) -> Any:
    return invoices.in_group(group)


class InvoiceFilter(ListFilter):
    """A member's invoices and credit memos, searched by number or reference.

    With the `totals` of what is open of them, those are not counted once more.
    """

    date_column = "invoiced_on"
    default_status = InvoiceGroup.OPEN.value

    status = filters.ChoiceFilter(
        label="", choices=InvoiceGroup.choices, method=_in_group, empty_label=None
    )

    def __init__(self, *args: Any, totals: OpenTotals | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._totals = totals

    def search(self, queryset: QuerySet, _name: str, text: str) -> QuerySet:
        return queryset.filter(contains("search_key", text))

    def count(self) -> int:
        is_all_open = self.status == InvoiceGroup.OPEN and not self.values.keys() - {"status"}
        if self._totals is None or not is_all_open or self._totals.is_too_much:
            return super().count()
        return self._totals.number

    def counted(self, number: int, text: str) -> str:
        return ngettext("%(count)s invoice", "%(count)s invoices", number) % {"count": text}


class OfficeInvoiceFilter(InvoiceFilter, AtCustomer):
    """All invoices and credit memos, searched by their customer's number or name too.

    The customers are looked up first: an OR over two tables has no index.
    """

    def search(self, queryset: QuerySet, _name: str, text: str) -> QuerySet:
        matching = contains("search_key", text)
        called = customers_called(text)
        if called is None:
            self.hints.append(
                _("Many customers are called “%(text)s”, so only invoices were searched for it.")
                % {"text": text}
            )
        elif called:
            matching |= Q(customer__in=called)
        return queryset.filter(matching)
