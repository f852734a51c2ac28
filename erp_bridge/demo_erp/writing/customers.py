"""Customers that the caller brings, with their addresses."""

from dataclasses import replace
from decimal import Decimal

from lxml import etree

from erp_bridge.demo_erp.codec import from_xml
from erp_bridge.demo_erp.money import CURRENCY
from erp_bridge.demo_erp.records import Address, Customer, CustomerDraft, Place
from erp_bridge.demo_erp.refusals import Conflict, NotFound
from erp_bridge.demo_erp.rules import addresses, customers
from erp_bridge.demo_erp.rules.countries import LANGUAGES
from erp_bridge.demo_erp.store import Writer

__all__ = ["customer_of", "payer_of", "put_customer"]


def put_customer(writer: Writer, key: str, body: etree._Element) -> Customer:
    draft = from_xml(CustomerDraft, body, "Customer")
    payer = payer_of(writer, draft.payer_id) if draft.payer_id else None
    known = writer.find(Customer.feed, "key", key)
    if known:
        customer = writer.require(Customer, known[0]["Id"])
    else:
        customer = _new_customer(writer, key, draft)
    customer = writer.put(
        replace(
            customer,
            name=draft.name,
            payer_id=payer.id if payer and payer.id != customer.id else None,
            vat_id=draft.vat_id,
            business_id=draft.business_id,
            email=draft.email,
            phone=draft.phone,
            contact=draft.contact,
            country=draft.country,
            language=draft.language or LANGUAGES.get(draft.country, "en"),
        )
    )
    _put_addresses(writer, customer, draft)
    return customer


def _new_customer(writer: Writer, key: str, draft: CustomerDraft) -> Customer:
    number = writer.next_number("customers")
    fresh = Customer(
        id=f"C{number}",
        number=str(number),
        changed_at=writer.stamp,
        key=key,
        name=draft.name,
        group="RETAIL",
        is_blocked=False,
        currency=CURRENCY,
        delivery_terms=customers.delivery_terms(draft.country, draft.invoice_address.city),
        credit_limit=customers.credit_limit(Decimal(0), is_blocked=False),
        credit_used=Decimal("0.00"),
    )
    return replace(fresh, payment_terms=customers.terms_of(fresh).words)


def _put_addresses(writer: Writer, customer: Customer, draft: CustomerDraft) -> None:
    """The invoice address is replaced, delivery addresses are added where they are new."""
    held = writer.where(Address, parent=customer.id)
    invoice = addresses.address(customer, 1, "invoice", draft.invoice_address, stamp=writer.stamp)
    if not any(replace(invoice, changed_at=one.changed_at) == one for one in held):
        writer.put(invoice)
    places = {_place(one) for one in held if one.kind == "delivery"}
    index = max((int(one.number) for one in held), default=1)
    for place in draft.delivery_addresses:
        if place not in places:
            index += 1
            places.add(place)
            writer.put(addresses.address(customer, index, "delivery", place, stamp=writer.stamp))


def _place(address: Address) -> Place:
    return Place(
        name=address.name,
        street=address.street,
        postal_code=address.postal_code,
        city=address.city,
        region=address.region,
        country=address.country,
    )


def customer_of(writer: Writer, customer_id: str) -> Customer:
    customer = writer.get(Customer, customer_id)
    if customer is None:
        raise NotFound("no_customer", f"There is no customer {customer_id}.")
    return customer


def payer_of(writer: Writer, payer_id: str) -> Customer:
    payer = customer_of(writer, payer_id)
    if payer.is_blocked:
        raise Conflict("customer_blocked", f"Customer {payer.number} is blocked.")
    return payer
