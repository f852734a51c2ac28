"""Importing people from a CSV file: uploaded, checked by the worker, confirmed once, applied.

Nothing but the rows of the import is written before somebody confirms it. Both steps of the worker
go through the file or the rows in batches of one transaction each, so memory does not grow and a
worker that dies is followed by one that goes on. What a row does, and that it did, is written in
one transaction: no row is applied twice.
"""

import io
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Func, IntegerField, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts import importing, origin
from accounts.importing import Draft, ImportKind, RowRefused, row_error
from accounts.models import PeopleImport, PeopleImportRow, User
from accounts.services import audit, stored_files
from accounts.states import ImportState, OnError, RowOutcome
from portal.lib import csv_reading
from portal.lib.bells import ring
from portal.lib.csv_reading import NotReadable
from portal.lib.errors import DomainError

__all__ = [
    "LARGEST_FILE",
    "MOST_ROWS",
    "NothingToImport",
    "RowsAreWrong",
    "Settled",
    "confirm",
    "counts",
    "forget_old",
    "upload",
    "withdraw",
    "work",
]

Clock = Callable[[], datetime]

LARGEST_FILE = 10 * 1024 * 1024
MOST_ROWS = 20_000
BATCH = 500
# Rows of one customer that are applied in one transaction, under its lock. A row of no customer has
# locks of its own and is applied alone.
CHUNK = 100
CLAIM = timedelta(minutes=2)
# How long a file with people's data stays after the import.
KEPT = timedelta(days=90)
TASK = "accounts.import_people"
CSV = "text/csv"


class NothingToImport(DomainError):
    user_message = _("There is no row under the heads.")


class RowsAreWrong(DomainError):
    """The clerk wants nothing imported as long as a row is wrong."""

    user_message = _(
        "Nothing was imported, because rows are wrong. Correct them and upload the file again, or"
        " choose to skip them."
    )


class Settled(DomainError):
    user_message = _("This import was confirmed or withdrawn meanwhile.")


def upload(*, kind: ImportKind, name: str, content: bytes, by: User, now: datetime) -> PeopleImport:
    """Keep the file and have the worker check it. Raises NotReadable where that shows at once."""
    _refuse_unreadable(kind, content)
    stored = stored_files.keep(content=content, media_type=CSV, now=now)
    with transaction.atomic():
        run = PeopleImport.objects.create(
            kind=kind.code,
            file=stored,
            file_name=name[-200:],
            uploaded_by=by,
            created_at=now,
            total=content.count(b"\n"),
        )
        ring(TASK)
    return run


@transaction.atomic
def confirm(*, import_id: int, on_error: OnError, by: User, now: datetime) -> PeopleImport:
    """Have the checked rows applied. Of two who confirm, one gets Settled."""
    run = PeopleImport.objects.locked().get(pk=import_id)
    if run.state != ImportState.CHECKED:
        raise Settled(f"import {import_id} is {run.state}")
    found = counts(run)
    if on_error == OnError.STOP and found["wrong"]:
        raise RowsAreWrong(f"import {import_id}")
    if not found["right"]:
        raise NothingToImport(f"import {import_id}")
    run.move_to(
        ImportState.CONFIRMED,
        on_error=on_error,
        confirmed_by=by,
        confirmed_at=now,
        failure="",
        done=0,
    )
    ring(TASK)
    return run


@transaction.atomic
def withdraw(*, import_id: int, by: User, now: datetime) -> None:
    """Leave the file unused. Repeating it changes nothing."""
    run = PeopleImport.objects.locked().get(pk=import_id)
    if run.state == ImportState.WITHDRAWN:
        return
    if run.state not in {ImportState.WAITING, ImportState.CHECKED}:
        raise Settled(f"import {import_id} is {run.state}")
    run.move_to(ImportState.WITHDRAWN, finished_at=now)


def counts(run: PeopleImport) -> dict[str, int]:
    """How many rows there are of each sort: by what they will do, have done, and what is wrong."""
    planned = {f"plan_{outcome}": _counted(plan=outcome) for outcome in RowOutcome.values}
    done = {f"did_{outcome}": _counted(outcome=outcome) for outcome in RowOutcome.values}
    wrong = ~Q(errors=[])
    length = Func(F("errors"), function="jsonb_array_length", output_field=IntegerField())
    return run.rows.aggregate(
        rows=Count("pk"),
        faults=Coalesce(Sum(length), 0),
        wrong=Count("pk", filter=wrong),
        right=Count("pk", filter=~wrong),
        left=Count("pk", filter=Q(errors=[], outcome="")),
        **planned,
        **done,
    )


