"""Settlements: how invoices are paid, credited and written off, and credit memos used up.

A positive amount reduces what is open; a credit memo's own lines are negative. What is open is the
gross amount less all settlements, at any moment and to the cent.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from erp_bridge.demo_erp.moments import at
from erp_bridge.demo_erp.money import cents
from erp_bridge.demo_erp.records import Customer, Invoice, Settlement
from erp_bridge.demo_erp.rules.invoices import discount_of

__all__ = ["Entry", "credit_entries", "payment_entries", "refund_entry", "settled", "settlement"]

FIRST_VOUCHER = 500001
NEVER_PAID_EVERY = 97
PAID_SHORT_EVERY = 61
SHORT_BY = Decimal("0.35")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A settlement before it has a voucher number."""

    invoice_id: str
    kind: str
    settled_on: date
    amount: Decimal
    reference: str | None = None
    credit_memo_id: str | None = None


def settlement(entry: Entry, number: int, *, currency: str, key: str | None = None) -> Settlement:
    return Settlement(
        id=f"S{number}",
        number=str(number),
        changed_at=at(entry.settled_on, 18 * 60),
        key=key,
        invoice_id=entry.invoice_id,
        kind=entry.kind,
        settled_on=entry.settled_on,
        currency=currency,
        amount=entry.amount,
        reference=entry.reference,
        credit_memo_id=entry.credit_memo_id,
    )


def settled(invoice: Invoice, entries: Iterable[Entry | Settlement]) -> Invoice:
    """The invoice with its open amount after these, which are all of its settlements so far."""
    paid = sum((entry.amount for entry in entries), Decimal(0))
    return replace(invoice, open_amount=invoice.gross_amount - paid)


def credit_entries(memo: Invoice, invoice: Invoice, *, on: date, amount: Decimal) -> list[Entry]:
    """A part of a credit memo set against an invoice: one line on each, of opposite signs."""
    return [
        Entry(
            invoice_id=invoice.id,
            kind="credit",
            settled_on=on,
            amount=amount,
            reference=memo.number,
            credit_memo_id=memo.id,
        ),
        Entry(
            invoice_id=memo.id,
            kind="credit",
            settled_on=on,
            amount=-amount,
            reference=invoice.number,
        ),
    ]


def refund_entry(memo: Invoice, *, on: date) -> Entry:
    """All of a credit memo paid out."""
    return Entry(invoice_id=memo.id, kind="refund", settled_on=on, amount=memo.gross_amount)


def payment_entries(
    invoice: Invoice, payer: Customer, credits: Sequence[Entry], *, until: date
) -> list[Entry]:
    """What the payer has paid on an invoice up to and with a day, after these credits.

    Payers have habits by the last digit of their number: 0 to 3 pay two days early, and within the
    discount period where there is one; 4 and 5 five days late; 6 and 7 twenty days late; 8 and 9 in
    two halves, thirty days apart. Some invoices are never paid, some a few cents short, which are
    written off two weeks later.
    """
    number = int(invoice.number)
    rest = invoice.gross_amount - sum((entry.amount for entry in credits), Decimal(0))
    if number % NEVER_PAID_EVERY == 0 or rest <= SHORT_BY:
        return []
    entries = (
        _paid_short(invoice, rest)
        if number % PAID_SHORT_EVERY == 0
        else _by_habit(invoice, rest, int(payer.number) % 10)
    )
    return [entry for entry in entries if entry.settled_on <= until]


def _by_habit(invoice: Invoice, rest: Decimal, habit: int) -> list[Entry]:
    if habit >= 8:
        half = cents(rest / 2)
        later = invoice.due_on + timedelta(days=30)
        return [_receipt(invoice, invoice.due_on, half), _receipt(invoice, later, rest - half)]
    if habit >= 4:
        late = 5 if habit < 6 else 20
        return [_receipt(invoice, invoice.due_on + timedelta(days=late), rest)]
    if invoice.discount_until is None:
        return [_receipt(invoice, invoice.due_on - timedelta(days=2), rest)]
    on = invoice.discount_until - timedelta(days=1)
    kept = discount_of(invoice, rest)
    return [_receipt(invoice, on, rest - kept), _write_off(invoice, on, kept, "Discount")]


def _paid_short(invoice: Invoice, rest: Decimal) -> list[Entry]:
    later = invoice.due_on + timedelta(days=14)
    return [
        _receipt(invoice, invoice.due_on, rest - SHORT_BY),
        _write_off(invoice, later, SHORT_BY, "Small difference"),
    ]


def _receipt(invoice: Invoice, on: date, amount: Decimal) -> Entry:
    return Entry(
        invoice_id=invoice.id,
        kind="receipt",
        settled_on=on,
        amount=amount,
        reference=invoice.payment_reference,
    )


def _write_off(invoice: Invoice, on: date, amount: Decimal, reason: str) -> Entry:
    return Entry(
        invoice_id=invoice.id, kind="write_off", settled_on=on, amount=amount, reference=reason
    )
