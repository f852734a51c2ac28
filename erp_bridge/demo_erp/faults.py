"""The fault switchboard: what this ERP does wrong on request, to show that the portal bears it.

A fault is drawn for each call with its own dice, so a sequence of calls and a seed give the same
faults. Switching on replaces what was on; an empty list switches all off and repairs: waiting calls
go on, hidden rows show, and rows that went out wrong get a new stamp.
"""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from erp_bridge.demo_erp.damage import DAMAGES
from erp_bridge.demo_erp.store import Store

__all__ = ["KINDS", "LATEST", "BadFault", "Fault", "Switchboard"]

KINDS = {
    "slow": "answer after `seconds`",
    "hang": "keep the connection and say nothing for `seconds`, or until switched off",
    "refuse": "answer 503 with a page in HTML",
    "reset": "break off the connection without an answer",
    "unavailable": "answer with the contract's Unavailable fault",
    "cut": "break off in the middle of the answer",
    "duplicate": "list `rows` rows of a page twice",
    "reorder": "list the rows of a page in any order",
    "wrong": "damage `rows` rows of a page; `what` says how, else drawn",
    "late": "rows of a write or tick show in listings `seconds` after their stamp",
    "missing_document": "say that a document is not there",
    "corrupt_document": "send other bytes than the document's",
}

# How late a row may show after its stamp, by the contract.
LATEST = timedelta(seconds=120)

_SECONDS = {"slow": 1.0, "hang": 600.0, "late": 2.0}


class BadFault(ValueError):
    """A fault that the switchboard does not know; `str()` says what it does."""


@dataclass
class Fault:
    """`operations` empty means every operation; `count` is how often it happens at most."""

    kind: str
    operations: frozenset[str] = frozenset()
    probability: float = 1.0
    count: int | None = None
    seed: int = 1
    seconds: float = 1.0
    rows: int = 1
    what: str | None = None
    fired: int = 0
    dice: Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.dice = Random(self.seed)  # noqa: S311

    def strikes(self, operation: str) -> bool:
        if self.operations and operation not in self.operations:
            return False
        if self.count is not None and self.fired >= self.count:
            return False
        if self.dice.random() >= self.probability:
            return False
        self.fired += 1
        return True

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "operations": sorted(self.operations),
            "probability": self.probability,
            "count": self.count,
            "seed": self.seed,
            "seconds": self.seconds,
            "rows": self.rows,
            "what": self.what,
            "fired": self.fired,
        }


class Switchboard:
    """The faults that are on. Shared by all threads of a server; forgotten when it ends."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._changed = threading.Event()

    def switch(self, faults: Iterable[Mapping[str, Any]]) -> None:
        """Replace what is on. BadFault leaves everything as it was."""
        made = [_fault(one) for one in faults]
        with self._lock:
            self._faults = made
            self._changed.set()
            self._changed = threading.Event()
        if not made:
            self.repair()

    def repair(self) -> None:
        """Make every row appear once more as it is, and at once."""
        with self._store.writing() as writer:
            writer.restamp_served_wrong()
            writer.reveal()

    def faults(self) -> list[Fault]:
        with self._lock:
            return list(self._faults)

    def draw(self, operation: str, *kinds: str) -> list[Fault]:
        """The faults of these kinds that strike this call."""
        with self._lock:
            return [
                fault for fault in self._faults if fault.kind in kinds and fault.strikes(operation)
            ]

    def wait(self, seconds: float) -> None:
        """Wait so long, or until the switchboard is used."""
        with self._lock:
            changed = self._changed
        changed.wait(seconds)

    def hidden_until(self, operation: str) -> datetime | None:
        """Until when a row that this write puts stays out of listings."""
        late = self.draw(operation, "late")
        if not late:
            return None
        return self._store.clock() + min(LATEST, timedelta(seconds=late[0].seconds))


def _fault(given: Mapping[str, Any]) -> Fault:
    kind = given.get("kind")
    if kind not in KINDS:
        raise BadFault(f"kind is one of {', '.join(KINDS)}")
    if given.get("what") not in (None, *DAMAGES):
        raise BadFault(f"what is one of {', '.join(DAMAGES)}")
    unknown = given.keys() - {
        *("kind", "operations", "probability", "count", "seed", "seconds", "rows", "what")
    }
    if unknown:
        raise BadFault(f"{', '.join(sorted(unknown))}: unknown")
    count = given.get("count")
    try:
        return Fault(
            kind=kind,
            operations=frozenset(given.get("operations", ())),
            probability=float(given.get("probability", 1)),
            count=None if count is None else int(count),
            seed=int(given.get("seed", 1)),
            seconds=float(given.get("seconds", _SECONDS.get(kind, 1))),
            rows=int(given.get("rows", 1)),
            what=given.get("what"),
        )
    except (TypeError, ValueError) as error:
        raise BadFault(str(error)) from error
