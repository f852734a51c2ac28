from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders import offering, splitting
from orders.splitting import CannotSplit
from tests.builders.wishes import a_stop, some_goods

HELSINKI = ZoneInfo("Europe/Helsinki")
PICKUP = a_stop(name="Depot")
GRAZ = a_stop("delivery", name="Graz", day=date(2026, 11, 25), starts_at=None, ends_at=None)
WIEN = a_stop("delivery", name="Wien", day=date(2026, 11, 25), starts_at=None, ends_at=None)


def local(moment):
    return moment.astimezone(HELSINKI).strftime("%d.%m. %H:%M")


def test_a_way_moves_to_each_day_with_the_hands_of_the_clock():
    """The clocks go forward in the night to 28 March 2027."""
    stops = [
        a_stop(
            day=date(2027, 3, 27),
            starts_at=datetime(2027, 3, 27, 4, tzinfo=UTC),
            ends_at=datetime(2027, 3, 27, 6, tzinfo=UTC),
        ),
        a_stop("delivery", day=date(2027, 3, 28), starts_at=None, ends_at=None),
    ]

    parts = splitting.by_day(
        stops, [some_goods()], [date(2027, 3, 28), date(2027, 3, 27)], zone=HELSINKI
    )

    assert [[stop.day.day for stop in part.stops] for part in parts] == [[27, 28], [28, 29]]
    assert [local(part.stops[0].starts_at) for part in parts] == ["27.03. 06:00", "28.03. 06:00"]
    assert [part.stops[0].starts_at.astimezone(UTC).hour for part in parts] == [4, 3]
    assert [part.goods for part in parts] == [(some_goods(),)] * 2


@pytest.mark.parametrize(
    "days",
    [
        [],
        [date(2026, 11, 24)] * 2,
        [date.fromordinal(date(2026, 11, 24).toordinal() + n) for n in range(61)],
    ],
)
def test_each_day_is_given_once_and_not_too_many(days):
    with pytest.raises(CannotSplit):
        splitting.by_day([PICKUP, GRAZ], [], days, zone=HELSINKI)


def test_a_way_without_a_day_cannot_move():
    with pytest.raises(CannotSplit):
        splitting.by_day([a_stop(day=None)], [], [date(2026, 11, 24)], zone=HELSINKI)


def test_each_delivery_gets_its_goods_and_the_pick_ups_before_it():
    late = a_stop(name="Late depot")
    stops = [PICKUP, GRAZ, late, WIEN]
    goods = [
        some_goods(description="For Graz", loaded_at=1, unloaded_at=2),
        some_goods(description="For Wien", loaded_at=3, unloaded_at=4),
        some_goods(description="For the last"),
    ]

    first, second = splitting.by_stop(stops, goods)

    assert [stop.name for stop in first.stops] == ["Depot", "Graz"]
    assert [stop.name for stop in second.stops] == ["Depot", "Late depot", "Wien"]
    assert [(row.description, row.loaded_at, row.unloaded_at) for row in first.goods] == [
        ("For Graz", 1, 2)
    ]
    assert [(row.description, row.loaded_at, row.unloaded_at) for row in second.goods] == [
        ("For Wien", 2, 3),
        ("For the last", None, None),
    ]


@pytest.mark.parametrize("kind", ["pickup", "stop"])
def test_goods_that_are_unloaded_elsewhere_are_not_lost(kind):
    stops = [PICKUP, GRAZ, a_stop(kind, name="Customs"), WIEN]
    goods = [
        some_goods(description="For Graz", unloaded_at=2),
        some_goods(description="For the customs", unloaded_at=3),
        some_goods(description="For Wien", unloaded_at=4),
    ]

    with pytest.raises(CannotSplit) as refusal:
        splitting.by_stop(stops, goods)

    assert str(refusal.value.user_message) == (
        "“For the customs” is unloaded at stop 3, which is no place of delivery."
    )


