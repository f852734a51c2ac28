"""Receipts, credit memos set against invoices, and refunds that the caller books."""

from datetime import date
from decimal import Decimal

from lxml import etree

from erp_bridge.demo_erp.ledger import book
from erp_bridge.demo_erp.money import cents
from erp_bridge.demo_erp.reading import given
from erp_bridge.demo_erp.records import Invoice, Settlement
from erp_bridge.demo_erp.refusals import Conflict, Invalid, NotFound
from erp_bridge.demo_erp.rules import settlements
from erp_bridge.demo_erp.store import Writer
from portal.lib.soap import Issue

__all__ = ["apply_credit", "post_receipt", "refund"]


def post_receipt(writer: Writer, key: str, body: etree._Element) -> Settlement:
    invoice, amount, settled_on = _booking(writer, body)
    if invoice.is_credit_memo:
        raise Conflict("credit_memo", f"{invoice.number} is a credit memo: refund it instead.")
    _at_most(amount, invoice.open_amount, f"Invoice {invoice.number} has {{}} open.")
    entry = settlements.Entry(
        invoice_id=invoice.id,
        kind="receipt",
        settled_on=settled_on,
        amount=amount,
        reference=given(body, "Reference") or invoice.payment_reference,
    )
    return book(writer, entry, key=key)


def apply_credit(writer: Writer, key: str, body: etree._Element) -> Settlement:
    invoice, amount, settled_on = _booking(writer, body)
    memo = _invoice(writer, given(body, "CreditMemoId") or "")
    if not memo.is_credit_memo or invoice.is_credit_memo:
        raise Conflict("not_a_credit", "A credit memo can be set against an invoice only.")
    if memo.pays_as != invoice.pays_as:
        raise Conflict("other_payer", f"{memo.number} and {invoice.number} have other payers.")
    _at_most(amount, -memo.open_amount, f"Credit memo {memo.number} has {{}} left.")
    _at_most(amount, invoice.open_amount, f"Invoice {invoice.number} has {{}} open.")
    booked = [
        book(writer, entry, key=key)
        for entry in settlements.credit_entries(memo, invoice, on=settled_on, amount=amount)
    ]
    return booked[0]


def refund(writer: Writer, key: str, body: etree._Element) -> Settlement:
    invoice, amount, settled_on = _booking(writer, body)
    if invoice.is_credit_memo:
        left = -invoice.open_amount
    else:
        left = invoice.gross_amount - invoice.open_amount
    _at_most(amount, left, f"At most {{}} of {invoice.number} can be paid back.")
    entry = settlements.Entry(
        invoice_id=invoice.id,
        kind="refund",
        settled_on=settled_on,
        amount=-amount,
        reference=given(body, "Reference"),
    )
    return book(writer, entry, key=key)


def _booking(writer: Writer, body: etree._Element) -> tuple[Invoice, Decimal, date]:
    invoice = _invoice(writer, given(body, "InvoiceId") or "")
    amount = Decimal(given(body, "Amount") or 0)
    if given(body, "Currency") != invoice.currency:
        raise Conflict("currency", f"Invoice {invoice.number} is in {invoice.currency}.")
    if amount != cents(amount):
        issue = Issue(field="Amount", text="Euros have two decimals.")
        raise Invalid("amount", "The amount cannot be booked.", issues=[issue])
    return invoice, cents(amount), date.fromisoformat(given(body, "SettledOn") or "")


def _invoice(writer: Writer, invoice_id: str) -> Invoice:
    invoice = writer.get(Invoice, invoice_id)
    if invoice is None:
        raise NotFound("no_invoice", f"There is no invoice {invoice_id}.")
    return invoice


def _at_most(amount: Decimal, limit: Decimal, message: str) -> None:
    if amount > limit:
        raise Conflict("too_much", message.format(limit))
