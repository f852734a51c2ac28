"""One step of the company's day: orders move on, goods leave, invoices go out, money comes in.

What happens is drawn from the data file's seed and the number of the tick, so the same file, ticks
and clock give the same data. Every row that a tick changes carries the tick's one stamp.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple, TypeVar

from erp_bridge.demo_erp import northwind
from erp_bridge.demo_erp.ledger import book, file_papers, use_credit
from erp_bridge.demo_erp.moments import day_of, next_workday
from erp_bridge.demo_erp.money import cents
from erp_bridge.demo_erp.records import Address, Customer, Delivery, Invoice, Order, Product
from erp_bridge.demo_erp.rules import deliveries, invoices, orders, settlements
from erp_bridge.demo_erp.rules.countries import treatment
from erp_bridge.demo_erp.store import Store, Writer

__all__ = ["Ticked", "tick"]

DRAFT = "Draft"

T = TypeVar("T")


class Ticked(NamedTuple):
    number: int
    stamp: datetime
    did: list[str]


def tick(store: Store, *, hide: Callable[[], datetime | None] | None = None) -> Ticked:
    """Do the next tick, whole or not at all, and tell in words what happened."""
    with store.writing(hide=hide) as writer:
        number = int(writer.fact("tick") or 0) + 1
        day = _Day(writer, Random(f"{writer.fact('seed')}:{number}"))  # noqa: S311
        for step in _STEPS:
            step(day)
        writer.restamp_served_wrong()
        writer.set_fact("tick", str(number))
        return Ticked(number, writer.stamp, day.did)


class _Day:
    """The transaction of a tick, its dice, and what it has done so far."""

    def __init__(self, writer: Writer, dice: Random) -> None:
        self.writer = writer
        self.dice = dice
        self.now = writer.stamp
        self.today = day_of(writer.stamp)
        self.did: list[str] = []

    def happens(self, probability: float) -> bool:
        return self.dice.random() < probability

    def some(self, found: Sequence[T], most: int) -> list[T]:
        """Up to so many of them, always at least one where there is one."""
        return self.dice.sample(found, min(len(found), self.dice.randint(1, most)))

    def one(self, found: Sequence[T]) -> T:
        return self.dice.choice(found)


def _confirm(day: _Day) -> None:
    entered = [o for o in day.writer.where(Order, state="entered") if o.note != DRAFT]
    for order in day.some(entered, 2):
        order = day.writer.put(replace(order, progress="confirmed", confirmed_at=day.now))
        file_papers(day.writer, order, issued_at=day.now)
        day.did.append(f"confirmed order {order.number}")


def _plan(day: _Day) -> None:
    for order in day.some(day.writer.where(Order, state="confirmed"), 2):
        order = day.writer.put(replace(order, progress="planned", planned_at=day.now))
        for part, _ in enumerate(deliveries.parts(order), start=1):
            leaves_on = next_workday(day.today)
            day.writer.put(deliveries.planned(order, part, planned_on=leaves_on, stamp=day.now))
        day.did.append(f"planned order {order.number}")


def _depart(day: _Day) -> None:
    carriers = northwind.carriers()
    for delivery in day.some(day.writer.where(Delivery, state="planned"), 2):
        order = day.writer.require(Order, delivery.order_id)
        shipment = deliveries.shipment(
            order,
            delivery,
            number=day.writer.next_number("shipments"),
            carrier=day.one(sorted(carriers)),
            carriers=carriers,
            departed=day.now,
        )
        delivery = day.writer.put(replace(delivery, departed_at=day.now, shipments=(shipment,)))
        order = orders.with_delivered(order, deliveries.positions(order, delivery))
        order = replace(order, progress="departed", departed_at=order.departed_at or day.now)
        day.writer.put(order)
        file_papers(day.writer, delivery, issued_at=day.now)
        day.did.append(f"sent delivery {delivery.number}")


def _bill(day: _Day) -> None:
    due = [
        (order, delivery)
        for order in day.writer.where(Order, state="departed")
        for delivery in day.writer.where(Delivery, parent=order.id)
        if delivery.departed_at and not _is_billed(order, delivery)
    ]
    for order, delivery in day.some(due, 2):
        order = day.writer.require(Order, order.id)
        payer = day.writer.require(Customer, order.payer_id or order.customer_id)
        positions = deliveries.positions(order, delivery)
        invoice = day.writer.put(
            invoices.invoice(
                order,
                delivery,
                positions,
                payer,
                number=day.writer.next_number("invoices"),
                invoiced_on=day.today,
            )
        )
        use_credit(day.writer, payer.id, invoice.gross_amount)
        day.writer.put(orders.with_invoiced(order, positions, invoiced_at=day.now))
        file_papers(day.writer, invoice, issued_at=day.now)
        day.did.append(f"issued invoice {invoice.number}")


def _deliver(day: _Day) -> None:
    """What was invoiced arrives; an order has arrived with the last of its deliveries."""
    under_way = [
        (order, delivery)
        for delivery in day.writer.where(Delivery, state="departed")
        if _is_billed(order := day.writer.require(Order, delivery.order_id), delivery)
    ]
    for order, delivery in day.some(under_way, 2):
        day.writer.put(replace(delivery, delivered_at=day.now))
        own = day.writer.where(Delivery, parent=order.id)
        if all(one.delivered_at for one in own):
            day.writer.put(replace(order, progress="delivered", delivered_at=day.now))
        day.did.append(f"delivered {delivery.number}")


def _is_billed(order: Order, delivery: Delivery) -> bool:
    positions = set(deliveries.positions(order, delivery))
    return all(line.invoiced_quantity for line in order.lines if line.position in positions)


def _receive(day: _Day) -> None:
    """Money for open invoices, every third time for half of one."""
    for invoice in day.some(day.writer.where(Invoice, state="open"), 2):
        is_part = day.happens(1 / 3) and invoice.open_amount > 1
        amount = cents(invoice.open_amount / 2) if is_part else invoice.open_amount
        entry = settlements.Entry(
            invoice_id=invoice.id,
            kind="receipt",
            settled_on=day.today,
            amount=amount,
            reference=invoice.payment_reference,
        )
        book(day.writer, entry)
        day.did.append(f"received {amount} for invoice {invoice.number}")


def _credit(day: _Day) -> None:
    if not day.happens(0.15):
        return
    open_invoices = day.writer.where(Invoice, state="open")
    if not open_invoices:
        return
    corrected = day.one(open_invoices)
    number = day.writer.next_number("credit memos")
    memo = day.writer.put(invoices.credit_memo(corrected, number=number, issued_on=day.today))
    use_credit(day.writer, memo.pays_as, memo.gross_amount)
    file_papers(day.writer, memo, issued_at=day.now)
    day.did.append(f"issued credit memo {memo.number}")


def _apply(day: _Day) -> None:
    if not day.happens(0.2):
        return
    memos = day.writer.where(Invoice, state="credit")
    if not memos:
        return
    memo = day.one(memos)
    owed = day.writer.where(Invoice, parent=memo.pays_as, state="open")
    if not owed:
        return
    invoice = day.one(owed)
    amount = min(-memo.open_amount, invoice.open_amount)
    for entry in settlements.credit_entries(memo, invoice, on=day.today, amount=amount):
        book(day.writer, entry)
    day.did.append(f"set credit memo {memo.number} against invoice {invoice.number}")


def _order(day: _Day) -> None:
    if day.happens(0.8):
        order = _repeat(day, note=None)
        day.did.append(f"entered order {order.number}")


def _draft(day: _Day) -> None:
    if day.happens(0.25):
        order = _repeat(day, note=DRAFT)
        day.did.append(f"drafted order {order.number}")


def _drop_draft(day: _Day) -> None:
    drafts = [o for o in day.writer.where(Order, state="entered") if o.note == DRAFT]
    if drafts and day.happens(0.3):
        day.writer.delete(drafts[0])
        day.did.append(f"deleted the draft {drafts[0].number}")


def _repeat(day: _Day, *, note: str | None) -> Order:
    """A customer orders again what it ordered once, at today's prices."""
    buyers = [c for c in day.writer.where(Customer) if not c.is_blocked]
    earlier: list[Order] = []
    while not earlier:
        customer = day.one(buyers)
        placed = day.writer.where(Order, parent=customer.id)
        earlier = [order for order in placed if all(line.product_id for line in order.lines)]
    model = day.one(earlier)
    number = day.writer.next_number("orders")
    payer = day.writer.require(Customer, customer.pays_as)
    tax = treatment(payer.country)
    lines = [
        orders.order_line(
            line.position,
            product,
            quantity=line.quantity,
            unit_price=product.unit_price or line.unit_price,
            discount_percent=line.discount_percent or Decimal(0),
            vat_rate=tax.rate,
        )
        for line in model.lines
        if (product := day.writer.require(Product, line.product_id or ""))
    ]
    order = replace(
        model,
        id=f"O{number}",
        number=str(number),
        key=None,
        payer_id=customer.payer_id,
        customer_reference=f"4500-{number % 10000:04}",
        progress="entered",
        invoicing="none",
        ordered_at=day.now,
        requested_on=day.today + timedelta(days=14),
        confirmed_at=None,
        planned_at=None,
        departed_at=None,
        delivered_at=None,
        invoiced_at=None,
        cancelled_at=None,
        note=note,
    )
    return day.writer.put(orders.repriced(order, lines, tax))


def _change_master_data(day: _Day) -> None:
    if day.happens(0.3):
        customer = day.one(day.writer.where(Customer))
        phone = f"{(customer.phone or '').split(' ext.')[0]} ext. {day.dice.randint(100, 999)}"
        day.writer.put(replace(customer, phone=phone))
        day.did.append(f"changed customer {customer.number}")
    if day.happens(0.15):
        product = day.one(day.writer.where(Product))
        price = cents((product.unit_price or Decimal(1)) * Decimal("1.02"))
        day.writer.put(replace(product, unit_price=price))
        day.did.append(f"changed product {product.number}")
    if day.happens(0.1):
        address = day.one(day.writer.where(Address, state="delivery"))
        day.writer.put(replace(address, contact=f"Gate {day.dice.randint(1, 9)}"))
        customer = day.writer.require(Customer, address.customer_id)
        day.did.append(f"changed address {address.number} of customer {customer.number}")


_STEPS: tuple[Callable[[_Day], None], ...] = (
    _deliver,
    _bill,
    _depart,
    _plan,
    _confirm,
    _receive,
    _credit,
    _apply,
    _order,
    _draft,
    _drop_draft,
    _change_master_data,
)
