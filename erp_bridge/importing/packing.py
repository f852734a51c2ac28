"""Records as bytes: a fingerprint to compare them by, and JSON to keep a held one.

The fingerprint is of values as a connector made them. Other words for the same value (a trailing
zero, another time zone) cost one needless write and do no harm.
"""

import dataclasses
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from hashlib import blake2b
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from erp_bridge.ports import TYPE_OF_RECORD, Feed, Record

__all__ = ["fingerprint", "pack", "storable", "unpack"]


def fingerprint(record: Any) -> bytes:
    """16 bytes that differ when any value of the record differs, lines included."""
    values = _VALUES[type(record)](record)
    return blake2b(repr(values).encode(), digest_size=16).digest()


def pack(record: Any) -> dict[str, Any]:
    """The record as JSON can carry it; `unpack` gives back an equal one."""
    return {name: _pack_value(value) for name, value in _items(record)}


def unpack(feed: Feed, packed: dict[str, Any]) -> Record:
    """The record that was packed; fields added to its type since then have their defaults."""
    record: Record = _unpack_into(TYPE_OF_RECORD[feed], packed)
    return record


def storable(value: Any) -> Any:
    """A packed value with what PostgreSQL cannot hold shown instead."""
    if isinstance(value, str):
        return value.replace("\x00", "\N{SYMBOL FOR NULL}").encode(errors="replace").decode()
    if isinstance(value, list):
        return [storable(each) for each in value]
    if isinstance(value, dict):
        return {name: storable(each) for name, each in value.items()}
    return value


def _values_of(kind: Any) -> Callable[[Any], tuple[Any, ...]]:
    """All values of such a record as nested plain tuples."""
    hints = get_type_hints(kind)
    names = [field.name for field in dataclasses.fields(kind)]
    pick = attrgetter(*names)
    listed = [
        (place, _values_of(get_args(hints[name])[0]))
        for place, name in enumerate(names)
        if get_origin(hints[name]) is tuple
    ]
    if not listed:
        return pick

    def spread(record: Any) -> tuple[Any, ...]:
        values = list(pick(record))
        for place, spread_one in listed:
            values[place] = [spread_one(each) for each in values[place]]
        return tuple(values)

    return spread


def _items(record: Any) -> list[tuple[str, Any]]:
    return [(field.name, getattr(record, field.name)) for field in dataclasses.fields(record)]


def _pack_value(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_pack_value(each) for each in value]
    if dataclasses.is_dataclass(value):
        return {name: _pack_value(each) for name, each in _items(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    return value


def _unpack_into(kind: type, packed: dict[str, Any]) -> Any:
    hints = get_type_hints(kind)
    return kind(
        **{
            field.name: _unpack_value(hints[field.name], packed[field.name])
            for field in dataclasses.fields(kind)
            if field.name in packed
        }
    )


def _unpack_value(hint: Any, value: Any) -> Any:
    if get_origin(hint) in (Union, UnionType):
        if value is None:
            return None
        hint = next(each for each in get_args(hint) if each is not NoneType)
    if get_origin(hint) is tuple:
        return tuple(_unpack_value(get_args(hint)[0], each) for each in value)
    if dataclasses.is_dataclass(hint):
        return _unpack_into(hint, value)  # type: ignore[arg-type]
    if hint in (date, datetime):
        return hint.fromisoformat(value)
    if hint in (str, int, bool):
        return value
    return hint(value)


_VALUES = {kind: _values_of(kind) for kind in TYPE_OF_RECORD.values()}
