"""What each element of the contract becomes in a record.

The bounds of values are the contract's types; a test holds this table beside it. Whether a record
fits the portal's own tables and rules is the importer's question. Only notes and descriptions are
cut to the length that the portal keeps, for a long one is no reason to withhold an order.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from lxml import etree

from erp_bridge.connectors.soap.reading import (
    Leaf,
    Many,
    Part,
    Shape,
    base64,
    boolean,
    day,
    decimal,
    identifier,
    integer,
    key,
    link,
    matching,
    may,
    must,
    one_of,
    prose,
    read,
    stamp,
    text,
)
from erp_bridge.ports import (
    AddressKind,
    AddressRecord,
    CreditStanding,
    CustomerRecord,
    DeletionRecord,
    DeliveryRecord,
    DocumentFile,
    DocumentRecord,
    Feed,
    InvoiceLineRecord,
    InvoiceRecord,
    OrderLineRecord,
    OrderRecord,
    Page,
    Pong,
    Position,
    ProductRecord,
    Record,
    SettlementRecord,
    ShipmentRecord,
    Unavailable,
    Unreadable,
)

__all__ = [
    "ELEMENT_OF_FEED",
    "FILE",
    "NAMESPACE",
    "PONG",
    "SHAPES",
    "read_file",
    "read_found",
    "read_page",
    "read_pong",
]

NAMESPACE = "urn:portico:erp:1"
ELEMENT_OF_FEED = {
    Feed.CUSTOMERS: "Customer",
    Feed.ADDRESSES: "Address",
    Feed.PRODUCTS: "Product",
    Feed.ORDERS: "Order",
    Feed.DELIVERIES: "Delivery",
    Feed.INVOICES: "Invoice",
    Feed.SETTLEMENTS: "Settlement",
    Feed.DOCUMENTS: "Document",
    Feed.DELETIONS: "Deletion",
}

_REASON_LIMIT = 500
_RAW_LIMIT = 4000

_number = text(40)
_code = text(40)
_words = text(255)
_description = prose(500)
_note = prose(2000)
_country = matching("[A-Z]{2}", "a country's two capital letters")
_language = matching("[a-z]{2}", "a language's two small letters")
_currency = matching("[A-Z]{3}", "a currency's three capital letters")
_media_type = matching(
    r"[a-z0-9.+-]{1,49}/[a-z0-9.+-]{1,49}", "a media type such as application/pdf"
)
_amount = decimal(digits=15, places=3)
_price = decimal(digits=15, places=4)
_quantity = decimal(digits=15, places=3)
_percent = decimal(digits=7, places=4, least=0, most=100)
_measure = decimal(digits=15, places=3, least=0)
_position = integer(least=1, most=999_999)
_count = integer(least=0, most=2_147_483_647)


def _elements(**kinds: Leaf | Part | Many) -> Mapping[str, Leaf | Part | Many]:
    return {f"{{{NAMESPACE}}}{name}": kind for name, kind in kinds.items()}


def _leaves(**leaves: Leaf) -> Mapping[str, Leaf]:
    return {f"{{{NAMESPACE}}}{name}": leaf for name, leaf in leaves.items()}


_head = _elements(
    Id=must("remote_id", identifier),
    Number=must("number", _number),
    ChangedAt=must("changed_at", stamp),
)


def _customer(
    *, credit_limit: Decimal | None = None, credit_used: Decimal | None = None, **values: Any
) -> CustomerRecord:
    return CustomerRecord(credit=CreditStanding(limit=credit_limit, used=credit_used), **values)


def _order(*, lines: list[OrderLineRecord] | None = None, **values: Any) -> OrderRecord:
    return OrderRecord(lines=tuple(lines or ()), **values)


def _delivery(*, shipments: list[ShipmentRecord] | None = None, **values: Any) -> DeliveryRecord:
    return DeliveryRecord(shipments=tuple(shipments or ()), **values)


def _invoice(*, lines: list[InvoiceLineRecord] | None = None, **values: Any) -> InvoiceRecord:
    return InvoiceRecord(lines=tuple(lines or ()), **values)


def _check_lines(record: OrderRecord | InvoiceRecord) -> Iterator[str]:
    if record.net_amount and not record.lines:
        yield f"Line is missing, though NetAmount is {record.net_amount}"
    seen: set[int] = set()
    for line in record.lines:
        if line.position in seen:
            yield f"Line: Position {line.position} is there twice"
        seen.add(line.position)


_line_elements = _elements(
    Position=must("position", _position),
    ProductId=may("product_id", identifier),
    ProductNumber=may("product_number", _number),
    Description=may("description", _description),
    Quantity=must("quantity", _quantity),
    Unit=may("unit", _code),
    UnitPrice=must("unit_price", _price),
    DiscountPercent=may("discount_percent", _percent),
    VatRate=may("vat_rate", _percent),
    NetAmount=must("net_amount", _amount),
)
_place = _leaves(
    Name=must("name", _words),
    Street=may("street", _words),
    PostalCode=may("postal_code", _code),
    City=may("city", _words),
    Region=may("region", _words),
    Country=may("country", _country),
)
_order_line = Shape(
    record=OrderLineRecord,
    elements={
        **_line_elements,
        **_elements(
            DeliveredQuantity=may("delivered_quantity", _quantity),
            InvoicedQuantity=may("invoiced_quantity", _quantity),
        ),
    },
)
_invoice_line = Shape(
    record=InvoiceLineRecord,
    elements={
        **_line_elements,
        **_elements(
            VatCategory=may("vat_category", one_of("S", "K", "G", "E", "Z")),
            OrderId=may("order_id", identifier),
            OrderPosition=may("order_position", _position),
        ),
    },
)
_shipment = Shape(
    record=ShipmentRecord,
    elements=_elements(
        Number=must("number", _number),
        ForwardingAgent=may("forwarding_agent", _words),
        TrackingNumber=may("tracking_number", _words),
        TrackingUrl=may("tracking_url", link),
        DepartedAt=may("departed_at", stamp),
        Packages=may("packages", _count),
        PackageType=may("package_type", _words),
        NetWeight=may("net_weight", _measure),
        GrossWeight=may("gross_weight", _measure),
        Volume=may("volume", _measure),
    ),
)

SHAPES: dict[Feed, Shape] = {
    Feed.CUSTOMERS: Shape(
        record=_customer,
        elements={
            **_head,
            **_elements(
                Name=must("name", _words),
                PayerId=may("payer_id", identifier),
                StatisticsId=may("statistics_id", _code),
                Group=may("group", _code),
                IsBlocked=must("is_blocked", boolean),
                VatId=may("vat_id", _code),
                BusinessId=may("business_id", _code),
                Email=may("email", _words),
                Phone=may("phone", _words),
                Contact=may("contact", _words),
                Country=may("country", _country),
                Language=may("language", _language),
                Currency=may("currency", _currency),
                PaymentTerms=may("payment_terms", _words),
                DeliveryTerms=may("delivery_terms", _words),
                CreditLimit=may("credit_limit", _amount),
                CreditUsed=may("credit_used", _amount),
            ),
        },
    ),
    Feed.ADDRESSES: Shape(
        record=AddressRecord,
        elements={
            **_head,
            **_elements(
                CustomerId=must("customer_id", identifier),
                Kind=must("kind", one_of(*AddressKind)),
                Name=must("name", _words),
                Street=may("street", _words),
                Street2=may("street_2", _words),
                PostalCode=may("postal_code", _code),
                City=may("city", _words),
                Region=may("region", _words),
                Country=may("country", _country),
                Contact=may("contact", _words),
                Phone=may("phone", _words),
                Email=may("email", _words),
            ),
        },
    ),
    Feed.PRODUCTS: Shape(
        record=ProductRecord,
        elements={
            **_head,
            **_elements(
                Name=must("name", _words),
                Description=may("description", _description),
                Unit=may("unit", _code),
                UnitPrice=may("unit_price", _price),
                Currency=may("currency", _currency),
                VatRate=may("vat_rate", _percent),
                IsActive=must("is_active", boolean),
            ),
        },
    ),
    Feed.ORDERS: Shape(
        record=_order,
        check=_check_lines,
        elements={
            **_head,
            **_elements(
                Key=may("key", key),
                CustomerId=must("customer_id", identifier),
                PayerId=may("payer_id", identifier),
                CustomerReference=may("customer_reference", _words),
                Progress=must(
                    "progress",
                    one_of("entered", "confirmed", "planned", "departed", "delivered", "cancelled"),
                ),
                Invoicing=must("invoicing", one_of("none", "partly", "fully")),
                OrderedAt=must("ordered_at", stamp),
                RequestedOn=may("requested_on", day),
                ConfirmedAt=may("confirmed_at", stamp),
                PlannedAt=may("planned_at", stamp),
                DepartedAt=may("departed_at", stamp),
                DeliveredAt=may("delivered_at", stamp),
                InvoicedAt=may("invoiced_at", stamp),
                CancelledAt=may("cancelled_at", stamp),
                Currency=must("currency", _currency),
                NetAmount=must("net_amount", _amount),
                VatAmount=must("vat_amount", _amount),
                GrossAmount=must("gross_amount", _amount),
                DeliveryMethod=may("delivery_method", _words),
                DeliveryTerms=may("delivery_terms", _words),
                Note=may("note", _note),
                ShipTo=Part("ship_to_", _place),
                Line=Many("lines", _order_line),
            ),
        },
    ),
    Feed.DELIVERIES: Shape(
        record=_delivery,
        elements={
            **_head,
            **_elements(
                OrderId=must("order_id", identifier),
                Method=may("method", _words),
                Terms=may("terms", _words),
                PlannedOn=may("planned_on", day),
                DepartedAt=may("departed_at", stamp),
                DeliveredAt=may("delivered_at", stamp),
                Shipment=Many("shipments", _shipment),
            ),
        },
    ),
    Feed.INVOICES: Shape(
        record=_invoice,
        check=_check_lines,
        elements={
            **_head,
            **_elements(
                IsCreditMemo=must("is_credit_memo", boolean),
                CustomerId=must("customer_id", identifier),
                PayerId=may("payer_id", identifier),
                OrderId=may("order_id", identifier),
                OrderNumber=may("order_number", _number),
                DeliveryNumber=may("delivery_number", _number),
                CustomerReference=may("customer_reference", _words),
                CorrectsId=may("corrects_id", identifier),
                InvoicedOn=must("invoiced_on", day),
                DueOn=must("due_on", day),
                Currency=must("currency", _currency),
                NetAmount=must("net_amount", _amount),
                VatAmount=must("vat_amount", _amount),
                GrossAmount=must("gross_amount", _amount),
                OpenAmount=must("open_amount", _amount),
                DiscountUntil=may("discount_until", day),
                DiscountPercent=may("discount_percent", _percent),
                PaymentReference=may("payment_reference", _code),
                PaymentTerms=may("payment_terms", _words),
                Line=Many("lines", _invoice_line),
            ),
        },
    ),
    Feed.SETTLEMENTS: Shape(
        record=SettlementRecord,
        elements={
            **_head,
            **_elements(
                Key=may("key", key),
                InvoiceId=must("invoice_id", identifier),
                Kind=must("kind", one_of("receipt", "credit", "write_off", "refund")),
                SettledOn=must("settled_on", day),
                Currency=must("currency", _currency),
                Amount=must("amount", _amount),
                Reference=may("reference", _words),
                CreditMemoId=may("credit_memo_id", identifier),
            ),
        },
    ),
    Feed.DOCUMENTS: Shape(
        record=DocumentRecord,
        elements={
            **_head,
            **_elements(
                About=must("about", one_of(Feed.ORDERS, Feed.DELIVERIES, Feed.INVOICES)),
                AboutId=must("about_id", identifier),
                Kind=must(
                    "kind",
                    one_of(
                        "order_confirmation", "delivery_note", "invoice", "credit_memo", "other"
                    ),
                ),
                Name=must("name", _words),
                MediaType=must("media_type", _media_type),
                Size=may("size", _count),
                IssuedAt=may("issued_at", stamp),
            ),
        },
    ),
    Feed.DELETIONS: Shape(
        record=DeletionRecord,
        elements={
            **_head,
            **_elements(
                About=must("about", one_of(*(feed for feed in Feed if feed != Feed.DELETIONS))),
                DeletedId=must("deleted_id", identifier),
            ),
        },
    ),
}

PONG = Shape(
    record=Pong,
    elements=_elements(
        System=must("system", _words),
        Version=must("version", _code),
        Time=must("time", stamp),
    ),
)
FILE = Shape(
    record=DocumentFile,
    elements=_elements(
        Name=must("name", _words),
        MediaType=must("media_type", _media_type),
        Content=must("content", base64),
    ),
)
_page_tail = Shape(
    record=dict,
    elements=_elements(
        More=must("more", boolean),
        NextChangedAt=may("changed_at", stamp),
        NextId=may("remote_id", identifier),
        Total=must("total", _count),
    ),
)


def read_pong(answer: etree._Element) -> Pong:
    pong: Pong = _whole(PONG, answer)
    return pong


def read_file(answer: etree._Element) -> DocumentFile:
    file: DocumentFile = _whole(FILE, answer)
    return file


def read_found(feed: Feed, answer: etree._Element) -> Page:
    records, unreadable = _rows(feed, answer)
    return Page(records=records, unreadable=unreadable)


def read_page(feed: Feed, answer: etree._Element) -> Page:
    tail = _whole(_page_tail, answer)
    records, unreadable = _rows(feed, answer)
    following = None
    if tail["more"]:
        if "changed_at" not in tail:
            raise Unavailable("The ERP says that there is more, but not where to go on.")
        following = Position(changed_at=tail["changed_at"], remote_id=tail.get("remote_id", ""))
    return Page(records=records, unreadable=unreadable, next=following, total=tail["total"])


def _rows(feed: Feed, parent: etree._Element) -> tuple[tuple[Record, ...], tuple[Unreadable, ...]]:
    records: list[Record] = []
    unreadable: list[Unreadable] = []
    for row in parent.iterchildren(f"{{{NAMESPACE}}}{ELEMENT_OF_FEED[feed]}"):
        record, values, problems = read(SHAPES[feed], row)
        if record is not None:
            records.append(record)
            continue
        unreadable.append(
            Unreadable(
                remote_id=values.get("remote_id", ""),
                number=values.get("number", ""),
                changed_at=values.get("changed_at"),
                reason=_cut("; ".join(problems), _REASON_LIMIT),
                raw=_cut(etree.tostring(row, encoding="unicode", with_tail=False), _RAW_LIMIT),
            )
        )
    return tuple(records), tuple(unreadable)


def _whole(shape: Shape, element: etree._Element) -> Any:
    record, _, problems = read(shape, element)
    if record is None:
        raise Unavailable(f"The ERP's answer is not as agreed: {'; '.join(problems)}."[:500])
    return record


def _cut(content: str, limit: int) -> str:
    return content if len(content) <= limit else content[: limit - 1] + "…"
