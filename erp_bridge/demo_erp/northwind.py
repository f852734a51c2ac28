"""The Northwind tables, read once and moved to the present.

All dates move by the same whole number of weeks, so that weekdays stay and the newest order lies
one to seven days before the given day.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

__all__ = [
    "Northwind",
    "SourceCustomer",
    "SourceLine",
    "SourceOrder",
    "SourceProduct",
    "carriers",
    "read",
]

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, kw_only=True)
class SourceCustomer:
    id: str
    company: str
    contact: str
    address: str
    city: str
    region: str | None
    postal_code: str | None
    country: str
    phone: str
    vat_id: str | None
    business_id: str | None


@dataclass(frozen=True, kw_only=True)
class SourceProduct:
    id: int
    name: str
    category: str
    category_id: int
    packing: str
    unit_price: Decimal
    is_discontinued: bool


@dataclass(frozen=True, kw_only=True)
class SourceLine:
    product_id: int
    unit_price: Decimal
    quantity: int
    discount_percent: Decimal


@dataclass(frozen=True, kw_only=True)
class SourceOrder:
    id: int
    customer_id: str
    ordered_on: date
    requested_on: date
    shipped_on: date | None
    carrier: int
    ship_name: str
    ship_address: str
    ship_city: str
    ship_region: str | None
    ship_postal_code: str | None
    ship_country: str
    lines: tuple[SourceLine, ...]


@dataclass(frozen=True, kw_only=True)
class Northwind:
    customers: tuple[SourceCustomer, ...]
    products: tuple[SourceProduct, ...]
    orders: tuple[SourceOrder, ...]
    carriers: dict[int, str]


def read(today: date) -> Northwind:
    orders = _orders()
    newest = max(order.ordered_on for order in orders)
    shift = timedelta(weeks=((today - newest).days - 1) // 7)
    return Northwind(
        customers=tuple(_customers()),
        products=tuple(_products()),
        orders=tuple(_moved(order, shift) for order in orders),
        carriers=carriers(),
    )


def carriers() -> dict[int, str]:
    return {int(row["shipper_id"]): row["company_name"] for row in _rows("shippers")}


def _rows(table: str) -> Iterator[dict[str, str]]:
    with (DATA / f"{table}.csv").open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def _customers() -> Iterator[SourceCustomer]:
    taxed = {row["customer_id"]: row for row in _rows("tax_numbers")}
    for row in sorted(_rows("customers"), key=lambda row: row["customer_id"]):
        tax = taxed.get(row["customer_id"], {})
        yield SourceCustomer(
            id=row["customer_id"],
            company=row["company_name"],
            contact=row["contact_name"],
            address=row["address"],
            city=row["city"],
            region=row["region"] or None,
            postal_code=row["postal_code"] or None,
            country=row["country"],
            phone=row["phone"],
            vat_id=tax.get("vat_id") or None,
            business_id=tax.get("business_id") or None,
        )


def _products() -> Iterator[SourceProduct]:
    categories = {row["category_id"]: row["category_name"] for row in _rows("categories")}
    for row in _rows("products"):
        yield SourceProduct(
            id=int(row["product_id"]),
            name=row["product_name"],
            category=categories[row["category_id"]],
            category_id=int(row["category_id"]),
            packing=row["quantity_per_unit"],
            unit_price=Decimal(row["unit_price"]),
            is_discontinued=row["discontinued"] == "1",
        )


def _orders() -> list[SourceOrder]:
    lines: dict[str, list[SourceLine]] = {}
    for row in _rows("order_details"):
        lines.setdefault(row["order_id"], []).append(
            SourceLine(
                product_id=int(row["product_id"]),
                unit_price=Decimal(row["unit_price"]),
                quantity=int(row["quantity"]),
                discount_percent=Decimal(row["discount"]) * 100,
            )
        )
    return [
        SourceOrder(
            id=int(row["order_id"]),
            customer_id=row["customer_id"],
            ordered_on=date.fromisoformat(row["order_date"]),
            requested_on=date.fromisoformat(row["required_date"]),
            shipped_on=date.fromisoformat(row["shipped_date"]) if row["shipped_date"] else None,
            carrier=int(row["ship_via"]),
            ship_name=row["ship_name"],
            ship_address=row["ship_address"],
            ship_city=row["ship_city"],
            ship_region=row["ship_region"] or None,
            ship_postal_code=row["ship_postal_code"] or None,
            ship_country=row["ship_country"],
            lines=tuple(lines[row["order_id"]]),
        )
        for row in sorted(_rows("orders"), key=lambda row: int(row["order_id"]))
    ]


def _moved(order: SourceOrder, shift: timedelta) -> SourceOrder:
    return replace(
        order,
        ordered_on=order.ordered_on + shift,
        requested_on=order.requested_on + shift,
        shipped_on=order.shipped_on + shift if order.shipped_on else None,
    )
