"""What the lists of customers, people and changes can be filtered by."""

from collections.abc import Sequence

import django_filters as filters
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Upper
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import audit_kinds
from accounts.models import Customer, Membership
from accounts.services import account_settings
from accounts.services.finding import (
    customers_called,
    customers_meant,
    customers_named,
    people_called,
    people_named,
    survivors_numbered,
)
from portal.lib.filters import ListFilter
from portal.lib.paging import Ordering

__all__ = [
    "AUDIT_ORDERINGS",
    "DUPLICATE_ORDERINGS",
    "PEOPLE_ORDERINGS",
    "REGISTER_ORDERINGS",
    "AtCustomer",
    "AuditFilter",
    "ColleagueFilter",
    "CustomerAuditFilter",
    "CustomerFilter",
    "DuplicateFilter",
    "PeopleFilter",
    "RegisterFilter",
]

AUDIT_ORDERINGS = {
    "newest": Ordering(("at", "id"), descending=True),
    "oldest": Ordering(("at", "id")),
}


REGISTER_ORDERINGS = {
    "number": Ordering(("number", "id")),
    "name": Ordering(("name", "id")),
}
PEOPLE_ORDERINGS = {"name": Ordering(("last_name", "first_name", "id"))}
DUPLICATE_ORDERINGS = {"newest": Ordering(("found_at", "id"), descending=True)}
PAIRS = [
    ("open", gettext_lazy("To look at")),
    ("dismissed", gettext_lazy("No duplicates")),
]
STANDINGS = [
    ("current", gettext_lazy("In the register")),
    ("blocked", gettext_lazy("Blocked")),
    ("restricted", gettext_lazy("Restricted")),
    ("removed", gettext_lazy("Removed")),
    ("all", gettext_lazy("All")),
]
PEOPLE = [
    ("all", gettext_lazy("All")),
    ("office", gettext_lazy("Office")),
    ("members", gettext_lazy("Members")),
    ("closed", gettext_lazy("Access closed")),
]


def too_many(text):
    """Why a name was left out that very many have."""
    return _("Too many are called “%(text)s”, so it was left out. Write more of the name.") % {
        "text": text
    }


class AtCustomer(ListFilter):
    """A list of the office that can be asked for what is about one customer.

    The one of exactly that number; where there is none, all that are called so. They are looked up
    first, so that each question has an index of its own.
    """

    customer = filters.CharFilter(
        label=gettext_lazy("Customer"), method="at_customer", max_length=100
    )

    def at_customer(self, queryset, _name, text):
        return self.among(queryset, "customer", customers_meant(text), text)

    def among(self, queryset, column, called, text):
        """The rows with one of these in the column; a text that many are called is left out."""
        if called is None:
            self.hints.append(too_many(text))
            return queryset
        return queryset.filter(**{f"{column}__in": called})


class CustomerFilter(ListFilter):
    """A person's customers by number, name or branch."""

    date_from = date_to = None

    def search(self, queryset, _name, text):
        return queryset.filter(
            Q(number__icontains=text) | Q(name__icontains=text) | Q(branch__icontains=text)
        )

    def counted(self, number, text):
        return ngettext("%(count)s customer", "%(count)s customers", number) % {"count": text}


class RegisterFilter(ListFilter):
    """Every customer by number or name, by how it stands, by its group and statistics id."""

    date_from = date_to = None
    default_status = "current"
    # What became of a number that was searched.
    merged: Sequence[str] = ()

    group = filters.CharFilter(
        label=gettext_lazy("Customer group"), lookup_expr="exact", max_length=40
    )
    family = filters.CharFilter(
        label=gettext_lazy("Statistics id"), field_name="family__statistics_id", max_length=40
    )
    status = filters.ChoiceFilter(label="", choices=STANDINGS, method="standing", empty_label=None)

    def search(self, queryset, _name, text):
        """By number or name; the number of one that was merged finds what it was merged into."""
        found = customers_named(queryset, text)
        survivors = survivors_numbered(text)
        if not survivors:
            return found
        names = {"number": text.strip().upper()}
        self.merged = [
            _("%(number)s was merged into %(customer)s.") % {**names, "customer": each}
            for each in survivors
        ]
        return found | queryset.filter(pk__in=[each.pk for each in survivors])

    def standing(self, queryset, _name, status):
        if status == "all":
            return queryset
        if status == "removed":
            return queryset.filter(removed_at__isnull=False)
        current = queryset.filter(removed_at=None)
        if status == "blocked":
            return current.filter(is_blocked=True)
        if status == "restricted":
            return current.filter(group__in=account_settings.current().restricted_groups)
        return current

    def counted(self, number, text):
        return ngettext("%(count)s customer", "%(count)s customers", number) % {"count": text}


class DuplicateFilter(ListFilter):
    """Pairs of customers that may be one, by the number or name of either and by their standing."""

    date_from = date_to = None
    default_status = "open"

    status = filters.ChoiceFilter(label="", choices=PAIRS, method="of_kind", empty_label=None)

    def search(self, queryset, _name, text):
        called = customers_called(text)
        if called is None:
            self.hints.append(too_many(text))
            return queryset
        return queryset.filter(Q(newcomer__in=called) | Q(other__in=called))

    def of_kind(self, queryset, _name, status):
        if status == "open":
            return queryset.open()
        return queryset.filter(dismissed_at__isnull=False)

    def counted(self, number, text):
        return ngettext("%(count)s pair", "%(count)s pairs", number) % {"count": text}


class PeopleFilter(AtCustomer):
    """Everybody who signs in, by name or address, and by the customer they are members of."""

    date_from = date_to = None

    status = filters.ChoiceFilter(label="", choices=PEOPLE, method="of_kind", empty_label=None)

    def search(self, queryset, _name, text):
        return people_named(queryset, text)

    def at_customer(self, queryset, _name, text):
        """Members of the customer, and those who are members by its family.

        A union of two lists of keys, because the planner would answer an OR by reading everybody.
        """
        meant = customers_meant(text)
        if meant is None:
            self.hints.append(too_many(text))
            return queryset
        families = Customer.objects.filter(pk__in=meant, family__isnull=False)
        own = Membership.objects.filter(customer__in=meant)
        by_family = Membership.objects.filter(
            covers_family=True, customer__family__in=families.values("family")
        )
        return queryset.filter(pk__in=own.values("user_id").union(by_family.values("user_id")))

    def of_kind(self, queryset, _name, status):
        if status == "office":
            return queryset.filter(is_staff=True)
        if status == "members":
            return queryset.filter(Exists(Membership.objects.filter(user=OuterRef("pk"))))
        if status == "closed":
            return queryset.filter(is_active=False)
        return queryset

    def counted(self, number, text):
        return ngettext("%(count)s person", "%(count)s people", number) % {"count": text}


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


class AuditFilter(CustomerAuditFilter, AtCustomer):
    """All changes, by who made them and at which customer too."""

    kind = filters.ChoiceFilter(label=gettext_lazy("Kind"), choices=_kinds(audit_kinds.known))
    who = filters.CharFilter(label=gettext_lazy("Who"), method="by", max_length=100)

    def by(self, queryset, _name, text):
        return self.among(queryset, "actor", people_called(text), text)


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
