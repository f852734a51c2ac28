"""What the office sees of the sync: how each feed stands, and the story of one record."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Customer
from erp_bridge.engine import in_order
from erp_bridge.freshness import is_late
from erp_bridge.importing.importer import is_id
from erp_bridge.importing.taking import IMPORTERS
from erp_bridge.looking import LOOKED_AT
from erp_bridge.models import Binding, Connection, Cursor, HeldRecord, SyncRun
from erp_bridge.ports import Feed
from invoices.models import Invoice, InvoiceDocument, Settlement
from orders.models import Delivery, Order, OrderDocument, Product

__all__ = [
    "ConnectionView",
    "FeedView",
    "Found",
    "RunView",
    "connections",
    "feed_view",
    "find",
    "length",
    "run_view",
]

LONGEST_LIST = 20
NONE = "\N{EN DASH}"
MARKS: dict[str, str] = {
    SyncRun.State.RUNNING: "go",
    SyncRun.State.DONE: "done",
    SyncRun.State.FAILED: "stop",
    SyncRun.State.BROKEN_OFF: "off",
}
NUMBERED: dict[Feed, Any] = {
    Feed.CUSTOMERS: Customer,
    Feed.PRODUCTS: Product,
    Feed.ORDERS: Order,
    Feed.DELIVERIES: Delivery,
    Feed.INVOICES: Invoice,
}


@dataclass(frozen=True, kw_only=True)
class FeedView:
    """One feed as a row of the page."""

    cursor: Cursor
    label: str
    schedule: str
    rows: int
    was_today: bool
    behind: str
    mark: str
    state: str
    detail: str
    running: SyncRun | None
    parked: int
    waiting: int
    next_at: datetime | None
    is_due: bool


@dataclass(frozen=True, kw_only=True)
class ConnectionView:
    """One ERP with its feeds."""

    erp: Connection
    feeds: list[FeedView]
    is_being_tested: bool
    is_running: bool
    failing_since: datetime | None
    failure: str
    data_of: datetime | None


@dataclass(frozen=True, kw_only=True)
class RunView:
    """One run as a row of its feed's page."""

    run: SyncRun
    mark: str
    took: str


@dataclass(frozen=True, kw_only=True)
class Found:
    """What the portal knows of one record of an ERP."""

    feed: Feed
    label: str
    number: str
    remote_id: str
    erp: Connection
    binding: Binding | None
    held: HeldRecord | None
    title: str
    href: str
    is_removed: bool

    @property
    def can_be_looked_at(self) -> bool:
        """Whether the ERP can be asked what it holds for the record."""
        return self.feed in LOOKED_AT and is_id(self.remote_id)

    @property
    def facts(self) -> list[tuple[str, Any]]:
        """Names and values; empty values are not shown."""
        held = self.held
        return [
            (_("Connection"), self.erp.name),
            (_("ERP id"), self.remote_id),
            (_("Shown as"), self.title),
            (_("Why it is held"), held.why if held else ""),
            (_("Tries"), held.tries if held else ""),
        ]

    @property
    def steps(self) -> list[dict[str, Any]]:
        """The stations of the record, as ui/_story.html shows them."""
        steps = []
        changed_at = (self.held and self.held.changed_at) or (
            self.binding and self.binding.changed_at
        )
        if self.binding is not None:
            steps.append(_step(_("First read"), self.binding.bound_at))
        if changed_at:
            steps.append(_step(_("Changed in the ERP"), changed_at))
        if self.binding is not None:
            words = _("Deletion noted") if self.is_removed else _("Taken over")
            steps.append(_step(words, self.binding.taken_at))
        if self.held is not None:
            is_parked = self.held.state == HeldRecord.State.PARKED
            steps.append(
                _step(
                    self.held.get_state_display(),
                    self.held.held_at,
                    state="bad" if is_parked else "now",
                )
            )
            if self.held.due_at is not None:
                steps.append(_step(_("Asked for again"), self.held.due_at, state="next"))
        current = [step for step in steps if step["state"] != "next"][-1:]
        return [{**step, "is_current": step in current} for step in steps]

    @property
    def mark(self) -> str:
        if self.held is not None and self.held.state == HeldRecord.State.PARKED:
            return "look"
        if self.held is not None and self.held.state == HeldRecord.State.WAITING:
            return "wait"
        return "off" if self.is_removed else "done"

    @property
    def state(self) -> str:
        if self.mark in ("look", "wait") and self.held is not None:
            return str(self.held.get_state_display())
        return _("Deleted in the ERP") if self.is_removed else _("Here")


