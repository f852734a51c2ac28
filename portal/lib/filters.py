"""The filters that lists have in common: a search, a status, and a range of days.

What cannot be understood is left out and told in a notice; a filter never fails over an address.
"""

import unicodedata
from datetime import date
from typing import Any, ClassVar

import django_filters as filters
from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import DateTimeField, F, Q, QuerySet, TextField, Value
from django.db.models.functions import Concat, Upper
from django.db.models.lookups import Contains
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.lib.dates import FIRST_DAY, LAST_DAY, day_text, end_of, start_of

__all__ = ["ListFilter", "contains", "quotable"]

_LONGEST_SEARCH = 100
_LONGEST_QUOTE = 40
# Three letters make the first trigram that an index can look up.
_SHORTEST_INDEXED = 3
_SELECTIVE_END = 6
_MINUS = "\N{MINUS SIGN}"
_UNPRINTABLE = "\N{REPLACEMENT CHARACTER}"


def contains(column: str, text: str) -> Q:
    """The rows whose search column contains the text, whatever its case, spaces and dashes.

    `column` holds two texts in capitals without spaces and dashes, joined by `|`. A text too short
    for the index has to be one of the two as a whole. The database makes the capitals, because it
    made the column's: Python would write ß with two letters.

    Numbers and references begin alike and differ at their ends. An index of trigrams reads one list
    of rows for each trigram it is asked for, so it is asked for the end of the text alone, and the
    rows it finds for the rest: sixteen times as fast among a million numbers.
    """
    key = _search_key(text)
    if len(key) < _SHORTEST_INDEXED:
        return Q(**{f"{column}__startswith": Upper(Value(f"{key}|"))}) | Q(
            **{f"{column}__endswith": Upper(Value(f"|{key}"))}
        )
    found = Q(**{f"{column}__contains": Upper(Value(key[-_SELECTIVE_END:]))})
    if len(key) > _SELECTIVE_END:
        # An expression instead of the column keeps the index out of this one.
        not_indexed = Concat(F(column), Value(""), output_field=TextField())
        found &= Q(Contains(not_indexed, Upper(Value(key))))
    return found


def quotable(text: str) -> str:
    """A text from an address, short and printable enough to be told back."""
    shown = text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in shown
    )


def _search_key(text: str) -> str:
    return "".join(letter for letter in text if not _is_forgiven(letter))


def _is_forgiven(letter: str) -> bool:
    return letter.isspace() or letter == _MINUS or unicodedata.category(letter) == "Pd"


class ListForm(forms.Form):
    """What an address says about rows, checked as a whole."""

    def clean_q(self) -> str:
        text: str = self.cleaned_data["q"]
        if text and not _search_key(text):
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

    `date_column` holds days, or moments, which then count as days of the current zone.
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
        return _("“%(value)s” is not a day and was left out.") % given

    @property
    def _has_moments(self) -> bool:
        field = self.queryset.model._meta.get_field(self.date_column)
        return isinstance(field, DateTimeField)
