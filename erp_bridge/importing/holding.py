"""Held records: put aside with the reason, found again when what they wait for arrives."""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_noop

from erp_bridge.importing.importer import Ref, is_id
from erp_bridge.importing.packing import pack, storable, unpack
from erp_bridge.models import Connection, HeldRecord
from erp_bridge.ports import DeletionRecord, Feed, Record, Unreadable
from portal.lib.sentences import kept
from portal.lib.sentences import sentence as _

__all__ = [
    "Held",
    "drop",
    "drop_deleted",
    "explain",
    "hold",
    "name_of",
    "named",
    "next_try",
    "of_odd_record",
    "of_record",
    "of_unreadable",
    "parked",
    "records_held",
    "unreadable_not_held",
    "waiting_for",
]

logger = logging.getLogger(__name__)

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
NAMELESS = "?"
RAW_LIMIT = 10_000

NOUNS = {
    Feed.CUSTOMERS: gettext_noop("customer %s"),
    Feed.ADDRESSES: gettext_noop("address %s"),
    Feed.PRODUCTS: gettext_noop("product %s"),
    Feed.ORDERS: gettext_noop("order %s"),
    Feed.DELIVERIES: gettext_noop("delivery %s"),
    Feed.INVOICES: gettext_noop("invoice %s"),
    Feed.SETTLEMENTS: gettext_noop("settlement %s"),
    Feed.DOCUMENTS: gettext_noop("document %s"),
    Feed.DELETIONS: gettext_noop("deletion %s"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """A record to put aside."""

    feed: Feed
    remote_id: str
    number: str
    state: HeldRecord.State
    reason: str
    waits_for: Ref | None = None
    record: dict[str, Any] | None = None
    raw: str = ""
    changed_at: datetime | None = None


def named(ref: Ref) -> str:
    """The other record in words, by its id in the ERP."""
    feed, remote_id = ref
    return _(NOUNS[feed]) % remote_id


def explain(held: HeldRecord, words: str) -> None:
    """Write down why the row is held; what the portal says of it can be said in any language."""
    held.reason = storable(words)[:500]
    held.reason_made_of = storable(kept(words))


def of_record(
    feed: Feed,
    record: Any,
    *,
    state: HeldRecord.State,
    reason: str,
    waits_for: Ref | None = None,
) -> Held:
    return Held(
        feed=feed,
        remote_id=record.remote_id,
        number=record.number,
        state=state,
        reason=reason,
        waits_for=waits_for,
        record=pack(record),
        changed_at=record.changed_at,
    )


def of_odd_record(feed: Feed, record: Any, *, reason: str, page: dict[str, Any] | None) -> Held:
    """A record whose id or stamp is nonsense: neither is relied upon.

    Without a usable id it is found by its page, like an unreadable row.
    """
    packed = pack(record)
    has_id = is_id(record.remote_id)
    return Held(
        feed=feed,
        remote_id=name_of(record),
        number=record.number,
        state=HeldRecord.State.PARKED,
        reason=reason,
        record=packed if has_id else page,
        raw="" if has_id else str(packed),
    )


def of_unreadable(feed: Feed, row: Unreadable, *, page: dict[str, Any] | None) -> Held:
    """A row without a readable id is told apart by what the ERP sent, and found by its page."""
    return Held(
        feed=feed,
        remote_id=name_of(row),
        number=row.number,
        state=HeldRecord.State.PARKED,
        reason=row.reason,
        record=None if is_id(row.remote_id) else page,
        raw=row.raw,
        changed_at=row.changed_at,
    )


def records_held(erp: Connection, feed: Feed, records: Sequence[Any]) -> set[str]:
    """The names of those records that are held exactly as they are."""
    by_name = {name_of(each): each for each in records}
    held = _contents(erp, feed, list(by_name))
    if not held:
        return set()
    return {
        name
        for name, each in by_name.items()
        if name in held and (name != each.remote_id or held[name][0] == storable(pack(each)))
    }


def unreadable_not_held(
    erp: Connection, feed: Feed, rows: Iterable[Unreadable]
) -> list[Unreadable]:
    """Those rows that are not held exactly as they are."""
    rows = list(rows)
    held = _contents(erp, feed, [name_of(each) for each in rows])
    return [
        each
        for each in rows
        if held.get(name_of(each), (None, ""))[1] != storable(each.raw)[:RAW_LIMIT]
    ]


def hold(erp: Connection, rows: Sequence[Held], *, now: datetime) -> int:
    """Put the rows aside; returns how many of them the portal lacks now.

    A row that is held already keeps the time since when, and counts one more try. An older version
    does not replace a newer one.
    """
    lacking = sum(row.state != HeldRecord.State.INCOMPLETE for row in rows)
    fresh: dict[tuple[str, str], HeldRecord] = {}
    known = {(each.feed, each.remote_id): each for each in _known(erp, rows)}
    for row in rows:
        there = known.get((row.feed, row.remote_id))
        if there and there.changed_at and row.changed_at and there.changed_at > row.changed_at:
            continue
        feed, remote_id = row.waits_for or ("", "")
        held = there or HeldRecord(
            connection=erp, feed=row.feed, remote_id=row.remote_id, held_at=now, tries=0
        )
        held.number = storable(row.number)[:100]
        held.state = row.state
        explain(held, row.reason)
        held.waits_for_feed, held.waits_for_id = feed, remote_id
        held.record = storable(row.record)
        held.raw = storable(row.raw)[:RAW_LIMIT]
        held.changed_at = row.changed_at
        held.tried_at = now
        held.tries += 1
        held.due_at = next_try(held, now=now)
        fresh[row.feed, row.remote_id] = held
    HeldRecord.objects.bulk_create([each for each in fresh.values() if each.pk is None])
    HeldRecord.objects.bulk_update(
        [each for each in fresh.values() if each.pk is not None],
        [
            *("number", "state", "reason", "reason_made_of", "waits_for_feed", "waits_for_id"),
            *("record", "raw", "changed_at", "tried_at", "tries", "due_at"),
        ],
    )
    return lacking


def next_try(held: HeldRecord, *, now: datetime) -> datetime | None:
    """When the ERP is asked again: later each time. Never for an open link alone."""
    if held.state == HeldRecord.State.INCOMPLETE:
        return None
    wait: timedelta = min(FIRST_WAIT * 2 ** min(held.tries - 1, 20), LONGEST_WAIT)
    return now + wait


def waiting_for(
    erp: Connection, arrived: Collection[Ref], *, at_most: int, now: datetime
) -> list[tuple[Feed, Record]]:
    """The held records that waited for one of these, by feed; so many of them at most.

    When there are more, one for each that arrived is due now, so that the worker goes on there.
    """
    by_feed: dict[Feed, list[str]] = {}
    for feed, remote_id in arrived:
        by_feed.setdefault(feed, []).append(remote_id)
    condition = Q()
    for feed, remote_ids in by_feed.items():
        condition |= Q(waits_for_feed=feed, waits_for_id__any_of=remote_ids)
    waiting = HeldRecord.objects.filter(condition, connection=erp).exclude(
        state=HeldRecord.State.PARKED
    )
    chosen = list(waiting.order_by("feed", "changed_at", "pk")[:at_most])
    if len(chosen) == at_most:
        others = waiting.exclude(pk__in=[each.pk for each in chosen])
        next_ones = others.order_by("waits_for_feed", "waits_for_id").distinct(
            "waits_for_feed", "waits_for_id"
        )
        HeldRecord.objects.filter(pk__in=list(next_ones.values_list("pk", flat=True))).update(
            due_at=now
        )
    return _unpacked(chosen)


def parked(erp: Connection, feed: Feed, remote_ids: Sequence[str]) -> list[Any]:
    """The parked records with these ids."""
    found = HeldRecord.objects.filter(
        connection=erp,
        feed=feed,
        remote_id__any_of=remote_ids,
        state=HeldRecord.State.PARKED,
        record__isnull=False,
    )
    return [record for _feed, record in _unpacked(found)]


def _unpacked(rows: Iterable[HeldRecord]) -> list[tuple[Feed, Record]]:
    """The records as they were read. One that this version cannot read is parked: ask the ERP."""
    records = []
    for row in rows:
        feed = Feed(row.feed)
        try:
            records.append((feed, unpack(feed, row.record or {})))
        except Exception:
            logger.exception("held record cannot be unpacked", extra={"held_id": row.pk})
            row.state = HeldRecord.State.PARKED
            explain(row, _("The portal failed on this record; its log says how."))
            row.record = None
            row.save(update_fields=["state", "reason", "reason_made_of", "record"])
    return records


def drop(erp: Connection, feed: Feed, records: Sequence[Any], *, but: Collection[str] = ()) -> None:
    """Forget held versions of these records that are not newer than they."""
    stamps = {each.remote_id: each.changed_at for each in records if each.remote_id not in but}
    _drop(erp, feed, stamps)


def drop_deleted(erp: Connection, feed: Feed, deletions: Mapping[str, DeletionRecord]) -> None:
    """Forget held versions of records that the ERP has deleted since."""
    _drop(erp, feed, {key: deletion.changed_at for key, deletion in deletions.items()})


def _drop(erp: Connection, feed: Feed, stamps: Mapping[str, datetime]) -> None:
    held = HeldRecord.objects.filter(connection=erp, feed=feed, remote_id__any_of=list(stamps))
    obsolete = [
        key
        for key, remote_id, changed_at in held.values_list("pk", "remote_id", "changed_at")
        if changed_at is None or changed_at <= stamps[remote_id]
    ]
    if obsolete:
        HeldRecord.objects.filter(pk__in=obsolete).delete()


def _contents(
    erp: Connection, feed: Feed, names: Sequence[str]
) -> dict[str, tuple[dict[str, Any] | None, str]]:
    """What is held under these ids: the record, and as the ERP sent it."""
    if not names:
        return {}
    found = HeldRecord.objects.filter(connection=erp, feed=feed, remote_id__any_of=list(names))
    return {
        remote_id: (record, raw)
        for remote_id, record, raw in found.values_list("remote_id", "record", "raw")
    }


def name_of(row: Any) -> str:
    """The id under which the row is held: its own, or one made of what the ERP sent."""
    if is_id(row.remote_id):
        own: str = row.remote_id
        return own
    content = row.raw if isinstance(row, Unreadable) else str(pack(row))
    return NAMELESS + blake2b(content.encode(errors="replace"), digest_size=8).hexdigest()


def _known(erp: Connection, rows: Sequence[Held]) -> list[HeldRecord]:
    by_feed: dict[Feed, list[str]] = {}
    for row in rows:
        by_feed.setdefault(row.feed, []).append(row.remote_id)
    known: list[HeldRecord] = []
    for feed, remote_ids in by_feed.items():
        known += HeldRecord.objects.filter(
            connection=erp, feed=feed, remote_id__any_of=remote_ids
        ).select_for_update()
    return known
