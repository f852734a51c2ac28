"""What the portal asks of an ERP, in the portal's own words.

A connector translates between one kind of ERP and these records. It never decides, holds no
database handle and knows no domain model. It tells failure by one of two exceptions:
`Unavailable` (the same call may go through later) and `Rejected` (the ERP understood and
refused; a person has to look). Anything else that escapes a connector is a bug.

Every mirrored record carries three facts: `remote_id`, the ERP's own key that never changes;
`number`, what people call the thing, which may change and may even repeat; and `changed_at`, the
ERP's change stamp. Amounts are in the record's own currency. A credit memo's amounts are negative,
as in the ledger that it comes from.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol
from uuid import UUID

__all__ = [
    "TYPE_OF_RECORD",
    "AddressKind",
    "AddressRecord",
    "ConnectorError",
    "CreditStanding",
    "CustomerRecord",
    "DeletionRecord",
    "DeliveryRecord",
    "DocumentFile",
    "DocumentRecord",
    "ErpConnector",
    "Feed",
    "InvoiceLineRecord",
    "InvoiceRecord",
    "OrderLineRecord",
    "OrderRecord",
    "Page",
    "Pong",
    "Position",
    "ProductRecord",
    "Record",
    "Rejected",
    "SettlementRecord",
    "ShipmentRecord",
    "Unavailable",
    "Unreadable",
]


class ConnectorError(Exception):
    """The base of what a connector may raise; `str()` is plain words for the office."""


class Unavailable(ConnectorError):
    """The ERP did not answer in time, was cut off, or answered that it cannot answer now."""


class Rejected(ConnectorError):
    """The ERP answered and refused: credentials, unknown record, a rule of its own."""


class Feed(StrEnum):
    """The kinds of rows an ERP lists, in the order in which they depend on each other."""

    CUSTOMERS = "customers"
    ADDRESSES = "addresses"
    PRODUCTS = "products"
    ORDERS = "orders"
    DELIVERIES = "deliveries"
    INVOICES = "invoices"
    SETTLEMENTS = "settlements"
    DOCUMENTS = "documents"
    DELETIONS = "deletions"


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Position:
    """A place in a feed: after the row with this stamp and id, in (stamp, id) order.

    An empty `remote_id` stands before every row of its stamp, so that rows sharing the stamp of
    the last one read are read again rather than missed.
    """

    changed_at: datetime
    remote_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class CreditStanding:
    limit: Decimal | None = None
    used: Decimal | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerRecord:
    remote_id: str
    number: str
    changed_at: datetime
    name: str
    payer_id: str = ""  # remote id of the customer who pays; empty: pays itself
    statistics_id: str = ""  # customers with the same one are one family
    group: str = ""
    is_blocked: bool = False
    vat_id: str = ""
    business_id: str = ""
    email: str = ""
    phone: str = ""
    contact: str = ""
    country: str = ""  # ISO 3166-1 alpha-2
    language: str = ""  # ISO 639-1
    currency: str = ""  # ISO 4217
    payment_terms: str = ""
    delivery_terms: str = ""
    credit: CreditStanding = field(default_factory=CreditStanding)


class AddressKind(StrEnum):
    INVOICE = "invoice"
    DELIVERY = "delivery"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True, slots=True)
class AddressRecord:
    remote_id: str
    number: str  # the ERP's number of the address within its customer
    changed_at: datetime
    customer_id: str
    kind: AddressKind
    name: str
    street: str = ""
    street_2: str = ""
    postal_code: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    contact: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ProductRecord:
    remote_id: str
    number: str
    changed_at: datetime
    name: str
    description: str = ""
    unit: str = ""
    unit_price: Decimal | None = None
    currency: str = ""
    vat_rate: Decimal | None = None  # per cent
    is_active: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderLineRecord:
    position: int
    product_id: str = ""
    product_number: str = ""
    description: str = ""
    quantity: Decimal
    unit: str = ""
    unit_price: Decimal
    discount_percent: Decimal = Decimal(0)
    vat_rate: Decimal = Decimal(0)
    net_amount: Decimal
    delivered_quantity: Decimal = Decimal(0)
    invoiced_quantity: Decimal = Decimal(0)


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderRecord:
    remote_id: str
    number: str
    changed_at: datetime
    key: UUID | None = None  # ours, where the order was born in the portal
    customer_id: str
    payer_id: str = ""
    customer_reference: str = ""
    progress: str  # entered, confirmed, planned, departed, delivered, cancelled
    invoicing: str  # none, partly, fully
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
    delivery_method: str = ""
    delivery_terms: str = ""
    note: str = ""
    ship_to_name: str = ""
    ship_to_street: str = ""
    ship_to_postal_code: str = ""
    ship_to_city: str = ""
    ship_to_region: str = ""
    ship_to_country: str = ""
    lines: tuple[OrderLineRecord, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ShipmentRecord:
    number: str
    forwarding_agent: str = ""
    tracking_number: str = ""
    tracking_url: str = ""
    departed_at: datetime | None = None
    packages: int | None = None
    package_type: str = ""
    net_weight: Decimal | None = None  # kg
    gross_weight: Decimal | None = None  # kg
    volume: Decimal | None = None  # m³


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryRecord:
    remote_id: str
    number: str
    changed_at: datetime
    order_id: str
    method: str = ""
    terms: str = ""
    planned_on: date | None = None
    departed_at: datetime | None = None
    delivered_at: datetime | None = None
    shipments: tuple[ShipmentRecord, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class InvoiceLineRecord:
    position: int
    product_id: str = ""
    product_number: str = ""
    description: str = ""
    quantity: Decimal
    unit: str = ""
    unit_price: Decimal
    discount_percent: Decimal = Decimal(0)
    vat_rate: Decimal = Decimal(0)
    vat_category: str = ""  # UNCL 5305: S standard, K intra-community, G export, E exempt, Z zero
    net_amount: Decimal
    order_id: str = ""
    order_position: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class InvoiceRecord:
    """An invoice, or a credit memo (`is_credit_memo`) whose amounts are negative."""

    remote_id: str
    number: str
    changed_at: datetime
    is_credit_memo: bool = False
    customer_id: str
    payer_id: str = ""
    order_id: str = ""
    order_number: str = ""
    delivery_number: str = ""
    customer_reference: str = ""
    corrects_id: str = ""  # a credit memo's invoice
    invoiced_on: date
    due_on: date
    currency: str
    net_amount: Decimal
    vat_amount: Decimal
    gross_amount: Decimal
    open_amount: Decimal
    discount_until: date | None = None
    discount_percent: Decimal = Decimal(0)
    payment_reference: str = ""
    payment_terms: str = ""
    lines: tuple[InvoiceLineRecord, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class SettlementRecord:
    """One ledger line that reduces an invoice, or that uses up a credit memo (negative)."""

    remote_id: str
    number: str
    changed_at: datetime
    invoice_id: str
    kind: str  # receipt, credit, write_off, refund
    settled_on: date
    currency: str
    amount: Decimal
    reference: str = ""
    credit_memo_id: str = ""
    key: UUID | None = None  # ours, where the receipt was posted by the portal


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentRecord:
    """A paper that the ERP keeps for one of its objects; its bytes are asked for apart."""

    remote_id: str
    number: str
    changed_at: datetime
    about: Feed  # orders, deliveries or invoices
    about_id: str
    kind: str  # order_confirmation, delivery_note, invoice, credit_memo, other
    name: str
    media_type: str
    size: int | None = None
    issued_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DeletionRecord:
    """The ERP no longer holds `deleted_id` of the feed `about`; `changed_at` tells since when."""

    remote_id: str
    number: str
    changed_at: datetime
    about: Feed
    deleted_id: str


TYPE_OF_RECORD: dict[Feed, type] = {
    Feed.CUSTOMERS: CustomerRecord,
    Feed.ADDRESSES: AddressRecord,
    Feed.PRODUCTS: ProductRecord,
    Feed.ORDERS: OrderRecord,
    Feed.DELIVERIES: DeliveryRecord,
    Feed.INVOICES: InvoiceRecord,
    Feed.SETTLEMENTS: SettlementRecord,
    Feed.DOCUMENTS: DocumentRecord,
    Feed.DELETIONS: DeletionRecord,
}

Record = (
    CustomerRecord
    | AddressRecord
    | ProductRecord
    | OrderRecord
    | DeliveryRecord
    | InvoiceRecord
    | SettlementRecord
    | DocumentRecord
    | DeletionRecord
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Unreadable:
    """A row the connector could not turn into a record; the rest of its page is still good."""

    remote_id: str  # as far as it could be read, else empty
    number: str
    changed_at: datetime | None
    reason: str  # plain words: which field, what was there, what is allowed
    raw: str  # what the ERP sent, cut to a sane length


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Some rows of a feed in (stamp, id) order as the ERP sent them, good and bad.

    `next` is where to go on, as the ERP reports it; None ends the feed for now. `total` is how
    many rows the ERP expects from the asked position on, where it can tell.
    """

    records: tuple[Record, ...]
    unreadable: tuple[Unreadable, ...] = ()
    next: Position | None = None
    total: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentFile:
    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Pong:
    """The ERP's answer to a ping: who it says it is and its clock."""

    system: str
    version: str
    time: datetime


class ErpConnector(Protocol):
    """Reading an ERP. Each call is one request and keeps nothing between calls."""

    def ping(self) -> Pong: ...

    def list_changed(self, feed: Feed, *, after: Position | None, limit: int) -> Page:
        """The rows of a feed after a position, oldest change first; None starts at the first.

        A row changed while a listing is under way shows up again further on. Rows may come twice
        or out of order; the caller sorts that out.
        """
        ...

    def get(self, feed: Feed, *, remote_id: str = "", number: str = "") -> Page:
        """What the ERP holds now under an id, or under a number that may repeat; maybe nothing."""
        ...

    def fetch_document(self, remote_id: str) -> DocumentFile:
        """The bytes of a stored document; Rejected when the ERP has no such document any more."""
        ...