def test_what_comes_back_from_a_delivery_is_picked_up_there():
    goods = [
        some_goods(description="For Graz", loaded_at=1, unloaded_at=2),
        some_goods(description="Empties", loaded_at=2, unloaded_at=3),
    ]

    first, second = splitting.by_stop([PICKUP, GRAZ, WIEN], goods)

    assert [(stop.name, stop.kind) for stop in first.stops] == [
        ("Depot", "pickup"),
        ("Graz", "delivery"),
    ]
    assert [(stop.name, stop.kind) for stop in second.stops] == [
        ("Depot", "pickup"),
        ("Graz", "pickup"),
        ("Wien", "delivery"),
    ]
    assert [(row.description, row.loaded_at, row.unloaded_at) for row in second.goods] == [
        ("Empties", 2, 3)
    ]


KINDS = st.tuples(*[st.sampled_from(["pickup", "delivery", "stop"])] * 4)
PLACES = st.tuples(*[st.none() | st.integers(min_value=1, max_value=4)] * 2)


@given(kinds=KINDS, places=st.lists(PLACES, max_size=4))
def test_by_stop_every_row_is_in_one_order_with_both_its_places(kinds, places):
    stops = [a_stop(kind, name=f"Stop {number}") for number, kind in enumerate(kinds, start=1)]
    goods = [
        some_goods(description=str(number), loaded_at=loaded_at, unloaded_at=unloaded_at)
        for number, (loaded_at, unloaded_at) in enumerate(places)
    ]
    try:
        parts = splitting.by_stop(stops, goods)
    except CannotSplit:
        return

    def named(stops, row):
        return [stops[at - 1].name if at else None for at in (row.loaded_at, row.unloaded_at)]

    taken = [(row.description, named(part.stops, row)) for part in parts for row in part.goods]
    assert sorted(taken) == [(row.description, named(stops, row)) for row in goods]


def test_one_delivery_cannot_be_taken_apart_nor_one_that_gets_nothing():
    with pytest.raises(CannotSplit):
        splitting.by_stop([PICKUP, GRAZ], [some_goods()])
    with pytest.raises(CannotSplit):
        splitting.by_stop([PICKUP, GRAZ, WIEN], [some_goods(loaded_at=1, unloaded_at=3)])


def test_packages_stay_whole_and_weights_follow_them():
    goods = [some_goods(quantity=Decimal(7), gross_weight=Decimal(700))]

    parts = splitting.in_parts([PICKUP, GRAZ], goods, 3)

    assert [(part.goods[0].quantity, part.goods[0].gross_weight) for part in parts] == [
        (3, 300),
        (2, 200),
        (2, 200),
    ]


@pytest.mark.parametrize("parts", [-1, 0, 1, 3, 61])
def test_parts_that_make_no_sense_are_refused(parts):
    with pytest.raises(CannotSplit):
        splitting.in_parts([PICKUP, GRAZ], [some_goods(quantity=Decimal(2))], parts)


def test_what_is_too_little_for_all_parts_is_not_shared():
    with pytest.raises(CannotSplit):
        splitting.in_parts([PICKUP, GRAZ], [some_goods(quantity=Decimal("0.002"))], 3)


@given(
    quantity=st.decimals(min_value="0.1", max_value=10000, places=1),
    parts=st.integers(min_value=2, max_value=60),
)
def test_portions_add_up(quantity, parts):
    goods = [some_goods(quantity=quantity)]
    try:
        made = splitting.in_parts([PICKUP], goods, parts)
    except CannotSplit:
        assert quantity == quantity.to_integral_value() < parts
        return

    assert sum(part.goods[0].quantity for part in made) == quantity


@given(
    amount=st.decimals(min_value=-100000, max_value=100000, places=2),
    parts=st.integers(min_value=1, max_value=60),
)
def test_shares_of_an_amount_add_up_to_the_cent(amount, parts):
    shares = offering.shares(amount, parts, currency="EUR")

    assert sum(shares) == amount
    assert len(shares) == parts
    assert len(set(shares[:-1])) <= 1


def test_a_yen_is_never_broken():
    assert offering.shares(Decimal(100), 3, currency="JPY") == [33, 33, 34]
