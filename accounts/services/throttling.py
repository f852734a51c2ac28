"""Slowing down whoever guesses: the more tries under one key, the longer the wait.

A try is counted, and committed, before what it tries is looked at, so guesses made at the same
moment count one by one. The counts are rows, because a cache that was emptied would forgive
everybody. What one question costs does not depend on how many keys there are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.crypto import salted_hmac

from accounts.models import Throttle
from portal.lib.errors import DomainError

__all__ = ["Limit", "TooManyTries", "admit", "forget_old", "forgive", "network", "take_back"]

_MOST_DOUBLINGS = 30


@dataclass(frozen=True, kw_only=True)
class Limit:
    """So many tries are free; then each waits twice as long as the last one, up to the longest.

    `memory` is how long after the last try everything is forgotten.
    """

    name: str
    free: int
    first_wait: timedelta
    longest_wait: timedelta
    memory: timedelta

    def wait_after(self, tries: int) -> timedelta | None:
        """How long the next try has to wait after so many."""
        if tries < self.free:
            return None
        doubled: timedelta = self.first_wait * 2 ** min(tries - self.free, _MOST_DOUBLINGS)
        return min(doubled, self.longest_wait)


class TooManyTries(DomainError):
    """Nothing was counted and nothing may be looked at before `until`."""

    def __init__(self, until: datetime):
        super().__init__(f"to be tried again after {until:%Y-%m-%d %H:%M:%S}")
        self.until = until


# What is tried, by the limit that it counts against: an e-mail address, a customer number.
Tries = Mapping[Limit, str]


@transaction.atomic(durable=True)
def admit(*, tries: Tries, now: datetime) -> None:
    """Count one try against every limit, or raise TooManyTries when one of them has to wait."""
    limits = {(limit.name, _digest(limit, key)): limit for limit, key in tries.items()}
    _refuse_blocked(_rows(tries), now)
    Throttle.objects.bulk_create(
        [
            Throttle(limit=name, digest=digest, forget_at=now + limits[name, digest].memory)
            for name, digest in sorted(limits)
        ],
        ignore_conflicts=True,
    )
    rows = list(_locked(tries))
    _refuse_blocked(_rows(tries), now)
    for row in rows:
        limit = limits[row.limit, row.digest]
        row.tries = 1 if row.forget_at <= now else row.tries + 1
        wait = limit.wait_after(row.tries)
        row.blocked_until = None if wait is None else now + wait
        row.forget_at = now + limit.memory
    Throttle.objects.bulk_update(rows, ["tries", "blocked_until", "forget_at"])


@transaction.atomic
def forgive(*, tries: Tries) -> None:
    """Forget every try under these keys, because the last one was right."""
    Throttle.objects.filter(pk__in=[row.pk for row in _locked(tries)]).delete()


@transaction.atomic
def take_back(*, tries: Tries) -> None:
    """Count one try less, where one right answer must not forgive the wrong ones before it."""
    Throttle.objects.filter(pk__in=[row.pk for row in _locked(tries)], tries__gt=0).update(
        tries=F("tries") - 1, blocked_until=None
    )


def forget_old(*, now: datetime) -> None:
    """Delete the rows whose last try is long ago."""
    Throttle.objects.filter(forget_at__lte=now).delete()


def network(address: str | None) -> str:
    """The network that an address counts for: 256 addresses of IPv4, of IPv6 a household's."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return ""
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return str(ip_network(f"{found}/{24 if found.version == 4 else 56}", strict=False))


def _refuse_blocked(rows: QuerySet[Throttle], now: datetime) -> None:
    blocked = rows.filter(blocked_until__gt=now).values_list("blocked_until", flat=True)
    if waits := [until for until in blocked if until is not None]:
        raise TooManyTries(max(waits))


def _locked(tries: Tries) -> QuerySet[Throttle]:
    """The rows in one order for everybody, so that two who lock several never wait in a circle."""
    return _rows(tries).order_by("limit", "digest").select_for_update(no_key=True)


def _rows(tries: Tries) -> QuerySet[Throttle]:
    condition = Q(pk__in=[])
    for limit, key in tries.items():
        condition |= Q(limit=limit.name, digest=_digest(limit, key))
    return Throttle.objects.filter(condition)


def _digest(limit: Limit, key: str) -> str:
    return salted_hmac(f"accounts.throttle.{limit.name}", key, algorithm="sha256").hexdigest()
