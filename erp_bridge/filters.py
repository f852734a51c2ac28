"""What the list of held records can be filtered by."""

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from erp_bridge.models import HeldRecord
from portal.lib.filters import ListFilter
from portal.lib.paging import Ordering

__all__ = ["ORDERINGS", "HeldRecordFilter"]

ORDERINGS = {
    "newest": Ordering(("held_at", "id"), descending=True),
    "oldest": Ordering(("held_at", "id")),
}
STATES = [("all", _("All")), *HeldRecord.State.choices]


def _in_state(records: Any, _name: str, state: str) -> Any:
    return records if state == "all" else records.filter(state=state)


class HeldRecordFilter(ListFilter):
    """Held records by number or ERP id; those that need a person first of all."""

    date_column = "held_at"
    default_status = HeldRecord.State.PARKED.value

    status = filters.ChoiceFilter(label="", choices=STATES, method=_in_state, empty_label=None)

    def search(self, queryset: QuerySet[Any], _name: str, text: str) -> QuerySet[Any]:
        return queryset.filter(
            Q(number__istartswith=text) | Q(remote_id__istartswith=text) | Q(reason__icontains=text)
        )

    def counted(self, number: int, text: str) -> str:
        return ngettext("%(count)s record", "%(count)s records", number) % {"count": text}
