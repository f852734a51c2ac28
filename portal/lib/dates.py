"""Days and moments: what a day of a zone spans, and how a day is written."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from django.utils import timezone, translation
from django.utils.formats import date_format

__all__ = [
    "FIRST_DAY",
    "LAST_DAY",
    "NoSuchTime",
    "day_of",
    "day_text",
    "end_of",
    "moment_at",
    "moment_text",
    "start_of",
]

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
    # Without its zone: the same moment in two zones is equal to itself, and reads differently.
    clock = timezone.localtime(moment).replace(second=0, microsecond=0, tzinfo=None)
    return _moment_text(clock, translation.get_language())


@lru_cache(maxsize=4096)
def _moment_text(clock: datetime, language: str | None) -> str:
    return date_format(clock, "DATETIME_FORMAT")


@lru_cache(maxsize=4096)
def _day_text(day: date, language: str | None) -> str:
    return date_format(day, "DATE_FORMAT")


class NoSuchTime(ValueError):
    """A local time that the clocks skip when they go forward."""


def moment_at(day: date, clock: time, zone: tzinfo) -> datetime:
    """The moment, in UTC, at which the clocks of the zone show this time on this day.

    Of an hour that comes twice, when the clocks go back, the first. Raises NoSuchTime for an hour
    that they skip.
    """
    local = datetime.combine(day, clock)
    moment = local.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != local:
        raise NoSuchTime(f"{local:%Y-%m-%d %H:%M} in {zone}")
    return moment
