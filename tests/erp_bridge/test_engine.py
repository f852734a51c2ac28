"""Reading feeds: positions, schedules, leases, failures, and runs that die or meet."""

import threading
from datetime import date, timedelta

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from accounts.models import Customer
from erp_bridge import engine, steering
from erp_bridge.freshness import read_up_to
from erp_bridge.models import Connection, Cursor, HeldRecord, SyncRun
from erp_bridge.ports import Feed, Page, Position, Rejected, Unavailable, Unreadable
from orders.models import Order, OrderLine
from tests.builders.erp_bridge import (
    NOON,
    a_connection,
    a_customer_record,
    a_feed,
    an_order_record,
    minutes,
)
from tests.erp_bridge.scripted import Clock, ScriptedErp, read, work

pytestmark = pytest.mark.django_db


def customers(number, *, start=1, at=NOON):
    return [
        a_customer_record(f"C{each:04}", at=at + timedelta(seconds=each))
        for each in range(start, start + number)
    ]


def cursor_of(erp, feed=Feed.CUSTOMERS):
    return erp.cursors.get(feed=feed)


def asked(connector, feed=Feed.CUSTOMERS):
    """The positions that listings of the feed started after."""
    return [call[1] for call in connector.calls if call[0] == feed and len(call) == 3]


# Positions


def test_a_feed_is_read_page_by_page_to_its_end():
    erp = a_connection(page_size=3)
    connector = ScriptedErp(*customers(7))

    read(erp, connector, Feed.CUSTOMERS)

    run = SyncRun.objects.get()
    cursor = cursor_of(erp)
    assert len(asked(connector)) == 3
    assert Customer.objects.count() == 7
    assert (run.state, run.expected, run.read, run.written) == ("done", 7, 7, 7)
    assert (cursor.watermark_at, cursor.watermark_id) == (NOON + timedelta(seconds=7), "C0007")


def test_rows_that_share_a_stamp_across_pages_are_all_read():
    erp = a_connection(page_size=2)

    read(erp, ScriptedErp(*[a_customer_record(f"C{each}") for each in range(5)]), Feed.CUSTOMERS)

    assert Customer.objects.count() == 5


def test_a_row_that_the_erp_commits_late_is_found_within_the_overlap():
    erp = a_connection(overlap_seconds=300)
    clock = Clock(NOON + minutes(1))
    connector = ScriptedErp(a_customer_record("C1"))
    read(erp, connector, Feed.CUSTOMERS, clock=clock)

    connector.put(a_customer_record("C2", at=NOON - minutes(4)))
    clock.move(seconds=30)
    read(erp, connector, Feed.CUSTOMERS, clock=clock)

    assert asked(connector)[-1] == Position(changed_at=NOON - minutes(5))
    assert Customer.objects.count() == 2


def test_a_quiet_feed_is_polled_from_its_watermark_without_rows():
    erp = a_connection(overlap_seconds=300)
    clock = Clock(NOON + minutes(16))
    connector = ScriptedErp(a_customer_record("C1"))
    read(erp, connector, Feed.CUSTOMERS, clock=clock)

    read(erp, connector, Feed.CUSTOMERS, clock=clock)

    assert asked(connector)[-1] == Position(changed_at=NOON, remote_id="C1")


def test_a_poll_without_news_is_one_request_and_writes_nothing_but_its_heartbeat():
    erp = a_connection()
    clock = Clock()
    connector = ScriptedErp(a_customer_record(), an_order_record())
    work(erp, connector, clock)
    runs = SyncRun.objects.count()
    connector.calls.clear()
    clock.move(seconds=20)

    with CaptureQueriesContext(connection) as queries:
        work(erp, connector, clock)

    written = [
        query["sql"].split(" SET ")[0]
        for query in queries
        if query["sql"].startswith(("INSERT", "UPDATE", "DELETE", "COPY"))
    ]
    assert [call[0] for call in connector.calls] == list(Feed)
    assert SyncRun.objects.count() == runs
    assert written == [
        'UPDATE "erp_bridge_connection"',
        'UPDATE "erp_bridge_syncrun"',
        *['UPDATE "erp_bridge_cursor"'] * len(Feed),
        'UPDATE "erp_bridge_connection"',
    ]


