"""Audit entries as people read them: labels and values of the models, in the reader's language."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts import audit_kinds
from accounts.audit_kinds import AuditKind, UnknownKind
from accounts.models import AuditEntry
from accounts.origin import Channel
from portal.lib.dates import moment_text

__all__ = ["Change", "Told", "told"]

LONGEST_VALUE = 300


@dataclass(frozen=True, slots=True)
class Change:
    """One value before and after; empty where there was none, or is none any more."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Told:
    """One entry in words. `who` is empty where nobody did it in person, or nobody signed in."""

    entry: AuditEntry
    kind: str
    who: str
    address: str
    changes: list[Change]


def told(entries: Iterable[AuditEntry], *, office_name: str = "") -> list[Told]:
    """The entries in words. With `office_name`, for customers, that is all they read of staff and
    of machines."""
    return [_told(entry, office_name) for entry in entries]


def _told(entry: AuditEntry, office_name: str) -> Told:
    try:
        kind = audit_kinds.of_code(entry.kind)
    except UnknownKind:
        # Written by a version that had the kind.
        kind = AuditKind(entry.kind, entry.kind)
    before, after = entry.before or {}, entry.after or {}
    is_office = entry.by_office or entry.channel != Channel.WEB
    return Told(
        entry=entry,
        kind=str(kind.label),
        who=office_name if office_name and is_office else entry.actor_name,
        address="" if office_name and is_office else entry.address or "",
        changes=[
            Change(_label(kind, name), _text(kind, name, before), _text(kind, name, after))
            for name in sorted({**before, **after}, key=_place(kind))
        ],
    )


def _place(kind: AuditKind) -> Callable[[str], tuple[int, str]]:
    """Where a value stands: as in the model, then as in the labels. The database keeps no order."""
    fields = apps.get_model(kind.model)._meta.get_fields() if kind.model else ()
    names = [*(field.name for field in fields), *kind.labels]
    return lambda name: (names.index(name) if name in names else len(names), name)


def _label(kind: AuditKind, name: str) -> str:
    if name in kind.labels:
        return str(kind.labels[name])
    field = _field(kind, name)
    return capfirst(str(field.verbose_name)) if field else capfirst(name.replace("_", " "))


def _text(kind: AuditKind, name: str, values: dict[str, Any]) -> str:
    value = values.get(name)
    words = kind.words.get(name)
    text = words(value) if words and value is not None else _value(_field(kind, name), value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def _value(field: Any, value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return _("Yes") if value else _("No")
        case list():
            inner = getattr(field, "base_field", field)
            return ", ".join(_value(inner, each) for each in value)
        case dict():
            return ", ".join(f"{name}: {_value(None, each)}" for name, each in value.items())
    choices = dict(getattr(field, "flatchoices", ()))
    if value in choices:
        return str(choices[value])
    if isinstance(field, models.DateTimeField) and (moment := parse_datetime(str(value))):
        return moment_text(moment)
    return str(value)


def _field(kind: AuditKind, name: str) -> Any:
    if not kind.model:
        return None
    try:
        return apps.get_model(kind.model)._meta.get_field(name)
    except FieldDoesNotExist:
        return None
