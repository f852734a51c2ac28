"""What the log of messages can be filtered by."""

import django_filters as filters
from django.db.models import Value
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.filters import AtCustomer
from accounts.messaging import every_kind
from accounts.states import MessageState
from portal.lib.paging import Ordering

__all__ = ["ORDERINGS", "MessageFilter"]

ORDERINGS = {
    "newest": Ordering(("created_at", "id"), descending=True),
    "oldest": Ordering(("created_at", "id")),
}
STATES = [("all", _("All")), *MessageState.choices]


def _kinds():
    return sorted(((kind.code, kind.label) for kind in every_kind()), key=lambda each: str(each[1]))


def _in_state(messages, _name, state):
    return messages if state == "all" else messages.filter(state=state)


class MessageFilter(AtCustomer):
    """Messages by the recipient's name or address, or by subject."""

    date_column = "created_at"

    kind = filters.ChoiceFilter(label=_("Kind"), choices=_kinds)
    status = filters.ChoiceFilter(label="", choices=STATES, method=_in_state, empty_label=None)

    def search(self, queryset, _name, text):
        return queryset.filter(search_text__contains=Upper(Value(text)))

    def counted(self, number, text):
        return ngettext("%(count)s message", "%(count)s messages", number) % {"count": text}
