"""An ERP at the port, in memory: lists what a test put in, and misbehaves as it says."""

from datetime import timedelta

from django.utils import timezone

from erp_bridge import engine
from erp_bridge.ports import (
    TYPE_OF_RECORD,
    DocumentFile,
    Feed,
    Page,
    Pong,
    Position,
    Rejected,
)
from tests.builders.erp_bridge import NOON


class Clock:
    """Stands still until a test moves it."""

    def __init__(self, now=NOON + timedelta(hours=1)):
        self.now = now

    def __call__(self):
        return self.now

    def move(self, **by):
        self.now += timedelta(**by)


class ScriptedErp:
    """`failures` are raised one by one by the next listings; `calls` tells what was asked.

    What `unreadable` holds replaces the record of the same id in listings and answers.
    """

    def __init__(self, *records):
        self.rows = {}
        self.files = {}
        self.unreadable = {}
        self.failures = []
        self.calls = []
        self.before_listing = []
        self.put(*records)

    def put(self, *records):
        for record in records:
            self.rows[_feed_of(record), record.remote_id] = record

    def drop(self, feed, remote_id):
        del self.rows[feed, remote_id]

    def ping(self):
        return Pong(system="Scripted", version="1", time=timezone.now())

    def list_changed(self, feed, *, after, limit):
        self.calls.append((feed, after, limit))
        if self.before_listing:
            self.before_listing.pop(0)()
        if self.failures:
            failure = self.failures.pop(0)
            if failure is not None:
                raise failure
        rows = sorted(
            (row for (of, _id), row in self.rows.items() if of == feed),
            key=lambda row: (row.changed_at, row.remote_id),
        )
        if after is not None:
            rows = [
                row
                for row in rows
                if (row.changed_at, row.remote_id) > (after.changed_at, after.remote_id)
            ]
        page, more = rows[:limit], rows[limit:]
        last = page[-1] if more else None
        return self._page(
            feed,
            page,
            next=Position(changed_at=last.changed_at, remote_id=last.remote_id) if last else None,
            total=len(rows),
        )

    def get(self, feed, *, remote_id="", number=""):
        self.calls.append((feed, remote_id or number))
        found = [
            row
            for (of, key), row in self.rows.items()
            if of == feed and (key == remote_id or row.number == number)
        ]
        return self._page(feed, found)

    def fetch_document(self, remote_id):
        self.calls.append(("document", remote_id))
        if remote_id not in self.files:
            raise Rejected("No such document.")
        content = self.files[remote_id]
        if isinstance(content, Exception):
            raise content
        return DocumentFile(name="file.pdf", media_type="application/pdf", content=content)

    def _page(self, feed, rows, **more):
        return Page(
            records=tuple(row for row in rows if (feed, row.remote_id) not in self.unreadable),
            unreadable=tuple(
                self.unreadable[feed, row.remote_id]
                for row in rows
                if (feed, row.remote_id) in self.unreadable
            ),
            **more,
        )


def read(erp, connector, *feeds, clock=None, full=False, report=lambda progress: None):
    """Read these feeds, or all, as `manage.py sync` does."""
    return engine.read_feeds(
        connection_id=erp.pk,
        feeds=feeds or tuple(Feed),
        full=full,
        connect=lambda _erp: connector,
        clock=clock or Clock(),
        report=report,
    )


def work(erp, connector, clock):
    """One pass of the worker."""
    engine.read_connection(connection_id=erp.pk, connect=lambda _erp: connector, clock=clock)


def _feed_of(record):
    return next(feed for feed, kind in TYPE_OF_RECORD.items() if type(record) is kind)
