"""Lists of rows whose whole state is in the address.

An address understands `q status date_from date_to sort after before`, and what a list may be asked
for by filters of its own. What cannot be understood is left out and told in a notice; unknown names
say nothing. The addresses that a list writes hold only what was understood, so a bad one does not
travel on.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.formats import number_format
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from portal.lib.dates import day_text
from portal.lib.filters import ListFilter, quotable
from portal.lib.paging import (
    COUNTED_ROWS,
    Ordering,
    Page,
    PageKeys,
    in_batches,
    page_of,
)

__all__ = [
    "CUSTOMER_ROWS",
    "OFFICE_ROWS",
    "Choice",
    "Head",
    "Listing",
    "back",
    "chosen",
    "every_row",
    "read",
    "respond",
    "understood",
]

# The address of a list in some state.
At = Callable[[Mapping[str, str]], str]
CUSTOMER_ROWS = 10
OFFICE_ROWS = 25
_LONGEST_KEY = 18


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a filter, with the address that makes it."""

    label: Any
    href: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Head:
    """A sortable column: how it is sorted now, if it is, and the address that sorts by it."""

    direction: str
    href: str


@dataclass(frozen=True, slots=True)
class Field:
    """A filter that this list alone has: a choice where there are choices, else a text."""

    name: str
    label: Any
    value: str
    choices: list[tuple[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Listing:
    """One page of a list, with everything around it that depends on the address.

    `newer` and `older` are the addresses of the neighbouring pages, empty at an end. `is_filtered`
    tells nothing found from nothing there yet. `state` is what was understood of the address,
    `bare` what one without any of that has to say where the plain path opens something else.
    """

    path: str
    rows: list[Any]
    values: dict[str, Any]
    notices: list[str]
    count_text: str
    is_filtered: bool
    chips: list[tuple[str, str]]
    statuses: list[Choice]
    heads: dict[str, Head]
    newer: str
    older: str
    fields: list[Field]
    has_days: bool
    state: dict[str, str]
    place: dict[str, str]
    bare: dict[str, str]

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What a form with the search and the days has to carry along."""
        return [(name, self.state[name]) for name in ("status", "sort") if name in self.state]

    @property
    def clear(self) -> str:
        """The address of the list without any filter."""
        return _address(self.path, self.bare)

    def here(self, **more: str) -> str:
        """The address of this very page with something more in it."""
        return _address(self.path, self.state | self.place | more or self.bare)

    def elsewhere(self, path: str) -> str:
        """The address of something else made of the same rows, such as their export."""
        return _address(path, self.state)


def read(
    request: HttpRequest,
    rows: ListFilter,
    *,
    orderings: Mapping[str, Ordering],
    size: int,
    shown: Callable[[QuerySet[Any]], QuerySet[Any]] | None = None,
    has_start: bool = False,
) -> Listing:
    """The page that the address asks for; the first ordering is the default.

    `shown` adds what only the rows of the page need, so that counting does not pay for it. With
    `has_start` the plain path opens something else, so no address here is that.
    """
    queryset = shown(rows.qs) if shown else rows.qs
    notices = rows.notices()
    sort, ordering = _ordering(request.GET, orderings, notices)
    state = _state(rows)
    is_filtered = bool(state)
    if sort != next(iter(orderings)):
        state["sort"] = sort
    bare = {"status": rows.default_status} if has_start else {}

    def at(what: Mapping[str, str]) -> str:
        return _address(request.path, what or bare)

    keys = PageKeys(queryset.model, ordering)
    page, place = _page(request, queryset, ordering, size, keys, notices)
    before = {**state, "before": keys.write(page.rows[0])} if page.has_previous else None
    after = {**state, "after": keys.write(page.rows[-1])} if page.has_next else None
    newer, older = (before, after) if ordering.descending else (after, before)
    return Listing(
        path=request.path,
        rows=page.rows,
        values=rows.values,
        notices=notices,
        count_text=_count_text(rows, page),
        is_filtered=is_filtered,
        chips=_chips(at, rows, state),
        statuses=_statuses(at, rows, state),
        heads=_heads(at, orderings, ordering, state),
        newer=_address(request.path, newer) if newer else "",
        older=_address(request.path, older) if older else "",
        fields=_fields(rows, state),
        has_days=rows.has_days,
        state=state,
        place=place,
        bare=bare,
    )


def understood(
    query: QueryDict, rows: ListFilter, *, orderings: Mapping[str, Ordering]
) -> tuple[dict[str, str], list[str]]:
    """What an address says of a list, as the list would write it, and its filters in words.

    The page that it asks for is left out, and so is what is not understood.
    """
    sort, _ordering_of_it = _ordering(query, orderings, [])
    state = _state(rows)
    words = [label for label, _href in _chips(lambda _what: "", rows, state)]
    if sort != next(iter(orderings)):
        state["sort"] = sort
    return state, words


def every_row(
    request: HttpRequest, rows: ListFilter, *, orderings: Mapping[str, Ordering]
) -> Iterator[Any]:
    """All rows of the list in its order, page or no page: for an export."""
    _sort, ordering = _ordering(request.GET, orderings, [])
    return in_batches(rows.qs, ordering)


def respond(
    request: HttpRequest,
    listing: Listing,
    *,
    page: str,
    results: str,
    context: Mapping[str, Any],
) -> HttpResponse:
    """The list as a whole page, or its results alone where htmx puts them in place."""
    htmx = request.htmx  # type: ignore[attr-defined]
    template = results if htmx and not htmx.history_restore_request else page
    response = render(request, template, {"listing": listing, **context})
    patch_vary_headers(response, ["HX-Request"])
    return response


def chosen(keys: Sequence[str], *, most: int) -> list[int]:
    """The keys of the rows that somebody chose in a list; what is no key chooses nothing."""
    return [
        int(key)
        for key in keys[:most]
        if key.isascii() and key.isdigit() and len(key) <= _LONGEST_KEY
    ]


def back(request: HttpRequest, *, otherwise: str) -> HttpResponseRedirect:
    """To the page that the button was on (`next`), if it is one of ours; else to the route."""
    address = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return redirect(address)
    return redirect(otherwise)


def _state(rows: ListFilter) -> dict[str, str]:
    """What was understood of the filters, as an address writes it; what is usual is not said."""
    state = {name: _written(value) for name, value in rows.values.items() if name != "status"}
    if rows.status != rows.default_status:
        state["status"] = rows.status
    return state


def _ordering(
    query: QueryDict, orderings: Mapping[str, Ordering], notices: list[str]
) -> tuple[str, Ordering]:
    sort = query.get("sort", "")
    if sort and sort not in orderings:
        notices.append(
            _("“%(value)s” is not an order of this list and was left out.")
            % {"value": quotable(sort)}
        )
    if sort not in orderings:
        sort = next(iter(orderings))
    return sort, orderings[sort]


def _page(
    request: HttpRequest,
    rows: QuerySet[Any],
    ordering: Ordering,
    size: int,
    keys: PageKeys,
    notices: list[str],
) -> tuple[Page, dict[str, str]]:
    """The page with what of the address led to it. `after` wins where both keys are given."""
    for name in ("after", "before"):
        key = request.GET.get(name, "")
        place = keys.read(key) if key else None
        if place is not None:
            page = page_of(rows, ordering, size, **{name: place})
            if page.rows:
                return page, {name: key}
        if key:
            notices.append(_("That page is not there any more, so this is the first one."))
            break
    return page_of(rows, ordering, size), {}


def _count_text(rows: ListFilter, page: Page) -> str:
    number = len(page.rows) if page.is_whole else rows.count()
    if number > COUNTED_ROWS:
        return rows.counted(number, f"{number_format(COUNTED_ROWS, force_grouping=True)}+")
    return rows.counted(number, number_format(number, force_grouping=True))


def _chips(at: At, rows: ListFilter, state: dict[str, str]) -> list[tuple[str, str]]:
    """The filters in force, each with the address without it."""
    return [
        (_chip(rows, name), at(_without(state, name)))
        for name in ("q", *rows.own_names, "status", "date_from", "date_to")
        if name in state
    ]


def _chip(rows: ListFilter, name: str) -> str:
    if name in rows.own_names:
        value = _written(rows.values[name])
        shown = dict(_choices(rows, name)).get(value, value)
        return f"{rows.filters[name].label}: {shown}"
    if name == "status":
        return str(dict(rows.statuses)[rows.status])
    value = rows.values[name]
    if name == "date_from":
        return _("From %(day)s") % {"day": day_text(value)}
    if name == "date_to":
        return _("Until %(day)s") % {"day": day_text(value)}
    return _("Search: %(text)s") % {"text": value}


def _fields(rows: ListFilter, state: dict[str, str]) -> list[Field]:
    return [
        Field(name, rows.filters[name].label, state.get(name, ""), _choices(rows, name))
        for name in rows.own_names
    ]


def _choices(rows: ListFilter, name: str) -> list[tuple[str, Any]]:
    given = rows.filters[name].extra.get("choices", ())
    return [(str(value), label) for value, label in (given() if callable(given) else given)]


def _statuses(at: At, rows: ListFilter, state: dict[str, str]) -> list[Choice]:
    choices = []
    for value, label in rows.statuses:
        other = _without(state, "status")
        if value != rows.default_status:
            other["status"] = value
        choices.append(Choice(label, at(other), is_current=value == rows.status))
    return choices


def _heads(
    at: At, orderings: Mapping[str, Ordering], current: Ordering, state: dict[str, str]
) -> dict[str, Head]:
    """Each sortable column by name: its head turns the current ordering round, or starts one."""
    default = next(iter(orderings))
    heads: dict[str, Head] = {}
    for sort, ordering in orderings.items():
        column = ordering.columns[0]
        is_current = column == current.columns[0]
        if column in heads or (is_current and ordering == current):
            continue
        other = _without(state, "sort")
        if sort != default:
            other["sort"] = sort
        heads[column] = Head(current.direction if is_current else "", at(other))
    return heads


def _without(state: dict[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in state.items() if key != name}


def _written(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _address(path: str, state: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(state)}" if state else path
