"""Setting up the way to an ERP: its address, its credentials and a schedule for each feed."""

from django.db import transaction

from erp_bridge.models import Connection, Cursor
from erp_bridge.ports import Feed
from portal.lib.bells import ring
from portal.lib.secrets import seal

__all__ = ["FIRST_INTERVAL_SECONDS", "keep"]

# Orders move while people watch; the rest changes more slowly but is cheap to ask for.
FIRST_INTERVAL_SECONDS = 300
KEPT = [
    *("name", "url", "username", "sealed_secret", "is_active"),
    *("page_size", "timeout_seconds", "overlap_seconds"),
]


@transaction.atomic
def keep(
    *,
    connection: Connection,
    password: str | None = None,
    interval_seconds: int = FIRST_INTERVAL_SECONDS,
) -> Connection:
    """Write the connection down and give each feed a schedule that has none yet; then read.

    A password of None keeps the sealed one, and an empty one takes it away. Keeping the same
    connection again changes nothing; schedules that stand are left as they are.
    """
    if password is not None:
        connection.sealed_secret = seal(password)
    if connection.pk is None:
        connection.save()
    else:
        # The lease and the last test are the worker's, who may be at it now.
        connection.save(update_fields=KEPT)
    for feed in Feed:
        Cursor.objects.get_or_create(
            connection=connection, feed=feed, defaults={"interval_seconds": interval_seconds}
        )
    if connection.is_active:
        ring("erp_bridge.read", connection_id=connection.pk)
    return connection
