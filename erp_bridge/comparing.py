"""What an ERP holds for a record beside what is here, value by value; writes nothing.

The record is built into the very rows that taking it over would write. So a difference is what the
next reading would change, and an objection is why there will be none.
"""

import json
import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import models
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from erp_bridge.importing import holding
from erp_bridge.importing.importer import Desk, Objection, Ref
from erp_bridge.importing.invoices import WholeInvoice
from erp_bridge.importing.orders import WholeDelivery, WholeOrder
from erp_bridge.importing.packing import unpack
from erp_bridge.importing.taking import IMPORTERS
from erp_bridge.models import Binding, Connection, Cursor, HeldRecord, Look
from erp_bridge.ports import CustomerRecord, Feed
from invoices.models import InvoiceLine
from invoices.services.mirroring import MirroredInvoiceLine
from orders.models import OrderEvent, OrderLine, Shipment
from orders.services.mirroring import MirroredEvent, MirroredOrderLine, MirroredShipment
from orders.states import OrderOrigin
from portal.lib.dates import day_text, moment_text

__all__ = ["Comparison", "Part", "Value", "compare", "is_still_here"]

logger = logging.getLogger(__name__)

# Parts are compared whole; what differs is shown up to here.
MOST_PARTS = 50
NONE = "\N{EN DASH}"
# What is about the row and not about the record, or kept from the day the row was born.
_LEFT_OUT = frozenset(
    ["id", "source", "read_at", "removed_at", "origin", "state", "wanted_at", "failure", "file_id"]
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Value:
    """One value on both sides, as people read it."""

    label: str
    theirs: str
    ours: str
    differs: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A line, shipment or station that is not the same on both sides, with what differs."""

    title: str
    values: list[Value]


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """One record of the ERP beside our row.

    A row that the ERP removed is one (`has_row`), but not here. Without a row nothing differs.
    `reason` says why it is not here, or not the same. There are no `values` of a record that no row
    can be made of.
    """

    number: str
    remote_id: str
    is_here: bool
    has_row: bool
    reason: str
    values: list[Value]
    parts: list[Part]
    parts_compared: int
    differences: int
    as_sent: str

    @property
    def mark(self) -> str:
        if self.is_here and not self.differences and not self.reason:
            return "done"
        return "look"

    @property
    def state(self) -> str:
        if not self.is_here:
            return _("In the ERP, not here")
        if self.differences or not self.values:
            return _("Not the same")
        return _("The same on both sides")


class _Children(NamedTuple):
    """Parts of a record: what one is built into, and where they are kept here."""

    title: Any
    built: Any
    model: type[models.Model]
    parent: str
    within: str
    among: Mapping[str, Any]


_CHILDREN: dict[type, tuple[_Children, ...]] = {
    WholeOrder: (
        _Children(
            gettext_lazy("Line %s"), MirroredOrderLine, OrderLine, "order_id", "position", {}
        ),
        _Children(
            gettext_lazy("Station %s"),
            MirroredEvent,
            OrderEvent,
            "order_id",
            "kind",
            {"origin": OrderOrigin.ERP},
        ),
    ),
    WholeDelivery: (
        _Children(
            gettext_lazy("Shipment %s"), MirroredShipment, Shipment, "delivery_id", "position", {}
        ),
    ),
    WholeInvoice: (
        _Children(
            gettext_lazy("Line %s"), MirroredInvoiceLine, InvoiceLine, "invoice_id", "position", {}
        ),
    ),
}


class _Names:
    """What rows are called that others point at.

    A key below zero stands for a row that is not here: it is called as the ERP calls it.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[type[models.Model], int], str] = {}
        self._stand_ins: list[str] = []

    def stand_in(self, name: str) -> int:
        self._stand_ins.append(name)
        return -len(self._stand_ins)

    def learn(self, model: type[models.Model], keys: Iterable[int | None]) -> None:
        wanted = {key for key in keys if key and key > 0 and (model, key) not in self._known}
        for key, row in model._default_manager.in_bulk(wanted).items():
            self._known[model, key] = str(row)

    def of(self, model: type[models.Model], key: int) -> str:
        return self._stand_ins[-key - 1] if key < 0 else self._known.get((model, key), str(key))


