"""Ways to damage the rows of a page, as one meets them in real ERPs' answers.

A damage works on wire shapes, after the records were read, so the data itself stays right.
"""

from collections.abc import Callable, Sequence
from random import Random

from erp_bridge.demo_erp.codec import Wire

__all__ = ["DAMAGES", "MARKERS", "damage", "damaged_bytes", "duplicated"]

# Stand in for what lxml refuses to write; put in place once the answer is text.
MARKERS = {"\ue001": b"\x01", "\ue002": b"&#x2;"}

_REQUIRED = ("Name", "CustomerId", "OrderId", "InvoiceId", "Currency", "AboutId", "DeletedId")
_PARENTS = ("CustomerId", "OrderId", "InvoiceId", "AboutId")
_AMOUNTS = ("GrossAmount", "Amount", "UnitPrice", "CreditLimit")
_TEXTS = ("Name", "CustomerReference", "Reference", "Method")

Damage = Callable[[Wire, Sequence[Wire]], bool]


def damage(rows: list[Wire], *, count: int, what: str | None, dice: Random) -> list[str]:
    """Damage some of the rows in place; the ids of those that no longer are what they were."""
    ids = []
    sound = [row for row in rows if row.get("Id")]
    for row in dice.sample(sound, min(count, len(sound))):
        ways = [what] if what else dice.sample(sorted(DAMAGES), len(DAMAGES))
        row_id = row["Id"]
        if any(DAMAGES[way](row, rows) for way in ways):
            ids.append(row_id)
    return ids


def duplicated(rows: list[Wire], *, count: int, dice: Random) -> list[Wire]:
    """The rows with some of them a second time, each right after its first."""
    twice = {id(row) for row in dice.sample(rows, min(count, len(rows)))}
    return [one for row in rows for one in ([row, row] if id(row) in twice else [row])]


def damaged_bytes(content: bytes) -> bytes:
    for marker, instead in MARKERS.items():
        content = content.replace(marker.encode(), instead)
    return content


def _leave_out(row: Wire, rows: Sequence[Wire]) -> bool:
    name = _first(_REQUIRED, row)
    return name is not None and row.pop(name) is not None


def _empty(row: Wire, rows: Sequence[Wire]) -> bool:
    return _set(row, _REQUIRED, "")


def _no_id(row: Wire, rows: Sequence[Wire]) -> bool:
    del row["Id"]
    return True


def _no_stamp(row: Wire, rows: Sequence[Wire]) -> bool:
    row["ChangedAt"] = ""
    return True


def _unknown_parent(row: Wire, rows: Sequence[Wire]) -> bool:
    return _set(row, _PARENTS, "NOBODY")


def _changed_number(row: Wire, rows: Sequence[Wire]) -> bool:
    row["Number"] = f"{row['Number']}9"
    return True


def _same_number(row: Wire, rows: Sequence[Wire]) -> bool:
    others = [other["Number"] for other in rows if other["Number"] != row["Number"]]
    if others:
        row["Number"] = others[0]
    return bool(others)


def _negative(row: Wire, rows: Sequence[Wire]) -> bool:
    name = _first(_AMOUNTS, row)
    if name is None:
        return False
    row[name] = row[name][1:] if row[name].startswith("-") else f"-{row[name]}"
    return True


def _zero(row: Wire, rows: Sequence[Wire]) -> bool:
    return _set(row, _AMOUNTS, "0.00")


def _no_number(row: Wire, rows: Sequence[Wire]) -> bool:
    return _set(row, _AMOUNTS, "12,50 EUR")


def _long_name(row: Wire, rows: Sequence[Wire]) -> bool:
    return _set(row, _TEXTS, "Long." * 1000)


def _raw_control(row: Wire, rows: Sequence[Wire]) -> bool:
    return _set(row, _TEXTS, "before\ue001after")


def _reference_control(row: Wire, rows: Sequence[Wire]) -> bool:
    return _set(row, _TEXTS, "before\ue002after")


DAMAGES: dict[str, Damage] = {
    "leave_out": _leave_out,
    "empty": _empty,
    "no_id": _no_id,
    "no_stamp": _no_stamp,
    "unknown_parent": _unknown_parent,
    "changed_number": _changed_number,
    "same_number": _same_number,
    "negative": _negative,
    "zero": _zero,
    "no_number": _no_number,
    "long_name": _long_name,
    "raw_control": _raw_control,
    "reference_control": _reference_control,
}


def _first(names: Sequence[str], row: Wire) -> str | None:
    return next((name for name in names if name in row), None)


def _set(row: Wire, names: Sequence[str], value: str) -> bool:
    name = _first(names, row)
    if name is not None:
        row[name] = value
    return name is not None
