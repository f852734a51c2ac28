"""What the ERP keeps. Field order is the order of the elements in the contract's schema.

An absent value is None; text is never empty. Amounts are euros, weights kilograms, volumes cubic
metres. `feed` names where a record is listed. `parent` and `state` are what the ERP itself looks
records up by.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

__all__ = [
    "FEEDS",
    "Acknowledgement",
    "Address",
    "Customer",
    "CustomerDraft",
    "Deletion",
    "Delivery",
    "Document",
    "File",
    "Invoice",
    "InvoiceLine",
    "Order",
    "OrderDraft",
    "OrderLine",
    "OrderLineDraft",
    "Place",
    "Pong",
    "Product",
    "Record",
    "Settlement",
    "Shipment",
]


@dataclass(frozen=True, kw_only=True)
class Record:
    feed: ClassVar[str]

    id: str
    number: str
    changed_at: datetime

    @property
    def parent(self) -> str | None:
        """The id of the record that this one belongs to."""
        return None

    @property
    def state(self) -> str | None:
        return None


@dataclass(frozen=True, kw_only=True)
class Customer(Record):
    feed = "customers"

    key: str | None = None
    name: str
    payer_id: str | None = None
    statistics_id: str | None = None
    group: str | None = None
    is_blocked: bool
    vat_id: str | None = None
    business_id: str | None = None
    email: str | None = None
    phone: str | None = None
    contact: str | None = None
    country: str | None = None
    language: str | None = None
    currency: str | None = None
    payment_terms: str | None = None
    delivery_terms: str | None = None
    credit_limit: Decimal | None = None
    credit_used: Decimal | None = None

    @property
    def pays_as(self) -> str:
        """The id of the customer that pays for this one."""
        return self.payer_id or self.id


@dataclass(frozen=True, kw_only=True)
class Address(Record):
    feed = "addresses"

    customer_id: str
    kind: str
    name: str
    street: str | None = None
    street_2: str | None = None
    postal_code: str | None = None
    city: str | None = None
    region: str | None = None
    country: str | None = None
    contact: str | None = None
    phone: str | None = None
    email: str | None = None

    @property
    def parent(self) -> str:
        return self.customer_id

    @property
    def state(self) -> str:
        return self.kind


@dataclass(frozen=True, kw_only=True)
class Product(Record):
    feed = "products"

    name: str
    description: str | None = None
    unit: str | None = None
    unit_price: Decimal | None = None
    currency: str | None = None
    vat_rate: Decimal | None = None
    is_active: bool


@dataclass(frozen=True, kw_only=True)
class Place:
    name: str
    street: str | None = None
    postal_code: str | None = None
    city: str | None = None
    region: str | None = None
    country: str | None = None


@dataclass(frozen=True, kw_only=True)
class OrderLine:
    position: int
    product_id: str | None = None
    product_number: str | None = None
    description: str | None = None
    quantity: Decimal
    unit: str | None = None
    unit_price: Decimal
    discount_percent: Decimal | None = None
    vat_rate: Decimal | None = None
    net_amount: Decimal
    delivered_quantity: Decimal | None = None
    invoiced_quantity: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Order(Record):
    feed = "orders"

    key: str | None = None
    customer_id: str
    payer_id: str | None = None
    customer_reference: str | None = None
    progress: str
    invoicing: str
    ordered_at: datetime
    requested_on: date | None = None
    confirmed_at: datetime | None = None
    planned_at: datetime | None = None
    departed_at: datetime | None = None
    delivered_at: datetime | None = None
    invoiced_at: datetime | None = None
    cancelled_at: datetime | None = None
    currency: str
    net_amount: Decimal
    vat_amount: Decimal
    gross_amount: Decimal
    delivery_method: str | None = None
    delivery_terms: str | None = None
    note: str | None = None
    ship_to: Place | None = None
    lines: tuple[OrderLine, ...] = ()

    @property
    def parent(self) -> str:
        return self.customer_id

    @property
    def state(self) -> str:
        return self.progress


@dataclass(frozen=True, kw_only=True)
class Shipment:
    number: str
    forwarding_agent: str | None = None
    tracking_number: str | None = None
    tracking_url: str | None = None
    departed_at: datetime | None = None
    packages: int | None = None
    package_type: str | None = None
    net_weight: Decimal | None = None
    gross_weight: Decimal | None = None
    volume: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Delivery(Record):
    feed = "deliveries"

    order_id: str
    method: str | None = None
    terms: str | None = None
    planned_on: date | None = None
    departed_at: datetime | None = None
    delivered_at: datetime | None = None
    shipments: tuple[Shipment, ...] = ()

    @property
    def parent(self) -> str:
        return self.order_id

    @property
    def state(self) -> str:
        if self.delivered_at:
            return "delivered"
        return "departed" if self.departed_at else "planned"


@dataclass(frozen=True, kw_only=True)
class InvoiceLine:
    position: int
    product_id: str | None = None
    product_number: str | None = None
    description: str | None = None
    quantity: Decimal
    unit: str | None = None
    unit_price: Decimal
    discount_percent: Decimal | None = None
    vat_rate: Decimal | None = None
    vat_category: str | None = None
    net_amount: Decimal
    order_id: str | None = None
    order_position: int | None = None


@dataclass(frozen=True, kw_only=True)
class Invoice(Record):
    feed = "invoices"

    is_credit_memo: bool
    customer_id: str
    payer_id: str | None = None
    order_id: str | None = None
    order_number: str | None = None
    delivery_number: str | None = None
    customer_reference: str | None = None
    corrects_id: str | None = None
    invoiced_on: date
    due_on: date
    currency: str
    net_amount: Decimal
    vat_amount: Decimal
    gross_amount: Decimal
    open_amount: Decimal
    discount_until: date | None = None
    discount_percent: Decimal | None = None
    payment_reference: str | None = None
    payment_terms: str | None = None
    lines: tuple[InvoiceLine, ...] = ()

    @property
    def pays_as(self) -> str:
        return self.payer_id or self.customer_id

    @property
    def parent(self) -> str:
        return self.pays_as

    @property
    def state(self) -> str:
        if not self.open_amount:
            return "settled"
        return "credit" if self.is_credit_memo else "open"


@dataclass(frozen=True, kw_only=True)
class Settlement(Record):
    feed = "settlements"

    key: str | None = None
    invoice_id: str
    kind: str
    settled_on: date
    currency: str
    amount: Decimal
    reference: str | None = None
    credit_memo_id: str | None = None

    @property
    def parent(self) -> str:
        return self.invoice_id


@dataclass(frozen=True, kw_only=True)
class Document(Record):
    feed = "documents"

    about: str
    about_id: str
    kind: str
    name: str
    media_type: str
    size: int | None = None
    issued_at: datetime | None = None

    @property
    def parent(self) -> str:
        return self.about_id


@dataclass(frozen=True, kw_only=True)
class Deletion(Record):
    feed = "deletions"

    about: str
    deleted_id: str


FEEDS: dict[str, type[Record]] = {
    kind.feed: kind
    for kind in (
        Customer,
        Address,
        Product,
        Order,
        Delivery,
        Invoice,
        Settlement,
        Document,
        Deletion,
    )
}


@dataclass(frozen=True, kw_only=True)
class Pong:
    system: str
    version: str
    time: datetime


@dataclass(frozen=True, kw_only=True)
class File:
    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class CustomerDraft:
    name: str
    payer_id: str | None = None
    vat_id: str | None = None
    business_id: str | None = None
    email: str | None = None
    phone: str | None = None
    contact: str | None = None
    country: str
    language: str | None = None
    invoice_address: Place
    delivery_addresses: tuple[Place, ...] = ()


@dataclass(frozen=True, kw_only=True)
class OrderLineDraft:
    position: int
    product_id: str | None = None
    description: str | None = None
    quantity: Decimal
    unit: str | None = None
    unit_price: Decimal | None = None
    discount_percent: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class OrderDraft:
    customer_id: str
    payer_id: str | None = None
    customer_reference: str | None = None
    requested_on: date | None = None
    delivery_method: str | None = None
    delivery_terms: str | None = None
    note: str | None = None
    ship_to: Place | None = None
    lines: tuple[OrderLineDraft, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Acknowledgement:
    key: str
    id: str
    number: str
    changed_at: datetime
