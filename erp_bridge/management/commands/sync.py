"""`manage.py sync`: read the feeds now and say how it goes."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from erp_bridge import engine
from erp_bridge.engine import Progress
from erp_bridge.models import Connection
from erp_bridge.ports import Feed
from erp_bridge.registry import connector_for


class Command(BaseCommand):
    help = (
        "Reads the ERP's feeds, due or not, one after the other. May be stopped at any moment and"
        " run beside the worker. Ends with an error when a feed failed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--feed", action="append", choices=[feed.value for feed in Feed], help="only this one"
        )
        parser.add_argument(
            "--full",
            action="store_true",
            help="from the start instead of from the watermark; goes on where a full run broke off",
        )
        parser.add_argument("--connection", help="the code of one connection; all when left out")
        parser.add_argument(
            "--every",
            type=float,
            metavar="SECONDS",
            help="read again and again with this pause, until stopped",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        feeds = [Feed(feed) for feed in options["feed"] or Feed]
        while True:
            is_well = self._read_all(options["connection"], feeds, full=options["full"])
            if options["every"] is None:
                break
            time.sleep(options["every"])
        if not is_well:
            raise CommandError("Not every feed could be read to its end.")

    def _read_all(self, code: str | None, feeds: list[Feed], *, full: bool) -> bool:
        chosen = {"code": code} if code else {"is_active": True}
        found = list(Connection.objects.filter(**chosen).order_by("code"))
        if not found:
            raise CommandError("There is no such connection.")
        is_well = True
        for erp in found:
            is_well &= engine.read_feeds(
                connection_id=erp.pk,
                feeds=feeds,
                full=full,
                connect=connector_for,
                clock=timezone.now,
                report=self._say,
            )
        return is_well

    def _say(self, progress: Progress) -> None:
        if progress.error:
            self.stderr.write(f"{progress.feed:<12} failed: {progress.error}")
            return
        of = f" of {progress.expected}" if progress.expected is not None else ""
        end = "" if progress.is_done else " …"
        self.stdout.write(
            f"{progress.feed:<12} {progress.read:>7}{of} read, {progress.written} written,"
            f" {progress.held} held{end}"
        )
        self.stdout.flush()
