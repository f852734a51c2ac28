"""What more than one writing operation does: book a settlement, file papers."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from erp_bridge.demo_erp import papers
from erp_bridge.demo_erp.records import (
    Customer,
    Deletion,
    Delivery,
    Document,
    Invoice,
    Order,
    Settlement,
)
from erp_bridge.demo_erp.rules import documents, settlements
from erp_bridge.demo_erp.store import Writer

__all__ = ["book", "file_papers", "use_credit"]


def book(writer: Writer, entry: settlements.Entry, *, key: str | None = None) -> Settlement:
    """Add a settlement, take it off the invoice's open amount and off the payer's used credit."""
    invoice = writer.require(Invoice, entry.invoice_id)
    number = writer.next_number("settlements")
    booked = writer.put(settlements.settlement(entry, number, currency=invoice.currency, key=key))
    writer.put(replace(invoice, open_amount=invoice.open_amount - entry.amount))
    use_credit(writer, invoice.pays_as, -entry.amount)
    return booked


def use_credit(writer: Writer, payer_id: str, amount: Decimal) -> None:
    payer = writer.require(Customer, payer_id)
    used = (payer.credit_used or Decimal("0.00")) + amount
    writer.put(replace(payer, credit_used=used))


def file_papers(
    writer: Writer, about: Order | Delivery | Invoice, *, issued_at: datetime
) -> list[Document]:
    """Store the papers of something that was just confirmed, sent or issued.

    Papers that were withdrawn before keep their versions; the new ones go on counting.
    """
    filed = []
    for document in documents.documents(
        about, issued_at=issued_at, withdrawn=_withdrawn(writer, about)
    ):
        content = papers.content(document, writer.require)
        filed.append(writer.put(replace(document, size=len(content))))
    return filed


def _withdrawn(writer: Writer, about: Order | Delivery | Invoice) -> int:
    version = 0
    while writer.get(Deletion, f"Xdocuments-F{about.id}-{version + 1}"):
        version += 1
    return version
