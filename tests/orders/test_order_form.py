from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from django.template.loader import render_to_string
from django.test.signals import template_rendered
from django.utils import translation

from orders import drafting, pricing
from orders.form_fields import ATTACHMENTS, CATALOGUE, SECTIONS, Level, Rules, Section, of_section
from orders.forms.rows import GoodsForm, ProductForm, StopForm
from orders.models import Product
from orders.services import requests
from orders.states import OrderOrigin
from orders.views.filling import sections_of
from portal.templatetags.ui import row_field
from tests.builders.order_forms import a_form, answers, goods, stop, typed
from tests.builders.wishes import a_product


def wish_of(form, **fields):
    fields = {
        "sent_key": uuid4(),
        "origin": OrderOrigin.WEB,
        "customer_id": 1,
        "order_type_id": None,
        "language": "de",
    } | fields
    return form.wish(**fields)


def errors_of(form):
    """Every error as (form and field, code)."""
    form.is_valid()
    return {
        (f"{part.prefix}-{name}", error.code)
        for part in form.forms
        for name, errors in part.errors.as_data().items()
        for error in errors
    }


def test_a_form_that_is_right_says_what_is_wanted():
    form = a_form()

    assert (form.is_valid(), form.problems) == (True, [])
    wish = wish_of(form)
    assert (wish.contact_email, wish.contact_phone) == ("maria@alfreds.example", "+49300074321")
    assert [(row.kind, row.city, row.day) for row in wish.stops] == [
        ("pickup", "Berlin", date(2026, 11, 24)),
        ("delivery", "Graz", date(2026, 11, 25)),
    ]
    assert wish.stops[0].starts_at == datetime(2026, 11, 24, 4, tzinfo=UTC)
    assert [(row.quantity, row.package, row.gross_weight) for row in wish.goods] == [
        (2, "eur_pallet", 640)
    ]
    assert form.answers.cleaned_data["business_id"] == "DE136695976"
    assert form.weight == 640


def test_an_empty_form_asks_for_everything_it_needs():
    form = a_form(drafting.empty(), words=[{"goods": "required"}])

    assert {(where, code) for where, code in errors_of(form) if code != "required"} == set()
    asked = {where for where, _code in errors_of(form)}
    assert {"answers-kind", "answers-contact_email", "stops-1-day", "goods-1-quantity"} <= asked
    assert not asked & {"answers-business_id", "stops-1-starts", "goods-1-marks"}


@pytest.mark.parametrize(
    ("where", "changed", "field", "code"),
    [
        ("answers", answers(contact_email="m.anders@alfreds"), "answers-contact_email", "invalid"),
        ("answers", answers(contact_phone="12"), "answers-contact_phone", "phone"),
        ("answers", answers(postal_code="1220"), "answers-postal_code", "postal_code"),
        ("answers", answers(business_id="DE 136 695 975"), "answers-business_id", "business_id"),
        ("answers", answers(kind="whim"), "answers-kind", "invalid_choice"),
        ("answers", answers(country="XX"), "answers-country", "invalid_choice"),
        ("answers", answers(contact_name="x" * 256), "answers-contact_name", "max_length"),
        ("answers", answers(payer="other"), "answers-payer_note", "required"),
        ("stops", [stop(day="2026-11-15")], "stops-1-day", "past"),
        ("stops", [stop(day="2062-11-24")], "stops-1-day", "far"),
        ("stops", [stop(day="soon")], "stops-1-day", "invalid"),
        ("stops", [stop(day="2026-11-16", ends="11:59")], "stops-1-ends", "past"),
        ("stops", [stop(day="2026-11-16", starts="11:59", ends="")], "stops-1-starts", "past"),
        ("stops", [stop(ends="05:00")], "stops-1-ends", "order"),
        ("stops", [stop(starts="25:00")], "stops-1-starts", "invalid"),
        ("stops", [stop(postal_code="1220")], "stops-1-postal_code", "postal_code"),
        ("stops", [stop(day="2027-03-28", starts="03:30")], "stops-1-starts", "skipped"),
        ("goods", [goods(quantity="0")], "goods-1-quantity", "min_value"),
        ("goods", [goods(quantity="-2")], "goods-1-quantity", "min_value"),
        ("goods", [goods(quantity="NaN")], "goods-1-quantity", "invalid"),
        ("goods", [goods(quantity="1e9")], "goods-1-quantity", "max_whole_digits"),
        ("goods", [goods(gross_weight="999999999")], "goods-1-gross_weight", "max_value"),
        ("goods", [goods(is_dangerous="on")], "goods-1-un_number", "required"),
        ("goods", [goods(is_dangerous="on", un_number="12")], "goods-1-un_number", "un"),
        (
            "goods",
            [goods(lowest_temperature="8", highest_temperature="2")],
            "goods-1-highest_temperature",
            "order",
        ),
        ("goods", [goods(loaded_at="3")], "goods-1-loaded_at", "stop"),
        ("goods", [goods(loaded_at="2", unloaded_at="1")], "goods-1-unloaded_at", "order"),
    ],
)
def test_wrong_input_is_refused_where_it_was_made(where, changed, field, code):
    form = a_form(typed(**{where: changed}))

    assert (field, code) in errors_of(form)
    assert not form.is_valid()


