"""How many things wait for the office: kept by triggers, folded and checked by the worker.

Each change of a request, an offer or a proposal adds a row with what it changes (`CountChange`), so
writers never wait for each other over a counter, and the sum is right at every moment.
"""

from dataclasses import dataclass

from django.db import connection, transaction

from orders.models import CountChange

__all__ = ["TRUE_COUNTS", "Glance", "fold", "glance", "mend", "waiting"]

# What the counters say, counted. Partial indexes answer it.
TRUE_COUNTS = """
SELECT 'requests', count(*) FROM orders_orderrequest WHERE handled_at IS NULL AND kind = 'offer'
UNION ALL
SELECT 'orders', count(*) FROM orders_orderrequest WHERE handled_at IS NULL AND kind = 'order'
UNION ALL
SELECT 'approved', count(*) FROM orders_offer WHERE state = 'approved'
UNION ALL
SELECT 'changes', count(*) FROM orders_orderchange WHERE state = 'open'
"""


# Written by hand because every page of the office asks it.
_GLANCE = """
SELECT counter, sum(delta) FROM orders_countchange GROUP BY counter
UNION ALL
SELECT 'newest', max(order_id) FROM orders_orderrequest
"""


@dataclass(frozen=True, slots=True)
class Glance:
    """How many things wait, by counter, and the key of the newest request, 0 before the first."""

    waiting: dict[str, int]
    newest: int


def glance() -> Glance:
    """What the bottom bar tells; one query over a handful of rows."""
    with connection.cursor() as cursor:
        cursor.execute(_GLANCE)
        found = {name: int(number or 0) for name, number in cursor.fetchall()}
    newest = found.pop("newest")
    waiting = {name: max(found.get(name, 0), 0) for name in CountChange.Counter.values}
    return Glance(waiting=waiting, newest=newest)


def waiting() -> dict[str, int]:
    """How many things wait, by counter; one query."""
    return glance().waiting


def fold() -> None:
    """Put the rows of each counter together in one.

    One statement: whoever reads meanwhile sees the rows of before or the one of after. Two at once
    wait for each other, and the second finds what the first has left.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH folded AS (DELETE FROM orders_countchange RETURNING counter, delta)
            INSERT INTO orders_countchange (counter, delta)
            SELECT counter, sum(delta) FROM folded GROUP BY counter
            """
        )


def mend() -> dict[str, int]:
    """Count anew, and add what the kept numbers were wrong by; what that was, by counter.

    True and kept numbers are of one moment, because one statement reads both; a change that is
    committed meanwhile is in neither and adds its own row. So writers are not locked out, but two
    who mend at once would correct the same error twice: they follow each other.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('orders.counters.mend'))")
        cursor.execute(
            f"""
            INSERT INTO orders_countchange (counter, delta)
            SELECT counter, right_number - kept FROM (
                SELECT counter, right_number, (
                    SELECT coalesce(sum(delta), 0)
                    FROM orders_countchange WHERE orders_countchange.counter = counted.counter
                ) AS kept
                FROM ({TRUE_COUNTS}) AS counted (counter, right_number)
            ) AS compared
            WHERE right_number <> kept
            RETURNING counter, delta
            """  # noqa: S608 - nothing in it comes from outside
        )
        return dict(cursor.fetchall())
