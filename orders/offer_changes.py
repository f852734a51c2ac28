"""What differs between two versions of an offer, in words: the rows of one table."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from orders import contents
from orders.differences import differences as way_differences
from orders.differences import in_words
from orders.differing import LineChange, differences
from orders.models import OfferLine, OfferVersion
from portal.lib.dates import day_text
from portal.lib.money import money_text
from portal.templatetags.ui import quantity, unit_price

__all__ = ["ChangeRow", "OfferChanges", "changes_between"]


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One thing that differs: of which line or part, what of it, how it was, and how it is."""

    subject: Any
    what: Any
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class OfferChanges:
    """Two versions beside each other; `rows` is empty where nothing differs."""

    before: OfferVersion
    after: OfferVersion
    rows: list[ChangeRow]


def changes_between(before: OfferVersion, after: OfferVersion) -> OfferChanges:
    """What has changed from one version to the other: lines, the way, and words."""
    found = differences(
        before,
        after,
        lines_before=list(before.lines.order_by("position")),
        lines_after=list(after.lines.order_by("position")),
    )
    rows = [row for change in found.lines for row in _of_line(change, after.currency)]
    if before.gross_amount != after.gross_amount:
        totals = (money_text(each.gross_amount, each.currency) for each in (before, after))
        rows.append(ChangeRow(_("Offer"), _("Total"), *totals))
    order = after.offer.order
    ways = (contents.offered_way(each, order) for each in (before, after))
    rows += [
        ChangeRow(told.where, told.label, told.before, told.after)
        for told in in_words(way_differences(*ways))
    ]
    labels = {
        "valid_on": _("Valid until"),
        "text": _("Opening text"),
        "terms": _("Terms"),
        "closing": _("Closing text"),
    }
    rows += [
        ChangeRow(_("Offer"), labels[change.name], _said(change.before), _said(change.after))
        for change in found.words
    ]
    return OfferChanges(before, after, rows)


def _of_line(change: LineChange, currency: str) -> list[ChangeRow]:
    old: OfferLine | None = change.before
    new: OfferLine | None = change.after
    if old is None or new is None:
        line = old or new
        what = _("Added") if old is None else _("Removed")
        return [
            ChangeRow(
                _called(line) if line else "",
                what,
                _in_short(old, currency) if old else "",
                _in_short(new, currency) if new else "",
            )
        ]
    rows = [
        ChangeRow(_called(new), label, text_of(old), text_of(new))
        for names, label, text_of in _parts(currency)
        if names & set(change.fields)
    ]
    if old.net_amount != new.net_amount:
        amounts = (money_text(line.net_amount, currency) for line in (old, new))
        rows.append(ChangeRow(_called(new), _("Amount"), *amounts))
    return rows


def _called(line: OfferLine) -> str:
    """Under its number in the newer version; a line that is gone had its own in the older one."""
    return f"{line.position}. {line.description}"


def _parts(currency: str) -> list[tuple[set[str], str, Callable[[OfferLine], str]]]:
    """What is told of a line that changed: for which fields, under which label, in which words."""
    return [
        ({"description"}, _("Service or product"), lambda line: line.description),
        ({"product_number"}, _("Product number"), lambda line: line.product_number),
        ({"kind", "instead_of"}, _("Kind"), _kind),
        ({"quantity", "unit"}, _("Quantity"), _quantity),
        ({"unit_price"}, _("Price"), lambda line: unit_price(line.unit_price, currency)),
        (
            {"discount_percent"},
            _("Discount"),
            lambda line: f"{quantity(line.discount_percent)} %",
        ),
        ({"vat_rate"}, _("VAT"), lambda line: f"{quantity(line.vat_rate)} %"),
    ]


def _in_short(line: OfferLine, currency: str) -> str:
    """A whole line: 4 run at 1,120.00, 4,480.00 EUR; what is not included says so."""
    text = _("%(quantity)s at %(price)s, %(amount)s") % {
        "quantity": _quantity(line),
        "price": unit_price(line.unit_price, currency),
        "amount": money_text(line.net_amount, currency),
    }
    return text if line.kind == OfferLine.Kind.INCLUDED else f"{_kind(line)}: {text}"


def _kind(line: OfferLine) -> str:
    kind = str(line.get_kind_display())
    if line.instead_of:
        return _("%(kind)s to line %(other)s") % {"kind": kind, "other": line.instead_of}
    return kind


def _quantity(line: OfferLine) -> str:
    return f"{quantity(line.quantity)} {line.unit}".strip()


def _said(value: str | date) -> str:
    return value if isinstance(value, str) else day_text(value)
