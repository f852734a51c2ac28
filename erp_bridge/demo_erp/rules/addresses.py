"""Addresses: the invoice address, every place ever delivered to, and the payer's own."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from erp_bridge.demo_erp.northwind import SourceCustomer, SourceOrder
from erp_bridge.demo_erp.records import Address, Customer, Place
from erp_bridge.demo_erp.rules.countries import CODES

__all__ = ["address", "addresses", "invoice_place", "ship_to"]


def addresses(
    sources: Iterable[SourceCustomer],
    customers: Mapping[str, Customer],
    orders: Iterable[SourceOrder],
    *,
    stamp: datetime,
) -> list[Address]:
    """Numbered within each customer: 1 for invoices, then deliveries in order of first use, then
    the address of the customer that pays."""
    places: dict[str, list[tuple[str, Place]]] = {}
    by_id = {source.id: source for source in sources}
    for source in by_id.values():
        places[source.id] = [("invoice", invoice_place(source))]
    for order in orders:
        found = ("delivery", ship_to(order))
        if found not in places[order.customer_id]:
            places[order.customer_id].append(found)
    for customer in customers.values():
        if customer.payer_id:
            places[customer.id].append(("other", invoice_place(by_id[customer.payer_id])))
    return [
        address(customers[customer_id], index, kind, place, stamp=stamp)
        for customer_id, found in places.items()
        for index, (kind, place) in enumerate(found, start=1)
    ]


def address(customer: Customer, index: int, kind: str, place: Place, *, stamp: datetime) -> Address:
    is_own = kind == "invoice"
    return Address(
        id=f"{customer.id}-{index}",
        number=str(index),
        changed_at=stamp,
        customer_id=customer.id,
        kind=kind,
        name=place.name,
        street=place.street,
        postal_code=place.postal_code,
        city=place.city,
        region=place.region,
        country=place.country,
        contact=customer.contact if is_own else None,
        phone=customer.phone if is_own else None,
        email=customer.email if is_own else None,
    )


def invoice_place(source: SourceCustomer) -> Place:
    return Place(
        name=source.company,
        street=_tidy(source.address),
        postal_code=source.postal_code,
        city=source.city,
        region=source.region,
        country=CODES[source.country],
    )


def ship_to(order: SourceOrder) -> Place:
    return Place(
        name=order.ship_name,
        street=_tidy(order.ship_address),
        postal_code=order.ship_postal_code,
        city=order.ship_city,
        region=order.ship_region,
        country=CODES[order.ship_country],
    )


def _tidy(street: str) -> str:
    return " ".join(street.split())
