"""What stands on the ERP's papers: order confirmations, delivery notes, invoices, credit memos.

A paper shows only what does not change once the paper is issued, so that it can be made again on
every request and is the same each time.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Protocol, TypeVar

from erp_bridge.demo_erp.moments import day_of
from erp_bridge.demo_erp.pdf import HEIGHT, WIDTH, Pdf
from erp_bridge.demo_erp.records import (
    Customer,
    Delivery,
    Document,
    Invoice,
    InvoiceLine,
    Order,
    OrderLine,
    Place,
    Record,
)
from erp_bridge.demo_erp.rules import deliveries

__all__ = ["Lookup", "content"]

R = TypeVar("R", bound=Record)


class Lookup(Protocol):
    def __call__(self, kind: type[R], record_id: str, /) -> R: ...


SELLER = "Northwind Freight Oy"
SELLER_LINE = "Satamakatu 4, 00160 Helsinki, Finland · VAT FI28765400"

_LEFT = 50
_RIGHT = WIDTH - 50
_BOTTOM = HEIGHT - 70
_QUANTITY, _PRICE, _DISCOUNT = 350, 420, 470


def content(document: Document, lookup: Lookup) -> bytes:
    """The PDF of a stored document, given how to look up what it is about."""
    if document.about == Order.feed:
        order = lookup(Order, document.about_id)
        return _order_confirmation(document, order, lookup(Customer, order.customer_id))
    if document.about == Delivery.feed:
        delivery = lookup(Delivery, document.about_id)
        order = lookup(Order, delivery.order_id)
        return _delivery_note(document, delivery, order, lookup(Customer, order.customer_id))
    invoice = lookup(Invoice, document.about_id)
    return _invoice(document, invoice, lookup(Customer, invoice.pays_as))


def _order_confirmation(document: Document, order: Order, customer: Customer) -> bytes:
    pdf = _headed(document, f"Order confirmation {order.number}", customer)
    y = _facts(
        pdf,
        {
            "Order date": _day(day_of(order.ordered_at)),
            "Your reference": order.customer_reference,
            "Delivery": order.delivery_method,
            "Terms": order.delivery_terms,
            "Deliver to": _one_line(order.ship_to),
            "Wanted on": _day(order.requested_on) if order.requested_on else None,
        },
    )
    y = _priced(pdf, y, order.lines)
    _totals(pdf, y, order)
    return pdf.content()


def _delivery_note(
    document: Document, delivery: Delivery, order: Order, customer: Customer
) -> bytes:
    pdf = _headed(document, f"Delivery note {delivery.number}", customer)
    shipment = delivery.shipments[0]
    y = _facts(
        pdf,
        {
            "Order": order.number,
            "Your reference": order.customer_reference,
            "Departure": _day(day_of(delivery.departed_at)) if delivery.departed_at else None,
            "Forwarding agent": shipment.forwarding_agent,
            "Shipment": shipment.number,
            "Deliver to": _one_line(order.ship_to),
            "Packages": f"{shipment.packages} \N{MULTIPLICATION SIGN} {shipment.package_type}",
            "Net / gross weight": f"{shipment.net_weight} / {shipment.gross_weight} kg",
        },
    )
    brought = set(deliveries.positions(order, delivery))
    _titles(pdf, y, priced=False)
    for line in order.lines:
        if line.position in brought:
            y = _next_row(pdf, y)
            _described(pdf, y, line)
    return pdf.content()


def _invoice(document: Document, invoice: Invoice, payer: Customer) -> bytes:
    kind = "Credit memo" if invoice.is_credit_memo else "Invoice"
    pdf = _headed(document, f"{kind} {invoice.number}", payer)
    y = _facts(
        pdf,
        {
            "Date": _day(invoice.invoiced_on),
            "Due": None if invoice.is_credit_memo else _day(invoice.due_on),
            "Terms": invoice.payment_terms,
            "Order": invoice.order_number,
            "Delivery": invoice.delivery_number,
            "Your reference": invoice.customer_reference,
            "Payment reference": invoice.payment_reference,
            "Your VAT id": payer.vat_id,
        },
    )
    y = _priced(pdf, y, invoice.lines)
    y = _totals(pdf, y, invoice)
    note = _TAX_NOTES.get(invoice.lines[0].vat_category or "")
    if note:
        pdf.text(_LEFT, y + 24, note)
    return pdf.content()


_TAX_NOTES = {
    "K": "VAT 0 %, intra-community supply, the buyer accounts for the tax.",
    "G": "VAT 0 %, export of goods.",
}


def _headed(document: Document, title: str, customer: Customer) -> Pdf:
    pdf = Pdf(title=f"{title}, {SELLER}")
    pdf.text(_LEFT, 60, SELLER, size=12, bold=True)
    pdf.text(_LEFT, 74, SELLER_LINE, size=8)
    pdf.text(_LEFT, 120, customer.name, size=11)
    pdf.text(_LEFT, 134, f"Customer {customer.number}")
    pdf.text(_LEFT, 180, title, size=16, bold=True)
    pdf.figure(_RIGHT, 180, document.number, size=8)
    return pdf


def _facts(pdf: Pdf, facts: dict[str, str | None]) -> float:
    y = 190.0
    for name, value in facts.items():
        if value:
            y += 14
            pdf.text(_LEFT, y, name)
            pdf.text(_LEFT + 110, y, value)
    return y + 30


def _titles(pdf: Pdf, y: float, *, priced: bool = True) -> None:
    pdf.text(_LEFT, y, "Product", bold=True)
    pdf.figure(_QUANTITY, y, "Quantity", bold=True)
    if priced:
        pdf.figure(_PRICE, y, "Price", bold=True)
        pdf.figure(_DISCOUNT, y, "- %", bold=True)
        pdf.figure(_RIGHT, y, "EUR", bold=True)
    pdf.rule(_LEFT, _RIGHT, y + 5)


def _described(pdf: Pdf, y: float, line: OrderLine | InvoiceLine) -> None:
    pdf.text(_LEFT, y, f"{line.product_number or ''}  {line.description or ''}"[:60])
    pdf.figure(_QUANTITY, y, f"{line.quantity.normalize():f}")


def _priced(pdf: Pdf, y: float, lines: Iterable[OrderLine | InvoiceLine]) -> float:
    _titles(pdf, y)
    for line in lines:
        y = _next_row(pdf, y)
        _described(pdf, y, line)
        pdf.figure(_PRICE, y, _amount(line.unit_price))
        if line.discount_percent:
            pdf.figure(_DISCOUNT, y, f"{line.discount_percent.normalize():f}")
        pdf.figure(_RIGHT, y, _amount(line.net_amount))
    pdf.rule(_LEFT, _RIGHT, y + 5)
    return y


def _totals(pdf: Pdf, y: float, total: Order | Invoice) -> float:
    rate = total.lines[0].vat_rate or Decimal(0)
    rows = {
        "Net": total.net_amount,
        f"VAT {rate.normalize():f} %": total.vat_amount,
        "Total": total.gross_amount,
    }
    for name, amount in rows.items():
        y = _next_row(pdf, y)
        pdf.text(_PRICE - 30, y, name, bold=name == "Total")
        pdf.figure(_RIGHT, y, _amount(amount), bold=name == "Total")
    return y


def _next_row(pdf: Pdf, y: float) -> float:
    if y + 16 > _BOTTOM:
        pdf.new_page()
        return 60
    return y + 16


def _amount(amount: Decimal) -> str:
    return f"{amount:,.2f}"


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _one_line(place: Place | None) -> str | None:
    if place is None:
        return None
    town = " ".join(part for part in (place.postal_code, place.city) if part)
    return ", ".join(part for part in (place.name, place.street, town) if part)