def test_older_changes_than_the_from_date_are_not_read(settings):
    settings.TIME_ZONE = "Europe/Helsinki"
    erp = a_connection(feeds=())
    a_feed(erp, Feed.CUSTOMERS, from_date=date(2026, 3, 18))
    connector = ScriptedErp(
        a_customer_record("C1", at=NOON - timedelta(hours=15)), a_customer_record("C2")
    )

    read(erp, connector)

    assert [customer.number for customer in Customer.objects.all()] == ["N-C2"]


def test_a_run_stops_at_its_maximum_and_the_next_one_goes_on_there():
    erp = a_connection(feeds=(), page_size=4)
    a_feed(erp, Feed.CUSTOMERS, max_rows=5)
    connector = ScriptedErp(*customers(12))
    counts, succeeded = [], []

    for _run in range(3):
        read(erp, connector)
        counts.append(Customer.objects.count())
        succeeded.append(cursor_of(erp).succeeded_at is not None)

    assert counts == [5, 10, 12]
    assert succeeded == [False, False, True]


def test_the_watermark_only_moves_forward():
    erp = a_connection()
    connector = ScriptedErp(*customers(3))
    read(erp, connector, Feed.CUSTOMERS)
    before = cursor_of(erp).watermark_at

    connector.drop(Feed.CUSTOMERS, "C0003")
    connector.put(a_customer_record("C0001", at=NOON + timedelta(seconds=1), name="Changed"))
    read(erp, connector, Feed.CUSTOMERS, full=True)

    assert Customer.objects.get(number="N-C0001").name == "Changed"
    assert cursor_of(erp).watermark_at == before


def test_a_stamp_from_the_future_does_not_carry_the_watermark_away():
    erp = a_connection()
    clock = Clock()
    connector = ScriptedErp(
        a_customer_record("C1"), a_customer_record("C2", at=NOON + timedelta(days=9000))
    )

    read(erp, connector, Feed.CUSTOMERS, clock=clock)

    assert cursor_of(erp).watermark_at == NOON
    assert HeldRecord.objects.get().remote_id == "C2"


def test_a_stamp_that_is_hours_ahead_hides_no_change_that_follows():
    erp = a_connection()
    clock = Clock(NOON)
    connector = ScriptedErp(
        a_customer_record("C1", at=NOON - minutes(1)),
        a_customer_record("C2", at=NOON + timedelta(hours=20)),
    )
    read(erp, connector, Feed.CUSTOMERS, clock=clock)
    mark = cursor_of(erp).watermark_at

    connector.put(a_customer_record("C3", at=NOON + minutes(10)))
    clock.move(hours=2)
    read(erp, connector, Feed.CUSTOMERS, clock=clock)

    assert mark == NOON - minutes(1)
    assert Customer.objects.count() == 3
    assert cursor_of(erp).watermark_at == NOON + minutes(10)


def test_an_erp_whose_clock_is_ahead_costs_no_more_than_rows_read_again():
    erp = a_connection(page_size=2)
    clock = Clock(NOON)
    connector = ScriptedErp()
    for each in range(1, 7):
        connector.put(a_customer_record(f"C{each}", at=clock() + timedelta(hours=3)))
        clock.move(hours=1)
        read(erp, connector, Feed.CUSTOMERS, clock=clock)

    assert Customer.objects.count() == 6
    assert cursor_of(erp).watermark_at == clock()


def test_a_poll_of_known_rows_moves_the_watermark_past_them():
    """As after a run from the start, which took them over and left the watermark alone."""
    erp = a_connection(feeds=(), page_size=4)
    a_feed(erp, Feed.CUSTOMERS)
    clock = Clock()
    connector = ScriptedErp(*customers(1))
    read(erp, connector, clock=clock)
    Cursor.objects.update(max_rows=2)
    connector.put(*customers(5, start=2))
    for _run in range(3):
        read(erp, connector, clock=clock, full=True)
    before = (Customer.objects.count(), cursor_of(erp).watermark_id)

    connector.put(a_customer_record("NEW", at=NOON + minutes(1)))
    for _run in range(4):
        read(erp, connector, clock=clock)

    assert before == (6, "C0001")
    assert Customer.objects.filter(number="N-NEW").exists()
    assert cursor_of(erp).watermark_id == "NEW"


