"""The reading operations: list what changed, get one, get a document, ping."""

from collections.abc import Callable
from datetime import datetime

from lxml import etree

from erp_bridge.demo_erp import papers
from erp_bridge.demo_erp.codec import NAMESPACE, Wire, stamp_text, to_wire
from erp_bridge.demo_erp.records import FEEDS, Document, File, Pong
from erp_bridge.demo_erp.refusals import Invalid, NotFound
from erp_bridge.demo_erp.store import Store

__all__ = ["FEED_OF", "OPERATIONS", "Operation"]

SYSTEM = "Northwind demo ERP"
VERSION = "1"

Operation = Callable[[Store, etree._Element], tuple[str, Wire]]

_ENTRIES = {
    "customers": ("Customer", "GetCustomer"),
    "addresses": ("Address", "GetAddress"),
    "products": ("Product", "GetProduct"),
    "orders": ("Order", "GetOrder"),
    "deliveries": ("Delivery", "GetDelivery"),
    "invoices": ("Invoice", "GetInvoice"),
    "settlements": ("Settlement", "GetSettlement"),
    "documents": ("Document", "GetDocumentEntry"),
    "deletions": ("Deletion", "GetDeletion"),
}

# The feed that each listing operation lists.
FEED_OF = {f"List{feed.capitalize()}": feed for feed in FEEDS}


def given(body: etree._Element, name: str) -> str | None:
    found = body.find(f"{{{NAMESPACE}}}{name}")
    return None if found is None else found.text


def _ping(store: Store, body: etree._Element) -> tuple[str, Wire]:
    return "Pong", to_wire(Pong(system=SYSTEM, version=VERSION, time=store.clock()))


def _list(feed: str) -> Operation:
    element = _ENTRIES[feed][0]

    def listed(store: Store, body: etree._Element) -> tuple[str, Wire]:
        after = given(body, "AfterChangedAt")
        after_id = given(body, "AfterId")
        if after is None and after_id is not None:
            raise Invalid("position", "AfterId needs AfterChangedAt beside it.")
        with store.reading() as reader:
            found = reader.page(
                feed,
                after_stamp=stamp_text(datetime.fromisoformat(after)) if after else "",
                after_id=after_id or "",
                limit=int(given(body, "Limit") or 0),
                now=store.clock(),
            )
        page: Wire = {element: found.rows, "More": "true" if found.more else "false"}
        if found.rows:
            page["NextChangedAt"] = found.rows[-1]["ChangedAt"]
            page["NextId"] = found.rows[-1]["Id"]
        page["Total"] = str(found.total)
        return "Page", page

    return listed


def _get(feed: str) -> Operation:
    element = _ENTRIES[feed][0]

    def found(store: Store, body: etree._Element) -> tuple[str, Wire]:
        asked = {
            name.lower(): value
            for name in ("Id", "Number", "Key")
            if (value := given(body, name)) is not None
        }
        if len(asked) != 1:
            raise Invalid("selector", "Give exactly one of the id, the number and the key.")
        ((column, value),) = asked.items()
        with store.reading() as reader:
            rows = reader.find(feed, column, value.lower() if column == "key" else value)
        return "Found", {element: rows[:100]}

    return found


def _get_document(store: Store, body: etree._Element) -> tuple[str, Wire]:
    document_id = given(body, "Id") or ""
    with store.reading() as reader:
        document = reader.get(Document, document_id)
        if document is None:
            raise NotFound("no_document", f"There is no document {document_id}.")
        content = papers.content(document, reader.require)
    file = File(name=document.name, media_type=document.media_type, content=content)
    return "File", to_wire(file)


OPERATIONS: dict[str, Operation] = {
    "Ping": _ping,
    "GetDocument": _get_document,
    **{operation: _list(feed) for operation, feed in FEED_OF.items()},
    **{operation: _get(feed) for feed, (_, operation) in _ENTRIES.items()},
}
