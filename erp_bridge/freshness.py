"""The answer to DATA_AGE: how old what the portal shows of the ERP is."""

from datetime import datetime, timedelta

from django.utils import timezone

from erp_bridge.models import Cursor
from portal.lib.freshness import Age

__all__ = ["is_late", "read_up_to"]

# A feed is late when it was not read for this many of its intervals and a moment more.
LATE_AFTER_INTERVALS = 3
GRACE = timedelta(minutes=1)


def read_up_to(*feeds: str) -> Age:
    """The age of the oldest of these feeds, in one query.

    Feeds that are switched off or paused do not count, unless all of them are.
    """
    now = timezone.now()
    cursors = Cursor.objects.filter(feed__in=feeds)
    found = list(cursors.values_list("interval_seconds", "succeeded_at", "connection__is_active"))
    read = [row for row in found if row[0] is not None and row[2]] or found
    rows = [(interval, succeeded_at) for interval, succeeded_at, _is_active in read]
    if not rows:
        return Age(at=None, late=False)

    moments = [succeeded_at for _interval, succeeded_at in rows if succeeded_at is not None]
    late = any(is_late(interval, succeeded_at, now=now) for interval, succeeded_at in rows)
    return Age(at=min(moments) if len(moments) == len(rows) else None, late=late)


def is_late(interval_seconds: int | None, succeeded_at: datetime | None, *, now: datetime) -> bool:
    """Whether a feed that was read once should have been read again by now."""
    if interval_seconds is None or succeeded_at is None:
        return False
    allowed = LATE_AFTER_INTERVALS * timedelta(seconds=interval_seconds) + GRACE
    return now - succeeded_at > allowed