def compare(look: Look) -> list[Comparison]:
    """Each record of the answer beside what is here."""
    feed = Feed(look.feed)
    return [_compare(look.connection, feed, packed) for packed in look.records]


def is_still_here(look: Look) -> bool:
    """Whether the portal shows the record that was asked for by its id."""
    feed = Feed(look.feed)
    row = _row(feed, _binding(look.connection, feed, look.remote_id))
    return row is not None and not row.is_removed


def _compare(erp: Connection, feed: Feed, packed: dict[str, Any]) -> Comparison:
    record: Any = unpack(feed, packed)
    names = _Names()
    binding = _binding(erp, feed, record.remote_id)
    row = _row(feed, binding)
    is_here = row is not None and not row.is_removed
    built, objection = _build(erp, feed, record, row.pk if row is not None else 0, names)
    kinds = _CHILDREN.get(type(built), ())
    head, *children = built if kinds else (built,)
    values = _values(_table(feed, record), head, row, names) if head is not None else []
    parts: list[Part] = []
    differences = 0
    if row is not None:
        differences = sum(value.differs for value in values)
        for kind, theirs in zip(kinds, children, strict=True):
            found, count = _parts(kind, theirs, row, names)
            parts += found
            differences += count
    held = HeldRecord.objects.filter(connection=erp, feed=feed, remote_id=record.remote_id).first()
    reason = ""
    if held is not None:
        reason = held.why
    elif objection:
        reason = objection
    elif not is_here and binding is not None:
        reason = _("The ERP has told that it was deleted.")
    elif differences or row is None:
        reason = _not_read_yet(erp, feed, record, row)
    return Comparison(
        number=record.number,
        remote_id=record.remote_id,
        is_here=is_here,
        has_row=row is not None,
        reason=reason,
        values=values,
        parts=parts,
        parts_compared=sum(len(each) for each in children),
        differences=differences,
        as_sent=json.dumps(packed, indent=2, ensure_ascii=False),
    )


def _binding(erp: Connection, feed: Feed, remote_id: str) -> Binding | None:
    return Binding.objects.filter(connection=erp, feed=feed, remote_id=remote_id).first()


def _row(feed: Feed, binding: Binding | None) -> Any:
    if binding is None or binding.object_id is None:
        return None
    table = IMPORTERS[feed].tables[binding.table]
    return table._default_manager.filter(pk=binding.object_id).first()


def _table(feed: Feed, record: Any) -> type[models.Model]:
    importer = IMPORTERS[feed]
    return importer.tables[importer.table_of(record)]


def _build(erp: Connection, feed: Feed, record: Any, key: int, names: _Names) -> tuple[Any, str]:
    """What the record would be written as, or None; and why it would not be written.

    Records that it names and that are not here are stood in for.
    """
    importer = IMPORTERS[feed]
    required = list(importer.required(record))
    wanted: dict[Feed, set[str]] = {}
    for named_feed, remote_id in (*required, *importer.optional(record)):
        wanted.setdefault(named_feed, set()).add(remote_id)
    found: dict[Ref, int] = {}
    for named_feed, remote_ids in wanted.items():
        bound = Binding.objects.filter(
            connection=erp,
            feed=named_feed,
            remote_id__any_of=remote_ids,
        )
        for each in bound:
            if each.object_id is not None:
                found[named_feed, each.remote_id] = each.object_id
    missing = [ref for ref in required if ref not in found]
    objection = ""
    if missing:
        objection = _("Waits for %(what)s, which is not here yet.") % {
            "what": holding.named(missing[0])
        }
    for named_feed, remote_ids in wanted.items():
        for remote_id in remote_ids:
            found.setdefault((named_feed, remote_id), names.stand_in(remote_id))
    desk = Desk(source=erp.code, read_at=timezone.now(), found=found, is_dry=True)
    try:
        desk.extra = importer.prepare([record], desk)
        if isinstance(record, CustomerRecord) and record.statistics_id:
            desk.extra.setdefault(record.statistics_id, names.stand_in(record.statistics_id))
        return importer.build(record, key, desk), objection
    except Objection as refusal:
        return None, refusal.words
    except Exception:
        logger.exception("record cannot be compared", extra={"feed": feed})
        return None, objection or _("The portal failed on this record; its log says how.")


