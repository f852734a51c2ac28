"""Pages by key: a page starts after, or ends before, the row that a page key names.

The database compares whole rows of the sorted columns and finds the place in their index, so a deep
page costs what the first one does. Counting ends at a thousand and one rows for the same reason.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet, ValidationError
from django.core.signing import BadSignature, Signer
from django.db import connections
from django.db.models import F, Model, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan

__all__ = ["COUNTED_ROWS", "Ordering", "Page", "PageKeys", "count_up_to", "in_batches", "page_of"]

COUNTED_ROWS = 1000
_LONGEST_KEY = 500


@dataclass(frozen=True, slots=True)
class Ordering:
    """A way to sort: columns that are together unique and never null, all in one direction.

    An index has to match it, or a deep page gets slow.
    """

    columns: tuple[str, ...]
    descending: bool = False

    @property
    def direction(self) -> str:
        """As `aria-sort` says it."""
        return "descending" if self.descending else "ascending"

    def apply(self, rows: QuerySet[Any], *, backwards: bool = False) -> QuerySet[Any]:
        sign = "-" if self.descending != backwards else ""
        return rows.order_by(*(f"{sign}{column}" for column in self.columns))

    def beyond(
        self, rows: QuerySet[Any], place: Sequence[Any], *, backwards: bool = False
    ) -> QuerySet[Any]:
        """The rows that follow the one with these values, or precede it."""
        compare = TupleLessThan if self.descending != backwards else TupleGreaterThan
        return rows.filter(compare(Tuple(*map(F, self.columns)), tuple(place)))

    def place_of(self, row: Model) -> list[Any]:
        return [getattr(row, column) for column in self.columns]


class PageKeys:
    """Writes and reads the page keys of one list in one ordering.

    A key is the place of a row under a signature made for the list and the ordering. It says where,
    never what: somebody else's key moves within the reader's own rows.
    """

    def __init__(self, model: type[Model], ordering: Ordering) -> None:
        names = (model._meta.label_lower, *ordering.columns, ordering.direction)
        self._fields: list[Any] = [model._meta.get_field(name) for name in ordering.columns]
        self._signer = Signer(sep=".", salt=":".join((__name__, *names)))

    def write(self, row: Model) -> str:
        return self._signer.sign_object([field.value_to_string(row) for field in self._fields])

    def read(self, key: str) -> list[Any] | None:
        """The place that a key names; None for one that was not written here."""
        if len(key) > _LONGEST_KEY:
            return None
        try:
            values = self._signer.unsign_object(key)
            pairs = zip(self._fields, values, strict=True)
            return [field.to_python(value) for field, value in pairs]
        except (BadSignature, ValidationError, TypeError, ValueError):
            return None


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows in a row, and whether there are others on either side."""

    rows: list[Any]
    has_previous: bool
    has_next: bool

    @property
    def is_whole(self) -> bool:
        return not (self.has_previous or self.has_next)


def page_of(
    rows: QuerySet[Any],
    ordering: Ordering,
    size: int,
    *,
    after: Sequence[Any] | None = None,
    before: Sequence[Any] | None = None,
) -> Page:
    """The page after a place, or the one before it, or the first; in the order of the list.

    The page before a place is a full one: where too few rows precede the place, it is the first.
    Where nothing follows a place, the page is empty.
    """
    if before is not None:
        found = list(
            ordering.apply(ordering.beyond(rows, before, backwards=True), backwards=True)[
                : size + 1
            ]
        )
        if len(found) >= size:
            return Page(found[:size][::-1], has_previous=len(found) > size, has_next=True)
    if after is not None:
        found = list(ordering.apply(ordering.beyond(rows, after))[: size + 1])
        return Page(found[:size], has_previous=True, has_next=len(found) > size)
    found = list(ordering.apply(rows)[: size + 1])
    return Page(found[:size], has_previous=False, has_next=len(found) > size)


def in_batches(rows: QuerySet[Any], ordering: Ordering, *, size: int = 2000) -> Iterator[Any]:
    """Every row in order, read by key some thousand at a time: constant memory, no open cursor."""
    batch = list(ordering.apply(rows)[:size])
    while batch:
        yield from batch
        if len(batch) < size:
            return
        batch = list(ordering.apply(ordering.beyond(rows, ordering.place_of(batch[-1])))[:size])


def count_up_to(rows: QuerySet[Any], limit: int = COUNTED_ROWS) -> int:
    """How many rows there are; one more than the limit stands for every larger number.

    Written around the rows' own SQL: Django's count of a slice takes longer to build than to run.
    """
    try:
        sql, params = rows.order_by().values_list("pk")[: limit + 1].query.sql_with_params()
    except EmptyResultSet:
        return 0
    with connections[rows.db].cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM ({sql}) AS counted", params)  # noqa: S608 - Django's
        number: int = cursor.fetchone()[0]
    return number