def connections(*, now: datetime) -> list[ConnectionView]:
    """Every ERP and how its feeds stand, in a number of queries that does not grow with them."""
    cursors = in_order(Cursor.objects.select_related("connection"))
    runs = {
        run.cursor_id: run
        for run in SyncRun.objects.order_by("cursor", "-started_at", "-pk").distinct("cursor")
    }
    held = _held_counts()
    views = []
    for erp in Connection.objects.order_by("code"):
        feeds = [
            feed_view(
                cursor,
                last_run=runs.get(cursor.pk),
                held=held.get((erp.pk, cursor.feed), {}),
                now=now,
            )
            for cursor in cursors
            if cursor.connection_id == erp.pk
        ]
        views.append(_connection_view(erp, feeds))
    return views


def feed_view(
    cursor: Cursor, *, last_run: SyncRun | None, held: dict[str, int], now: datetime
) -> FeedView:
    """How one feed stands now."""
    is_running = last_run is not None and last_run.state == SyncRun.State.RUNNING
    mark, state, detail = _state(cursor, is_running=is_running, now=now)
    is_on = cursor.connection.is_active and cursor.interval_seconds is not None
    return FeedView(
        cursor=cursor,
        label=cursor.get_feed_display(),
        schedule=(
            _("Every %(time)s") % {"time": length(timedelta(seconds=cursor.interval_seconds))}
            if cursor.interval_seconds
            else NONE
        ),
        rows=last_run.written if last_run else 0,
        was_today=cursor.succeeded_at is not None
        and timezone.localdate(cursor.succeeded_at) == timezone.localdate(now),
        behind=length(now - cursor.succeeded_at) if cursor.succeeded_at else NONE,
        mark=mark,
        state=state,
        detail=detail,
        running=last_run if is_running else None,
        parked=held.get(HeldRecord.State.PARKED, 0),
        waiting=held.get(HeldRecord.State.WAITING, 0),
        next_at=cursor.due_at if is_on or cursor.wanted else None,
        is_due=(is_on or bool(cursor.wanted)) and (cursor.due_at is None or cursor.due_at <= now),
    )


def run_view(run: SyncRun) -> RunView:
    """One run with its mark and how long it took."""
    ended_at = run.ended_at or run.touched_at
    return RunView(run=run, mark=MARKS[run.state], took=length(ended_at - run.started_at))


def find(text: str) -> list[Found]:
    """The records with this number or ERP id, here or held; at most a listful."""
    text = text.strip()
    if not text or len(text) > 100 or not text.isprintable():
        return []
    conditions = Q(remote_id=text)
    for feed, model in NUMBERED.items():
        keys = list(_numbered(model, text).values_list("pk", flat=True)[:LONGEST_LIST])
        if keys:
            conditions |= Q(feed=feed, object_id__in=keys)
    bindings = list(Binding.objects.filter(conditions).select_related("connection")[:LONGEST_LIST])
    held = list(
        HeldRecord.objects.filter(Q(remote_id=text) | Q(number=text)).select_related("connection")[
            :LONGEST_LIST
        ]
    )
    by_name = {(each.connection_id, each.feed, each.remote_id): each for each in held}
    found = [
        _found(each, by_name.pop((each.connection_id, each.feed, each.remote_id), None))
        for each in bindings
    ]
    return found + [_found_held(each) for each in by_name.values()]