def work(*, clock: Clock) -> None:
    """Check and apply what waits, the oldest first; as many workers as like may do it at once."""
    while (run := _claim(clock())) is not None:
        kind = importing.kind_of(run.kind)
        with translation.override(run.uploaded_by.language):
            if run.state == ImportState.WAITING:
                _check(run, kind, clock)
            elif run.state == ImportState.CONFIRMED:
                _check_again(run, kind, clock)
            else:
                _apply(run, kind, clock)


def forget_old(*, now: datetime) -> None:
    """Delete imports that are long over, with their rows and files."""
    old = PeopleImport.objects.filter(created_at__lte=now - KEPT).exclude(
        state__in=[ImportState.CONFIRMED, ImportState.APPLYING]
    )
    files = list(old.values_list("file", flat=True))
    old.delete()
    stored_files.forget(files, now=now)


def _refuse_unreadable(kind: ImportKind, content: bytes) -> None:
    """Raise NotReadable for what the size and the first row show."""
    if content.count(b"\n") > MOST_ROWS + 1:
        raise NotReadable(
            _("The file has more than %(most)s rows. Please split it.") % {"most": MOST_ROWS},
            "too many rows",
        )
    table = csv_reading.read(io.BytesIO(content))
    known = importing.understood_heads(table.heads, kind)
    missing = [
        column.head
        for column in kind.columns
        if column.is_required and column.head not in known.values()
    ]
    if missing:
        raise NotReadable(
            _("The first row has to name the columns. Missing: %(heads)s.")
            % {"heads": ", ".join(missing)},
            "no heads",
        )
    repeated = {head for head in known.values() if list(known.values()).count(head) > 1}
    if repeated or len(set(table.heads)) < len(table.heads):
        raise NotReadable(_("A column is there twice."), "repeated heads")


def _claim(now: datetime) -> PeopleImport | None:
    while True:
        free = PeopleImport.objects.filter(
            Q(claimed_until=None) | Q(claimed_until__lt=now),
            state__in=[ImportState.WAITING, ImportState.CONFIRMED, ImportState.APPLYING],
        )
        run = free.order_by("created_at", "pk").first()
        if run is None:
            return None
        if free.filter(pk=run.pk).update(claimed_until=now + CLAIM):
            run.refresh_from_db()
            return run


def _check(run: PeopleImport, kind: ImportKind, clock: Clock) -> None:
    try:
        _read_rows(run, kind, clock)
    except NotReadable as refusal:
        _move(run, ImportState.UNREADABLE, failure=refusal.user_message, finished_at=clock())
        return
    _move(run, ImportState.CHECKED)


def _check_again(run: PeopleImport, kind: ImportKind, clock: Clock) -> None:
    """Look once more before anything is written: what was right may not be any more."""
    _read_rows(run, kind, clock)
    if run.on_error == OnError.STOP and run.rows.exclude(errors=[]).exists():
        _move(
            run,
            ImportState.CHECKED,
            failure=_("Rows have become wrong since the check, so nothing was imported."),
        )
    else:
        _move(run, ImportState.APPLYING, done=0, total=run.rows.filter(errors=[]).count())


def _read_rows(run: PeopleImport, kind: ImportKind, clock: Clock) -> None:
    """Write the rows of the file anew, checked. Raises NotReadable."""
    run.rows.all().delete()
    work = kind.work()
    number = 0
    with run.file.content.open("rb") as file:
        table = csv_reading.read(file)
        heads = importing.understood_heads(table.heads, kind)
        for drafts in _batches(_drafts(table, heads, kind), BATCH):
            work.check(drafts)
            for draft in drafts:
                draft.errors.sort(key=lambda error: kind.heads.index(error["column"]))
            number += len(drafts)
            with transaction.atomic():
                PeopleImportRow.objects.bulk_create(_row(run, draft) for draft in drafts)
                _renew(run, clock, done=number)
    with transaction.atomic():
        work.check_whole(run)
        _renew(run, clock, done=number, total=number)


def _drafts(table: csv_reading.Table, heads: dict[str, str], kind: ImportKind) -> Iterator[Draft]:
    for row in table:
        cells = dict.fromkeys(kind.heads, "")
        cells |= {known: _storable(row.cells[head]) for head, known in heads.items()}
        draft = Draft(number=row.number, cells=cells)
        if row.surplus:
            draft.wrong(kind.heads[-1], "surplus")
        yield draft


