"""What the log of messages can be filtered by."""

import django_filters as filters
from django.db.models import Value
from django.db.models.functions import Upper
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.messaging import every_kind
from accounts.models import Customer
from accounts.services.finding import customers_called
from accounts.states import MessageState
from portal.lib.filters import ListFilter
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


class MessageFilter(ListFilter):
    """Messages by the recipient's name or address, or by subject."""

    date_column = "created_at"

    kind = filters.ChoiceFilter(label=_("Kind"), choices=_kinds)
    customer = filters.CharFilter(label=_("Customer"), method="to_customer", max_length=100)
    status = filters.ChoiceFilter(label="", choices=STATES, method=_in_state, empty_label=None)

    def search(self, queryset, _name, text):
        return queryset.filter(search_text__contains=Upper(Value(text)))

    def to_customer(self, queryset, _name, text):
        """Of the customer with that very number, else of all that are called so."""
        exactly = list(Customer.objects.filter(number=text).values_list("pk", flat=True))
        called = exactly or customers_called(text)
        if called is None:
            self.hints.append(
                gettext(
                    "Too many are called “%(text)s”, so it was left out. Write more of the name."
                )
                % {"text": text}
            )
            return queryset
        return queryset.filter(customer__in=called)

    def counted(self, number, text):
        return ngettext("%(count)s message", "%(count)s messages", number) % {"count": text}
