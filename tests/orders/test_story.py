from datetime import date, timedelta

import pytest

from orders.models import OrderEvent
from orders.story import progress, story
from tests.builders.orders import NOON, an_event, an_order

pytestmark = pytest.mark.django_db


def steps_of(order, *, expected_on=None):
    steps = story(order, OrderEvent.objects.filter(order=order), expected_on=expected_on)
    return [(str(step.label), step.state, step.at, step.detail) for step in steps]


def test_a_new_order_has_its_whole_way_ahead():
    order = an_order()
    an_event(order, "received")

    assert steps_of(order, expected_on=date(2026, 11, 23)) == [
        ("Received", "now", NOON, "ERP"),
        ("Confirmed", "next", None, ""),
        ("Planned", "next", None, ""),
        ("Departed", "next", None, ""),
        ("Delivered", "next", None, "Expected 23 Nov 2026"),
        ("Invoiced", "next", None, "After delivery"),
    ]


def test_stations_tell_when_and_by_whom_and_what():
    order = an_order(status="planned")
    an_event(order, "received", NOON)
    an_event(order, "confirmed", NOON + timedelta(hours=1), detail="Version 2")
    an_event(order, "planned", NOON + timedelta(hours=2), detail="Tour 318")

    assert steps_of(order)[:3] == [
        ("Received", "past", NOON, "ERP"),
        ("Confirmed", "past", NOON + timedelta(hours=1), "ERP · Version 2"),
        ("Planned", "now", NOON + timedelta(hours=2), "ERP · Tour 318"),
    ]


def test_a_station_that_a_later_one_passed_is_left_out_when_nobody_told_it():
    order = an_order(status="departed")
    an_event(order, "received")
    an_event(order, "departed", NOON + timedelta(days=1))

    assert [step[:2] for step in steps_of(order)] == [
        ("Received", "past"),
        ("Departed", "now"),
        ("Delivered", "next"),
        ("Invoiced", "next"),
    ]


def test_the_status_counts_where_no_event_came_with_it():
    order = an_order(status="delivered")

    assert steps_of(order) == [
        ("Delivered", "now", None, ""),
        ("Invoiced", "next", None, "After delivery"),
    ]


def test_a_finished_order_has_nothing_ahead():
    order = an_order(status="delivered", invoicing="fully")
    for days, kind in enumerate(
        ["received", "confirmed", "planned", "departed", "delivered", "invoiced"]
    ):
        an_event(order, kind, NOON + timedelta(days=days))

    assert [step[1] for step in steps_of(order)] == ["past"] * 5 + ["now"]


def test_a_cancelled_order_ends_there_and_shows_how_far_it_came():
    order = an_order(status="cancelled")
    an_event(order, "received")
    an_event(order, "confirmed", NOON + timedelta(hours=1))
    an_event(order, "cancelled", NOON + timedelta(hours=2), detail="On request")

    assert steps_of(order) == [
        ("Received", "past", NOON, "ERP"),
        ("Confirmed", "past", NOON + timedelta(hours=1), "ERP"),
        ("Cancelled", "bad", NOON + timedelta(hours=2), "ERP · On request"),
    ]


@pytest.mark.parametrize(
    ("fields", "done"),
    [
        ({}, 1),
        ({"status": "departed"}, 4),
        ({"status": "delivered", "invoicing": "partly"}, 5),
        ({"status": "delivered", "invoicing": "fully"}, 6),
        ({"status": "cancelled"}, 0),
    ],
)
def test_progress_counts_the_stations_passed(fields, done):
    assert progress(an_order(**fields)) == (done, 6)


def test_a_change_stands_where_it_happened_and_is_no_station():
    order = an_order(status="confirmed")
    an_event(order, "received", NOON)
    an_event(order, "changed", NOON + timedelta(hours=1), detail="Maria Anders")
    an_event(order, "confirmed", NOON + timedelta(hours=2))

    assert steps_of(order)[:3] == [
        ("Received", "past", NOON, "ERP"),
        ("Changed", "past", NOON + timedelta(hours=1), "ERP · Maria Anders"),
        ("Confirmed", "now", NOON + timedelta(hours=2), "ERP"),
    ]
    assert progress(order) == (2, 6)