@pytest.mark.parametrize("total", [-1, 2**31])
def test_a_count_that_cannot_be_does_not_stop_its_feed(total):
    class Miscounting(ScriptedErp):
        def _page(self, feed, rows, **more):
            return super()._page(feed, rows, **more | {"total": total})

    erp = a_connection()

    assert read(erp, Miscounting(a_customer_record()), Feed.CUSTOMERS)

    assert Customer.objects.count() == 1


@pytest.mark.parametrize(
    ("following", "words"),
    [
        (Position(changed_at=NOON, remote_id="C1"), "The ERP's pages go in circles."),
        (
            Position(changed_at=NOON + timedelta(days=9000)),
            "The ERP's pages lead into the future.",
        ),
    ],
)
def test_pages_that_lead_nowhere_end_the_run(following, words):
    class Circling(ScriptedErp):
        def list_changed(self, feed, *, after, limit):
            self.calls.append((feed, after, limit))
            return Page(records=(a_customer_record("C1"),), next=following)

    erp = a_connection()
    connector = Circling()

    assert not read(erp, connector, Feed.CUSTOMERS)

    assert cursor_of(erp).last_error == words
    assert len(connector.calls) <= 2


# From the start


def test_a_run_from_the_start_finds_what_never_got_a_new_stamp():
    erp = a_connection()
    connector = ScriptedErp(*customers(3))
    read(erp, connector, Feed.CUSTOMERS)
    connector.put(a_customer_record("C0000", at=NOON - timedelta(days=40)))

    read(erp, connector, Feed.CUSTOMERS)
    missed = Customer.objects.count()
    read(erp, connector, Feed.CUSTOMERS, full=True)

    assert missed == 3
    assert Customer.objects.count() == 4
    assert cursor_of(erp).wanted == ""


def test_a_run_from_the_start_goes_on_where_it_broke_off():
    erp = a_connection(page_size=2)
    connector = ScriptedErp(*customers(7))
    read(erp, connector, Feed.CUSTOMERS)
    connector.calls.clear()
    connector.failures = [None, None, Unavailable("The line went dead.")]

    read(erp, connector, Feed.CUSTOMERS, full=True)
    cursor = cursor_of(erp)
    broken_off_at = (cursor.resume_id, cursor.wanted, cursor.watermark_id)
    read(erp, connector, Feed.CUSTOMERS, full=True)

    after = [position.remote_id if position else "" for position in asked(connector)]
    assert broken_off_at == ("C0004", "full", "C0007")
    assert after[:4] == ["", "C0002", "C0004", "C0004"]
    assert SyncRun.objects.filter(is_full=True).count() == 2
    assert (cursor_of(erp).wanted, cursor_of(erp).resume_at) == ("", None)


def test_rows_that_the_erp_no_longer_lists_stay_until_their_deletion_is_read():
    erp = a_connection()
    connector = ScriptedErp(*customers(2))
    read(erp, connector)

    connector.drop(Feed.CUSTOMERS, "C0001")
    read(erp, connector, full=True)

    assert Customer.objects.filter(removed_at=None).count() == 2


# Failures


def test_a_feed_that_fails_comes_back_later_each_time_and_keeps_since_when():
    erp = a_connection(feeds=[Feed.CUSTOMERS])
    clock = Clock()
    connector = ScriptedErp()
    connector.failures = [Unavailable("The ERP did not answer.")] * 8
    waits = []

    for _try in range(8):
        work(erp, connector, clock)
        cursor = cursor_of(erp)
        waits.append((cursor.due_at - clock.now).total_seconds())
        clock.now = cursor.due_at

    assert (cursor.failures, cursor.last_error) == (8, "The ERP did not answer.")
    assert cursor.failed_at == Clock().now
    assert not cursor.needs_person
    for wait, expected in zip(waits, [15, 30, 60, 120, 240, 300, 300, 300], strict=True):
        assert 0.75 * expected <= wait <= 1.25 * expected
    assert SyncRun.objects.filter(state="failed").count() == 1


