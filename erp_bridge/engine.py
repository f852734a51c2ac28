"""Reading feeds: from where, how often, how much, and what happens when the ERP fails.

A pass reads what is due of one connection, feed by feed in the order in which they depend on each
other, and asks again for held records whose time has come. Each page of a feed is asked for outside
any transaction and written in one, so a run can die anywhere and the next one goes on from the last
page. A poll that finds no news leaves nothing but the feed's own heartbeat.

`clock` is asked for the time again and again, because a pass takes a while.
"""

import logging
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from erp_bridge.importing import holding
from erp_bridge.importing.importer import is_id
from erp_bridge.importing.taking import CLOCKS_DIFFER_BY, release, sift, take
from erp_bridge.models import Connection, Cursor, HeldRecord, SyncRun
from erp_bridge.ports import (
    ConnectorError,
    ErpConnector,
    Feed,
    Page,
    Position,
    Rejected,
    Unavailable,
)
from portal.lib.sentences import sentence

__all__ = [
    "Progress",
    "due_connections",
    "in_order",
    "prune",
    "read_connection",
    "read_feeds",
    "want",
]

logger = logging.getLogger(__name__)

PASS = timedelta(minutes=10)  # how long one pass goes on while something is due
TURN = timedelta(minutes=1)  # how long one feed may keep the others waiting
LEASE_MARGIN = timedelta(minutes=1)  # beyond the time-out of one request
FIRST_BACKOFF = timedelta(seconds=15)
LONGEST_BACKOFF = timedelta(minutes=5)
CLOCK_ALLOWANCE = timedelta(minutes=10)  # by how much the ERP's clock may differ from ours
RETRIES_A_TURN = 50
PAGES_A_TRY = 20  # to find one row that has no usable id
PAGES_BEFORE_MORE = 16  # after a failure, before pages grow again within a run
RUNS_KEPT = timedelta(days=30)
LARGEST_COUNT = 2**31 - 1  # that a column of the run can hold

