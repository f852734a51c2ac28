"""The filters that lists have in common: a search, a status, and a range of days.

What cannot be understood is left out and told in a notice; a filter never fails over an address.
"""

from datetime import date
from typing import Any, ClassVar

import django_filters as filters
from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import DateTimeField, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.lib.dates import FIRST_DAY, LAST_DAY, day_text, end_of, start_of
from portal.lib.paging import count_up_to
from portal.lib.searching import searched

__all__ = ["ListFilter", "quotable"]

_LONGEST_SEARCH = 100
_LONGEST_QUOTE = 40
_UNPRINTABLE = "\N{REPLACEMENT CHARACTER}"
# What every list may be asked for; a list's own filters stand beside these.
_COMMON = ("q", "status", "date_from", "date_to")


def quotable(text: str) -> str:
    """A text from an address, short and printable enough to be told back."""
    shown = text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in shown
    )


class ListForm(forms.Form):
    """What an address says about rows, checked as a whole."""

    def clean_q(self) -> str:
        text: str = self.cleaned_data["q"]
        if text and not searched(text):
            raise ValidationError("nothing is left to search for")
        return text

    def clean(self) -> None:
        first, last = self.cleaned_data.get("date_from"), self.cleaned_data.get("date_to")
        if first and last and first > last:
            del self.cleaned_data["date_from"], self.cleaned_data["date_to"]
            raise ValidationError(
                _("%(first)s is after %(last)s, so both days were left out."),
                params={"first": day_text(first), "last": day_text(last)},
            )


def _day_filter(method: str) -> filters.DateFilter:
    bounds = [MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)]
    return filters.DateFilter(label="", method=method, validators=bounds)


class ListFilter(filters.FilterSet):
    """Which rows a list shows. A subclass says what to search, and may declare `status`.

    `date_column` holds days, or moments, which then count as days of the current zone. Further
    filters of a subclass, with a label, are asked for beside the search.
    """

    date_column: ClassVar[str]
    default_status: ClassVar[str] = "all"

    q = filters.CharFilter(label="", method="search", max_length=_LONGEST_SEARCH)
    date_from = _day_filter("since")
    date_to = _day_filter("until")

    class Meta:
        form = ListForm

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What a search has to say about itself, told with the notices.
        self.hints: list[str] = []

    @property
    def values(self) -> dict[str, Any]:
        """What was understood and says something, in the order it is told."""
        self.form.is_valid()
        return {name: value for name, value in self.form.cleaned_data.items() if value}

    @property
    def own_names(self) -> list[str]:
        """The names of the filters that this list alone has."""
        return [name for name in self.filters if name not in _COMMON]

    @property
    def has_days(self) -> bool:
        return "date_from" in self.filters

    @property
    def statuses(self) -> list[tuple[str, Any]]:
        return list(self.filters["status"].extra["choices"]) if "status" in self.filters else []

    @property
    def status(self) -> str:
        chosen: str = self.values.get("status", self.default_status)
        return chosen

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if "status" in self.filters:
            self.form.cleaned_data["status"] = self.status
        return super().filter_queryset(queryset)

    def search(self, queryset: QuerySet[Any], _name: str, text: str) -> QuerySet[Any]:
        raise NotImplementedError

    def since(self, queryset: QuerySet[Any], _name: str, day: date) -> QuerySet[Any]:
        bound = start_of(day, timezone.get_current_timezone()) if self._has_moments else day
        return queryset.filter(**{f"{self.date_column}__gte": bound})

    def until(self, queryset: QuerySet[Any], _name: str, day: date) -> QuerySet[Any]:
        if not self._has_moments:
            return queryset.filter(**{f"{self.date_column}__lte": day})
        bound = end_of(day, timezone.get_current_timezone())
        return queryset.filter(**{f"{self.date_column}__lt": bound})

    def count(self) -> int:
        """How many rows there are; one more than COUNTED_ROWS stands for every larger number."""
        return count_up_to(self.qs)

    def counted(self, number: int, text: str) -> str:
        """So many rows in words; `text` is the number as it is shown, 42 or 1,000+."""
        raise NotImplementedError

    def notices(self) -> list[str]:
        """One sentence for each thing in the address that was left out, then the search's hints."""
        return [*map(self._notice, self.form.errors), *self.hints]

    def _notice(self, name: str) -> str:
        if name == NON_FIELD_ERRORS:
            return " ".join(self.form.non_field_errors())
        given = {"value": quotable(self.form.data.get(name, ""))}
        if name == "q":
            return _("“%(value)s” cannot be searched for and was left out.") % given
        if name == "status":
            return _("“%(value)s” is not a status of this list and was left out.") % given
        if name in self.own_names:
            given["label"] = str(self.filters[name].label)
            return _("%(label)s: “%(value)s” was not understood and was left out.") % given
        return _("“%(value)s” is not a day and was left out.") % given

    @property
    def _has_moments(self) -> bool:
        field = self.queryset.model._meta.get_field(self.date_column)
        return isinstance(field, DateTimeField)