def test_a_feed_that_recovers_forgets_its_failures():
    erp = a_connection(feeds=[Feed.CUSTOMERS])
    clock = Clock()
    connector = ScriptedErp(a_customer_record())
    connector.failures = [Unavailable("The ERP did not answer.")]
    work(erp, connector, clock)
    clock.move(minutes=1)

    work(erp, connector, clock)

    cursor = cursor_of(erp)
    assert (cursor.failures, cursor.failed_at, cursor.last_error) == (0, None, "")
    assert cursor.succeeded_at == clock.now


def test_a_refusal_needs_a_person():
    erp = a_connection(feeds=[Feed.CUSTOMERS])
    connector = ScriptedErp()
    connector.failures = [Rejected("Wrong password.")]

    work(erp, connector, Clock())

    assert cursor_of(erp).needs_person
    assert cursor_of(erp).last_error == "Wrong password."


def test_a_bug_fails_its_feed_and_the_others_go_on(caplog):
    erp = a_connection()
    connector = ScriptedErp(a_customer_record())
    connector.failures = [ZeroDivisionError(), None]

    work(erp, connector, Clock())

    failed = Cursor.objects.exclude(failures=0)
    assert [cursor.feed for cursor in failed] == ["customers"]
    assert Cursor.objects.filter(succeeded_at=None).count() == 1
    assert "ZeroDivisionError" in caplog.text


def test_a_connector_that_cannot_be_made_fails_each_feed_with_its_words():
    erp = a_connection(feeds=[Feed.CUSTOMERS, Feed.ORDERS])

    def connect(_erp):
        raise Rejected("The address cannot be used.")

    engine.read_connection(connection_id=erp.pk, connect=connect, clock=Clock())

    assert set(erp.cursors.values_list("last_error", "needs_person")) == {
        ("The address cannot be used.", True)
    }


def test_pages_get_smaller_while_they_fail_and_grow_again():
    """As with an answer that is too large, or one poisonous row that spoils its page."""

    class Choking(ScriptedErp):
        largest = 2

        def list_changed(self, feed, *, after, limit):
            if limit > self.largest:
                self.calls.append((feed, after, limit))
                raise Unavailable("The answer is too large.")
            return super().list_changed(feed, after=after, limit=limit)

    erp = a_connection(feeds=[Feed.CUSTOMERS], page_size=16)
    connector = Choking(*customers(20))
    clock = Clock()
    for _try in range(4):
        work(erp, connector, clock)
        clock.move(minutes=10)
    failing = [call[2] for call in connector.calls]

    at_most = cursor_of(erp).page_limit

    connector.largest = 100
    limits = []
    for _run in range(3):
        read(erp, connector, Feed.CUSTOMERS, clock=clock)
        limits.append(cursor_of(erp).page_limit)

    assert failing[:4] == [16, 8, 4, 2]
    assert Customer.objects.count() == 20
    assert (at_most, limits) == (4, [8, None, None])


def test_held_records_are_not_asked_for_while_the_erp_fails():
    erp = a_connection(feeds=[Feed.CUSTOMERS, Feed.ORDERS])
    clock = Clock()
    connector = ScriptedErp(an_order_record(customer="C9"))
    work(erp, connector, clock)
    clock.move(minutes=5)
    connector.calls.clear()
    connector.failures = [Unavailable("The ERP did not answer.")]

    work(erp, connector, clock)

    assert [call for call in connector.calls if len(call) == 2] == []


def test_the_first_feed_that_finds_the_erp_away_ends_the_pass():
    erp = a_connection(timeout_seconds=30)
    clock = Clock()
    connector = ScriptedErp()
    connector.before_listing = [lambda: clock.move(seconds=30)]
    connector.failures = [Unavailable("The ERP did not answer.")]

    work(erp, connector, clock)

    assert len(connector.calls) == 1
    assert Cursor.objects.filter(failures=1).count() == 1
    assert Cursor.objects.filter(due_at=None).count() == len(Feed) - 1
    assert Connection.objects.get().leased_until is None


def test_held_records_are_asked_for_although_something_is_always_due():
    erp = a_connection(interval=15, feeds=[Feed.CUSTOMERS, Feed.ORDERS])
    clock = Clock()
    connector = ScriptedErp(an_order_record(customer="C9"))
    connector.before_listing = [lambda: clock.move(seconds=20)] * 100

    work(erp, connector, clock)

    assert (Feed.CUSTOMERS, "C9") in connector.calls