def length(span: timedelta) -> str:
    """A stretch of time in its largest unit: 40 s, 7 min, 3 h, 18 days."""
    seconds = max(0, round(span.total_seconds()))
    if seconds < 60:
        return _("%(count)s s") % {"count": seconds}
    if seconds < 3600:
        return _("%(count)s min") % {"count": seconds // 60}
    if seconds < 48 * 3600:
        return _("%(count)s h") % {"count": seconds // 3600}
    days = seconds // (24 * 3600)
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}


def _step(label: Any, at: datetime, *, state: str = "past") -> dict[str, Any]:
    return {"label": label, "at": at, "detail": "", "state": state}


def _state(cursor: Cursor, *, is_running: bool, now: datetime) -> tuple[str, str, str]:
    """The kind of the mark, the word, and a second line."""
    if is_running:
        return "go", _("Running"), ""
    if cursor.failures:
        return "stop", _("Failed"), cursor.last_error
    if not cursor.connection.is_active:
        return "off", _("Paused"), ""
    if cursor.interval_seconds is None:
        return "off", _("Off"), ""
    if cursor.succeeded_at is None:
        return "wait", _("Waiting"), ""
    if is_late(cursor.interval_seconds, cursor.succeeded_at, now=now):
        return "look", _("Late"), ""
    return "done", _("Up to date"), ""


def _connection_view(erp: Connection, feeds: list[FeedView]) -> ConnectionView:
    failing = [feed.cursor for feed in feeds if feed.cursor.failed_at is not None]
    read = [feed.cursor.succeeded_at for feed in feeds if feed.cursor.succeeded_at is not None]
    worst = min(failing, key=lambda cursor: (cursor.failed_at, cursor.pk), default=None)
    return ConnectionView(
        erp=erp,
        feeds=feeds,
        is_being_tested=erp.test_wanted_at is not None
        and (erp.tested_at is None or erp.tested_at < erp.test_wanted_at),
        is_running=any(feed.running for feed in feeds),
        failing_since=worst.failed_at if worst else None,
        failure=worst.last_error if worst else "",
        data_of=min(read, default=None),
    )


def _held_counts() -> dict[tuple[int, str], dict[str, int]]:
    counts: dict[tuple[int, str], dict[str, int]] = {}
    rows = HeldRecord.objects.values_list("connection_id", "feed", "state").annotate(Count("pk"))
    for connection_id, feed, state, number in rows:
        counts.setdefault((connection_id, feed), {})[state] = number
    return counts


def _numbered(model: Any, number: str) -> Any:
    # The index of products begins with their source.
    sources: Iterable[str] = Connection.objects.values_list("code", flat=True)
    return model.objects.filter(source__in=list(sources), number=number)


def _found(binding: Binding, held: HeldRecord | None) -> Found:
    model: Any = IMPORTERS[Feed(binding.feed)].tables[binding.table]
    row = model.objects.filter(pk=binding.object_id).first() if binding.object_id else None
    number = getattr(row, "number", "") or (held.number if held else "")
    return Found(
        feed=Feed(binding.feed),
        label=binding.get_feed_display(),
        number=number or binding.remote_id,
        remote_id=binding.remote_id,
        erp=binding.connection,
        binding=binding,
        held=held,
        title=str(row) if row is not None else "",
        href=_page_of(row),
        is_removed=row is None or row.is_removed,
    )


def _page_of(row: Any) -> str:
    """The office's page that shows the row; empty where there is none."""
    match row:
        case Order():
            return reverse("office:order-page", args=[row.number])
        case Delivery():
            page = reverse("office:order-page", args=[row.order.number])
            return f"{page}#delivery-{row.pk}"
        case Invoice():
            return f"{reverse('office:invoice-page', args=[row.number])}?id={row.pk}"
        case Settlement():
            return _page_of(row.invoice)
        case OrderDocument():
            return reverse("office:order-document", args=[row.order.number, row.pk])
        case InvoiceDocument():
            return reverse("office:invoice-document", args=[row.invoice.number, row.pk])
    return ""


def _found_held(held: HeldRecord) -> Found:
    return Found(
        feed=Feed(held.feed),
        label=held.get_feed_display(),
        number=held.number or held.remote_id,
        remote_id=held.remote_id,
        erp=held.connection,
        binding=None,
        held=held,
        title="",
        href="",
        is_removed=False,
    )
