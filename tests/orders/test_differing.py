"""Versions of an offer compared, without a database."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders.differing import LineChange, WordChange, differences


@dataclass(frozen=True, kw_only=True)
class Line:
    position: int
    description: str = "Run Berlin to Graz"
    kind: str = "included"
    instead_of: int | None = None
    product_number: str = ""
    quantity: Decimal = Decimal(4)
    unit: str = "run"
    unit_price: Decimal = Decimal(1120)
    discount_percent: Decimal = Decimal(0)
    vat_rate: Decimal = Decimal(20)


@dataclass(frozen=True, kw_only=True)
class Version:
    valid_on: date = date(2026, 11, 30)
    text: str = ""
    terms: str = ""
    closing: str = ""


RUN = Line(position=1)
LIFT = Line(position=2, description="Tail lift", unit_price=Decimal(45))
COVER = Line(position=3, description="Cargo insurance", kind="optional")


def lines_changed(before, after):
    return differences(Version(), Version(), lines_before=before, lines_after=after).lines


def test_the_same_offer_does_not_differ():
    found = differences(
        Version(), Version(), lines_before=[RUN, LIFT], lines_after=[RUN, replace(LIFT)]
    )

    assert not found


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("quantity", Decimal(5)),
        ("unit", "day"),
        ("unit_price", Decimal("1119.99")),
        ("discount_percent", Decimal(5)),
        ("vat_rate", Decimal(0)),
        ("kind", "optional"),
        ("description", "Run Berlin to Linz"),
        ("product_number", "R-1"),
    ],
)
def test_each_field_of_a_line_is_told(name, value):
    after = replace(RUN, **{name: value})

    [change] = lines_changed([RUN, LIFT], [after, LIFT])

    assert change == LineChange(RUN, after, (name,))


def test_several_fields_of_one_line_are_one_change():
    after = replace(RUN, quantity=Decimal(5), unit_price=Decimal(1000), vat_rate=Decimal(0))

    [change] = lines_changed([RUN], [after])

    assert change.fields == ("quantity", "unit_price", "vat_rate")


def test_a_removed_line_moves_the_others_up_and_nothing_else_is_told():
    lift, cover = replace(LIFT, position=1), replace(COVER, position=2)

    assert lines_changed([RUN, LIFT, COVER], [lift, cover]) == [LineChange(RUN, None)]


def test_added_lines_come_in_their_place_and_removed_ones_last():
    new = Line(position=1, description="Customs", unit_price=Decimal(90), unit="")

    assert lines_changed([LIFT], [new, replace(RUN, position=2)]) == [
        LineChange(None, new),
        LineChange(None, replace(RUN, position=2)),
        LineChange(LIFT, None),
    ]


def test_lines_that_change_places_do_not_differ():
    assert lines_changed([RUN, LIFT], [replace(LIFT, position=1), replace(RUN, position=2)]) == []


def test_of_two_lines_of_one_thing_the_unchanged_one_stays_itself():
    first, second = RUN, replace(RUN, position=2, quantity=Decimal(1))
    after = [replace(RUN, position=1, quantity=Decimal(9)), replace(RUN, position=2)]

    assert lines_changed([first, second], after) == [LineChange(second, after[0], ("quantity",))]


def test_a_product_with_other_words_and_another_price_is_one_change():
    before = replace(RUN, product_number="R-1")
    after = replace(before, description="Express run", unit_price=Decimal(1480))

    assert lines_changed([before], [after]) == [
        LineChange(before, after, ("description", "unit_price"))
    ]


def test_other_words_and_another_price_without_a_product_are_another_line():
    after = replace(RUN, description="Express run", unit_price=Decimal(1480))

    assert lines_changed([RUN], [after]) == [LineChange(None, after), LineChange(RUN, None)]


def test_an_alternative_follows_its_line_to_another_place():
    other = replace(COVER, kind="alternative", instead_of=2)
    lift, moved = replace(LIFT, position=1), replace(other, position=2, instead_of=1)

    assert lines_changed([RUN, LIFT, other], [lift, moved]) == [LineChange(RUN, None)]


def test_an_alternative_to_another_line_is_told():
    other = replace(COVER, kind="alternative", instead_of=2)
    after = replace(other, instead_of=1)

    assert lines_changed([RUN, LIFT, other], [RUN, LIFT, after]) == [
        LineChange(other, after, ("instead_of",))
    ]


def test_validity_and_texts_are_told_with_both_wordings():
    before = Version(text="Dear Maria", terms="14 days net")
    after = Version(valid_on=date(2026, 12, 7), text="Dear Maria", closing="Kind regards")

    found = differences(before, after, lines_before=[RUN], lines_after=[RUN])

    assert found.lines == []
    assert found.words == [
        WordChange("valid_on", date(2026, 11, 30), date(2026, 12, 7)),
        WordChange("terms", "14 days net", ""),
        WordChange("closing", "", "Kind regards"),
    ]


# A busy machine is no fault of the rule.
calmly = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
some_lines = st.lists(
    st.builds(
        Line,
        position=st.just(0),
        description=st.sampled_from(["Run", "Lift", "Cover"]),
        product_number=st.sampled_from(["", "R-1"]),
        quantity=st.sampled_from([Decimal(1), Decimal(2)]),
        kind=st.sampled_from(["included", "optional"]),
    ),
    max_size=7,
).map(lambda rows: [replace(row, position=place) for place, row in enumerate(rows, start=1)])


@calmly
@given(some_lines, some_lines)
def test_every_line_of_both_versions_is_told_or_the_same(before, after):
    changes = lines_changed(before, after)

    added = sum(change.before is None for change in changes)
    removed = sum(change.after is None for change in changes)
    assert len(before) - removed == len(after) - added
    told_before = [change.before.position for change in changes if change.before]
    told_after = [change.after.position for change in changes if change.after]
    assert len(told_before) == len(set(told_before))
    assert told_after == sorted(set(told_after))
    # What is not told stands in both, word for word.
    still_before = sorted(
        repr(replace(line, position=0)) for line in before if line.position not in told_before
    )
    still_after = sorted(
        repr(replace(line, position=0)) for line in after if line.position not in told_after
    )
    assert still_before == still_after


@calmly
@given(some_lines)
def test_an_offer_never_differs_from_itself(lines):
    assert lines_changed(lines, lines) == []
