"""Days and moments: what a day of a zone spans, and how a day is written."""

from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from django.utils import timezone, translation
from django.utils.formats import date_format

__all__ = ["FIRST_DAY", "LAST_DAY", "day_of", "day_text", "end_of", "moment_text", "start_of"]

# Days outside these cannot be meant, and cannot be turned into moments of every zone.
FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2999, 12, 31)


def start_of(day: date, zone: tzinfo) -> datetime:
    """The first moment of the day in the zone."""
    return datetime.combine(day, time.min, tzinfo=zone)


def end_of(day: date, zone: tzinfo) -> datetime:
    """The first moment after the day in the zone: an exclusive bound."""
    return start_of(day + timedelta(days=1), zone)


def day_of(moment: datetime) -> date:
    """The day of a moment in the current zone."""
    return timezone.localtime(moment).date()


def day_text(day: date) -> str:
    """The day as the current language writes it: 23 Nov 2026."""
    return _day_text(day, translation.get_language())


def moment_text(moment: datetime) -> str:
    """The moment in the current zone, as the current language writes it: 23 Nov 2026, 14:05."""
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT")


@lru_cache(maxsize=4096)
def _day_text(day: date, language: str | None) -> str:
    return date_format(day, "DATE_FORMAT")