# Schedules and leases


@pytest.mark.parametrize("wanted", ["run", "full"])
@pytest.mark.parametrize("failure", [None, Unavailable("The line went dead.")])
def test_what_the_office_asks_for_during_a_poll_is_not_lost(wanted, failure):
    erp = a_connection(feeds=[Feed.CUSTOMERS])
    clock = Clock()
    connector = ScriptedErp(a_customer_record())
    read(erp, connector, clock=clock)
    clock.move(minutes=1)
    asked_for = []

    def ask():
        cursor = steering.run_feed(cursor_id=cursor_of(erp).pk, full=wanted == "full", now=clock())
        asked_for.append(cursor.wanted)
        clock.move(minutes=11)  # beyond this pass

    connector.before_listing = [ask]
    connector.failures = [failure]

    work(erp, connector, clock)

    assert asked_for == [wanted]
    assert cursor_of(erp).wanted == wanted
    assert cursor_of(erp).due_at is not None


def test_a_feed_that_is_switched_off_while_it_fails_stays_off():
    erp = a_connection(feeds=[Feed.CUSTOMERS])
    clock = Clock()
    connector = ScriptedErp()
    connector.before_listing = [lambda: Cursor.objects.update(interval_seconds=None, due_at=None)]
    connector.failures = [Unavailable("The line went dead.")]

    work(erp, connector, clock)

    assert cursor_of(erp).due_at is None


def test_nobody_else_reads_while_a_worker_waits_for_a_slow_erp():
    erp = a_connection(timeout_seconds=30)
    clock = Clock()
    connector = ScriptedErp(*customers(1))
    free = []

    def answer_slowly():
        clock.move(seconds=29)
        free.append(engine.due_connections(now=clock()))

    connector.before_listing = [answer_slowly] * len(Feed)

    work(erp, connector, clock)

    assert free == [[]] * len(Feed)


def test_a_worker_that_lost_its_lease_stops_and_leaves_it_to_the_other():
    erp = a_connection(page_size=1, feeds=[Feed.CUSTOMERS], timeout_seconds=30)
    clock = Clock()
    connector = ScriptedErp(*customers(5))
    theirs = []

    def stall():
        clock.move(minutes=3)
        theirs.append(clock() + minutes(1))
        Connection.objects.update(leased_until=theirs[0])

    connector.before_listing = [stall]

    work(erp, connector, clock)

    assert len(connector.calls) == 1
    assert Connection.objects.get().leased_until == theirs[0]
    assert SyncRun.objects.get().state == "broken_off"


def test_the_run_of_somebody_at_a_terminal_is_not_closed_by_the_worker():
    erp = a_connection(page_size=1)
    clock = Clock()
    states = []

    def look(_progress):
        if not states:
            work(erp, ScriptedErp(), clock)
            states.append(SyncRun.objects.get(read__gt=0).state)

    read(erp, ScriptedErp(*customers(2)), Feed.CUSTOMERS, clock=clock, report=look)

    assert states == ["running"]


def test_only_what_is_due_is_read():
    erp = a_connection(feeds=(), page_size=10)
    clock = Clock()
    a_feed(erp, Feed.CUSTOMERS, due_at=clock.now)
    a_feed(erp, Feed.ORDERS, due_at=clock.now + minutes(1))
    Cursor.objects.create(connection=erp, feed=Feed.PRODUCTS)
    connector = ScriptedErp()

    before = engine.due_connections(now=clock.now)
    work(erp, connector, clock)

    assert before == [erp.pk]
    assert [call[0] for call in connector.calls] == [Feed.CUSTOMERS]
    assert cursor_of(erp).due_at == clock.now + timedelta(seconds=15)
    assert engine.due_connections(now=clock.now) == []
    assert engine.due_connections(now=clock.now + minutes(1)) == [erp.pk]


def test_a_feed_that_is_off_is_read_when_somebody_asks():
    erp = a_connection(feeds=())
    Cursor.objects.create(connection=erp, feed=Feed.CUSTOMERS, wanted="run", due_at=NOON)
    connector = ScriptedErp()

    work(erp, connector, Clock())

    cursor = cursor_of(erp)
    assert len(connector.calls) == 1
    assert (cursor.wanted, cursor.due_at) == ("", None)
    assert SyncRun.objects.get().state == "done"


