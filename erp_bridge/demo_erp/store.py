"""The data file: records as JSON by feed and id, listed by change stamp.

Writers take turns and each gets one stamp, later than every stamp before it, so rows become visible
in the order of their stamps; only the fault switchboard can delay them. Each write is one SQLite
transaction in a write-ahead log: a killed process loses nothing that it acknowledged.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple, TypeVar

from erp_bridge.demo_erp.codec import Wire, from_wire, stamp_text, to_wire
from erp_bridge.demo_erp.records import FEEDS, Deletion, Record

__all__ = ["Reader", "Rows", "Store", "Writer", "create"]

R = TypeVar("R", bound=Record)

_TABLES = """
CREATE TABLE record (
    feed TEXT NOT NULL,
    id TEXT NOT NULL,
    number TEXT NOT NULL,
    key TEXT,
    parent TEXT,
    state TEXT,
    changed_at TEXT NOT NULL,
    hidden_until TEXT,
    body TEXT NOT NULL,
    PRIMARY KEY (feed, id)
) WITHOUT ROWID;
CREATE INDEX record_in_order ON record (feed, changed_at, id);
CREATE INDEX record_by_number ON record (feed, number);
CREATE INDEX record_by_key ON record (feed, key) WHERE key IS NOT NULL;
CREATE INDEX record_by_parent ON record (feed, parent);
CREATE INDEX record_by_state ON record (feed, state);
CREATE TABLE written (
    operation TEXT NOT NULL,
    key TEXT NOT NULL,
    content TEXT NOT NULL,
    answer TEXT NOT NULL,
    PRIMARY KEY (operation, key)
) WITHOUT ROWID;
CREATE TABLE served_wrong (
    feed TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (feed, id)
) WITHOUT ROWID;
CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""

_INSERT = """
INSERT OR REPLACE INTO record
    (feed, id, number, key, parent, state, changed_at, hidden_until, body)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""

_PAGE = """
SELECT body FROM record
WHERE feed = ? AND (changed_at, id) > (?, ?) AND (hidden_until IS NULL OR hidden_until <= ?)
ORDER BY changed_at, id LIMIT ?
"""

_TOTAL = """
SELECT count(*) FROM record
WHERE feed = ? AND (changed_at, id) > (?, ?) AND (hidden_until IS NULL OR hidden_until <= ?)
"""

_FIND = {
    "id": "SELECT body FROM record WHERE feed = ? AND id = ?",
    "number": "SELECT body FROM record WHERE feed = ? AND number = ? ORDER BY id",
    "key": "SELECT body FROM record WHERE feed = ? AND key = ? ORDER BY id",
}


class Rows(NamedTuple):
    """Some rows of a feed, whether more follow, and how many there are from the position on."""

    rows: list[Wire]
    more: bool
    total: int


class Reader:
    """One consistent view of the data."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def page(
        self, feed: str, *, after_stamp: str, after_id: str, limit: int, now: datetime
    ) -> Rows:
        """The rows after a position in the order of stamp and id, hidden ones left out."""
        given = (feed, after_stamp, after_id, stamp_text(now))
        found = self._connection.execute(_PAGE, (*given, limit + 1)).fetchall()
        (total,) = self._connection.execute(_TOTAL, given).fetchone()
        rows = [json.loads(body) for (body,) in found[:limit]]
        return Rows(rows, len(found) > limit, total)

    def find(self, feed: str, column: str, value: str) -> list[Wire]:
        """The rows of a feed by id, number or key, in the order of their ids."""
        found = self._connection.execute(_FIND[column], (feed, value))
        return [json.loads(body) for (body,) in found]

    def get(self, kind: type[R], record_id: str) -> R | None:
        found = self.find(kind.feed, "id", record_id)
        return from_wire(kind, found[0]) if found else None

    def require(self, kind: type[R], record_id: str) -> R:
        """The record that another one refers to; the ERP's own references always lead somewhere."""
        record = self.get(kind, record_id)
        if record is None:
            raise LookupError(f"{kind.feed} {record_id}")
        return record

    def where(
        self, kind: type[R], *, parent: str | None = None, state: str | None = None
    ) -> list[R]:
        """Records by what they belong to and their state, in the order of their ids."""
        query = "SELECT body FROM record WHERE feed = ?"
        given = [kind.feed]
        if parent is not None:
            query += " AND parent = ?"
            given.append(parent)
        if state is not None:
            query += " AND state = ?"
            given.append(state)
        found = self._connection.execute(query + " ORDER BY id", given)
        return [from_wire(kind, json.loads(body)) for (body,) in found]

    def count(self, feed: str) -> int:
        (count,) = self._connection.execute(
            "SELECT count(*) FROM record WHERE feed = ?", (feed,)
        ).fetchone()
        return int(count)

    def fact(self, name: str) -> str | None:
        found = self._connection.execute("SELECT value FROM fact WHERE name = ?", (name,))
        row = found.fetchone()
        return None if row is None else str(row[0])

    def answered(self, operation: str, key: str) -> tuple[str, Wire] | None:
        """What was asked and answered when this key was written first."""
        row = self._connection.execute(
            "SELECT content, answer FROM written WHERE operation = ? AND key = ?",
            (operation, key),
        ).fetchone()
        return None if row is None else (str(row[0]), json.loads(row[1]))


