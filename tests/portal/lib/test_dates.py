from datetime import UTC, date, datetime
from importlib import import_module
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation
from django.utils.formats import get_format

from portal.lib.dates import day_of, day_text, end_of, moment_text, start_of

HELSINKI = ZoneInfo("Europe/Helsinki")


def test_a_day_spans_its_zone_and_not_utc():
    day = date(2026, 11, 16)

    assert start_of(day, HELSINKI) == datetime(2026, 11, 15, 22, tzinfo=UTC)
    assert end_of(day, HELSINKI) == datetime(2026, 11, 16, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 11, 16), 24)],
)
def test_a_day_of_changed_clocks_has_other_hours(day, hours):
    length = end_of(day, HELSINKI).astimezone(UTC) - start_of(day, HELSINKI).astimezone(UTC)

    assert length.total_seconds() == hours * 3600


def test_the_day_of_a_moment_is_that_of_the_current_zone():
    late = datetime(2026, 11, 15, 22, 30, tzinfo=UTC)

    with timezone.override(HELSINKI):
        assert day_of(late) == date(2026, 11, 16)
        assert moment_text(late) == "16 Nov 2026, 00:30"
    with timezone.override(UTC):
        assert day_of(late) == date(2026, 11, 15)


@pytest.mark.parametrize(
    ("language", "day", "moment"),
    [
        ("en", "9 Mar 2026", "9 Mar 2026, 08:05"),
        ("fi", "9.3.2026", "9.3.2026 8.05"),
        ("sv", "2026-03-09", "2026-03-09 08:05"),
        ("de", "09.03.2026", "09.03.2026 08:05"),
    ],
)
def test_days_and_moments_are_short_in_every_language(language, day, moment):
    at = datetime(2026, 3, 9, 8, 5, tzinfo=HELSINKI)

    with translation.override(language), timezone.override(HELSINKI):
        assert day_text(at.date()) == day
        assert moment_text(at) == moment


@pytest.mark.parametrize("language", ["fi", "sv", "de"])
def test_figures_and_typed_days_stay_the_customs_that_django_knows(language):
    theirs = import_module(f"django.conf.locale.{language}.formats")

    for name in ("DECIMAL_SEPARATOR", "THOUSAND_SEPARATOR", "NUMBER_GROUPING"):
        assert get_format(name, lang=language) == getattr(theirs, name)
    assert set(theirs.DATE_INPUT_FORMATS) <= set(get_format("DATE_INPUT_FORMATS", lang=language))
