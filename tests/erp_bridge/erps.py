"""The demo ERP as a process of its own, for tests that want a real one at the other end."""

import base64
import contextlib
import json
import os
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

from portal.demo.processes import end, spawn

USERNAME = "portal"
PASSWORD = "only for tests"
TODAY = "2026-03-02"
READY = "Demo ERP ready at "


@dataclass(frozen=True)
class RunningErp:
    """`data` is its file, `log` what it says; both are its own business otherwise."""

    url: str
    data: Path
    log: Path

    def tick(self, times=1):
        return self._control("tick", {"times": times})["ticks"]

    def switch_faults(self, *faults):
        """Do these wrong from now on; none repairs what was done wrong."""
        return self._control("faults", {"faults": list(faults)})["faults"]

    def _control(self, what, content):
        credentials = base64.b64encode(f"{USERNAME}:{PASSWORD}".encode()).decode()
        request = urllib.request.Request(
            urljoin(self.url, f"/control/{what}"),
            data=json.dumps(content).encode(),
            headers={"Authorization": f"Basic {credentials}"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)


@contextlib.contextmanager
def a_demo_erp(directory, *, port=0, today=TODAY, seed=1):
    """Starts it on the data in the directory, made when there are none; ends it at the end."""
    data, log = directory / "erp.sqlite", directory / "erp.log"
    length = log.stat().st_size if log.exists() else 0
    process = spawn(
        [
            *(sys.executable, "-m", "erp_bridge.demo_erp", "--data", data, "--port", port),
            *("--username", USERNAME, "--today", today, "--seed", seed),
        ],
        log=log,
        env={**os.environ, "DEMO_ERP_PASSWORD": PASSWORD},
    )
    try:
        yield RunningErp(url=_address(process, log, length), data=data, log=log)
    finally:
        end(process)


def _address(process, log, start):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        said = log.read_text()[start:] if log.exists() else ""
        for line in said.splitlines(keepends=True):
            if line.startswith(READY) and line.endswith("\n"):
                return line.removeprefix(READY).strip()
        time.sleep(0.05)
    raise AssertionError(f"The demo ERP did not start:\n{log.read_text()}")