def test_an_hour_that_comes_twice_is_the_first():
    """The clocks go back in the night to 31 October 2027."""
    twice = stop(day="2027-10-31", starts="03:30", ends="03:45")
    form = a_form(typed(stops=[twice], goods=[]))

    assert form.is_valid()
    assert wish_of(form).stops[0].starts_at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "stops",
    [
        [stop(), stop("delivery", day="2026-11-23")],
        [stop(), stop("delivery", starts="04:00", ends="05:00")],
        [stop("delivery"), stop("pickup", day="2026-11-25")],
        [stop("stop"), stop("delivery"), stop("pickup", day="2026-11-25")],
        [
            stop(starts="10:00", ends="11:00"),
            stop("stop", starts="", ends=""),
            stop("delivery", starts="08:00", ends="09:00"),
        ],
        [
            stop(starts="10:00", ends=""),
            stop("stop", starts="07:00", ends="12:00"),
            stop("delivery", starts="08:00", ends="09:00"),
        ],
        [stop()],
    ],
)
def test_a_way_that_makes_no_sense_is_a_problem_of_the_form(stops):
    form = a_form(typed(stops=stops))

    assert len(form.problems) == 1
    assert not form.is_valid()


# The answers of each section, and where an empty one that is required is told.
ANSWERED = {
    Section.PEOPLE: ({"children": "20"}, "answers-adults"),
    Section.EQUIPMENT: ({"crane": "on"}, "answers-tail_lift"),
    Section.PAYING: ({"invoice_email": "pay@alfreds.example"}, "answers-payer"),
    Section.MONEY: ({"target_price": "1200"}, "answers-target_price"),
    Section.NOTES: ({"note_to_driver": "Ring twice"}, "answers-note_to_planner"),
}


@pytest.mark.parametrize("section", ANSWERED)
@pytest.mark.parametrize("by", ["type", "link"])
def test_a_section_that_is_required_asks_for_at_least_one_answer(section, by):
    given, field = ANSWERED[section]
    words = {section.value: "required", "adults": "optional"}
    rules = [words, {}] if by == "type" else [{section.value: "hidden"}, words]

    empty = a_form(typed(answers=answers(adults="0", crane="")), words=rules)
    answered = a_form(typed(answers=answers(**given)), words=rules)

    assert errors_of(empty) == {(field, "section")}
    assert not empty.is_valid()
    assert answered.is_valid()


@pytest.mark.parametrize(
    ("section", "rows", "words"),
    [
        (Section.STOPS, [], "Give at least one stop."),
        (Section.STOPS, [{"kind": "pickup"}, {"kind": "delivery"}], "Give at least one stop."),
        (Section.GOODS, [], "Give at least one goods row."),
        (Section.PRODUCTS, [], "Give at least one product."),
    ],
)
def test_rows_that_are_required_have_to_be_there(section, rows, words):
    levels = dict.fromkeys([name for name in CATALOGUE if name.startswith("stop.")], "optional")
    form = a_form(
        typed(**{section.value: rows}), words=[levels, {section.value: "required"}], products={}
    )

    assert form.missing == {section.value: words}
    assert not form.is_valid()


