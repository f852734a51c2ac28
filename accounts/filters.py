from django.db.models import Q
from django.utils.translation import ngettext

from portal.lib.filters import ListFilter

__all__ = ["CustomerFilter"]


class CustomerFilter(ListFilter):
    """A person's customers by number, name or branch."""

    date_from = date_to = None

    def search(self, queryset, _name, text):
        return queryset.filter(
            Q(number__icontains=text) | Q(name__icontains=text) | Q(branch__icontains=text)
        )

    def counted(self, number, text):
        return ngettext("%(count)s customer", "%(count)s customers", number) % {"count": text}
