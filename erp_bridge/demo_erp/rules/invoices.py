"""Invoices and credit memos.

Totals follow EN 16931: lines are rounded, the net amount is their sum, and the tax is the rate on
that sum, as every invoice has one tax category.
"""

import math
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from erp_bridge.demo_erp.moments import at
from erp_bridge.demo_erp.money import cents
from erp_bridge.demo_erp.records import Customer, Delivery, Invoice, InvoiceLine, Order
from erp_bridge.demo_erp.rules.countries import treatment, vat_amount
from erp_bridge.demo_erp.rules.customers import terms_of
from erp_bridge.demo_erp.rules.orders import net_amount

__all__ = [
    "CREDIT_MEMO_EVERY",
    "FIRST_CREDIT_MEMO",
    "FIRST_INVOICE",
    "credit_memo",
    "discount_of",
    "invoice",
    "issued_at",
    "payment_reference",
]

FIRST_INVOICE = 300001
FIRST_CREDIT_MEMO = 390001
CREDIT_MEMO_EVERY = 23


def invoice(
    order: Order,
    delivery: Delivery,
    positions: Iterable[int],
    payer: Customer,
    *,
    number: int,
    invoiced_on: date,
) -> Invoice:
    """The invoice for the lines that a delivery brought, by the payer's terms."""
    tax = treatment(payer.country)
    terms = terms_of(payer)
    brought = set(positions)
    lines = tuple(
        InvoiceLine(
            position=line.position,
            product_id=line.product_id,
            product_number=line.product_number,
            description=line.description,
            quantity=line.quantity,
            unit=line.unit,
            unit_price=line.unit_price,
            discount_percent=line.discount_percent,
            vat_rate=tax.rate,
            vat_category=tax.category,
            net_amount=line.net_amount,
            order_id=order.id,
            order_position=line.position,
        )
        for line in order.lines
        if line.position in brought
    )
    made = Invoice(
        id=f"I{number}",
        number=str(number),
        changed_at=issued_at(invoiced_on),
        is_credit_memo=False,
        customer_id=order.customer_id,
        payer_id=order.payer_id,
        order_id=order.id,
        order_number=order.number,
        delivery_number=delivery.number,
        customer_reference=order.customer_reference,
        invoiced_on=invoiced_on,
        due_on=invoiced_on + timedelta(days=terms.days),
        currency=order.currency,
        net_amount=Decimal(0),
        vat_amount=Decimal(0),
        gross_amount=Decimal(0),
        open_amount=Decimal(0),
        payment_reference=payment_reference(number),
        payment_terms=terms.words,
    )
    if terms.discount_percent:
        made = replace(
            made,
            discount_until=invoiced_on + timedelta(days=terms.discount_days),
            discount_percent=terms.discount_percent,
        )
    return _totalled(made, lines)


def credit_memo(corrected: Invoice, *, number: int, issued_on: date) -> Invoice:
    """A tenth of the first line taken back, at least one piece, at the invoice's prices."""
    line = corrected.lines[0]
    quantity = -Decimal(math.ceil(line.quantity / 10))
    taken = replace(
        line,
        position=1,
        quantity=quantity,
        net_amount=net_amount(quantity, line.unit_price, line.discount_percent or Decimal(0)),
    )
    made = replace(
        corrected,
        id=f"I{number}",
        number=str(number),
        changed_at=issued_at(issued_on),
        is_credit_memo=True,
        corrects_id=corrected.id,
        invoiced_on=issued_on,
        due_on=issued_on,
        discount_until=None,
        discount_percent=None,
        payment_reference=None,
        payment_terms=None,
    )
    return _totalled(made, (taken,))


def issued_at(day: date) -> datetime:
    """Invoices of a day go out when it ends."""
    return at(day, 17 * 60)


def payment_reference(number: int) -> str:
    """ISO 11649: RF, two check digits by modulo 97, and the invoice number."""
    check = 98 - int(f"{number}271500") % 97
    return f"RF{check:02}{number}"


def discount_of(invoice: Invoice, open_amount: Decimal) -> Decimal:
    """What may be kept back when the open amount is paid early."""
    return cents(open_amount * (invoice.discount_percent or Decimal(0)) / 100)


def _totalled(made: Invoice, lines: tuple[InvoiceLine, ...]) -> Invoice:
    net = sum((line.net_amount for line in lines), Decimal("0.00"))
    rate = lines[0].vat_rate or Decimal(0)
    vat = vat_amount((line.net_amount for line in lines), rate)
    gross = net + vat
    return replace(
        made, lines=lines, net_amount=net, vat_amount=vat, gross_amount=gross, open_amount=gross
    )
