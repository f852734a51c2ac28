"""What stands on the sheets of a paper: text in its language, in the order in which it is read.

Apps put a `Sheet` together from parts and say what stands there. How it looks is said once for all
papers, in `templates/print/`, by the kind of each part and column. The builders here work in the
current language.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal.lib.figures import amount, money, percent, quantity, unit_price
from portal.lib.papers import BankAccount, Letterhead, PaperLine, Party, Totals

__all__ = [
    "Box",
    "Buckets",
    "Cell",
    "Changes",
    "Column",
    "Entry",
    "Fact",
    "Heading",
    "Lines",
    "Part",
    "Sheet",
    "Signatures",
    "Sums",
    "Text",
    "account_facts",
    "fact",
    "goods",
    "sheet",
    "sums",
]

# Text takes the room that is left; words and figures are never broken.
ColumnKind = Literal["text", "word", "position", "figure"]
# A text, or a text with a quieter one after or under it.
Cell = str | tuple[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """A label and what it says, in one line or several."""

    label: str
    lines: tuple[str, ...]
    is_strong: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    head: str
    kind: ColumnKind


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A sum with its label."""

    label: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Heading:
    part: Literal["heading"] = "heading"
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Lines:
    """A table that may run over many sheets. `group` names what all of its rows belong to."""

    part: Literal["lines"] = "lines"
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    group: str = ""
    total: Entry | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Buckets:
    """A single row of sums, the last of them in total."""

    part: Literal["buckets"] = "buckets"
    heads: tuple[str, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sums:
    """VAT by rate, what the law wants said, and the totals."""

    part: Literal["sums"] = "sums"
    vat_heads: tuple[str, ...]
    vat_rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]
    rows: tuple[Entry, ...]
    total: Entry
    discount: Entry | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """Facts in a frame, beside each other or with a note beside them."""

    part: Literal["box"] = "box"
    heading: str
    left: tuple[Fact, ...]
    right: tuple[Fact, ...] = ()
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Changes:
    """What is different from an earlier version, marked at its side. Each: what, now, before."""

    part: Literal["changes"] = "changes"
    heading: str
    items: tuple[Fact, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    part: Literal["text"] = "text"
    lines: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Signatures:
    part: Literal["signatures"] = "signatures"
    labels: tuple[str, ...]


Part = Heading | Lines | Buckets | Sums | Box | Changes | Text | Signatures


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """A paper, ready to be laid out. `foot` is the seller's data, one column each."""

    language: str
    title: str
    author: str
    day: tuple[int, int, int]
    draft: str
    seller: str
    logo: bytes | None
    sender: str
    receiver: tuple[str, ...]
    heading: str
    subheading: str
    facts: tuple[Fact, ...]
    parts: tuple[Part, ...]
    foot: tuple[tuple[str, ...], ...]
    page: str
    of: str


class _Paper(Protocol):
    """What every paper has."""

    @property
    def letterhead(self) -> Letterhead: ...
    @property
    def recipient(self) -> Party: ...
    @property
    def language(self) -> str: ...
    @property
    def is_draft(self) -> bool: ...
    @property
    def issued_on(self) -> date: ...


def sheet(
    paper: _Paper,
    *,
    title: str,
    subheading: str,
    facts: Iterable[Fact | None],
    parts: Iterable[Part | None],
    heading: str = "",
) -> Sheet:
    """The paper between its letterhead and foot. Facts and parts that are None are left out."""
    seller = paper.letterhead
    day = paper.issued_on
    return Sheet(
        language=paper.language,
        title=title,
        author=seller.legal_name or seller.name,
        day=(day.year, day.month, day.day),
        draft=_("Draft") if paper.is_draft else "",
        seller=seller.name,
        logo=seller.logo or None,
        sender=seller.sender,
        receiver=(paper.recipient.name, *paper.recipient.lines),
        heading=heading or title,
        subheading=subheading,
        facts=tuple(fact for fact in facts if fact),
        parts=tuple(part for part in parts if part),
        foot=_foot(seller),
        page=_("Page"),
        of=pgettext("page 1 of 3", "of"),
    )


def fact(label: str, *lines: str, is_strong: bool = False) -> Fact | None:
    """The fact, or None where there is nothing to say."""
    said = tuple(line for line in lines if line)
    return Fact(label=label, lines=said, is_strong=is_strong) if said else None


def goods(lines: Sequence[PaperLine], *, currency: str, with_discounts: bool) -> Lines | None:
    """The rows of goods and services; without prices where no currency is given."""
    if not lines:
        return None
    columns = [
        Column(head=pgettext("row of a paper", "No."), kind="position"),
        Column(head=_("Product"), kind="text"),
        Column(head=_("Quantity"), kind="figure"),
    ]
    if currency:
        columns.append(Column(head=_("Price %(currency)s") % {"currency": currency}, kind="figure"))
        if with_discounts:
            columns.append(Column(head=_("Discount"), kind="figure"))
        columns.append(Column(head=_("VAT"), kind="figure"))
        columns.append(
            Column(head=_("Amount %(currency)s") % {"currency": currency}, kind="figure")
        )
    return Lines(
        columns=tuple(columns),
        rows=tuple(_row(line, currency, with_discounts) for line in lines),
    )


def sums(totals: Totals, *, label: str, discount: Entry | None = None) -> Sums:
    currency = totals.currency
    return Sums(
        vat_heads=(_("VAT rate"), _("Net"), _("VAT")),
        vat_rows=tuple(
            (percent(row.rate), amount(row.net_amount, currency), amount(row.vat_amount, currency))
            for row in totals.vat_rows
        ),
        notes=tuple(totals.notes),
        rows=(
            Entry(label=_("Net"), text=amount(totals.net_amount, currency)),
            Entry(label=_("VAT"), text=amount(totals.vat_amount, currency)),
        ),
        total=Entry(label=label, text=money(totals.gross_amount, currency)),
        discount=discount,
    )


def account_facts(bank: BankAccount, *, with_name: bool) -> tuple[Fact, ...]:
    """Where money is sent to."""
    facts = (
        fact(_("Receiver"), bank.receiver),
        fact(_("Bank"), bank.bank) if with_name else None,
        fact(_("IBAN"), bank.iban_text),
        fact(_("BIC"), bank.bic),
    )
    return tuple(each for each in facts if each)


def _row(line: PaperLine, currency: str, with_discounts: bool) -> tuple[Cell, ...]:
    name: Cell = line.description or line.product_number
    if line.description and line.product_number:
        name = (line.description, line.product_number)
    row: list[Cell] = [
        str(line.position),
        name,
        " ".join(part for part in (quantity(line.quantity), line.unit) if part),
    ]
    if currency:
        price = line.unit_price
        row.append("" if price is None else unit_price(price, currency))
        if with_discounts:
            row.append(percent(line.discount_percent) if line.discount_percent else "")
        row += [percent(line.vat_rate), amount(line.net_amount, currency)]
    return tuple(row)


def _foot(seller: Letterhead) -> tuple[tuple[str, ...], ...]:
    bank = seller.bank
    columns = (
        (seller.legal_name or seller.name, *seller.lines),
        (
            f"{_('Business id')} {seller.business_id}" if seller.business_id else "",
            f"{_('VAT id')} {seller.vat_id}" if seller.vat_id else "",
        ),
        (seller.phone, seller.email, seller.website),
        (bank.bank, bank.iban_text, bank.bic) if bank else (),
    )
    filled = (tuple(line for line in lines if line) for lines in columns)
    return tuple(lines for lines in filled if lines)
