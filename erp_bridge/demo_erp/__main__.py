"""`python -m erp_bridge.demo_erp --data PATH --port N`: run the demo ERP.

The password comes from DEMO_ERP_PASSWORD. The data file is made when it is not there yet. With
`--ticks` it does so many ticks and ends.
"""

import argparse
import logging
import os
import signal
import sys
import threading
from datetime import date
from pathlib import Path
from typing import Any

from erp_bridge.demo_erp import building
from erp_bridge.demo_erp.moments import clock, day_of
from erp_bridge.demo_erp.program import DemoErp
from erp_bridge.demo_erp.server import PATH, serve
from erp_bridge.demo_erp.store import Store
from erp_bridge.demo_erp.tick import tick

log = logging.getLogger("demo_erp")


def main() -> int:
    given = _arguments()
    logging.basicConfig(
        level=logging.DEBUG if given.verbose else logging.INFO,
        format="%(asctime)s %(message)s",
    )
    if not given.data.exists():
        building.build(given.data, today=given.today or day_of(clock()), seed=given.seed)
    store = Store(given.data, clock=clock)
    try:
        if given.ticks:
            return _tick(store, given.ticks)
        return _serve(store, given)
    finally:
        store.close()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m erp_bridge.demo_erp", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the data file")
    parser.add_argument("--port", type=int, default=8010, help="0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--url", help="the address that the WSDL names, if not by host and port")
    parser.add_argument("--username", default="portal")
    parser.add_argument("--today", type=date.fromisoformat, help="the day of a new data file")
    parser.add_argument("--seed", type=int, default=1, help="the dice of a new data file")
    parser.add_argument("--ticks", type=int, default=0, metavar="N", help="do N ticks and end")
    parser.add_argument(
        "--tick-every", type=float, default=0, metavar="SECONDS", help="tick by itself"
    )
    parser.add_argument("--verbose", action="store_true", help="log every request")
    return parser.parse_args()


def _tick(store: Store, times: int) -> int:
    for _ in range(times):
        done = tick(store)
        sys.stdout.write(f"tick {done.number}: {'; '.join(done.did)}\n")
    return 0


def _serve(store: Store, given: argparse.Namespace) -> int:
    password = os.environ.get("DEMO_ERP_PASSWORD", "")
    if not password:
        sys.stderr.write("Set DEMO_ERP_PASSWORD to the password that callers have to give.\n")
        return 2
    erp = DemoErp(store, username=given.username, password=password)
    server = serve(erp, given.host, given.port)
    url = given.url or f"http://{given.host}:{server.server_port}{PATH}"
    erp.publish(url)
    erp.switchboard.repair()
    ended = threading.Event()

    def end(*_: Any) -> None:
        ended.set()
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    if given.tick_every > 0:
        threading.Thread(target=_keep_ticking, args=(erp, given.tick_every, ended)).start()
    sys.stdout.write(f"Demo ERP ready at {url}\n")
    sys.stdout.flush()
    with server:
        server.serve_forever()
    return 0


def _keep_ticking(erp: DemoErp, seconds: float, ended: threading.Event) -> None:
    while not ended.wait(seconds):
        for done in erp.tick():
            log.info("tick %d: %s", done["tick"], "; ".join(done["did"]))


if __name__ == "__main__":
    sys.exit(main())
