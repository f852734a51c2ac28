"""The first data: Northwind, moved to the present and carried through to what is open today.

The same day gives the same data, byte for byte; how it is derived is told in docs/demo-data.md.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from erp_bridge.demo_erp import northwind, papers, store
from erp_bridge.demo_erp.moments import at, day_of, next_workday, on_or_after_workday
from erp_bridge.demo_erp.records import (
    Customer,
    Delivery,
    Document,
    Invoice,
    Order,
    Record,
    Settlement,
)
from erp_bridge.demo_erp.rules import (
    addresses,
    customers,
    deliveries,
    documents,
    invoices,
    orders,
    products,
    settlements,
)

__all__ = ["build", "records"]

FIRST_SHIPMENT = 60001

R = TypeVar("R", bound=Record)
E = TypeVar("E", settlements.Entry, Settlement)


def build(path: Path, *, today: date, seed: int) -> None:
    """Make the data file as of the first minute of a day."""
    made = records(today)

    def fill(writer: store.Writer) -> None:
        for record in made:
            writer.put_as_it_is(record)
        for name, value in _series(made).items():
            writer.set_fact(f"next {name}", str(value))
        writer.set_fact("today", today.isoformat())
        writer.set_fact("seed", str(seed))
        writer.set_fact("tick", "0")

    store.create(path, fill, stamp=at(today, 0))


def records(today: date) -> list[Record]:
    """Everything the ERP holds when that day begins."""
    return _Building(today).records()


def _series(made: Iterable[Record]) -> dict[str, int]:
    """The next free number of each series."""
    largest: Counter[str] = Counter()
    for record in made:
        name = record.feed
        if isinstance(record, Invoice) and record.is_credit_memo:
            name = "credit memos"
        if isinstance(record, Customer | Order | Invoice | Settlement):
            largest[name] = max(largest[name], int(record.number))
        if isinstance(record, Delivery):
            for shipment in record.shipments:
                largest["shipments"] = max(largest["shipments"], int(shipment.number))
    return {name: number + 1 for name, number in largest.items()}


class _Building:
    """The steps in their order; each adds to what the ones before it made."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.yesterday = today - timedelta(days=1)
        self.as_of = at(today, 0)
        self.source = northwind.read(today)
        self.founded = at(min(order.ordered_on for order in self.source.orders), 0)

    def records(self) -> list[Record]:
        self.products = {
            str(source.id): products.product(source, stamp=self.founded)
            for source in self.source.products
        }
        counts = Counter(order.customer_id for order in self.source.orders)
        self.customers = customers.customers(
            self.source.customers, orders=counts, stamp=self.founded
        )
        self.addresses = addresses.addresses(
            self.source.customers, self.customers, self.source.orders, stamp=self.founded
        )
        ordered = orders.orders(self.source.orders, self.customers, self.products, as_of=self.as_of)
        self.orders = {order.id: order for order in ordered}
        self.deliveries = {delivery.id: delivery for delivery in self._deliveries()}
        self.invoices = self._invoices()
        self.settlements = self._settlements()
        self._set_credit()
        return [
            *self.customers.values(),
            *self.addresses,
            *self.products.values(),
            *self.orders.values(),
            *self.deliveries.values(),
            *self.invoices.values(),
            *self.settlements,
            *self._documents(),
        ]

    def _deliveries(self) -> list[Delivery]:
        made: list[Delivery] = []
        for source in self.source.orders:
            order = self.orders[f"O{source.id}"]
            if order.progress != "planned":
                continue
            own: list[Delivery] = []
            for part, _ in enumerate(deliveries.parts(order), start=1):
                delivery = self._delivery(order, source, part, len(made) + len(own))
                own.append(delivery)
            self.orders[order.id] = self._order_sent(order, own)
            made += own
        return made

    def _delivery(
        self, order: Order, source: northwind.SourceOrder, part: int, before: int
    ) -> Delivery:
        """A part of an order, sent when its time has come."""
        planned_at = order.planned_at or order.ordered_at
        if source.shipped_on is None:
            day = on_or_after_workday(self.today + timedelta(days=source.id % 4))
            return deliveries.planned(order, part, planned_on=day, stamp=planned_at)
        departed = deliveries.departed_at(order, part, source.shipped_on)
        delivery = deliveries.planned(order, part, planned_on=day_of(departed), stamp=planned_at)
        if departed > self.as_of:
            return delivery
        arrived = deliveries.delivered_at(order, departed)
        carrier = source.carrier if part == 1 else source.carrier + 3
        shipment = deliveries.shipment(
            order,
            delivery,
            number=FIRST_SHIPMENT + before,
            carrier=carrier,
            carriers=self.source.carriers,
            departed=departed,
        )
        delivery = replace(
            delivery,
            changed_at=departed,
            departed_at=departed,
            shipments=(shipment,),
        )
        if arrived > self.as_of:
            return delivery
        return replace(delivery, changed_at=arrived, delivered_at=arrived)

    def _order_sent(self, order: Order, own: list[Delivery]) -> Order:
        for delivery in own:
            if delivery.departed_at:
                order = orders.with_delivered(order, deliveries.positions(order, delivery))
        departures = [delivery.departed_at for delivery in own if delivery.departed_at]
        arrivals = [delivery.delivered_at for delivery in own if delivery.delivered_at]
        if departures:
            order = replace(order, progress="departed", departed_at=departures[0])
        if len(arrivals) == len(own):
            order = replace(order, progress="delivered", delivered_at=max(arrivals))
        latest = max((order.changed_at, *departures, *arrivals))
        return replace(order, changed_at=latest)

    def _invoices(self) -> dict[str, Invoice]:
        """One for each delivery, the workday after it left; credit memos after them."""
        due = sorted(
            (next_workday(day_of(delivery.departed_at)), delivery.number, delivery)
            for delivery in self.deliveries.values()
            if delivery.departed_at
        )
        made: dict[str, Invoice] = {}
        number = invoices.FIRST_INVOICE
        for day, _, delivery in due:
            if day > self.yesterday:
                continue
            order = self.orders[delivery.order_id]
            positions = deliveries.positions(order, delivery)
            payer = self.customers[order.payer_id or order.customer_id]
            invoice = invoices.invoice(
                order, delivery, positions, payer, number=number, invoiced_on=day
            )
            made[invoice.id] = invoice
            invoiced_at = invoices.issued_at(day)
            order = orders.with_invoiced(order, positions, invoiced_at=invoiced_at)
            self.orders[order.id] = replace(order, changed_at=max(order.changed_at, invoiced_at))
            number += 1
        made.update({memo.id: memo for memo in self._credit_memos(made.values())})
        return made

    def _credit_memos(self, issued: Iterable[Invoice]) -> list[Invoice]:
        memos: list[Invoice] = []
        for invoice in issued:
            day = on_or_after_workday(invoice.invoiced_on + timedelta(days=5))
            if int(invoice.number) % invoices.CREDIT_MEMO_EVERY == 0 and day <= self.yesterday:
                number = invoices.FIRST_CREDIT_MEMO + len(memos)
                memo = invoices.credit_memo(invoice, number=number, issued_on=day)
                memos.append(memo)
        return memos

    def _settlements(self) -> list[Settlement]:
        """Every second credit memo is set against its invoice, every fifth of the rest paid out."""
        entries: list[settlements.Entry] = []
        for index, memo in enumerate(self._memos()):
            corrected = self.invoices[memo.corrects_id or ""]
            if index % 2 == 0:
                entries += settlements.credit_entries(
                    memo, corrected, on=memo.invoiced_on, amount=-memo.gross_amount
                )
            elif index % 5 == 0:
                day = on_or_after_workday(memo.invoiced_on + timedelta(days=7))
                if day <= self.yesterday:
                    entries.append(settlements.refund_entry(memo, on=day))
        credits = _by_invoice(entries)
        for invoice in self.invoices.values():
            if not invoice.is_credit_memo:
                payer = self.customers[invoice.pays_as]
                entries += settlements.payment_entries(
                    invoice, payer, credits.get(invoice.id, []), until=self.yesterday
                )
        entries.sort(key=lambda entry: (entry.settled_on, entry.invoice_id))
        made = [
            settlements.settlement(entry, number, currency=self.invoices[entry.invoice_id].currency)
            for number, entry in enumerate(entries, start=settlements.FIRST_VOUCHER)
        ]
        for invoice_id, own in _by_invoice(made).items():
            invoice = settlements.settled(self.invoices[invoice_id], own)
            latest = max(invoice.changed_at, *(settlement.changed_at for settlement in own))
            self.invoices[invoice_id] = replace(invoice, changed_at=latest)
        return made

    def _memos(self) -> list[Invoice]:
        return [invoice for invoice in self.invoices.values() if invoice.is_credit_memo]

    def _set_credit(self) -> None:
        """The limit by turnover; what is used by open amounts, kept at the customer that pays."""
        turnover: defaultdict[str, Decimal] = defaultdict(Decimal)
        used: defaultdict[str, Decimal] = defaultdict(lambda: Decimal("0.00"))
        for order in self.orders.values():
            if not order.cancelled_at:
                turnover[order.payer_id or order.customer_id] += order.gross_amount
        for invoice in self.invoices.values():
            used[invoice.pays_as] += invoice.open_amount
        for customer in self.customers.values():
            if customer.payer_id is None:
                self.customers[customer.id] = replace(
                    customer,
                    changed_at=self.as_of,
                    credit_limit=customers.credit_limit(
                        turnover[customer.id], is_blocked=customer.is_blocked
                    ),
                    credit_used=used[customer.id],
                )

    def _documents(self) -> Iterator[Document]:
        for about, issued_at in self._issued():
            for document in documents.documents(about, issued_at=issued_at):
                yield replace(document, size=len(papers.content(document, self._record)))

    def _issued(self) -> Iterator[tuple[Order | Delivery | Invoice, datetime]]:
        for order in self.orders.values():
            if order.confirmed_at:
                yield order, order.confirmed_at
        for delivery in self.deliveries.values():
            if delivery.departed_at:
                yield delivery, delivery.departed_at
        for invoice in self.invoices.values():
            yield invoice, invoices.issued_at(invoice.invoiced_on)

    def _record(self, kind: type[R], record_id: str) -> R:
        for held in (self.customers, self.orders, self.deliveries, self.invoices):
            record = held.get(record_id)
            if isinstance(record, kind):
                return record
        raise LookupError(record_id)


def _by_invoice(entries: Iterable[E]) -> Mapping[str, list[E]]:
    found: dict[str, list[E]] = {}
    for entry in entries:
        found.setdefault(entry.invoice_id, []).append(entry)
    return found
