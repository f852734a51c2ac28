from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

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


@pytest.mark.parametrize(("language", "text"), [("en", "16 Nov 2026"), ("de", "16. November 2026")])
def test_a_day_is_written_in_the_current_language(language, text):
    with translation.override(language):
        assert day_text(date(2026, 11, 16)) == text