def test_notes_that_are_required_may_be_a_paper():
    words = [{"notes": "required"}]

    assert a_form(words=words, has_files=True).is_valid()
    assert not a_form(words=[*words, {"attachments": "hidden"}]).is_valid()


def test_papers_that_alone_could_answer_their_section_have_to_be_there():
    nothing_else = dict.fromkeys(("note_to_planner", "note_to_driver", "note_on_invoice"), "hidden")
    words = [{"notes": "required", **nothing_else}]

    form = a_form(words=words)

    assert form.missing == {"files": "Give at least one paper."}
    assert not form.is_valid()
    assert a_form(words=words, has_files=True).is_valid()


def test_a_section_whose_questions_are_all_hidden_asks_for_nothing():
    hidden = dict.fromkeys((asked.name for asked in of_section(Section.EQUIPMENT)), "hidden")

    assert a_form(words=[{"equipment": "required", **hidden}]).is_valid()


def places_of(name):
    """The fields that ask a question, in the first row where it is asked for rows."""
    row, _dot, question = name.rpartition(".")
    prefix = {"": "answers", "stop": "stops-1", "goods": "goods-1", "product": "products-1"}[row]
    fields = GoodsForm.questions.get(question, (question,)) if row == "goods" else (question,)
    return [f"{prefix}-{field}" for field in fields]


@pytest.mark.parametrize("asked", [row for row in CATALOGUE.values() if row.name != ATTACHMENTS])
def test_a_question_that_is_required_is_answered(asked):
    """Each by itself, and a tick never: leaving it empty answers it."""
    sections = dict.fromkeys([section.value for section in Section], "optional")
    sections |= dict.fromkeys([section.value for section in drafting.ROWS], "required")
    others = dict.fromkeys(CATALOGUE, "optional")
    form = a_form(
        {"answers": {}, "stops": [{}], "goods": [{}], "products": [{}]},
        words=[sections, others, {asked.name: "required"}],
    )

    always = [row.name for row in CATALOGUE.values() if row.is_fixed]
    needed = always if asked.is_tick else [*always, asked.name]
    assert errors_of(form) == {
        (place, "required") for name in ["kind", *needed] for place in places_of(name)
    }
    assert not form.is_valid()


@pytest.mark.parametrize(
    "stops",
    [
        [stop(day="2026-11-16", starts="11:00", ends="13:00"), stop("delivery")],
        [
            stop(starts="", ends=""),
            stop("stop", starts="09:00", ends=""),
            stop("delivery", day="", starts="", ends=""),
        ],
        [
            stop(starts="10:00", ends="11:00"),
            stop("stop", day="2026-11-25", starts="", ends=""),
            stop("delivery", day="2026-11-25", starts="08:00", ends="09:00"),
        ],
    ],
)
def test_a_way_that_can_be_driven_is_none(stops):
    form = a_form(typed(stops=stops), words=[{"stop.day": "optional", "stop.starts": "optional"}])

    assert (errors_of(form), form.problems) == (set(), [])


def test_what_has_to_be_brought_first_may_not_be_known_while_a_stop_has_errors():
    wrong = stop(day="soon")

    form = a_form(typed(stops=[wrong, stop("delivery"), stop(day="2026-11-25")]))

    assert form.problems == []


@pytest.mark.parametrize("level", ["optional", "required"])
def test_times_are_not_asked_where_no_day_is(level):
    words = {"stop.day": "hidden", "stop.starts": level, "stop.ends": level}

    form = a_form(words=[words])

    assert (errors_of(form), form.is_valid()) == (set(), True)
    assert not {"day", "starts", "ends"} & set(form.stops[0].fields)
    [first, _last] = wish_of(form).stops
    assert (first.day, first.starts_at, first.ends_at) == (None, None, None)


def test_goods_are_not_asked_for_their_stops_where_there_are_none():
    way = goods(loaded_at="1", unloaded_at="2")

    form = a_form(typed(goods=[way]), words=[{"stops": "hidden", "goods.way": "required"}])

    assert form.is_valid()
    assert (wish_of(form).goods[0].loaded_at, wish_of(form).goods[0].unloaded_at) == (None, None)


