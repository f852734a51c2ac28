"""Records to wire shapes and back.

A wire shape is what stands in XML and in the data file: a dict of element names in the schema's
order, with text in XML's own spelling, dicts for nested elements and lists for repeated ones. What
is None is absent.
"""

import types
import typing
from base64 import b64encode
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from lxml import etree

__all__ = ["NAMESPACE", "Wire", "from_wire", "from_xml", "stamp_text", "to_document", "to_wire"]

NAMESPACE = "urn:portico:erp:1"
_NSMAP: Any = {None: NAMESPACE}  # the stubs do not know the default namespace

Wire = dict[str, Any]
T = TypeVar("T")

_SINGULAR = {"DeliveryAddresses": "DeliveryAddress"}


def stamp_text(moment: datetime) -> str:
    """UTC with all six decimals, so that texts sort as moments do."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _decimal_text(value: Decimal) -> str:
    return f"{value:f}"


def _boolean_text(value: bool) -> str:
    return "true" if value else "false"


def _moment_of(text: str) -> datetime:
    return datetime.fromisoformat(text.strip()).astimezone(UTC)


_WRITERS: dict[type, Callable[[Any], str]] = {
    str: str,
    int: str,
    bool: _boolean_text,
    Decimal: _decimal_text,
    datetime: stamp_text,
    date: date.isoformat,
    bytes: lambda content: b64encode(content).decode(),
}
_READERS: dict[type, Callable[[str], Any]] = {
    str: str,
    int: int,
    bool: lambda text: text.strip() in ("true", "1"),
    Decimal: Decimal,
    datetime: _moment_of,
    date: lambda text: date.fromisoformat(text.strip()),
}


class _Slot(NamedTuple):
    """One field: its Python and its element name, its leaf or nested type, and whether many."""

    field: str
    element: str
    kind: type
    is_nested: bool
    is_many: bool


def to_wire(record: Any) -> Wire:
    wire: Wire = {}
    for slot in _slots(type(record)):
        value = getattr(record, slot.field)
        if value is None:
            continue
        if slot.is_many:
            if value:
                wire[slot.element] = [to_wire(one) for one in value]
        elif slot.is_nested:
            wire[slot.element] = to_wire(value)
        else:
            wire[slot.element] = _WRITERS[slot.kind](value)
    return wire


def from_wire(kind: type[T], wire: Wire) -> T:
    values: dict[str, Any] = {}
    for slot in _slots(kind):
        value = wire.get(slot.element)
        if slot.is_many:
            values[slot.field] = tuple(from_wire(slot.kind, one) for one in value or ())
        elif value is None:
            values[slot.field] = None
        elif slot.is_nested:
            values[slot.field] = from_wire(slot.kind, value)
        else:
            values[slot.field] = _READERS[slot.kind](value)
    return kind(**values)


def from_xml(kind: type[T], body: etree._Element, name: str) -> T:
    """The draft that a message carries under a name; the schema has seen to its being there."""
    (element,) = body.findall(f"{{{NAMESPACE}}}{name}")
    return from_wire(kind, _wire_of(kind, element))


def _wire_of(kind: type, element: etree._Element) -> Wire:
    wire: Wire = {}
    for slot in _slots(kind):
        found = element.findall(f"{{{NAMESPACE}}}{slot.element}")
        if not found:
            continue
        if slot.is_many:
            wire[slot.element] = [_wire_of(slot.kind, one) for one in found]
        elif slot.is_nested:
            wire[slot.element] = _wire_of(slot.kind, found[0])
        else:
            wire[slot.element] = found[0].text or ""
    return wire


def to_document(name: str, content: Wire) -> etree._Element:
    """The content as an element that stands by itself."""
    root = etree.Element(f"{{{NAMESPACE}}}{name}", nsmap=_NSMAP)
    _fill(root, content)
    return root


def _fill(element: etree._Element, content: Wire) -> None:
    for key, value in content.items():
        for one in value if isinstance(value, list) else [value]:
            child = etree.SubElement(element, f"{{{NAMESPACE}}}{key}")
            if isinstance(one, str):
                child.text = one
            else:
                _fill(child, one)


_SLOTS: dict[type[Any], tuple[_Slot, ...]] = {}


def _slots(kind: type[Any]) -> tuple[_Slot, ...]:
    """The fields of a dataclass, worked out once."""
    if kind not in _SLOTS:
        hints = typing.get_type_hints(kind)
        _SLOTS[kind] = tuple(_slot(one.name, hints[one.name]) for one in fields(kind))
    return _SLOTS[kind]


def _slot(field: str, hint: Any) -> _Slot:
    element = "".join(part.capitalize() for part in field.split("_"))
    if isinstance(hint, types.UnionType):
        hint = next(one for one in hint.__args__ if one is not types.NoneType)
    is_many = typing.get_origin(hint) is tuple
    if is_many:
        hint = hint.__args__[0]
        element = _SINGULAR.get(element, element.removesuffix("s"))
    return _Slot(field, element, hint, is_dataclass(hint), is_many)
