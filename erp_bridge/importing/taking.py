"""Taking over a page of records: what is new is written and bound, what cannot be is held.

Everything here runs inside the caller's transaction, under the lock of the connection's row: pages
of one connection are written one after the other. So a row cannot miss the parent that another
page is just bringing, and two readers of one feed do each other no harm.
"""

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from django.db import DataError, IntegrityError, connection, transaction

from accounts.models import Mirrored
from accounts.services import mirroring
from erp_bridge.importing import holding
from erp_bridge.importing.customers import ADDRESSES, CUSTOMERS
from erp_bridge.importing.documents import DOCUMENTS
from erp_bridge.importing.holding import Held
from erp_bridge.importing.importer import Desk, Importer, Objection, Ref, is_id
from erp_bridge.importing.invoices import INVOICES, SETTLEMENTS
from erp_bridge.importing.orders import DELIVERIES, ORDERS, PRODUCTS
from erp_bridge.importing.packing import fingerprint
from erp_bridge.models import Binding, Connection, HeldRecord
from erp_bridge.ports import DeletionRecord, Feed, Record, Unreadable
from portal.lib.db import merge, next_ids
from portal.lib.sentences import sentence as _

__all__ = ["IMPORTERS", "Tally", "release", "sift", "take"]

logger = logging.getLogger(__name__)

IMPORTERS: dict[Feed, Importer] = {
    Feed.CUSTOMERS: CUSTOMERS,
    Feed.ADDRESSES: ADDRESSES,
    Feed.PRODUCTS: PRODUCTS,
    Feed.ORDERS: ORDERS,
    Feed.DELIVERIES: DELIVERIES,
    Feed.INVOICES: INVOICES,
    Feed.SETTLEMENTS: SETTLEMENTS,
    Feed.DOCUMENTS: DOCUMENTS,
}
CLOCKS_DIFFER_BY = timedelta(days=1)
RELEASED_AT_ONCE = 1000  # in the transaction of one page
DELETED = b""  # the content hash of a record that the ERP deleted


@dataclass(slots=True)
class Tally:
    """How many rows one page wrote and held, those it released included."""

    written: int = 0
    held: int = 0


class Bound(NamedTuple):
    object_id: int | None
    changed_at: datetime
    content_hash: bytes


class Candidate(NamedTuple):
    """A record that is news, with its fingerprint and what it is bound to."""

    record: Any
    content_hash: bytes
    bound: Bound | None


class Sifted(NamedTuple):
    """What of a page is news."""

    candidates: list[Candidate]
    deletions: list[DeletionRecord]
    unreadable: list[Unreadable]


def sift(
    erp: Connection,
    feed: Feed,
    records: Iterable[Record],
    unreadable: Iterable[Unreadable],
    *,
    now: datetime,
) -> Sifted:
    """What is neither here nor held as it is: the newest version of each record. Writes nothing."""
    newest = _newest(records)
    unread = holding.unreadable_not_held(erp, feed, unreadable)
    if feed == Feed.DELETIONS:
        sound, candidates = _sound_deletions(newest.values(), now=now)
        deletions = _deletions_to_do(erp, sound)
    else:
        candidates = _candidates(newest.values(), _bindings(erp, feed, newest), again=False)
        deletions = []
    known = holding.records_held(erp, feed, [each.record for each in candidates])
    news = [each for each in candidates if holding.name_of(each.record) not in known]
    return Sifted(news, deletions, unread)


def take(
    erp: Connection,
    feed: Feed,
    records: Iterable[Record],
    *,
    now: datetime,
    unreadable: Iterable[Unreadable] = (),
    again: bool = False,
    page: dict[str, Any] | None = None,
) -> Tally:
    """Write what is newer than what is here, hold the rest, then release whatever waited for it.

    `again` tries what is here or held as it is once more. `page` is remembered with rows without
    a usable id, for the only way to ask for such a row again is to ask for its page.
    """
    tally = Tally()
    if again:
        arrived = _take_again(erp, feed, records, now=now, tally=tally)
    else:
        sifted = sift(erp, feed, records, unreadable, now=now)
        unreadable = sifted.unreadable
        arrived = _take_candidates(erp, feed, sifted.candidates, now=now, tally=tally, page=page)
        arrived |= _delete(erp, sifted.deletions, now=now, tally=tally)
    tally.held += holding.hold(
        erp, [holding.of_unreadable(feed, each, page=page) for each in unreadable], now=now
    )
    _release(erp, arrived, now=now, tally=tally)
    return tally