Clock = Callable[[], datetime]
Report = Callable[["Progress"], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """Where a run stands, for whoever watches it."""

    feed: Feed
    read: int
    expected: int | None
    written: int
    held: int
    error: str = ""
    is_done: bool = False


def _unwatched(_progress: Progress) -> None:
    return None


def _unleased() -> None:
    return None


def due_connections(*, now: datetime) -> list[int]:
    """The connections that nobody works on and that have a feed or a held record to look at."""
    held = HeldRecord.objects.filter(connection=OuterRef("pk"), due_at__lte=now)
    found = (
        Connection.objects.filter(is_active=True)
        .filter(Q(leased_until=None) | Q(leased_until__lt=now))
        .filter(Exists(_due(now).filter(connection=OuterRef("pk"))) | Exists(held))
    )
    return list(found.order_by("pk").values_list("pk", flat=True))


def read_connection(
    *, connection_id: int, connect: Callable[[Connection], ErpConnector], clock: Clock
) -> None:
    """One pass over what is due; nothing when another worker is at it or the ERP is paused.

    All feeds share the ERP: when one finds it away, the pass ends, and the others stay due.
    """
    erp = _claim(connection_id, clock())
    if erp is None:
        return
    lease = _Lease(erp, clock)
    ends_at = clock() + PASS
    unfinished: dict[int, _Reading] = {}
    is_refused = False
    try:
        while clock() < ends_at:
            due = in_order(_due(clock()).filter(connection=erp))
            for cursor in due:
                reading = unfinished.pop(cursor.pk, None) or _Reading(
                    erp, cursor, connect, clock, before_request=lease.renew
                )
                if not reading.go_on(until=min(clock() + TURN, ends_at)):
                    unfinished[cursor.pk] = reading
                elif isinstance(reading.error, Unavailable):
                    return
                is_refused = is_refused or isinstance(reading.error, Rejected)
            if not is_refused:
                until = min(clock() + TURN, ends_at)
                _ask_again(erp, connect, clock, until=until, before_request=lease.renew)
            if not due:
                break
    except _LeaseLost:
        logger.warning("lease lost", extra={"erp": erp.code})
    finally:
        for reading in unfinished.values():
            reading.break_off()
        lease.release()


def read_feeds(
    *,
    connection_id: int,
    feeds: Iterable[Feed],
    full: bool,
    connect: Callable[[Connection], ErpConnector],
    clock: Clock,
    report: Report = _unwatched,
) -> bool:
    """Read these feeds to their ends, due or not, and whoever else may be reading them.

    Then asks again for the held records whose time has come. Returns whether all went well.
    """
    erp = Connection.objects.get(pk=connection_id)
    is_well = True
    cursors = Cursor.objects.filter(connection=erp, feed__in=list(feeds))
    for cursor in in_order(cursors):
        if full and cursor.wanted != Cursor.Wanted.FULL:
            want(cursor, Cursor.Wanted.FULL)
        reading = _Reading(erp, cursor, connect, clock, report=report)
        reading.go_on(until=None)
        is_well = is_well and reading.error is None
    if is_well:
        _ask_again(erp, connect, clock, until=None)
    return is_well


def want(cursor: Cursor, wanted: Cursor.Wanted) -> None:
    """Note what a person asked of the feed. A run from the start forgets where another one was.

    The first run of a feed is from the start in any case, and keeps a watermark as every run does.
    """
    if wanted == Cursor.Wanted.FULL and cursor.watermark_at is None:
        wanted = Cursor.Wanted.RUN
    cursor.wanted, cursor.resume_at, cursor.resume_id = wanted, None, ""
    cursor.save(update_fields=["wanted", "resume_at", "resume_id"])


def prune(*, now: datetime) -> None:
    """Forget runs that ended long ago."""
    SyncRun.objects.filter(ended_at__lt=now - RUNS_KEPT).delete()


class _Reading:
    """One run of one feed; it may take several turns."""

    def __init__(
        self,
        erp: Connection,
        cursor: Cursor,
        connect: Callable[[Connection], ErpConnector],
        clock: Clock,
        *,
        report: Report = _unwatched,
        before_request: Callable[[], None] = _unleased,
    ) -> None:
        self._erp = erp
        self._cursor = cursor
        self._feed = Feed(cursor.feed)
        self._connect = connect
        self._clock = clock
        self._report = report
        self._before_request = before_request
        self._wanted = cursor.wanted  # what is asked for later is for the next run
        self._is_full = cursor.wanted == Cursor.Wanted.FULL
        self._position = _start(erp, cursor)
        self._known_until = None if self._is_full else cursor.watermark_at
        self._mark: Position | None = None
        self._passed: set[Position] = set()
        self._run: SyncRun | None = None
        self._expected: int | None = None
        self._read = 0
        self._new_rows = 0  # without those that the overlap reads again
        self._pages = 0
        self.error: Exception | None = None

    def go_on(self, *, until: datetime | None) -> bool:
        """Read pages until the feed ends, fails or the time is up; whether it is finished."""
        if self._cursor.wanted:
            self._the_run()
        try:
            connector = self._connect(self._erp)
            while not self._read_page(connector):
                if until is not None and self._clock() >= until:
                    return False
        except _LeaseLost:
            self.break_off()
            raise
        except ConnectorError as error:
            self.error = error
            self._fail(str(error), needs_person=isinstance(error, Rejected))
        except Exception as error:
            self.error = error
            logger.exception("feed failed", extra={"feed": self._feed, "erp": self._erp.code})
            self._fail(_("The portal itself failed; its log says how."), needs_person=True)
        return True

    def break_off(self) -> None:
        """Leave the rest of the run to the next one, which goes on from the last page."""
        self._end_run(SyncRun.State.BROKEN_OFF)

    def _read_page(self, connector: ErpConnector) -> bool:
        """Whether that was the last page of the run."""
        self._before_request()
        asked_at = self._clock()
        limit = self._limit()
        page = connector.list_changed(self._feed, after=self._position, limit=limit)
        self._check_next(page)
        if self._expected is None and page.total is not None:
            self._expected = min(self._read + max(page.total, 0), LARGEST_COUNT)
        self._count(page)
        self._mark = _later(self._mark, _mark_of(page, asked_at))

        is_end = page.next is None
        is_enough = self._cursor.max_rows is not None and self._new_rows >= self._cursor.max_rows
        if self._run is None and not any(
            sift(self._erp, self._feed, page.records, page.unreadable, now=asked_at)
        ):
            # Old rows alone: nothing to write, and nothing to remember before the end.
            self._position = page.next or self._position
            if is_end or is_enough:
                self._advance()
                self._heartbeat(asked_at if is_end else None)
        else:
            self._write_page(page, asked_at, limit, is_end=is_end, is_enough=is_enough)
        self._report(self._progress(is_done=is_end or is_enough))
        return is_end or is_enough

    def _count(self, page: Page) -> None:
        rows = (*page.records, *page.unreadable)
        known = self._known_until
        self._read += len(rows)
        self._new_rows += sum(
            known is None or row.changed_at is None or row.changed_at > known for row in rows
        )
        self._pages += 1
        if self._pages % PAGES_BEFORE_MORE == 0:
            self._cursor.page_limit = self._grown_limit()

    def _check_next(self, page: Page) -> None:
        if page.next is None:
            return
        if page.next in self._passed or page.next == self._position:
            raise Unavailable(_("The ERP's pages go in circles."))
        if page.next.changed_at > self._clock() + CLOCKS_DIFFER_BY:
            raise Unavailable(_("The ERP's pages lead into the future."))
        self._passed.add(page.next)

    def _write_page(
        self, page: Page, asked_at: datetime, limit: int, *, is_end: bool, is_enough: bool
    ) -> None:
        """The page, the place after it and the run's figures, all or nothing."""
        run = self._the_run()
        after = self._position
        with transaction.atomic(durable=True):
            erp = Connection.objects.locked().get(pk=self._erp.pk)
            now = self._clock()
            tally = take(
                erp,
                self._feed,
                page.records,
                now=now,
                unreadable=page.unreadable,
                page=_pack_place(after, page, limit, asked_at),
            )
            self._position = page.next or after
            self._advance()
            run.read, run.expected, run.touched_at = self._read, self._expected, now
            run.written += tally.written
            run.held += tally.held
            run.save(update_fields=["read", "expected", "touched_at", "written", "held"])
            if is_end or is_enough:
                self._heartbeat(asked_at if is_end else None)
                self._end_run(SyncRun.State.DONE)

    def _advance(self) -> None:
        """Move the watermark, forward only. A run from the start has a place of its own instead.

        It leaves the watermark alone, because it may have been broken off for long: the next poll
        reads from the watermark as if there had been no such run.
        """
        cursor = self._cursor
        place = Cursor.objects.filter(pk=cursor.pk)
        if self._is_full:
            if self._position is not None:
                resume_at, resume_id = self._position.changed_at, _id_to_keep(self._position)
                place.update(resume_at=resume_at, resume_id=resume_id)
            return
        if self._mark is None:
            return
        moment, remote_id = self._mark.changed_at, _id_to_keep(self._mark)
        there = (cursor.watermark_at, cursor.watermark_id)
        if there != (moment, remote_id) and (there[0] is None or there[0] <= moment):
            place.filter(Q(watermark_at=None) | Q(watermark_at__lte=moment)).update(
                watermark_at=moment, watermark_id=remote_id
            )
            cursor.watermark_at, cursor.watermark_id = moment, remote_id

    @transaction.atomic
    def _heartbeat(self, complete_at: datetime | None) -> None:
        """The run is over and all is well; `complete_at` when it got to the end of the feed."""
        cursor = self._cursor
        self._look_again()
        cursor.failed_at, cursor.failures, cursor.last_error = None, 0, ""
        cursor.needs_person = False
        cursor.page_limit = self._grown_limit()
        fields = ["due_at", "failed_at", "failures", "last_error", "needs_person", "page_limit"]
        if complete_at is not None and self._is_full:
            cursor.resume_at, cursor.resume_id, cursor.wanted = None, "", ""
            fields += ["resume_at", "resume_id"]
        elif complete_at is not None:
            cursor.succeeded_at = complete_at
            fields.append("succeeded_at")
        self._answer_wish()
        cursor.due_at = _next_run(cursor, self._clock())
        cursor.save(update_fields=[*fields, "wanted"])

    def _fail(self, words: str, *, needs_person: bool) -> None:
        """Try later, and later each time, and ask for less: a smaller page may get through."""
        now = self._clock()
        cursor = self._cursor
        with transaction.atomic():
            self._look_again()
            cursor.failures += 1
            cursor.failed_at = cursor.failed_at or now
            cursor.last_error = words[:500]
            cursor.needs_person = needs_person
            cursor.page_limit = max(1, self._limit() // 2)
            self._answer_wish()
            is_off = cursor.interval_seconds is None and not cursor.wanted
            cursor.due_at = None if is_off else now + _backoff(cursor.failures)
            cursor.save(
                update_fields=[
                    *("failures", "failed_at", "last_error", "needs_person"),
                    *("page_limit", "due_at", "wanted"),
                ]
            )
        # The first failure tells the story; the cursor counts those that follow it.
        if cursor.failures == 1:
            self._the_run()
        self._end_run(SyncRun.State.FAILED, words)
        self._report(self._progress(error=words, is_done=True))

    def _look_again(self) -> None:
        """Lock the cursor and see what the office asked for while the ERP was being read."""
        self._cursor.refresh_from_db(
            fields=["interval_seconds", "wanted"],
            from_queryset=Cursor.objects.select_for_update(of=("self",)),
        )

    def _answer_wish(self) -> None:
        """A run that was asked for before this one began is over; one asked for since is not."""
        if self._wanted == self._cursor.wanted == Cursor.Wanted.RUN:
            self._cursor.wanted = ""

    def _the_run(self) -> SyncRun:
        """The row that tells of this run, begun now if it was not."""
        if self._run is None:
            now = self._clock()
            self._run = SyncRun.objects.create(
                cursor=self._cursor,
                is_full=self._is_full,
                started_at=now,
                touched_at=now,
                expected=self._expected,
            )
        return self._run

    def _end_run(self, state: SyncRun.State, words: str = "") -> None:
        if self._run is None:
            return
        self._run.state, self._run.error = state, words[:500]
        self._run.ended_at = self._clock()
        self._run.save(update_fields=["state", "error", "ended_at"])

    def _limit(self) -> int:
        limit = self._cursor.page_limit or self._erp.page_size
        if self._cursor.max_rows is not None:
            limit = min(limit, max(1, self._cursor.max_rows - self._new_rows))
        return limit

    def _grown_limit(self) -> int | None:
        """Twice as much when smaller pages went well, until the connection's own is reached."""
        if self._cursor.page_limit is None or self._cursor.page_limit * 2 >= self._erp.page_size:
            return None
        return self._cursor.page_limit * 2

    def _progress(self, *, error: str = "", is_done: bool = False) -> Progress:
        return Progress(
            feed=self._feed,
            read=self._read,
            expected=self._expected,
            written=self._run.written if self._run else 0,
            held=self._run.held if self._run else 0,
            error=error,
            is_done=is_done,
        )


def _claim(connection_id: int, now: datetime) -> Connection | None:
    """Take the lease. Runs that a dead worker left behind are closed."""
    with transaction.atomic():
        erp = Connection.objects.locked().filter(pk=connection_id, is_active=True).first()
        if erp is None or (erp.leased_until is not None and erp.leased_until > now):
            return None
        erp.leased_until = now + _lease(erp)
        erp.save(update_fields=["leased_until"])
        # A run that was touched since may be read from a terminal at this moment.
        SyncRun.objects.filter(
            cursor__connection=erp, state=SyncRun.State.RUNNING, touched_at__lt=now - _lease(erp)
        ).update(state=SyncRun.State.BROKEN_OFF, ended_at=F("touched_at"))
        return erp


class _LeaseLost(Exception):
    """Another worker has taken over what this one was too slow to renew."""


class _Lease:
    """The right of one worker to a connection: it may end it or prolong it while it has it."""

    def __init__(self, erp: Connection, clock: Clock) -> None:
        self._erp = erp
        self._clock = clock
        self._until = erp.leased_until

    def renew(self) -> None:
        """See to it that the lease outlasts one request; raises _LeaseLost when it is gone."""
        now = self._clock()
        length = _lease(self._erp)
        if self._until is not None and self._until - now > length - LEASE_MARGIN / 2:
            return
        if not self._ours().update(leased_until=now + length):
            raise _LeaseLost
        self._until = now + length

    def release(self) -> None:
        self._ours().update(leased_until=None)

    def _ours(self) -> QuerySet[Connection]:
        return Connection.objects.filter(pk=self._erp.pk, leased_until=self._until)


def _lease(erp: Connection) -> timedelta:
    return timedelta(seconds=erp.timeout_seconds) + LEASE_MARGIN


def _due(now: datetime) -> QuerySet[Cursor]:
    return Cursor.objects.filter(
        Q(due_at__lte=now) | Q(due_at=None, interval_seconds__isnull=False)
    )


def in_order(cursors: QuerySet[Cursor]) -> list[Cursor]:
    """Feeds in the order in which they depend on each other."""
    places = {feed.value: place for place, feed in enumerate(Feed)}
    return sorted(cursors, key=lambda cursor: places[cursor.feed])


def _start(erp: Connection, cursor: Cursor) -> Position | None:
    """Where a run begins: an overlap before the watermark, while rows may still come in late.

    An ERP stamps a row when it is changed and shows it when the change is committed. Once the last
    complete run was later than the watermark by the overlap and what the clocks may differ, no row
    can turn up before the watermark any more, and the poll of a quiet feed reads no row at all.
    """
    if cursor.wanted == Cursor.Wanted.FULL and cursor.resume_at is not None:
        return Position(changed_at=cursor.resume_at, remote_id=cursor.resume_id)
    if cursor.watermark_at is None or cursor.wanted == Cursor.Wanted.FULL:
        return _first(cursor)
    overlap = timedelta(seconds=erp.overlap_seconds)
    settled_at = cursor.watermark_at + overlap + CLOCK_ALLOWANCE
    if cursor.succeeded_at is not None and cursor.succeeded_at > settled_at:
        return Position(changed_at=cursor.watermark_at, remote_id=cursor.watermark_id)
    return Position(changed_at=cursor.watermark_at - overlap)


def _first(cursor: Cursor) -> Position | None:
    if cursor.from_date is None:
        return None
    midnight = datetime.combine(cursor.from_date, time.min)
    return Position(changed_at=timezone.make_aware(midnight))


def _mark_of(page: Page, asked_at: datetime) -> Position | None:
    """The newest place of the page that is no later than the time it was asked for.

    A stamp that is ahead of our clock never becomes the watermark, for the next poll would begin
    past every change that the ERP stamps rightly. An ERP whose clock is always ahead has its last
    rows read again, that is all.
    """
    if page.next is not None and page.next.changed_at <= asked_at:
        return page.next
    mark = None
    for row in (*page.records, *page.unreadable):
        if row.changed_at is not None and row.changed_at <= asked_at:
            mark = _later(mark, Position(changed_at=row.changed_at, remote_id=row.remote_id))
    return mark


def _later(position: Position | None, other: Position | None) -> Position | None:
    """The one with the later stamp; of equal stamps the other, which the ERP listed after it."""
    if position is None or other is None:
        return other or position
    return other if other.changed_at >= position.changed_at else position


def _id_to_keep(position: Position) -> str:
    """The id that the place is stored with; without one the rows of its stamp are read again."""
    return position.remote_id if is_id(position.remote_id) else ""


def _next_run(cursor: Cursor, now: datetime) -> datetime | None:
    if cursor.wanted:
        return now
    if cursor.interval_seconds is None:
        return None
    return now + timedelta(seconds=cursor.interval_seconds)


def _backoff(failures: int) -> timedelta:
    """Doubling, capped, and spread so that feeds that failed together do not return together."""
    wait = min(FIRST_BACKOFF * 2 ** min(failures - 1, 10), LONGEST_BACKOFF)
    return wait * random.uniform(0.75, 1.25)  # noqa: S311 - no secret


def _ask_again(
    erp: Connection,
    connect: Callable[[Connection], ErpConnector],
    clock: Clock,
    *,
    until: datetime | None,
    before_request: Callable[[], None] = _unleased,
) -> None:
    """Ask the ERP for the held records whose time has come, or for what they wait for."""
    due = HeldRecord.objects.filter(connection=erp).order_by("due_at", "pk")
    for _turn in range(RETRIES_A_TURN):
        held = due.filter(due_at__lte=clock()).first()
        if held is None or (until is not None and clock() >= until):
            return
        before_request()
        try:
            _ask_for(erp, held, connect(erp), clock, before_request)
        except _LeaseLost:
            raise
        except Exception as error:
            _try_later(held, clock())
            if isinstance(error, Unavailable):
                return
            if not isinstance(error, ConnectorError):
                logger.exception("held record failed", extra={"held_id": held.pk})


def _ask_for(
    erp: Connection,
    held: HeldRecord,
    connector: ErpConnector,
    clock: Clock,
    before_request: Callable[[], None],
) -> None:
    """Take over what the ERP holds now of the record, or of the one it waits for."""
    if held.remote_id.startswith(holding.NAMELESS):
        _ask_for_page(held, connector, clock, before_request)
        return
    if held.state != HeldRecord.State.PARKED:
        with transaction.atomic(durable=True):
            erp = Connection.objects.locked().get(pk=erp.pk)
            if release(erp, (Feed(held.waits_for_feed), held.waits_for_id), now=clock()):
                return
    is_waiting = held.state == HeldRecord.State.WAITING
    feed = Feed(held.waits_for_feed if is_waiting else held.feed)
    remote_id = held.waits_for_id if is_waiting else held.remote_id
    page = connector.get(feed, remote_id=remote_id)
    unreadable = [replace(row, remote_id=row.remote_id or remote_id) for row in page.unreadable]

    with transaction.atomic(durable=True):
        erp = Connection.objects.locked().get(pk=erp.pk)
        now = clock()
        take(erp, feed, page.records, now=now, unreadable=unreadable, again=True)
        left = HeldRecord.objects.filter(pk=held.pk, tries=held.tries).first()
        if left is None:
            return
        if not is_waiting:
            # What the ERP holds now is here, or the ERP holds nothing any more.
            left.delete()
            return
        if not page.records and not unreadable:
            left.state = HeldRecord.State.PARKED
            what = holding.named((feed, remote_id))
            holding.explain(left, sentence("The ERP does not know %(what)s.") % {"what": what})
            left.save(update_fields=["state", "reason", "reason_made_of"])
        _try_later(left, now)


def _ask_for_page(
    held: HeldRecord,
    connector: ErpConnector,
    clock: Clock,
    before_request: Callable[[], None],
) -> None:
    """Read anew where a row without a usable id stood. Rows may have come in before it since.

    It is forgotten only when all of the place was read and it was not there.
    """
    feed, place = Feed(held.feed), held.record or {}
    if "until" not in place:
        _try_later(held, clock())
        return
    after, until = _unpack_place(place)
    for number in range(PAGES_A_TRY):
        if number:
            before_request()
        asked_at = clock()
        page = connector.list_changed(feed, after=after, limit=place["limit"])
        is_there = any(
            holding.name_of(row) == held.remote_id for row in (*page.records, *page.unreadable)
        )
        is_covered = page.next is None or page.next.changed_at > until
        with transaction.atomic(durable=True):
            erp = Connection.objects.locked().get(pk=held.connection_id)
            packed = _pack_place(after, page, place["limit"], asked_at)
            take(erp, feed, page.records, now=clock(), unreadable=page.unreadable, page=packed)
            if is_covered and not is_there:
                held.delete()
                return
        if is_there:
            break
        after = page.next
    _try_later(held, clock())


def _try_later(held: HeldRecord, now: datetime) -> None:
    """Nothing when somebody else has taken it over in the meantime."""
    held.tries += 1
    HeldRecord.objects.filter(pk=held.pk).update(
        tries=held.tries, tried_at=now, due_at=holding.next_try(held, now=now)
    )


def _pack_place(
    after: Position | None, page: Page, limit: int, asked_at: datetime
) -> dict[str, Any]:
    """Where the page began, and the latest stamp that a row on it may have."""
    if page.next is not None:
        until = page.next.changed_at
    else:
        stamps = [row.changed_at for row in (*page.records, *page.unreadable) if row.changed_at]
        until = max([*stamps, asked_at + CLOCKS_DIFFER_BY])
    return {
        "after": after.changed_at.isoformat() if after else None,
        "after_id": after.remote_id if after else "",
        "limit": limit,
        "until": until.isoformat(),
    }


def _unpack_place(packed: dict[str, Any]) -> tuple[Position | None, datetime]:
    until = datetime.fromisoformat(packed["until"])
    if packed["after"] is None:
        return None, until
    moment = datetime.fromisoformat(packed["after"])
    return Position(changed_at=moment, remote_id=packed["after_id"]), until
