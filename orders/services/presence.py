"""Who of the office has a request open right now.

Pages say so when they open, and the bar of the office while they stay open. What was not said again
for a minute no longer counts. A person's own old rows go when the person opens another page, so
there are never more rows than pages that people have open.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from orders.models import OrderRequest, Presence

__all__ = ["COUNTS_FOR", "others", "seen", "still_there"]

# Four looks of the bar.
COUNTS_FOR = timedelta(minutes=1)


def seen(*, order_id: int, user_id: int, now: datetime) -> None:
    """Note that the person has opened the request, and forget what the person left."""
    left = Presence.objects.filter(user=user_id, seen_at__lte=now - COUNTS_FOR)
    left.exclude(request=order_id).delete()
    _write(order_id, user_id, now)


def still_there(*, order_id: int, user_id: int, now: datetime) -> bool:
    """Note that the person's page of the request is still open; whether there is such a request."""
    if not OrderRequest.objects.filter(pk=order_id).exists():
        return False
    _write(order_id, user_id, now)
    return True


def others(order_ids: Iterable[int], *, but: int, now: datetime) -> dict[int, list[str]]:
    """The names of the other people who have the requests open, by request; one query."""
    found = (
        Presence.objects.filter(request__in=order_ids, seen_at__gt=now - COUNTS_FOR)
        .exclude(user=but)
        .order_by("user__first_name", "user__last_name", "user")
        .values_list("request", "user__first_name", "user__last_name", "user__email")
    )
    names: dict[int, list[str]] = {}
    for order_id, first_name, last_name, email in found:
        names.setdefault(order_id, []).append(f"{first_name} {last_name}".strip() or email)
    return names


def _write(order_id: int, user_id: int, now: datetime) -> None:
    """One statement; two pages of one person that say so at once write one row."""
    Presence.objects.bulk_create(
        [Presence(request_id=order_id, user_id=user_id, seen_at=now)],
        update_conflicts=True,
        unique_fields=["request", "user"],
        update_fields=["seen_at"],
    )
