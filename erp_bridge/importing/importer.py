"""What the import of every feed consists of."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accounts.models import Mirrored
from erp_bridge.ports import Feed

__all__ = ["Desk", "Importer", "Objection", "Ref", "is_id"]

LONGEST_ID = 100

# Another record that a record names: its feed and its remote id.
Ref = tuple[Feed, str]


class Objection(Exception):
    """The record breaks a rule; `words` are plain ones for the office."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


def is_id(remote_id: str) -> bool:
    """Whether a record can be bound, held and asked for under this id."""
    return 0 < len(remote_id) <= LONGEST_ID and remote_id.isprintable()


@dataclass(slots=True)
class Desk:
    """What lies ready while the rows of one page are built.

    Rows that are built only to be compared write nothing on the way (`is_dry`).
    """

    source: str
    read_at: datetime
    found: Mapping[Ref, int]  # our keys of the records that the page names
    extra: Any = field(default=None)  # what the feed's `prepare` looked up
    is_dry: bool = False

    def find(self, feed: Feed, remote_id: str) -> int | None:
        """Our key of the record, None when it is not here or none was named."""
        return self.found.get((feed, remote_id)) if remote_id else None

    def get(self, feed: Feed, remote_id: str) -> int:
        """Our key of a record that the row cannot do without."""
        return self.found[feed, remote_id]


def _nothing(_record: Any) -> Iterable[Ref]:
    return ()


def _one_table(_record: Any) -> str:
    return ""


def _no_preparation(_records: Sequence[Any], _desk: Desk) -> None:
    return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Importer:
    """How the records of one feed become rows.

    `build` makes of a record and its key what `write` takes many of, or raises Objection. `write`
    also gets the keys of rows that are not there yet. `required` are the records without which a
    row cannot be, `optional` those to which it is linked once they are here.
    """

    tables: Mapping[str, type[Mirrored]]
    build: Callable[[Any, int, Desk], Any]
    write: Callable[[Sequence[Any], Collection[int]], None]
    required: Callable[[Any], Iterable[Ref]] = _nothing
    optional: Callable[[Any], Iterable[Ref]] = _nothing
    table_of: Callable[[Any], str] = _one_table
    prepare: Callable[[Sequence[Any], Desk], Any] = _no_preparation
    has_unique_numbers: bool = False
