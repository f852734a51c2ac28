"""The worker under fire: an ERP that ticks and misbehaves, and a process that is killed.

What is random is drawn from a seed, so that a run can be told and its draws repeated; the moments
at which two processes meet cannot.
"""

import os
import signal
import sys
import threading
from pathlib import Path
from random import Random
from subprocess import DEVNULL, PIPE, STDOUT, Popen

from django.conf import settings
from django.db import connection
from django.utils import timezone

from erp_bridge.connectors.soap.connector import SoapConnector
from erp_bridge.models import Connection, HeldRecord
from portal.lib.secrets import seal
from tests.builders.erp_bridge import a_connection
from tests.erp_bridge.equality import differences
from tests.erp_bridge.erps import PASSWORD, USERNAME
from tests.erp_bridge.scripted import read
from tests.servers import POSTGRES

ROOT = Path(settings.BASE_DIR)

# Each as likely as said for every single call; `wrong` damages rows of an otherwise good page.
FAULTS = [
    {"kind": "slow", "probability": 0.05, "seconds": 0.3},
    {"kind": "hang", "probability": 0.02, "seconds": 30},
    {"kind": "refuse", "probability": 0.04},
    {"kind": "reset", "probability": 0.04},
    {"kind": "unavailable", "probability": 0.04},
    {"kind": "cut", "probability": 0.05},
    {"kind": "duplicate", "probability": 0.15, "rows": 3},
    {"kind": "reorder", "probability": 0.15},
    {"kind": "wrong", "probability": 0.15, "rows": 2},
    {"kind": "late", "probability": 0.3, "seconds": 2},
]


def connect_to(demo_erp, **fields):
    """A connection to the running demo ERP, and a connector to it."""
    erp = a_connection(url=demo_erp.url, username=USERNAME, sealed_secret=seal(PASSWORD), **fields)
    return erp, SoapConnector(url=demo_erp.url, username=USERNAME, password=PASSWORD)


def endure(demo_erp, *, ticks, kills, seed, say=lambda words: None):
    """Let the ERP move on and misbehave while the worker is killed again and again.

    Afterwards the ERP behaves, everything is read once more, and what differs is returned.
    """
    dice = Random(seed)
    erp, connector = connect_to(demo_erp, timeout_seconds=1, page_size=200)
    demo_erp.switch_faults(*[{**fault, "seed": dice.randrange(10**6)} for fault in FAULTS])
    killed_at = set(dice.sample(range(ticks), kills))
    worker = Worker(erp)
    try:
        for tick in range(ticks):
            demo_erp.tick()
            worker.wait_for(dice.randint(1, 6))
            if tick in killed_at:
                threading.Event().wait(dice.uniform(0, 0.1))
                say(f"tick {tick}: killed after {worker.lines} lines")
                worker.kill()
                worker = Worker(erp)
    finally:
        worker.kill()
    demo_erp.switch_faults()
    return settle(erp, connector)


def settle(erp, connector):
    """Read what is left, asking for held records at once; what differs then, and the counts."""
    for _round in range(5):
        read(erp, connector, clock=timezone.now)
        held = HeldRecord.objects.filter(connection=erp).exclude(state=HeldRecord.State.INCOMPLETE)
        if not held.update(due_at=timezone.now()):
            break
    assert Connection.objects.filter(pk=erp.pk).exists()
    return differences(connector, erp)


class Worker:
    """`manage.py sync` as a process of its own that reads again and again."""

    def __init__(self, erp):
        self.lines = 0
        self._more = threading.Condition()
        self._process = Popen(
            [
                *(sys.executable, ROOT / "manage.py", "sync"),
                *("--connection", erp.code, "--every", "0.05"),
            ],
            env={
                **os.environ,
                "DATABASE_URL": POSTGRES.url(connection.settings_dict["NAME"]),
                "DJANGO_SETTINGS_MODULE": "tests.settings",
            },
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=STDOUT,
        )
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def wait_for(self, number):
        """Until it has said so many more lines: a page read, or a failure."""
        with self._more:
            wanted = self.lines + number
            assert self._more.wait_for(lambda: self.lines >= wanted, timeout=60)

    def kill(self):
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self._listener.join()
        self._process.stdout.close()

    def _listen(self):
        for _line in self._process.stdout:
            with self._more:
                self.lines += 1
                self._more.notify_all()
