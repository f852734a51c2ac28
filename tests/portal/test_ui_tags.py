"""Amounts, quantities and times are written as the reader's language does."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import timezone, translation
from django.utils.safestring import mark_safe

from portal.lib.dates import moment_text
from portal.lib.words import word
from portal.templatetags import ui

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SPACE = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("language", "text"), [("en", "12,988.50"), ("fi", f"12{SPACE}988,50"), ("de", "12.988,50")]
)
def test_an_amount_is_written_in_the_language_of_the_reader(language, text):
    with translation.override(language):
        assert ui.amount(Decimal("12988.5"), "EUR") == text


def test_an_amount_has_the_decimals_of_its_currency():
    assert ui.amount(Decimal("1000.5"), "JPY") == "1,001"
    assert ui.amount(Decimal("1.2345"), "KWD") == "1.235"


def test_a_negative_amount_has_a_real_minus():
    assert ui.amount(Decimal("-262.5"), "EUR") == "\N{MINUS SIGN}262.50"


def test_money_never_loses_its_currency_at_the_end_of_a_line():
    assert ui.money(Decimal(5), "EUR") == f"5.00{SPACE}EUR"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("6", "6"),
        ("6.000", "6"),
        ("1.250", "1.25"),
        ("1248", "1,248"),
        ("0.000", "0"),
        ("100", "100"),
    ],
)
def test_a_quantity_shows_the_decimals_it_needs(value, text):
    assert ui.quantity(Decimal(value)) == text


def test_a_time_tells_its_zone_and_a_day_does_not():
    moment = Template("{% load ui %}{% moment at %}")

    with timezone.override("Europe/Helsinki"):
        time = moment.render(Context({"at": datetime(2026, 11, 20, 12, 5, tzinfo=UTC)}))
        day = moment.render(Context({"at": date(2026, 11, 20)}))

    assert 'datetime="2026-11-20T14:05:00+02:00" title="20 Nov 2026, 14:05 EET"' in time
    assert ">20 Nov 2026, 14:05</time>" in time
    assert '<time datetime="2026-11-20">20 Nov 2026</time>' in day


def test_the_steps_of_a_story_are_counted():
    assert ui.steps(2, 4) == [True, True, False, False]


def test_what_a_menu_says_is_text_whatever_it_is():
    odd = '"><b>&'
    entries = [
        {"label": odd, "href": f"/orders/{odd}/", "icon": "eye", "key": "Enter"},
        {"label": odd, "form": "row-act", "value": odd, "icon": "ban", "key": "E", "danger": True},
        {"label": "Plain", "form": "row-act", "value": "take:1", "icon": "check", "key": ""},
    ]

    drawn = ui.row_menu(odd, odd, entries)

    assert "<b>" not in drawn
    said = "&quot;&gt;&lt;b&gt;&amp;"
    assert f'popovertarget="{said}" aria-label="Actions for {said}">' in drawn
    assert f'id="{said}" popover><p class="title">{said}</p>' in drawn
    assert f'<a href="/orders/{said}/">' in drawn
    assert f'name="row" value="{said}" class="danger" data-key="E">' in drawn
    assert 'value="take:1">' in drawn
    assert drawn.count("<kbd>") == 2


def test_words_that_are_safe_in_one_menu_are_not_in_another():
    entry = {"icon": "eye", "href": "/"}
    ours = ui.row_menu("m", "t", [entry | {"label": mark_safe("<i>Open</i>")}])

    typed = ui.row_menu("m", "t", [entry | {"label": "<i>Open</i>"}])

    assert "<i>Open</i>" in ours
    assert "<i>" not in typed


def test_words_and_numbers_of_rows_follow_the_language():
    said = []
    for language in ("en", "de", "en"):
        with translation.override(language):
            said.append((word("Open"), ui.quantity(Decimal("1248.5")), moment_text(NOON)))

    assert said[0] == said[2]
    assert all(said[0][place] != said[1][place] for place in range(3))


def test_a_moment_is_written_in_the_zone_of_the_reader():
    said = []
    for zone in ("Europe/Helsinki", "UTC", "Europe/Helsinki"):
        with timezone.override(zone), translation.override("en"):
            said.append(moment_text(NOON))

    assert said == ["20 Nov 2026, 14:00", "20 Nov 2026, 12:00", "20 Nov 2026, 14:00"]