@pytest.mark.parametrize("level", ["hidden", "optional"])
def test_a_stops_phone_is_of_the_orderers_country_where_the_stop_has_none(level):
    there = stop(phone="040 123 4567", country="")
    who = answers(country="FI", postal_code="00100", business_id="", contact_phone="040 765 4321")

    form = a_form(typed(answers=who, stops=[there], goods=[]), words=[{"stop.country": level}])

    assert (errors_of(form), form.problems) == (set(), [])
    assert wish_of(form).stops[0].phone == "+358401234567"


@pytest.mark.parametrize(
    ("section", "level", "rows", "is_fine"),
    [
        ("goods", "optional", [{}], True),
        ("goods", "optional", [{"quantity": " ", "package": ""}, goods()], True),
        ("goods", "optional", [{"quantity": "2"}], False),
        ("goods", "optional", [{"is_stackable": "on"}], False),
        ("goods", "required", [{}, goods()], False),
        ("products", "optional", [{"number": "", "quantity": ""}], True),
        ("stops", "optional", [{"kind": "pickup"}, {"kind": "delivery", "city": ""}], True),
        ("stops", "optional", [stop(), {"kind": "delivery"}], False),
    ],
)
def test_rows_left_blank_are_passed_over_where_none_is_needed(section, level, rows, is_fine):
    form = a_form(typed(**{section: rows}), words=[{"goods": "optional", section: level}])

    assert form.is_valid() == is_fine
    if is_fine:
        wish = wish_of(form)
        filled = [row for row in rows if len(row) > 2]
        assert len(getattr(wish, section)) == len(filled)


def test_a_row_after_one_left_blank_has_its_errors_at_its_own_place():
    form = a_form(typed(goods=[{}, goods(quantity="0")]))

    assert errors_of(form) == {("goods-1-quantity", "min_value")}
    assert [row.prefix for row in form.goods] == ["goods-1"]


def test_rows_beyond_reason_are_refused_with_their_number():
    form = a_form(typed(goods=[goods()] * 201))

    assert not form.is_valid()
    assert "200" in form.problems[0]


def test_decimals_are_read_as_the_reader_writes_them():
    with translation.override("de"):
        form = a_form(typed(goods=[goods(gross_weight="1.248,5")]))

        assert form.is_valid()
    assert wish_of(form).goods[0].gross_weight == Decimal("1248.5")


def test_without_the_tick_nothing_of_dangerous_goods_is_kept():
    form = a_form(typed(goods=[goods(un_number="1263", hazard_class="3")]))

    assert form.is_valid()
    assert wish_of(form).goods[0].un_number == ""


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("price", "vat", "quantities", "errors"),
    [
        ("21.50", "25.5", ["1000"], set()),
        ("99999999", "25.5", ["999999999"], {("products-1-quantity", "large")}),
        ("1", "25.5", ["999999999.9999"] * 200, set()),
        (None, None, ["999999999"], set()),
    ],
)
def test_an_order_fits_the_columns_of_amounts(price, vat, quantities, errors):
    product = a_product("11", unit_price=price and Decimal(price), vat_rate=vat and Decimal(vat))
    words = {"products": "required", "stops": "hidden", "goods": "hidden"}
    rows = [{"number": "11", "quantity": quantity} for quantity in quantities]

    form = a_form(typed(products=rows), words=[words], products={"11": product})

    assert errors_of(form) == errors
    if not errors:
        priced = requests.lines_of(wish_of(form).products, currency="EUR")
        assert pricing.sums(priced, currency="EUR").gross < Decimal(10) ** 12


@pytest.mark.django_db
@pytest.mark.parametrize("number", ["AB-11", "Ab-1x"])
def test_products_are_found_by_number_in_any_case(number):
    product = a_product(number)
    a_product("ab-2")
    words = {"products": "required", "stops": "hidden", "goods": "hidden"}

    for typed_number in (number, number.lower(), f" {number.upper()} "):
        rows = [{"number": typed_number, "quantity": "3"}]
        found = Product.objects.for_sale().numbered([typed_number])
        form = a_form(typed(products=rows), words=[words], products=found)

        assert (errors_of(form), list(found.values())) == (set(), [product])
        wish = wish_of(form)
        assert [(row.product_id, row.quantity) for row in wish.products] == [(product.pk, 3)]
        assert (wish.stops, wish.goods) == ([], [])


