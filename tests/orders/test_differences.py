"""What two contents differ in, field by field and in words; the form of an order as it stands."""

from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from orders.contents import fingerprint_of, goods_of, stops_of
from orders.differences import Difference, differences, in_words
from orders.form_fields import Level
from orders.forms.change import rules_of, typed

PICK_UP = {
    "kind": "pickup",
    "name": "Alfreds Futterkiste",
    "city": "Berlin",
    "day": "2026-11-24",
    "starts_at": "2026-11-24T05:00:00+00:00",
}
GRAZ = {"kind": "delivery", "name": "Ernst Handel", "city": "Graz", "country": "AT"}
WIEN = GRAZ | {"city": "Wien"}
FISH = {"quantity": "2", "package": "eur_pallet", "description": "Tinned fish"}
STANDING = {
    "answers": {"customer_reference": "4500", "adults": 2},
    "stops": [PICK_UP, GRAZ],
    "goods": [FISH],
}


def different(**changed):
    return differences(STANDING, STANDING | changed)


def told(**changed):
    return [(each.title, each.before, each.after) for each in in_words(different(**changed))]


def test_equal_contents_have_no_differences():
    assert different() == []
    assert fingerprint_of(STANDING) == fingerprint_of(dict(STANDING))


def test_values_are_compared_one_by_one():
    assert different(answers={"adults": 3, "crane": True}) == [
        Difference("answers", 0, "customer_reference", "4500", None),
        Difference("answers", 0, "adults", 2, 3),
        Difference("answers", 0, "crane", None, True),
    ]


def test_the_order_is_that_of_reading_however_a_content_was_stored():
    mixed = {
        "goods": [dict(reversed(FISH.items())) | {"package": "box", "quantity": "3"}],
        "stops": [PICK_UP | {"ends_at": "2026-11-24T07:00:00+00:00", "name": "A"}, GRAZ],
        "answers": {"adults": 3, "contact_name": "Maria", "customer_reference": "4500"},
    }

    found = differences(dict(reversed(STANDING.items())), mixed)

    assert [(each.section, each.name) for each in found] == [
        ("answers", "contact_name"),
        ("answers", "adults"),
        ("stops", "name"),
        ("stops", "ends_at"),
        ("goods", "quantity"),
        ("goods", "package"),
    ]


def test_a_changed_row_is_told_field_by_field():
    assert different(stops=[PICK_UP, WIEN]) == [Difference("stops", 2, "city", "Graz", "Wien")]


def test_a_row_taken_out_of_the_middle_is_one_difference():
    found = differences(
        STANDING | {"stops": [PICK_UP, GRAZ, WIEN]}, STANDING | {"stops": [PICK_UP, WIEN]}
    )

    assert found == [Difference("stops", 2, "", GRAZ, None)]


def test_a_new_row_is_told_as_a_whole_beside_a_changed_one():
    more = FISH | {"quantity": "5"}

    assert different(goods=[more, FISH, FISH]) == [
        Difference("goods", 1, "", None, more),
        Difference("goods", 3, "", None, FISH),
    ]


def test_a_section_that_is_new_is_all_new():
    rows = [{"number": "11", "name": "Queso", "unit": "kg", "quantity": "3"}]

    assert told(products=rows) == [("Product 1, new", "–", "3 kg Queso")]  # noqa: RUF001


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"answers": {"customer_reference": "4500"}}, [("Adults", "2", "–")]),  # noqa: RUF001
        (
            {"answers": STANDING["answers"] | {"tail_lift": True}},
            [("Tail lift", "–", "Yes")],  # noqa: RUF001
        ),
        (
            {"stops": [PICK_UP | {"starts_at": "2026-11-24T06:30:00+00:00"}, GRAZ]},
            [("Stop 1, From", "24 Nov 2026, 07:00", "24 Nov 2026, 08:30")],
        ),
        (
            {"stops": [PICK_UP, GRAZ | {"country": "DE"}]},
            [("Stop 2, Country", "Austria", "Germany")],
        ),
        (
            {"stops": [PICK_UP | {"phone": "+49300074321"}, GRAZ]},
            [("Stop 1, Phone", "–", "+49 30 0074321")],  # noqa: RUF001
        ),
        (
            {"stops": [PICK_UP]},
            [("Stop 2, left out", "Deliver, Ernst Handel, Graz, Austria", "–")],  # noqa: RUF001
        ),
        (
            {"goods": [FISH | {"package": "box", "quantity": "1234.5"}]},
            [
                ("Goods row 1, Quantity", "2", "1,234.5"),
                ("Goods row 1, Package", "EUR pallet", "Box"),
            ],
        ),
    ],
)
def test_differences_are_told_as_people_read_them(settings, changed, words):
    settings.TIME_ZONE = "Europe/Helsinki"

    assert told(**changed) == words


def test_differences_are_told_in_the_language_of_the_page():
    with translation.override("de"):
        [found] = in_words(different(goods=[FISH | {"quantity": "2.5"}]))

    assert (found.before, found.after) == ("2", "2,5")


def test_contents_are_wishes_again():
    assert [stop.city for stop in stops_of(STANDING)] == ["Berlin", "Graz"]
    assert [str(row.quantity) for row in goods_of(STANDING)] == ["2"]


def test_the_form_begins_with_what_stands_as_it_would_be_typed():
    with translation.override("de"):
        found = typed(
            STANDING | {"goods": [FISH | {"gross_weight": "640.5", "is_stackable": True}]},
            ZoneInfo("Europe/Berlin"),
        )

    assert found["answers"] == {"customer_reference": "4500", "adults": "2"}
    assert (found["stops"][0]["day"], found["stops"][0]["starts"]) == ("2026-11-24", "06:00")
    assert (found["goods"][0]["gross_weight"], found["goods"][0]["is_stackable"]) == (
        "640,5",
        "on",
    )


def test_a_price_has_the_decimals_of_money_and_those_it_needs():
    before = {"lines": [{"description": "Freight", "unit_price": "12"}]}
    after = {"lines": [{"description": "Freight", "unit_price": "12.12345"}]}

    [told] = in_words(differences(before, after))

    assert (told.before, told.after) == ("12.00", "12.12345")


def test_what_was_answered_is_asked_whatever_the_type_says_today():
    rules = rules_of([{"people": "hidden", "goods": "hidden"}], STANDING)

    assert rules.shows("adults")
    assert rules.shows("goods.quantity")


def test_what_was_not_answered_is_not_required_today():
    rules = rules_of([{"stop.street": "required", "stop.city": "required"}], STANDING)

    assert rules.level("stop.street") == Level.OPTIONAL
    assert rules.level("stop.city") == Level.REQUIRED


@pytest.mark.parametrize(
    "name", ["company_name", "payer", "einvoice", "target_price", "confirm_by", "country"]
)
def test_who_orders_and_who_pays_is_not_asked_again(name):
    assert not rules_of([{"money": "required", "paying": "required"}], STANDING).shows(name)