def release(erp: Connection, ref: Ref, *, now: datetime) -> bool:
    """Take over what still waits for a record that is here, or deleted; whether it is."""
    feed, remote_id = ref
    if not Binding.objects.filter(connection=erp, feed=feed, remote_id=remote_id).exists():
        return False
    _release(erp, {ref}, now=now, tally=Tally())
    return True


def _release(erp: Connection, arrived: set[Ref], *, now: datetime, tally: Tally) -> None:
    """Take over what waited for these, and what waited for that; the rest is due now."""
    left = RELEASED_AT_ONCE
    while arrived:
        released = holding.waiting_for(erp, arrived, at_most=left, now=now)
        left -= len(released)
        arrived = set()
        for feed, waiting in groupby(released, key=lambda pair: pair[0]):
            waited = [record for _feed, record in waiting]
            arrived |= _take_again(erp, feed, waited, now=now, tally=tally)


def _take_again(
    erp: Connection, feed: Feed, records: Iterable[Record], *, now: datetime, tally: Tally
) -> set[Ref]:
    """Take records over even where the same ones are here; older ones are not held any longer."""
    newest = _newest(records)
    if feed == Feed.DELETIONS:
        sound, odd = _sound_deletions(newest.values(), now=now)
        _take_candidates(erp, feed, odd, now=now, tally=tally)
        return _delete(erp, _deletions_to_do(erp, sound), now=now, tally=tally)
    candidates = _candidates(newest.values(), _bindings(erp, feed, newest), again=True)
    kept = {holding.name_of(each.record) for each in candidates}
    holding.drop(erp, feed, [record for key, record in newest.items() if key not in kept])
    return _take_candidates(erp, feed, candidates, now=now, tally=tally)


def _take_candidates(
    erp: Connection,
    feed: Feed,
    candidates: Sequence[Candidate],
    *,
    now: datetime,
    tally: Tally,
    page: dict[str, Any] | None = None,
) -> set[Ref]:
    """Returns what is here now, so that nothing has to wait for it any longer."""
    sound, odd = _by_soundness(candidates, now=now)
    tally.held += holding.hold(
        erp,
        [holding.of_odd_record(feed, record, reason=words, page=page) for record, words in odd],
        now=now,
    )
    if not sound:
        return set()
    batch = _Page(erp, feed, sound, now=now)
    taken = batch.take_over()
    tally.written += len(taken)
    tally.held += holding.hold(erp, batch.held, now=now)
    holding.drop(erp, feed, [each.record for each in taken], but=batch.incomplete)
    return {(feed, each.record.remote_id) for each in taken}