def test_a_product_that_is_not_for_sale_is_refused():
    words = {"products": "required", "stops": "hidden", "goods": "hidden"}

    form = a_form(typed(products=[{"number": "x", "quantity": "1"}]), words=[words])

    assert errors_of(form) == {("products-1-number", "unknown")}


def test_a_type_decides_what_is_asked_and_a_link_after_it():
    coach = {"goods": "hidden", "people": "required", "stop.reference": "hidden"}
    link = {"adults": "optional", "leader_phone": "required"}

    form = a_form(typed(), words=[coach, link])

    assert (form.goods, "reference" in form.stops[0].fields) == ([], False)
    assert errors_of(form) == {("answers-leader_phone", "required")}
    assert "tail_lift" in form.answers.fields


def test_passengers_go_into_the_details():
    people = answers(adults="40", children="0", wheelchairs="", driver_stays="on")

    form = a_form(typed(answers=people, goods=[]), words=[{"people": "optional"}])

    assert form.is_valid()
    assert wish_of(form).details == {"adults": 40, "children": 0, "driver_stays": True}


@pytest.mark.parametrize(
    "words",
    [
        {"contact_email": "hidden"},
        {"who": "hidden"},
        {"stop.kind": "optional"},
        {"shoe_size": "required"},
        {"company_name": "sometimes"},
        {"tail_lift": "required", "goods.dangerous": "required"},
    ],
)
def test_words_that_make_no_sense_change_no_rule(words):
    rules = Rules(words)

    assert {name: rules.level(name) for name in CATALOGUE} == {
        name: Rules().level(name) for name in CATALOGUE
    }


def test_every_question_belongs_to_a_section_with_a_level():
    assert set(SECTIONS) == set(Section)
    assert {asked.section for asked in CATALOGUE.values()} == set(Section)
    assert Rules({"people": "hidden"}).level("adults") == Level.HIDDEN


def test_a_posted_form_is_read_as_it_was_typed():
    posted = {
        "answers-company_name": " Alfreds ",
        "answers-shoe_size": "44",
        "stops-7-city": "Graz",
        "stops-2-city": "Ber\x00lin",
        "stops-2-colour": "blue",
        "goods-1-there": "1",
        "csrfmiddlewaretoken": "x",
        "answers-note_to_driver": "x" * 9_000,
    }

    read = drafting.read(posted)

    assert read["answers"]["company_name"] == " Alfreds "
    assert set(read["answers"]) == {"company_name", "note_to_driver"}
    assert len(read["answers"]["note_to_driver"]) == 5_000
    assert (read["stops"], read["goods"]) == ([{"city": "Berlin"}, {"city": "Graz"}], [{}])


def test_of_a_flood_of_rows_one_too_many_is_kept():
    read = drafting.read({f"goods-{number}-marks": "A" for number in range(1_000)})

    assert len(read["goods"]) == 201
    assert len(a_form(typed(goods=read["goods"])).problems) == 1


@pytest.mark.parametrize(
    ("action", "names", "eye"),
    [
        ("goods.add", ["a", "b", None], "goods-3"),
        ("goods.copy.1", ["a", "a", "b"], "goods-2"),
        ("goods.remove.1", ["b"], "goods-1"),
        ("goods.up.2", ["b", "a"], "goods-1"),
        ("goods.down.1", ["b", "a"], "goods-2"),
        ("goods.up.1", ["a", "b"], "goods-1"),
        ("goods.down.2", ["a", "b"], "goods-2"),
        ("goods.remove.9", ["a", "b"], "goods-9"),
        ("goods.explode.1", ["a", "b"], ""),
        ("review", ["a", "b"], ""),
    ],
)
def test_rows_are_added_and_moved_without_script(action, names, eye):
    before = typed(goods=[{"description": "a"}, {"description": "b"}])

    after, where = drafting.act(before, action)

    assert [row.get("description") for row in after["goods"]] == names
    assert where == eye
    assert [row["description"] for row in before["goods"]] == ["a", "b"]


