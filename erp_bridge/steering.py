"""What the office asks of the sync: run now, pause, try again, another schedule.

Each function writes what is wanted and rings; the worker does it.
"""

from datetime import date, datetime

from django.db import transaction

from erp_bridge.engine import want
from erp_bridge.models import Connection, Cursor, HeldRecord
from portal.lib.bells import ring

__all__ = ["pause", "resume", "run_feed", "schedule", "try_again"]


@transaction.atomic
def run_feed(*, cursor_id: int, full: bool, now: datetime) -> Cursor:
    """Have the feed read soon, even one that is off. A full run that is under way goes on."""
    cursor = Cursor.objects.select_for_update(of=("self",)).get(pk=cursor_id)
    if cursor.wanted != Cursor.Wanted.FULL:
        want(cursor, Cursor.Wanted.FULL if full else Cursor.Wanted.RUN)
    cursor.due_at = now
    cursor.save(update_fields=["due_at"])
    ring("erp_bridge.read", connection_id=cursor.connection_id)
    return cursor


@transaction.atomic
def schedule(
    *,
    cursor_id: int,
    interval_seconds: int | None,
    from_date: date | None,
    max_rows: int | None,
    now: datetime,
) -> Cursor:
    """Give the feed another schedule; without an interval it is off. Acts from now on."""
    cursor = Cursor.objects.select_for_update(of=("self",)).get(pk=cursor_id)
    cursor.interval_seconds = interval_seconds
    cursor.from_date = from_date
    cursor.max_rows = max_rows
    cursor.due_at = None if interval_seconds is None else now
    cursor.save(update_fields=["interval_seconds", "from_date", "max_rows", "due_at"])
    return cursor


def pause(*, connection_id: int) -> None:
    """Ask the ERP nothing more; a page that is being read is still finished."""
    Connection.objects.filter(pk=connection_id).update(is_active=False)


def resume(*, connection_id: int) -> None:
    Connection.objects.filter(pk=connection_id).update(is_active=True)
    ring("erp_bridge.read", connection_id=connection_id)


@transaction.atomic
def try_again(*, held_id: int, now: datetime) -> HeldRecord | None:
    """Have the ERP asked for the held record soon; None when it is not held any more."""
    held = HeldRecord.objects.select_for_update(of=("self",)).filter(pk=held_id).first()
    if held is not None:
        held.due_at = now
        held.save(update_fields=["due_at"])
        ring("erp_bridge.read", connection_id=held.connection_id)
    return held
