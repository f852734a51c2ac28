"""Days and moments: the company works in Helsinki, Monday to Friday, and stores UTC."""

import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

__all__ = ["HELSINKI", "at", "clock", "day_of", "next_workday", "on_or_after_workday"]

HELSINKI = ZoneInfo("Europe/Helsinki")


def clock() -> datetime:
    """The real time; the only place that asks for it."""
    return datetime.fromtimestamp(time.time(), UTC)


def at(day: date, minutes: int) -> datetime:
    """So many minutes after midnight in Helsinki, as UTC."""
    local = datetime(day.year, day.month, day.day, minutes // 60, minutes % 60, tzinfo=HELSINKI)
    return local.astimezone(UTC)


def day_of(moment: datetime) -> date:
    """The day that the calendar in Helsinki shows."""
    return moment.astimezone(HELSINKI).date()


def on_or_after_workday(day: date) -> date:
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


def next_workday(day: date) -> date:
    return on_or_after_workday(day + timedelta(days=1))
