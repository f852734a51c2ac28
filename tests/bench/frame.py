"""What benchmarks share: a result and its bound, measuring in turns, and databases to fill."""

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.management import call_command
from django.db import connection
from django.test import Client

from accounts.models import User
from tests.servers import POSTGRES

__all__ = ["Result", "client_of", "compared", "in_turns", "page_of", "use_database"]

ROUNDS = 150
WARM_UP = 20


@dataclass(frozen=True, kw_only=True)
class Result:
    """One line. The ratio has to be at most the bound, or at least, when more is better."""

    name: str
    ratio: float
    bound: float
    more_is_better: bool = False
    note: str = ""

    @property
    def is_held(self) -> bool:
        return self.ratio >= self.bound if self.more_is_better else self.ratio <= self.bound

    def __str__(self) -> str:
        side = "at least" if self.more_is_better else "at most"
        verdict = "held" if self.is_held else "NOT HELD"
        note = f"  ({self.note})" if self.note else ""
        return f"{self.name:<58}{self.ratio:>7.2f}  {side} {self.bound:.2f}  {verdict}{note}"


def in_turns(*calls: Callable[[], object], rounds: int, warm_up: int = WARM_UP) -> list[float]:
    """The median seconds of each call. They take turns, so noise falls on all of them alike."""
    for call in calls:
        for _ in range(warm_up):
            call()
    times: list[list[float]] = [[] for _ in calls]
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds):
            for call, seconds in zip(calls, times, strict=True):
                started = time.perf_counter()
                call()
                seconds.append(time.perf_counter() - started)
    finally:
        gc.enable()
    return [statistics.median(seconds) for seconds in times]


def use_database(name: str) -> bool:
    """Make this the portal's database, migrated; true when it is new and waits to be filled."""
    POSTGRES.create_database(name)
    connection.close()
    connection.settings_dict["NAME"] = name
    is_new = "accounts_user" not in connection.introspection.table_names()
    if is_new:
        call_command("migrate", verbosity=0)
    return is_new


def client_of(email: str) -> Client:
    """The browser of somebody of the benchmark, signed in."""
    client = Client()
    client.force_login(User.objects.get(email=f"{email}bench.example"))
    return client


def page_of(client: Client, path: str, **query: object) -> Callable[[], None]:
    """Asking for a page, which has to be there."""
    address = f"{path}?{urlencode(query)}" if query else path

    def ask() -> None:
        response = client.get(address)
        assert response.status_code == 200, (address, response.status_code)

    return ask


def compared(
    name: str, page: Callable[[], None], floor: Callable[[], None], bound: float
) -> Result:
    """One page against another, in turns."""
    page_seconds, floor_seconds = in_turns(page, floor, rounds=ROUNDS)
    return Result(
        name=name,
        ratio=page_seconds / floor_seconds,
        bound=bound,
        note=f"{page_seconds * 1000:.1f} ms to {floor_seconds * 1000:.1f} ms",
    )