def _not_read_yet(erp: Connection, feed: Feed, record: Any, row: Any) -> str:
    """Why what the ERP holds and what is here are not the same, as far as nothing is wrong."""
    cursor = Cursor.objects.filter(connection=erp, feed=feed).first()
    if row is not None and row.changed_at == record.changed_at:
        return _(
            "The ERP changed it without a new change stamp: it comes with reading the feed from"
            " the start."
        )
    if row is not None and row.changed_at > record.changed_at:
        return _("The portal holds a newer version than the ERP shows.")
    if cursor is None or cursor.interval_seconds is None:
        return _("It has not been read, because the feed is off.")
    first_day = cursor.from_date
    if first_day is not None and record.changed_at < timezone.make_aware(
        datetime.combine(first_day, time.min)
    ):
        return _("It is not read: it last changed before %(day)s.") % {"day": day_text(first_day)}
    if cursor.due_at is not None and cursor.due_at > timezone.now():
        return _("It has not been read yet; the feed is read again at %(time)s.") % {
            "time": moment_text(cursor.due_at)
        }
    return _("It has not been read yet; the feed is due.")


def _values(
    table: type[models.Model],
    theirs: Any,
    ours: Any,
    names: _Names,
    *,
    but: Collection[str] = (),
) -> list[Value]:
    """Every value that either side has. Where one side is missing its values are empty."""
    fields: dict[str, Any] = {str(field.column): field for field in table._meta.concrete_fields}
    columns = (theirs if theirs is not None else ours)._fields
    values = []
    for column in columns:
        field = fields[column]
        theirs_is, ours_is = getattr(theirs, column, None), getattr(ours, column, None)
        if column in _LEFT_OUT or column in but:
            continue
        if _is_empty(theirs_is) and _is_empty(ours_is):
            continue
        if field.related_model is not None:
            names.learn(field.related_model, [theirs_is, ours_is])
        texts = _text(field, theirs_is, names), _text(field, ours_is, names)
        differs = theirs_is != ours_is
        if differs and texts[0] == texts[1]:
            texts = str(theirs_is), str(ours_is)
        label = capfirst(str(field.verbose_name))
        values.append(Value(label=label, theirs=texts[0], ours=texts[1], differs=differs))
    return values


def _parts(
    kind: _Children, theirs: Sequence[Any], row: Any, names: _Names
) -> tuple[list[Part], int]:
    """The parts of one kind that are not the same, with the values that differ; and how many."""
    place = kind.built._fields.index(kind.within)
    kept = kind.model._default_manager.filter(**{kind.parent: row.pk}, **kind.among)
    there = {part[place]: part for part in theirs}
    here = {values[place]: kind.built(*values) for values in kept.values_list(*kind.built._fields)}
    label: Any = kind.model._meta.get_field(kind.within)
    differing = sorted(
        name for name in there.keys() | here.keys() if there.get(name) != here.get(name)
    )
    parts = []
    for name in differing[:MOST_PARTS]:
        values = _values(
            kind.model, there.get(name), here.get(name), names, but=(kind.parent, kind.within)
        )
        parts.append(
            Part(
                title=str(kind.title) % _text(label, name, names),
                values=[value for value in values if value.differs],
            )
        )
    return parts, len(differing)


def _is_empty(value: Any) -> bool:
    return value is None or value == ""


def _text(field: Any, value: Any, names: _Names) -> str:
    """A value as people read it."""
    if _is_empty(value):
        return NONE
    if field.related_model is not None:
        return names.of(field.related_model, value)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    match value:
        case bool():
            return _("Yes") if value else _("No")
        case datetime():
            return moment_text(value)
        case date():
            return day_text(value)
        case Decimal():
            decimals = len(f"{value.normalize():f}".partition(".")[2])
            return number_format(value, decimals, use_l10n=True, force_grouping=True)
    return str(value)
