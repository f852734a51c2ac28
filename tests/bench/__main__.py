"""Runs every benchmark: `python -m tests.bench [--rows 10000 1000000] [--only lists]`."""

import argparse
import os
import shutil
import sys
import time
from collections.abc import Iterable

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.bench.settings")

import django

from portal.demo.processes import end
from tests.servers import POSTGRES, RUN, VALKEY


def main() -> None:
    arguments = argparse.ArgumentParser(prog="make bench")
    arguments.add_argument("--rows", type=int, nargs="+", default=[10_000, 1_000_000])
    arguments.add_argument("--only", choices=["lists", "panel", "import", "papers"])
    chosen = arguments.parse_args()
    RUN.mkdir(mode=0o711)
    VALKEY.sockets.mkdir(mode=0o700)
    POSTGRES.prepare()
    processes = [POSTGRES.start(), VALKEY.start()]
    try:
        while not (POSTGRES.answers() and VALKEY.answers()):
            time.sleep(0.05)
        django.setup()
        _run(chosen)
    finally:
        for process in reversed(processes):
            end(process)
        shutil.rmtree(RUN, ignore_errors=True)


def _run(chosen: argparse.Namespace) -> None:
    from tests.bench import (  # noqa: PLC0415 - app ready
        bench_import,
        bench_lists,
        bench_panel,
        bench_papers,
    )

    if chosen.only in (None, "import"):
        _show(bench_import.run())
    if chosen.only in (None, "papers"):
        _show(bench_papers.run())
    if chosen.only in (None, "lists"):
        _show(bench_lists.run(sizes=sorted(chosen.rows)))
    if chosen.only in (None, "panel"):
        _show(bench_panel.run(sizes=sorted(chosen.rows)))


def _show(results: Iterable[object]) -> None:
    for result in results:
        sys.stdout.write(f"{result}\n")
        sys.stdout.flush()


main()