class _Page:
    """One feed's candidates on their way into the database."""

    def __init__(
        self, erp: Connection, feed: Feed, candidates: Sequence[Candidate], *, now: datetime
    ) -> None:
        self._erp = erp
        self._feed = feed
        self._importer = IMPORTERS[feed]
        self._now = now
        self._candidates = candidates
        self._found: dict[Ref, int] = {}
        self._gone: set[Ref] = set()  # deleted before the portal saw them
        self._keys: dict[str, int] = {}
        self._new: set[int] = set()
        self.held: list[Held] = []
        self.incomplete: set[str] = set()

    def take_over(self) -> list[Candidate]:
        """Write what can be written; the rest is in `held` afterwards."""
        ready = self._with_parents(self._candidates)
        ready = self._with_free_numbers(self._give_keys(ready))
        if not ready:
            return []
        taken = self._write(ready)
        self._hold_links(taken)
        self._bind(taken)
        return taken

    def _with_parents(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Hold what lacks a parent; learn our keys of everything that the others name."""
        wanted: dict[Feed, set[str]] = {}
        for each in candidates:
            for feed, remote_id in self._names(each.record):
                if is_id(remote_id):
                    wanted.setdefault(feed, set()).add(remote_id)
        for feed, remote_ids in wanted.items():
            found = Binding.objects.filter(
                connection=self._erp, feed=feed, remote_id__any_of=remote_ids
            ).values_list("remote_id", "object_id")
            for remote_id, object_id in found:
                if object_id is None:
                    self._gone.add((feed, remote_id))
                else:
                    self._found[feed, remote_id] = object_id

        ready = []
        for each in candidates:
            missing = next(
                (ref for ref in self._importer.required(each.record) if ref not in self._found),
                None,
            )
            if missing is None:
                ready.append(each)
            elif not is_id(missing[1]):
                self._park(each.record, _("It names a record by an id that cannot be one."))
            elif missing in self._gone:
                self._park(
                    each.record,
                    _("It belongs to %(what)s, which the ERP has deleted.")
                    % {"what": holding.named(missing)},
                )
            else:
                self.held.append(
                    holding.of_record(
                        self._feed,
                        each.record,
                        state=HeldRecord.State.WAITING,
                        reason=_("Waits for %(what)s, which is not here yet.")
                        % {"what": holding.named(missing)},
                        waits_for=missing,
                    )
                )
        return ready

    def _give_keys(self, ready: list[Candidate]) -> list[Candidate]:
        by_table: dict[str, list[str]] = {}
        for each in ready:
            if each.bound is not None and each.bound.object_id is not None:
                self._keys[each.record.remote_id] = each.bound.object_id
            else:
                table = self._importer.table_of(each.record)
                by_table.setdefault(table, []).append(each.record.remote_id)
        for table, remote_ids in by_table.items():
            keys = next_ids(self._importer.tables[table], len(remote_ids))
            self._keys.update(zip(remote_ids, keys, strict=True))
            self._new.update(keys)
        return ready

    def _with_free_numbers(self, ready: list[Candidate]) -> list[Candidate]:
        """Park records whose number another one has. Removed rows give their number up."""
        if not self._importer.has_unique_numbers:
            return ready
        model: Any = self._importer.tables[""]
        holders = self._holders(ready)
        while more := self._held_with_another_number(holders):
            ready = [*ready, *more]
            holders = self._holders(ready)

        removed = [key for key, _number, removed_at in holders if removed_at is not None]
        if removed:
            mirroring.step_aside(model, object_ids=removed)
        holder_of = {number: key for key, number, removed_at in holders if removed_at is None}

        # Whoever has the number already keeps it; of two newcomers the older one gets it.
        contenders = sorted(
            ready,
            key=lambda each: (
                holder_of.get(each.record.number) != self._keys[each.record.remote_id],
                each.record.changed_at,
                each.record.remote_id,
            ),
        )
        while True:
            # Who is parked goes on holding the number that its row has.
            moving = {self._keys[each.record.remote_id] for each in contenders}
            taken = {number for number, key in holder_of.items() if key not in moving}
            free = []
            for each in contenders:
                if each.record.number in taken:
                    self._park(
                        each.record,
                        _("The number %(number)s already belongs to another record.")
                        % {"number": each.record.number},
                    )
                else:
                    taken.add(each.record.number)
                    free.append(each)
            if len(free) == len(contenders):
                return free
            contenders = free

    def _holders(self, ready: Sequence[Candidate]) -> list[tuple[int, str, datetime | None]]:
        """Key, number and removal of the rows that have the numbers of these records.

        Removed rows that are among the records are on their way back, and so not removed.
        """
        model: Any = self._importer.tables[""]
        ours = {self._keys[each.record.remote_id] for each in ready}
        numbers = {each.record.number for each in ready}
        holders = model._default_manager.filter(source=self._erp.code, number__any_of=numbers)
        return [
            (key, number, None if key in ours else removed_at)
            for key, number, removed_at in holders.values_list("pk", "number", "removed_at")
        ]

    def _held_with_another_number(
        self, holders: Iterable[tuple[int, str, datetime | None]]
    ) -> list[Candidate]:
        """The parked records of rows that have a wanted number: together they may swap."""
        ours = set(self._keys.values())
        number_of = {
            key: number
            for key, number, removed_at in holders
            if key not in ours and removed_at is None
        }
        if not number_of:
            return []
        bound = Binding.objects.filter(
            connection=self._erp, feed=self._feed, object_id__any_of=list(number_of)
        ).values_list("remote_id", "object_id")
        key_of = {remote_id: key for remote_id, key in bound if key is not None}
        parked = [
            record
            for record in holding.parked(self._erp, self._feed, list(key_of))
            if record.number != number_of[key_of[record.remote_id]]
        ]
        if not parked:
            return []
        bindings = _bindings(self._erp, self._feed, [record.remote_id for record in parked])
        sound, _odd = _by_soundness(_candidates(parked, bindings, again=True), now=self._now)
        more = self._with_parents(sound)
        self._keys |= {each.record.remote_id: key_of[each.record.remote_id] for each in more}
        return more

    def _write(self, ready: Sequence[Candidate]) -> list[Candidate]:
        """Write all of them at once, or in ever smaller parts when the database refuses."""
        fit, wholes = self._build(ready)
        if not fit:
            return []
        try:
            with transaction.atomic():
                self._importer.write(wholes, self._new)
                connection.check_constraints()
        except (IntegrityError, DataError) as error:
            if len(fit) == 1:
                logger.warning("record refused by the database", exc_info=True)
                self._park(fit[0].record, _words_of(error))
                return []
            middle = len(fit) // 2
            return [*self._write(fit[:middle]), *self._write(fit[middle:])]
        self._found |= self._own_keys(fit)
        return list(fit)

    def _build(self, ready: Sequence[Candidate]) -> tuple[Sequence[Candidate], list[Any]]:
        """The records as rows. Those that break a rule are parked, and nobody is linked to them."""
        while ready:
            records = [each.record for each in ready]
            desk = Desk(
                source=self._erp.code,
                read_at=self._now,
                found=self._found | self._own_keys(ready),
            )
            desk.extra = self._importer.prepare(records, desk)
            fit, wholes = [], []
            for each in ready:
                key = self._keys[each.record.remote_id]
                try:
                    wholes.append(self._importer.build(each.record, key, desk))
                    fit.append(each)
                except Objection as objection:
                    self._park(each.record, objection.words)
                except Exception:
                    logger.exception("record cannot be built", extra={"feed": self._feed})
                    self._park(
                        each.record, _("The portal failed on this record; its log says how.")
                    )
            if len(fit) == len(ready):
                return fit, wholes
            ready = fit
        return [], []

    def _own_keys(self, candidates: Sequence[Candidate]) -> dict[Ref, int]:
        return {
            (self._feed, each.record.remote_id): self._keys[each.record.remote_id]
            for each in candidates
        }

    def _hold_links(self, taken: Sequence[Candidate]) -> None:
        """Remember links that stay open, so that they are made when the other end arrives."""
        for each in taken:
            for ref in self._importer.optional(each.record):
                if ref in self._found or ref in self._gone or not is_id(ref[1]):
                    continue
                self.incomplete.add(each.record.remote_id)
                self.held.append(
                    holding.of_record(
                        self._feed,
                        each.record,
                        state=HeldRecord.State.INCOMPLETE,
                        reason=_("Here, but not linked to %(what)s, which is not here yet.")
                        % {"what": holding.named(ref)},
                        waits_for=ref,
                    )
                )
                break

    def _bind(self, taken: Sequence[Candidate]) -> None:
        rows = []
        for each in taken:
            record = each.record
            table, key = self._importer.table_of(record), self._keys[record.remote_id]
            stamps = (record.changed_at, each.content_hash, self._now, self._now)
            rows.append((record.remote_id, self._erp.pk, self._feed.value, table, key, *stamps))
        new = {each.record.remote_id for each in taken if each.bound is None}
        _merge_bindings(rows, new=new)

    def _names(self, record: Any) -> Iterator[Ref]:
        yield from self._importer.required(record)
        yield from self._importer.optional(record)

    def _park(self, record: Any, words: str) -> None:
        self.held.append(
            holding.of_record(self._feed, record, state=HeldRecord.State.PARKED, reason=words)
        )


def _by_soundness(
    candidates: Sequence[Candidate], *, now: datetime
) -> tuple[list[Candidate], list[tuple[Any, str]]]:
    """Records with usable ids and a usable change stamp; the others with what is wrong."""
    sound, odd = [], []
    for each in candidates:
        if words := _oddity_of(each.record, now=now):
            odd.append((each.record, words))
        else:
            sound.append(each)
    return sound, odd


def _sound_deletions(records: Iterable[Any], *, now: datetime) -> tuple[list[Any], list[Candidate]]:
    """Deletions that can be carried out, and the others on their way to be held."""
    sound: list[Any] = []
    odd = []
    for record in records:
        if _oddity_of(record, now=now):
            odd.append(Candidate(record, DELETED, None))
        else:
            sound.append(record)
    return sound, odd


def _oddity_of(record: Any, *, now: datetime) -> str:
    """What is wrong with its ids or its change stamp, in plain words; empty when nothing is.

    A stamp from the future would make the record deaf to every later change.
    """
    if not is_id(record.remote_id):
        return _("Its id in the ERP cannot be one.")
    if record.changed_at > now + CLOCKS_DIFFER_BY:
        return _("Its change stamp, %(stamp)s, lies in the future.") % {
            "stamp": record.changed_at.isoformat(" ", "seconds")
        }
    if isinstance(record, DeletionRecord) and not is_id(record.deleted_id):
        return _("It names a record by an id that cannot be one.")
    return ""


def _newest(records: Iterable[Any]) -> dict[str, Any]:
    """The newest version of each record by its name; of equally old ones the later in the list."""
    newest: dict[str, Any] = {}
    for record in records:
        name = holding.name_of(record)
        rival = newest.get(name)
        if rival is None or rival.changed_at <= record.changed_at:
            newest[name] = record
    return newest


def _bindings(erp: Connection, feed: Feed, remote_ids: Collection[str]) -> dict[str, Bound]:
    found = Binding.objects.filter(
        connection=erp, feed=feed, remote_id__any_of=[each for each in remote_ids if is_id(each)]
    )
    values = found.values_list("remote_id", "object_id", "changed_at", "content_hash")
    return {
        remote_id: Bound(object_id, changed_at, bytes(content_hash))
        for remote_id, object_id, changed_at, content_hash in values
    }


def _candidates(
    records: Iterable[Any], bindings: Mapping[str, Bound], *, again: bool
) -> list[Candidate]:
    candidates = []
    for record in records:
        bound = bindings.get(record.remote_id)
        if bound is not None and record.changed_at < bound.changed_at:
            continue
        content_hash = fingerprint(record)
        if bound is not None:
            if bound.content_hash == content_hash and not again:
                continue
            # The deletion of a record outdoes the last change before it.
            if bound.content_hash == DELETED and record.changed_at == bound.changed_at:
                continue
        candidates.append(Candidate(record, content_hash, bound))
    return candidates


def _deletions_to_do(erp: Connection, records: Iterable[Record]) -> list[DeletionRecord]:
    """The deletions that are not done yet and not overtaken by a newer version of the record."""
    ordered = sorted(
        (record for record in records if isinstance(record, DeletionRecord)),
        key=attrgetter("about", "deleted_id", "changed_at"),
    )
    last = {(record.about, record.deleted_id): record for record in ordered}
    to_do: list[DeletionRecord] = []
    for about, group in groupby(last.values(), key=attrgetter("about")):
        if about not in IMPORTERS:
            continue
        deletions = list(group)
        bound = _bindings(erp, about, [record.deleted_id for record in deletions])
        for record in deletions:
            known = bound.get(record.deleted_id)
            if known is None or (
                known.changed_at <= record.changed_at and known.content_hash != DELETED
            ):
                to_do.append(record)
    return to_do


def _delete(
    erp: Connection, records: list[DeletionRecord], *, now: datetime, tally: Tally
) -> set[Ref]:
    """Mark the objects as removed; remember records that were deleted before they were seen."""
    for about, group in groupby(records, key=attrgetter("about")):
        deletions = {record.deleted_id: record for record in group}
        found = Binding.objects.filter(
            connection=erp, feed=about, remote_id__any_of=list(deletions)
        ).values_list("remote_id", "table", "object_id")
        bound = {remote_id: (table, object_id) for remote_id, table, object_id in found}
        removed: dict[type[Mirrored], dict[int, datetime]] = {}
        for remote_id, (table, object_id) in bound.items():
            if object_id is not None:
                model = IMPORTERS[about].tables[table]
                removed.setdefault(model, {})[object_id] = deletions[remote_id].changed_at
        for model, removed_at in removed.items():
            mirroring.remove(model, removed_at=removed_at)
        rows = []
        for remote_id, record in deletions.items():
            table, object_id = bound.get(remote_id, ("", None))
            stamps = (record.changed_at, DELETED, now, now)
            rows.append((remote_id, erp.pk, about.value, table, object_id, *stamps))
        _merge_bindings(rows, new=deletions.keys() - bound.keys())
        holding.drop_deleted(erp, about, deletions)
        tally.written += len(deletions)
    return {(record.about, record.deleted_id) for record in records}


def _merge_bindings(rows: Sequence[tuple[Any, ...]], *, new: Collection[str]) -> None:
    merge(
        Binding,
        (
            *("remote_id", "connection_id", "feed", "table", "object_id"),
            *("changed_at", "content_hash", "bound_at", "taken_at"),
        ),
        rows,
        key=("connection_id", "feed", "remote_id"),
        keep=("bound_at",),
        stamps=("taken_at",),
        new=new,
    )


def _words_of(error: Exception) -> str:
    """The rule that the database enforced, by the name of its constraint."""
    diagnostics = getattr(error.__cause__, "diag", None)
    constraint = getattr(diagnostics, "constraint_name", None)
    if constraint:
        return _("The database refuses it: %(rule)s.") % {"rule": constraint.replace("_", " ")}
    return _("The database refuses it.")