def test_a_paused_connection_is_left_alone():
    erp = a_connection(is_active=False)
    connector = ScriptedErp()

    work(erp, connector, Clock())

    assert engine.due_connections(now=NOON) == []
    assert connector.calls == []


def test_a_connection_that_somebody_works_on_is_left_alone_until_the_lease_ends():
    erp = a_connection(feeds=[Feed.CUSTOMERS])
    clock = Clock()
    connector = ScriptedErp(a_customer_record())
    Connection.objects.update(leased_until=clock.now + minutes(1))

    work(erp, connector, clock)
    during = Customer.objects.count()
    clock.move(minutes=2)
    work(erp, connector, clock)

    assert during == 0
    assert Customer.objects.count() == 1
    assert Connection.objects.get().leased_until is None


def test_a_run_that_a_dead_worker_left_is_closed_by_the_next_pass():
    erp = a_connection(feeds=[Feed.CUSTOMERS])
    dead = SyncRun.objects.create(cursor=cursor_of(erp), started_at=NOON, touched_at=NOON)

    work(erp, ScriptedErp(), Clock())

    dead.refresh_from_db()
    assert (dead.state, dead.ended_at) == ("broken_off", NOON)


def test_a_long_feed_lets_the_others_have_a_turn():
    erp = a_connection(feeds=[Feed.CUSTOMERS, Feed.ORDERS], page_size=1)
    clock = Clock()
    connector = ScriptedErp(*customers(3))
    connector.before_listing = [lambda: clock.move(minutes=2)] * 10

    work(erp, connector, clock)

    order = [call[0].value for call in connector.calls]
    assert order[:2] == ["customers", "orders"]
    assert Customer.objects.count() == 3
    assert SyncRun.objects.get(cursor__feed="customers").state == "done"


def test_a_pass_ends_and_the_next_one_goes_on():
    erp = a_connection(feeds=[Feed.CUSTOMERS], page_size=1)
    clock = Clock()
    connector = ScriptedErp(
        *[a_customer_record(f"C{each}", at=NOON + minutes(each * 10)) for each in range(9)]
    )
    connector.before_listing = [lambda: clock.move(minutes=2)] * 20

    work(erp, connector, clock)
    first = Customer.objects.count()
    work(erp, connector, clock)

    assert 0 < first < 9
    assert Customer.objects.count() == 9
    assert list(SyncRun.objects.order_by("pk").values_list("state", flat=True)) == [
        "broken_off",
        "done",
    ]


def test_old_runs_are_forgotten():
    cursor = a_feed()
    for days in (1, 40):
        moment = NOON - timedelta(days=days)
        SyncRun.objects.create(
            cursor=cursor, started_at=moment, touched_at=moment, ended_at=moment, state="done"
        )

    engine.prune(now=NOON)

    assert SyncRun.objects.count() == 1


def test_progress_is_told_page_by_page():
    erp = a_connection(page_size=2)
    told = []

    read(erp, ScriptedErp(*customers(3)), Feed.CUSTOMERS, report=told.append)

    assert [(each.read, each.expected, each.is_done) for each in told] == [
        (2, 3, False),
        (3, 3, True),
    ]


# How old the data is


def test_the_age_of_data_is_that_of_the_oldest_feed_asked_for(time_machine):
    time_machine.move_to(NOON + minutes(3), tick=False)
    erp = a_connection(feeds=(), page_size=10)
    a_feed(erp, Feed.ORDERS, succeeded_at=NOON + minutes(3))
    a_feed(erp, Feed.DELIVERIES, succeeded_at=NOON + minutes(2))
    a_feed(erp, Feed.INVOICES, succeeded_at=NOON)
    a_feed(erp, Feed.CUSTOMERS)

    def age(*feeds):
        answer = read_up_to(*feeds)
        return answer.at, answer.late

    assert age("orders", "deliveries") == (NOON + minutes(2), False)
    assert age("orders", "invoices") == (NOON, True)
    assert age("orders", "customers") == (None, False)
    assert age("settlements") == (None, False)