@pytest.mark.parametrize(
    ("action", "ways"),
    [
        ("stops.up.3", [("1", "2"), ("3", "")]),
        ("stops.down.1", [("2", "3"), ("1", "")]),
        ("stops.remove.1", [("", "2"), ("1", "")]),
        ("stops.remove.2", [("1", "2"), ("", "")]),
        ("stops.copy.1", [("1", "4"), ("3", "")]),
        ("stops.add", [("1", "3"), ("2", "")]),
        ("stops.up.1", [("1", "3"), ("2", "")]),
        ("stops.remove.9", [("1", "3"), ("2", "")]),
        ("goods.copy.2", [("1", "3"), ("2", ""), ("2", "")]),
    ],
)
def test_goods_go_with_their_stops_when_stops_are_moved_or_removed(action, ways):
    before = typed(
        stops=[stop(), stop("stop"), stop("delivery")],
        goods=[goods(loaded_at="1", unloaded_at="3"), goods(loaded_at="2", unloaded_at="")],
    )

    after, _eye = drafting.act(before, action)

    assert [(row["loaded_at"], row["unloaded_at"]) for row in after["goods"]] == ways
    assert before["goods"][0]["unloaded_at"] == "3"


def test_what_is_no_number_of_a_stop_stays_as_it_was_typed():
    before = typed(goods=[goods(loaded_at="first", unloaded_at="9")])

    after, _eye = drafting.act(before, "stops.remove.1")

    assert (after["goods"][0]["loaded_at"], after["goods"][0]["unloaded_at"]) == ("first", "9")


def test_the_last_row_that_is_removed_leads_to_its_section():
    after, where = drafting.act(typed(), "goods.remove.1")

    assert (after["goods"], where) == ([], "goods")


def test_a_full_section_takes_no_more_rows():
    full = typed(stops=[stop()] * 50)

    assert len(drafting.act(full, "stops.add")[0]["stops"]) == 50
    assert len(drafting.act(full, "stops.copy.3")[0]["stops"]) == 50


NASTY = (
    "",
    "3",
    "4,5",
    "on",
    "delivery",
    "XX",
    '"><script>',
    "goods-2-marks",
    "id_goods-1-description",
    "stops-1-",
    ' value="3"',
    "&amp;",
    "\ue000",
    "2026-11-24",
    "25:00",
)


@pytest.mark.parametrize("is_checked", [False, True])
@pytest.mark.parametrize("shift", range(0, len(NASTY), 3))
def test_fields_of_rows_look_as_the_one_template_draws_them(is_checked, shift):
    """Whatever is in them and in the rows before them."""

    def row(form, number):
        names = list(form.base_fields)
        return {
            name: NASTY[(number * 7 + place + shift) % len(NASTY)]
            for place, name in enumerate(names)
        }

    form = a_form(
        typed(
            stops=[row(StopForm, number) for number in range(3)],
            goods=[row(GoodsForm, number) for number in range(6)],
            products=[row(ProductForm, number) for number in range(3)],
        ),
        words=[{"products": "optional"}],
        is_checked=is_checked,
    )

    for part in [*form.stops, *form.goods, *form.products]:
        for field in part:
            alone = render_to_string("ui/_field.html", {"field": field, "size": "c3"})
            assert row_field(field, "c3") == alone


def templates_drawn(rows):
    """The templates that a form with so many goods rows draws, each as often as it is drawn."""
    drawn = []
    form = a_form(
        typed(goods=[goods(description=f"Box {n}", gross_weight=str(n + 1)) for n in range(rows)]),
        is_checked=False,
    )

    def note(sender, template, **_also):
        drawn.append(template.name)

    template_rendered.connect(note)
    render_to_string("orders/public/_rows.html", {"sections": sections_of(form), "book": None})
    template_rendered.disconnect(note)
    return Counter(drawn)


def test_a_form_of_many_rows_draws_no_more_fields_than_one_of_few():
    few, many = templates_drawn(2), templates_drawn(40)

    assert (few["orders/public/_goods.html"], many["orders/public/_goods.html"]) == (2, 40)
    assert few["ui/_field.html"] == many["ui/_field.html"] > 0
