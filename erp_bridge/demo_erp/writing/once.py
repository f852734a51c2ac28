"""One effect and one answer for each key, however often a request comes."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from lxml import etree

from erp_bridge.demo_erp.codec import Wire, to_wire
from erp_bridge.demo_erp.reading import Operation, given
from erp_bridge.demo_erp.records import Acknowledgement, Record
from erp_bridge.demo_erp.refusals import Conflict
from erp_bridge.demo_erp.store import Store, Writer

__all__ = ["Write", "once"]

Write = Callable[[Writer, str, etree._Element], Record]

# A put tells the state that the caller wants; the others tell something that happened once.
_REPEATABLE = {"PutCustomer"}


def once(operation: str, write: Write, *, hide: Callable[[], datetime | None]) -> Operation:
    """The operation behind its key: the first answer is kept and given again.

    The same key with another content is a conflict, but for a put, which brings its record to the
    new state.
    """

    def acknowledged(store: Store, body: etree._Element) -> tuple[str, Wire]:
        key = (given(body, "Key") or "").lower()
        content = hashlib.sha256(json.dumps(_shape(body)).encode()).hexdigest()
        with store.writing(hide=hide) as writer:
            answered = writer.answered(operation, key)
            if answered and answered[0] == content:
                return "Acknowledgement", answered[1]
            if answered and operation not in _REPEATABLE:
                raise Conflict("key_used", f"The key {key} came with another content before.")
            record = write(writer, key, body)
            answer = to_wire(
                Acknowledgement(
                    key=key, id=record.id, number=record.number, changed_at=record.changed_at
                )
            )
            writer.remember(operation, key, content, answer)
        return "Acknowledgement", answer

    return acknowledged


def _shape(element: etree._Element) -> list[Any]:
    """What an element says, whatever its prefixes and blanks."""
    name = etree.QName(element).localname
    if len(element):
        return [name, [_shape(child) for child in element]]
    text = element.text or ""
    return [name, text.lower() if name == "Key" else text]
