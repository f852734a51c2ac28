"""What the lists of customers, people and changes can be filtered by."""

import django_filters as filters
from django.db.models import Q, Value
from django.db.models.functions import Upper
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import audit_kinds
from accounts.services.finding import customers_called, people_called
from portal.lib.filters import ListFilter
from portal.lib.paging import Ordering

__all__ = [
    "AUDIT_ORDERINGS",
    "AuditFilter",
    "ColleagueFilter",
    "CustomerAuditFilter",
    "CustomerFilter",
]

AUDIT_ORDERINGS = {
    "newest": Ordering(("at", "id"), descending=True),
    "oldest": Ordering(("at", "id")),
}


class CustomerFilter(ListFilter):
    """A person's customers by number, name or branch."""

    date_from = date_to = None

    def search(self, queryset, _name, text):
        return queryset.filter(
            Q(number__icontains=text) | Q(name__icontains=text) | Q(branch__icontains=text)
        )

    def counted(self, number, text):
        return ngettext("%(count)s customer", "%(count)s customers", number) % {"count": text}


def _kinds(kinds):
    return lambda: sorted(
        ((kind.code, str(kind.label)) for kind in kinds()), key=lambda pair: pair[1]
    )


class CustomerAuditFilter(ListFilter):
    """The changes of one customer, by what they are about."""

    date_column = "at"

    kind = filters.ChoiceFilter(
        label=gettext_lazy("Kind"), choices=_kinds(audit_kinds.known_to_customers)
    )

    def search(self, queryset, _name, text):
        return queryset.alias(about=Upper("subject")).filter(about__contains=Upper(Value(text)))

    def counted(self, number, text):
        return ngettext("%(count)s change", "%(count)s changes", number) % {"count": text}


class AuditFilter(CustomerAuditFilter):
    """All changes, by who made them and at which customer too.

    People and customers are looked up first, so that each question has an index of its own.
    """

    kind = filters.ChoiceFilter(label=gettext_lazy("Kind"), choices=_kinds(audit_kinds.known))
    who = filters.CharFilter(label=gettext_lazy("Who"), method="by", max_length=100)
    customer = filters.CharFilter(label=gettext_lazy("Customer"), method="at", max_length=100)

    def by(self, queryset, _name, text):
        return self._of(queryset, "actor", people_called(text), text)

    def at(self, queryset, _name, text):
        return self._of(queryset, "customer", customers_called(text), text)

    def _of(self, queryset, column, called, text):
        if called is None:
            self.hints.append(
                _("Too many are called “%(text)s”, so it was left out. Write more of the name.")
                % {"text": text}
            )
            return queryset
        return queryset.filter(**{f"{column}__in": called})


class ColleagueFilter(ListFilter):
    """The people of a customer by name or e-mail address."""

    date_from = date_to = None

    def search(self, queryset, _name, text):
        """Every word is in the names or the address: people type both names, and some are short."""
        for word in text.split():
            queryset = queryset.filter(
                Q(first_name__icontains=word)
                | Q(last_name__icontains=word)
                | Q(email__icontains=word)
            )
        return queryset

    def counted(self, number, text):
        return ngettext("%(count)s person", "%(count)s people", number) % {"count": text}