def test_the_age_of_paused_data_is_still_told(time_machine):
    time_machine.move_to(NOON + minutes(60), tick=False)
    erp = a_connection(feeds=(), is_active=False)
    a_feed(erp, Feed.ORDERS, succeeded_at=NOON)

    alone = read_up_to("orders")
    a_feed(None, Feed.ORDERS, succeeded_at=NOON + minutes(59))
    beside = read_up_to("orders")

    assert (alone.at, alone.late) == (NOON, True)
    assert (beside.at, beside.late) == (NOON + minutes(59), False)


# Runs that die, and runs that meet


class Killed(BaseException):
    """What no code of ours catches: the process is gone."""


def test_a_run_that_is_killed_between_pages_loses_and_repeats_nothing():
    erp = a_connection(page_size=2)
    connector = ScriptedErp(*customers(7))
    connector.failures = [None, None, Killed()]

    with pytest.raises(Killed):
        read(erp, connector, Feed.CUSTOMERS)
    written = Customer.objects.count()
    read(erp, connector, Feed.CUSTOMERS)

    assert written == 4
    assert Customer.objects.count() == 7
    assert set(SyncRun.objects.values_list("written", flat=True)) == {4, 3}


def test_a_page_is_written_whole_or_not_at_all(monkeypatch):
    erp = a_connection(page_size=10)
    connector = ScriptedErp(a_customer_record(), an_order_record("O1"), an_order_record("O2"))
    read(erp, connector, Feed.CUSTOMERS)

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE erp_bridge_binding RENAME COLUMN taken_at TO gone")
    assert not read(erp, connector, Feed.ORDERS)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE erp_bridge_binding RENAME COLUMN gone TO taken_at")
    nothing = (
        Order.objects.count(),
        OrderLine.objects.count(),
        cursor_of(erp, "orders").watermark_at,
    )
    clock = Clock()
    clock.move(hours=1)
    read(erp, connector, Feed.ORDERS, clock=clock)

    assert nothing == (0, 0, None)
    assert (Order.objects.count(), OrderLine.objects.count()) == (2, 4)


@pytest.mark.django_db(transaction=True)
def test_two_runs_of_the_same_feeds_at_once_do_each_other_no_harm():
    erp = a_connection(page_size=3)
    records = [
        *customers(20),
        *[an_order_record(f"O{each}", customer="C0007") for each in range(20)],
    ]
    together = threading.Barrier(2, timeout=20)
    results = []

    def run(feeds):
        connector = ScriptedErp(*records)
        connector.before_listing = [together.wait]
        try:
            results.append(
                engine.read_feeds(
                    connection_id=erp.pk,
                    feeds=feeds,
                    full=False,
                    connect=lambda _erp: connector,
                    clock=Clock(),
                )
            )
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[list(Feed)]) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert results == [True, True]
    assert (Customer.objects.count(), Order.objects.count()) == (20, 20)
    assert HeldRecord.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_orders_and_their_customer_read_at_the_same_moment_find_each_other():
    """Without the lock of the connection one of some runs leaves an order waiting for ever."""
    for attempt in range(5):
        erp = a_connection(page_size=50)
        records = [
            a_customer_record("C1"),
            *[an_order_record(f"O{attempt}-{each}") for each in range(20)],
        ]
        together = threading.Barrier(2, timeout=20)

        def run(feed, erp=erp, records=records, together=together):
            connector = ScriptedErp(*records)
            connector.before_listing = [together.wait]
            try:
                read(erp, connector, feed)
            finally:
                connections.close_all()

        threads = [
            threading.Thread(target=run, args=[feed]) for feed in (Feed.CUSTOMERS, Feed.ORDERS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)

        assert HeldRecord.objects.count() == 0
        assert Order.objects.filter(source=erp.code).count() == 20


def test_an_unreadable_row_without_an_id_does_not_stop_its_feed():
    erp = a_connection(page_size=2)
    connector = ScriptedErp(*customers(5))
    connector.unreadable[Feed.CUSTOMERS, "C0003"] = Unreadable(
        remote_id="", number="", changed_at=None, reason="Nothing can be read.", raw="<?>"
    )

    assert read(erp, connector, Feed.CUSTOMERS)

    assert Customer.objects.count() == 4
    assert HeldRecord.objects.get().reason == "Nothing can be read."