class Writer(Reader):
    """A transaction; whatever it puts carries its one stamp.

    `hide` tells until when a put row stays out of listings, which only a fault does.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        *,
        stamp: datetime,
        hide: Callable[[], datetime | None] | None = None,
    ) -> None:
        super().__init__(connection)
        self.stamp = stamp
        self._hide = hide

    def put(self, record: R) -> R:
        record = replace(record, changed_at=self.stamp)
        self.put_as_it_is(record, hidden_until=self._hide() if self._hide else None)
        return record

    def put_as_it_is(self, record: Record, *, hidden_until: datetime | None = None) -> None:
        wire = to_wire(record)
        self._connection.execute(
            _INSERT,
            (
                record.feed,
                record.id,
                record.number,
                wire.get("Key"),
                record.parent,
                record.state,
                wire["ChangedAt"],
                hidden_until and stamp_text(hidden_until),
                json.dumps(wire, ensure_ascii=False, separators=(",", ":")),
            ),
        )

    def delete(self, record: Record) -> None:
        self._connection.execute(
            "DELETE FROM record WHERE feed = ? AND id = ?", (record.feed, record.id)
        )
        self.put(
            Deletion(
                id=f"X{record.feed}-{record.id}",
                number=record.number,
                changed_at=self.stamp,
                about=record.feed,
                deleted_id=record.id,
            )
        )

    def set_fact(self, name: str, value: str) -> None:
        self._connection.execute("INSERT OR REPLACE INTO fact VALUES (?, ?)", (name, value))

    def next_number(self, series: str) -> int:
        """The series' next number; none is given twice."""
        number = int(self.fact(f"next {series}") or 1)
        self.set_fact(f"next {series}", str(number + 1))
        return number

    def remember(self, operation: str, key: str, content: str, answer: Wire) -> None:
        self._connection.execute(
            "INSERT OR REPLACE INTO written VALUES (?, ?, ?, ?)",
            (operation, key, content, json.dumps(answer, ensure_ascii=False)),
        )

    def mark_served_wrong(self, feed: str, ids: Iterable[str]) -> None:
        self._connection.executemany(
            "INSERT OR IGNORE INTO served_wrong VALUES (?, ?)",
            [(feed, record_id) for record_id in ids],
        )

    def restamp_served_wrong(self) -> int:
        """Give every row that went out wrong a new stamp, so that it is listed again; how many."""
        marked = self._connection.execute("SELECT feed, id FROM served_wrong").fetchall()
        for feed, record_id in marked:
            record = self.get(FEEDS[feed], record_id)
            if record is not None:
                self.put_as_it_is(replace(record, changed_at=self.stamp))
        self._connection.execute("DELETE FROM served_wrong")
        return len(marked)

    def reveal(self) -> None:
        """Show every hidden row now, under the stamp that it has."""
        self._connection.execute("UPDATE record SET hidden_until = NULL")


class Store:
    """A data file that exists. May be used by several threads and processes at once."""

    def __init__(self, path: Path, *, clock: Callable[[], datetime]) -> None:
        self.path = path
        self.clock = clock
        # SQLite folds the log into the file whenever the last connection closes; this one stays.
        self._held_open = self._connect()
        self._held_open.execute("PRAGMA journal_mode = WAL")

    def close(self) -> None:
        self._held_open.close()

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        with closing(self._connect()) as connection:
            connection.execute("BEGIN")
            yield Reader(connection)

    @contextmanager
    def writing(self, *, hide: Callable[[], datetime | None] | None = None) -> Iterator[Writer]:
        """A transaction that is committed at the end, or undone by an exception."""
        with closing(self._connect()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            writer = Writer(connection, stamp=self._next_stamp(connection), hide=hide)
            try:
                yield writer
            except BaseException:
                connection.rollback()
                raise
            writer.set_fact("last stamp", stamp_text(writer.stamp))
            connection.commit()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=30, isolation_level=None)
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection

    def _next_stamp(self, connection: sqlite3.Connection) -> datetime:
        last = Reader(connection).fact("last stamp")
        now = self.clock()
        if last is None:
            return now
        return max(now, datetime.fromisoformat(last) + timedelta(microseconds=1))


def create(path: Path, fill: Callable[[Writer], None], *, stamp: datetime) -> None:
    """Make a data file whole or not at all."""
    half_made = path.with_name(path.name + ".new")
    half_made.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(half_made, isolation_level=None)) as connection:
        connection.executescript(_TABLES)
        connection.execute("BEGIN")
        writer = Writer(connection, stamp=stamp)
        fill(writer)
        writer.set_fact("last stamp", stamp_text(stamp))
        connection.commit()
    half_made.rename(path)
