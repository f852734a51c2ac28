"""The import of a feed against COPY and INSERT … ON CONFLICT of the same rows, bindings included.

Both write pages of the same size into the same tables, one transaction a page, half of the rows new
and half of them changed. The floor gets finished rows: it looks nothing up, checks nothing and
compares nothing. The import starts from a connector's records.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from erp_bridge.importing.packing import fingerprint
from erp_bridge.importing.taking import take
from erp_bridge.models import Binding, Connection
from erp_bridge.ports import CustomerRecord, Feed, OrderLineRecord, OrderRecord
from tests.bench.frame import Result, in_turns, use_database

PAGE = 500
ROUNDS = 25
HELD_ALREADY = 20_000
CUSTOMERS = 200
START = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 18, tzinfo=UTC)
BOUND = 0.5


def run() -> Iterator[Result]:
    """Orders with their lines and events."""
    use_database("import")
    ours, floor = _connections()
    pages = _Pages()
    for erp in (ours, floor):
        with transaction.atomic():
            take(erp, Feed.CUSTOMERS, _customers(), now=NOW)
        for number in range(HELD_ALREADY // PAGE):
            with transaction.atomic():
                take(erp, Feed.ORDERS, pages.fresh(number), now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")

    importing = _Importing(ours, pages)
    merging = _Merging(floor, pages)
    seconds, floor_seconds = in_turns(importing, merging, rounds=ROUNDS)
    yield Result(
        name="Import of orders, rows a second to COPY + ON CONFLICT",
        ratio=floor_seconds / seconds,
        bound=BOUND,
        more_is_better=True,
        note=f"{PAGE / seconds:,.0f} orders/s with lines and events",
    )


class _Pages:
    """Pages of records: half of each page changes orders that are there, half brings new ones."""

    def fresh(self, number: int) -> list[OrderRecord]:
        first = number * PAGE
        return [_order(key, version=0) for key in range(first, first + PAGE)]

    def mixed(self, number: int) -> list[OrderRecord]:
        first = HELD_ALREADY + number * PAGE // 2
        changed = [
            _order((number * 7919 + step * 13) % HELD_ALREADY, version=number + 1)
            for step in range(PAGE // 2)
        ]
        return [*changed, *[_order(key, version=0) for key in range(first, first + PAGE // 2)]]


class _Importing:
    def __init__(self, erp: Connection, pages: _Pages) -> None:
        self._erp = erp
        self._pages = [pages.mixed(number) for number in range(100)]
        self._number = 0

    def __call__(self) -> None:
        page = self._pages[self._number]
        self._number += 1
        with transaction.atomic(durable=True):
            erp = Connection.objects.locked().get(pk=self._erp.pk)
            take(erp, Feed.ORDERS, page, now=NOW)


class _Merging:
    """The same rows, ready before the clock starts."""

    def __init__(self, erp: Connection, pages: _Pages) -> None:
        self._erp = erp
        self._keys = dict(
            Binding.objects.filter(connection=erp, feed=Feed.ORDERS).values_list(
                "remote_id", "object_id"
            )
        )
        self._customers = dict(
            Binding.objects.filter(connection=erp, feed=Feed.CUSTOMERS).values_list(
                "remote_id", "object_id"
            )
        )
        self._next = max(self._keys.values()) + 10_000_000
        self._pages = [self._rows(pages.mixed(number)) for number in range(100)]
        self._number = 0

    def __call__(self) -> None:
        page = self._pages[self._number]
        self._number += 1
        with transaction.atomic(durable=True):
            for table, columns, key, rows in page:
                _merge(table, columns, key, rows)

    def _rows(self, records: list[OrderRecord]) -> list[tuple[str, Any, Any, list[Any]]]:
        orders, lines, events, bindings = [], [], [], []
        for record in records:
            key = self._keys.get(record.remote_id)
            if key is None:
                key = self._keys[record.remote_id] = self._next = self._next + 1
            customer = self._customers[record.customer_id]
            orders.append(
                (
                    *(key, self._erp.code, record.changed_at, NOW, None, record.number),
                    *(customer, customer, "erp", record.customer_reference, "received"),
                    *(record.invoicing, record.ordered_at, record.requested_on, record.currency),
                    *(record.net_amount, record.vat_amount, record.gross_amount),
                    *(record.delivery_method, record.delivery_terms, record.note),
                    *(record.ship_to_name, record.ship_to_street, record.ship_to_postal_code),
                    *(record.ship_to_city, record.ship_to_region, record.ship_to_country),
                )
            )
            lines += [
                (
                    *(key, line.position, None, line.product_number, line.description),
                    *(line.quantity, line.unit, line.unit_price, line.discount_percent),
                    *(line.vat_rate, line.net_amount, line.delivered_quantity),
                    line.invoiced_quantity,
                )
                for line in record.lines
            ]
            events += [
                (key, "received", "erp", record.ordered_at, ""),
                (key, "confirmed", "erp", record.confirmed_at, ""),
            ]
            bindings.append(
                (
                    *(self._erp.pk, "orders", record.remote_id, "", key, record.changed_at),
                    *(fingerprint(record), NOW, NOW),
                )
            )
        return [
            ("orders_order", ORDER, ("id",), orders),
            ("orders_orderline", LINE, ("order_id", "position"), lines),
            ("orders_orderevent", EVENT, ("order_id", "kind", "origin"), events),
            ("erp_bridge_binding", BINDING, ("connection_id", "feed", "remote_id"), bindings),
        ]


def _merge(table: str, columns: tuple[str, ...], key: tuple[str, ...], rows: list[Any]) -> None:
    names = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE stage ON COMMIT DROP AS SELECT {names} FROM {table}"
            " WITH NO DATA"
        )
        with cursor.copy(f"COPY stage ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        updates = ", ".join(f'"{name}" = EXCLUDED."{name}"' for name in columns if name not in key)
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {names} FROM stage"
            f" ON CONFLICT ({', '.join(key)}) DO UPDATE SET {updates}"
        )
        cursor.execute("DROP TABLE stage")


def _connections() -> list[Connection]:
    return [
        Connection.objects.create(code=code, name=code, kind=Connection.Kind.SOAP, url="http://x/")
        for code in ("ours", "floor")
    ]


def _customers() -> list[CustomerRecord]:
    return [
        CustomerRecord(
            remote_id=f"C{key}", number=f"{key}", name=f"Customer {key}", changed_at=START
        )
        for key in range(CUSTOMERS)
    ]


def _order(key: int, *, version: int) -> OrderRecord:
    """Order number `key`; another version has another reference and quantity."""
    amount = Decimal(key % 9000) / 100 + version
    return OrderRecord(
        remote_id=f"O{key}",
        number=f"{key}",
        changed_at=START + timedelta(seconds=key % 86400, days=version),
        customer_id=f"C{key % CUSTOMERS}",
        customer_reference=f"PO-{key % 7919}-{version}",
        progress="entered",
        invoicing="none",
        ordered_at=START + timedelta(minutes=key),
        confirmed_at=START + timedelta(minutes=key + 30),
        requested_on=START.date(),
        currency="EUR",
        net_amount=amount * 3,
        vat_amount=amount,
        gross_amount=amount * 4,
        delivery_method="Truck",
        delivery_terms="DAP",
        ship_to_name="Alfreds Futterkiste",
        ship_to_street="Obere Straße 57",
        ship_to_postal_code="12209",
        ship_to_city="Berlin",
        ship_to_country="DE",
        lines=tuple(
            OrderLineRecord(
                position=position,
                product_number=f"{key % 77}",
                description=f"Goods {key % 77}",
                quantity=Decimal(position + version),
                unit="pcs",
                unit_price=amount,
                vat_rate=Decimal("25.5"),
                net_amount=amount,
            )
            for position in range(1, 4)
        ),
    )


ORDER = (
    *("id", "source", "changed_at", "read_at", "removed_at", "number", "customer_id", "payer_id"),
    *("origin", "customer_reference", "status", "invoicing", "ordered_at", "requested_on"),
    *("currency", "net_amount", "vat_amount", "gross_amount", "delivery_method"),
    *("delivery_terms", "note", "ship_to_name", "ship_to_street", "ship_to_postal_code"),
    *("ship_to_city", "ship_to_region", "ship_to_country"),
)
LINE = (
    *("order_id", "position", "product_id", "product_number", "description", "quantity", "unit"),
    *("unit_price", "discount_percent", "vat_rate", "net_amount", "delivered_quantity"),
    "invoiced_quantity",
)
EVENT = ("order_id", "kind", "origin", "happened_at", "detail")
BINDING = (
    *("connection_id", "feed", "remote_id", "table", "object_id", "changed_at", "content_hash"),
    *("bound_at", "taken_at"),
)
