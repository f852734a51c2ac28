"""Orders that the caller places, changes and cancels."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from lxml import etree

from erp_bridge.demo_erp.codec import from_xml
from erp_bridge.demo_erp.money import CURRENCY
from erp_bridge.demo_erp.reading import given
from erp_bridge.demo_erp.records import (
    Customer,
    Delivery,
    Document,
    Order,
    OrderDraft,
    OrderLine,
    OrderLineDraft,
    Product,
)
from erp_bridge.demo_erp.refusals import Conflict, Invalid, NotFound
from erp_bridge.demo_erp.rules import orders
from erp_bridge.demo_erp.rules.countries import treatment
from erp_bridge.demo_erp.store import Writer
from erp_bridge.demo_erp.writing.customers import customer_of, payer_of
from portal.lib.soap import Issue

__all__ = ["cancel_order", "change_order", "put_order"]


def put_order(writer: Writer, key: str, body: etree._Element) -> Order:
    draft = from_xml(OrderDraft, body, "Order")
    customer = customer_of(writer, draft.customer_id)
    if customer.is_blocked:
        raise Conflict("customer_blocked", f"Customer {customer.number} is blocked.")
    number = writer.next_number("orders")
    order = Order(
        id=f"O{number}",
        number=str(number),
        changed_at=writer.stamp,
        key=key,
        customer_id=customer.id,
        progress="entered",
        invoicing="none",
        ordered_at=writer.stamp,
        currency=CURRENCY,
        net_amount=Decimal(0),
        vat_amount=Decimal(0),
        gross_amount=Decimal(0),
    )
    return writer.put(_filled(writer, order, draft, customer))


def change_order(writer: Writer, key: str, body: etree._Element) -> Order:
    """A confirmed order has to be confirmed anew: its confirmations are withdrawn."""
    draft = from_xml(OrderDraft, body, "Order")
    order = _order(writer, given(body, "OrderId") or "")
    if order.progress not in ("entered", "confirmed"):
        raise Conflict("too_late", f"Order {order.number} is already {order.progress}.")
    if draft.customer_id != order.customer_id:
        raise Conflict("other_customer", f"Order {order.number} is another customer's.")
    for document in writer.where(Document, parent=order.id):
        writer.delete(document)
    order = replace(order, progress="entered", confirmed_at=None)
    customer = writer.require(Customer, order.customer_id)
    return writer.put(_filled(writer, order, draft, customer))


def cancel_order(writer: Writer, key: str, body: etree._Element) -> Order:
    order = _order(writer, given(body, "OrderId") or "")
    if order.progress == "cancelled":
        return order
    if order.progress in ("departed", "delivered"):
        raise Conflict("too_late", f"Order {order.number} has already {order.progress}.")
    for delivery in writer.where(Delivery, parent=order.id):
        writer.delete(delivery)
    return writer.put(replace(order, progress="cancelled", cancelled_at=writer.stamp))


def _order(writer: Writer, order_id: str) -> Order:
    order = writer.get(Order, order_id)
    if order is None:
        raise NotFound("no_order", f"There is no order {order_id}.")
    return order


def _filled(writer: Writer, order: Order, draft: OrderDraft, customer: Customer) -> Order:
    """The order with what the draft says, priced by the ERP where the draft names no price."""
    payer = payer_of(writer, draft.payer_id or customer.pays_as)
    tax = treatment(payer.country)
    country = draft.ship_to.country if draft.ship_to else customer.country
    order = replace(
        order,
        payer_id=payer.id if payer.id != customer.id else None,
        customer_reference=draft.customer_reference,
        requested_on=draft.requested_on,
        delivery_method=draft.delivery_method or orders.delivery_method(country, carrier=1),
        delivery_terms=draft.delivery_terms or customer.delivery_terms,
        note=draft.note,
        ship_to=draft.ship_to,
    )
    return orders.repriced(order, _lines(writer, draft, tax.rate), tax)


def _lines(writer: Writer, draft: OrderDraft, vat_rate: Decimal) -> list[OrderLine]:
    issues = list(_line_issues(writer, draft))
    if issues:
        raise Invalid("order_lines", "Some lines cannot be ordered as they are.", issues=issues)
    return [_line(writer, line, vat_rate) for line in draft.lines]


def _line_issues(writer: Writer, draft: OrderDraft) -> Iterator[Issue]:
    seen: set[int] = set()
    for line in draft.lines:
        field = f"Line {line.position}"
        if line.position in seen:
            yield Issue(field=field, text="Two lines have this position.")
        seen.add(line.position)
        if line.product_id is None:
            if line.description is None or line.unit_price is None:
                yield Issue(field=field, text="Without a product it needs words and a price.")
            continue
        product = writer.get(Product, line.product_id)
        if product is None:
            yield Issue(field=field, text=f"There is no product {line.product_id}.")
        elif not product.is_active:
            yield Issue(field=field, text=f"Product {product.number} is not sold any more.")


def _line(writer: Writer, draft: OrderLineDraft, vat_rate: Decimal) -> OrderLine:
    discount = draft.discount_percent or Decimal(0)
    if draft.product_id is not None:
        product = writer.require(Product, draft.product_id)
        price = product.unit_price or Decimal(0)
        return orders.order_line(
            draft.position,
            product,
            quantity=draft.quantity,
            unit_price=price if draft.unit_price is None else draft.unit_price,
            discount_percent=discount,
            vat_rate=vat_rate,
        )
    price = draft.unit_price or Decimal(0)
    return OrderLine(
        position=draft.position,
        description=draft.description,
        quantity=draft.quantity,
        unit=draft.unit,
        unit_price=price,
        discount_percent=discount,
        vat_rate=vat_rate,
        net_amount=orders.net_amount(draft.quantity, price, discount),
        delivered_quantity=Decimal(0),
        invoiced_quantity=Decimal(0),
    )