def _storable(text: str) -> str:
    """The text without what the database cannot hold; its place stays visible."""
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}")


def _row(run: PeopleImport, draft: Draft) -> PeopleImportRow:
    return PeopleImportRow(
        run=run,
        number=draft.number,
        cells=draft.cells,
        values=draft.values,
        errors=draft.errors,
        customer_id=draft.customer_id,
        subject=draft.subject[:300],
        rank=draft.rank,
        plan="" if draft.errors else draft.plan,
    )


def _apply(run: PeopleImport, kind: ImportKind, clock: Clock) -> None:
    """Go through the rows that are left; stop at the first that is refused, or leave it out."""
    by: Any = run.confirmed_by
    work = kind.work()
    with origin.coming_from(origin.Origin(origin.Channel.WORKER, person=by)):
        while rows := _next_chunk(run):
            try:
                _apply_chunk(run, work, rows, by=by, clock=clock)
            except RowRefused as refusal:
                if run.on_error == OnError.STOP:
                    _refuse(refusal)
                    _finish(run, ImportState.STOPPED, clock)
                    return
                _apply_one_by_one(run, work, rows, by=by, clock=clock)
        _finish(run, ImportState.DONE, clock)


def _next_chunk(run: PeopleImport) -> list[PeopleImportRow]:
    """The next rows to do: of one customer and one rank, or one of no customer."""
    left = run.rows.filter(errors=[], outcome="").order_by("rank", "customer", "pk")
    first = left.first()
    if first is None:
        return []
    if first.customer_id is None:
        return [first]
    return list(left.filter(rank=first.rank, customer=first.customer_id)[:CHUNK])


def _apply_one_by_one(
    run: PeopleImport, work: Any, rows: Iterable[PeopleImportRow], *, by: User, clock: Clock
) -> None:
    for row in rows:
        row.outcome = ""
        try:
            _apply_chunk(run, work, [row], by=by, clock=clock)
        except RowRefused as refusal:
            _refuse(refusal)


@transaction.atomic
def _apply_chunk(
    run: PeopleImport, work: Any, rows: list[PeopleImportRow], *, by: User, clock: Clock
) -> None:
    # Whoever lost the claim finds the rows done, and does nothing.
    locked = run.rows.filter(pk__in=[row.pk for row in rows], outcome="").order_by("pk")
    rows = list(locked.select_for_update(of=("self",), no_key=True))
    if rows:
        work.apply(rows, by=by, now=clock())
        PeopleImportRow.objects.bulk_update(rows, ["outcome"])
    done = run.rows.exclude(outcome="").count()
    _renew(run, clock, done=done)


@transaction.atomic
def _refuse(refusal: RowRefused) -> None:
    row = PeopleImportRow.objects.get(pk=refusal.row_id)
    error = row_error(
        refusal.column,
        row.cells.get(refusal.column, ""),
        "refused",
        words=str(refusal.user_message),
    )
    row.errors, row.outcome = [*row.errors, error], RowOutcome.FAILED
    row.save(update_fields=["errors", "outcome"])


@transaction.atomic
def _finish(run: PeopleImport, state: ImportState, clock: Clock) -> None:
    found = counts(run)
    audit.record(
        kind="people_imported",
        subject=run.file_name,
        after={
            "kind": run.kind,
            "rows": found["rows"],
            "wrong": found["wrong"],
            **{
                outcome: found[f"did_{outcome}"]
                for outcome in RowOutcome.values
                if found[f"did_{outcome}"]
            },
        },
        now=clock(),
    )
    _move(run, state, finished_at=clock())


@transaction.atomic
def _move(run: PeopleImport, state: ImportState, **changes: Any) -> None:
    """Take the step unless somebody was faster: a withdrawal, another worker."""
    locked = PeopleImport.objects.locked().get(pk=run.pk)
    if locked.state == run.state:
        locked.move_to(state, **changes)


def _renew(run: PeopleImport, clock: Clock, **progress: int) -> None:
    PeopleImport.objects.filter(pk=run.pk).update(claimed_until=clock() + CLAIM, **progress)


def _counted(**which: str) -> Count:
    return Count("pk", filter=Q(**which))


def _batches(drafts: Iterator[Draft], size: int) -> Iterator[list[Draft]]:
    while batch := list(islice(drafts, size)):
        yield batch
