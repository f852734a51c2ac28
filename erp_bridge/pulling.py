"""Taking over single records at once, asked for by number or id, without waiting for their feed.

Watermarks stay: the feed reads the same records once more, and passes over what is here already.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction

from erp_bridge.importing.importer import is_id
from erp_bridge.importing.taking import take
from erp_bridge.models import Binding, Connection
from erp_bridge.ports import Feed, Page, Record

__all__ = ["take_now"]


def take_now(
    erp: Connection,
    feed: Feed,
    page: Page,
    *,
    clock: Callable[[], datetime],
    wanted: Callable[[Record], bool] = lambda _record: True,
) -> tuple[Sequence[Record], bool]:
    """Take over what is wanted of an ERP's answer; gives those records, and whether all are here.

    What cannot be read or lacks another record is held, as in a feed. An unreadable row might have
    been wanted, so then not all is here.
    """
    records = [record for record in page.records if wanted(record)]
    named = [row for row in page.unreadable if is_id(row.remote_id)]
    with transaction.atomic(durable=True):
        locked = Connection.objects.locked().get(pk=erp.pk)
        take(locked, feed, records, now=clock(), unreadable=named)
    here = Binding.objects.filter(
        connection=erp,
        feed=feed,
        object_id__isnull=False,
        remote_id__any_of=[record.remote_id for record in records if is_id(record.remote_id)],
    )
    are_here = here.count() == len({record.remote_id for record in records})
    return records, are_here and not page.unreadable
