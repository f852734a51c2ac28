"""Both sides held against each other: what the ERP lists, and what the portal holds of it.

The ERP is asked through its connector; the portal is read with the ORM. The mapping is written here
once more, on purpose: that of the import is what is under test.
"""

from accounts.models import Address, Customer
from erp_bridge.models import Binding, HeldRecord
from erp_bridge.ports import Feed
from invoices.models import Invoice, InvoiceDocument, Settlement
from orders.models import Delivery, Order, OrderDocument, Product

TABLES = {
    Feed.CUSTOMERS: Customer,
    Feed.ADDRESSES: Address,
    Feed.PRODUCTS: Product,
    Feed.ORDERS: Order,
    Feed.DELIVERIES: Delivery,
    Feed.INVOICES: Invoice,
    Feed.SETTLEMENTS: Settlement,
}
STATUS = {"entered": "received"}
KINDS = {"order_confirmation": "confirmation", "delivery_note": "delivery_note"}


def listed(connector, feed):
    """Every record of the feed, by id."""
    records, after = {}, None
    while True:
        page = connector.list_changed(feed, after=after, limit=1000)
        assert page.unreadable == ()
        records |= {record.remote_id: record for record in page.records}
        after = page.next
        if after is None:
            return records


def differences(connector, erp):
    """What is not the same on both sides, in words; and how many of each were compared."""
    counts = {}
    found = [
        f"{held.feed} {held.remote_id} is held: {held.reason}"
        for held in HeldRecord.objects.filter(connection=erp)
    ]
    bound = {
        (binding.feed, binding.table, binding.remote_id): binding.object_id
        for binding in Binding.objects.filter(connection=erp)
    }

    def key(feed, remote_id, table=""):
        return bound.get((feed.value, table, remote_id)) if remote_id else None

    for feed in (*TABLES, Feed.DOCUMENTS):
        records = listed(connector, feed)
        counts[feed.value] = len(records)
        expected = {remote_id: _expected(record, key) for remote_id, record in records.items()}
        shown = _rows(erp, feed, bound)
        found += [f"{feed} {each} is missing" for each in expected.keys() - shown.keys()]
        found += [f"{feed} {each} should not be here" for each in shown.keys() - expected.keys()]
        for remote_id in expected.keys() & shown.keys():
            ours, theirs = shown[remote_id], expected[remote_id]
            for name, value in theirs.items():
                if ours[name] != value:
                    found.append(f"{feed} {remote_id} {name}: {ours[name]!r}, not {value!r}")
        counts[f"{feed.value} lines"] = sum(len(row.get("lines", ())) for row in expected.values())
    counts["shipments"] = sum(
        len(row["shipments"]) for row in _rows(erp, Feed.DELIVERIES, bound).values()
    )
    return found, counts


def _rows(erp, feed, bound):
    """What the portal shows of a feed, by the ERP's id."""
    if feed == Feed.DOCUMENTS:
        rows = {
            ("orders", row.pk): _row(feed, row)
            for row in OrderDocument.objects.filter(source=erp.code, removed_at=None)
        }
        rows |= {
            ("invoices", row.pk): _row(feed, row)
            for row in InvoiceDocument.objects.filter(source=erp.code, removed_at=None)
        }
    else:
        related = ("family",) if feed == Feed.CUSTOMERS else ()
        children = {
            Feed.ORDERS: ("lines", "events"),
            Feed.INVOICES: ("lines",),
            Feed.DELIVERIES: ("shipments",),
        }.get(feed, ())
        shown = TABLES[feed].objects.filter(source=erp.code, removed_at=None)
        rows = {
            ("", row.pk): _row(feed, row)
            for row in shown.select_related(*related).prefetch_related(*children)
        }
    names = {
        (table, object_id): remote_id
        for (of, table, remote_id), object_id in bound.items()
        if of == feed
    }
    return {names.get(place, f"unbound {place}"): row for place, row in rows.items()}


def _row(feed, row):
    values = {name: value for name, value in vars(row).items() if not name.startswith("_")}
    if feed == Feed.CUSTOMERS:
        values["family"] = row.family.statistics_id if row.family else ""
    if feed in (Feed.ORDERS, Feed.INVOICES):
        values["lines"] = sorted(
            [_line(line) for line in row.lines.all()], key=lambda line: line["position"]
        )
    if feed == Feed.ORDERS:
        values["events"] = {event.kind: event.happened_at for event in row.events.all()}
    if feed == Feed.DELIVERIES:
        values["shipments"] = [
            _shipment(shipment)
            for shipment in sorted(row.shipments.all(), key=lambda each: each.position)
        ]
    return values


def _line(line):
    return {
        name: getattr(line, name)
        for name in (
            *("position", "product_id", "product_number", "description", "quantity", "unit"),
            *("unit_price", "discount_percent", "vat_rate", "net_amount"),
        )
    }


def _shipment(shipment):
    return {
        name: getattr(shipment, name)
        for name in (
            *("number", "forwarding_agent", "tracking_number", "tracking_url", "departed_at"),
            *("packages", "package_type", "net_weight", "gross_weight", "volume"),
        )
    }


def _same(record, *names):
    return {name: getattr(record, name) for name in ("changed_at", *names)}


def _expected(record, key):
    return _EXPECTED[type(record).__name__](record, key)


def _customer(record, key):
    payer = record.payer_id if record.payer_id != record.remote_id else ""
    return _same(
        record,
        *("number", "name", "group", "is_blocked", "vat_id", "business_id", "email", "phone"),
        *("contact", "country", "language", "currency", "payment_terms", "delivery_terms"),
    ) | {
        "payer_id": key(Feed.CUSTOMERS, payer),
        "family": record.statistics_id,
        "credit_limit": record.credit.limit,
        "credit_used": record.credit.used,
    }


def _address(record, key):
    return _same(
        record,
        *("number", "kind", "name", "street", "street_2", "postal_code", "city", "region"),
        *("country", "contact", "phone", "email"),
    ) | {"customer_id": key(Feed.CUSTOMERS, record.customer_id)}


def _product(record, _key):
    return _same(
        record,
        *("number", "name", "description", "unit", "unit_price", "currency", "vat_rate"),
        "is_active",
    )


def _order(record, key):
    times = {
        "received": record.ordered_at,
        "confirmed": record.confirmed_at,
        "planned": record.planned_at,
        "departed": record.departed_at,
        "delivered": record.delivered_at,
        "invoiced": record.invoiced_at,
        "cancelled": record.cancelled_at,
    }
    return _same(
        record,
        *("number", "customer_reference", "invoicing", "ordered_at", "requested_on", "currency"),
        *("net_amount", "vat_amount", "gross_amount", "delivery_method", "delivery_terms", "note"),
        *("ship_to_name", "ship_to_street", "ship_to_postal_code", "ship_to_city"),
        *("ship_to_region", "ship_to_country"),
    ) | {
        "customer_id": key(Feed.CUSTOMERS, record.customer_id),
        "payer_id": key(Feed.CUSTOMERS, record.payer_id or record.customer_id),
        "status": STATUS.get(record.progress, record.progress),
        "events": {kind: at for kind, at in times.items() if at is not None},
        "lines": _lines(record, key),
    }


def _lines(record, key):
    return sorted(
        [
            _line(line) | {"product_id": key(Feed.PRODUCTS, line.product_id)}
            for line in record.lines
        ],
        key=lambda line: line["position"],
    )


def _delivery(record, key):
    return _same(
        record, "number", "method", "terms", "planned_on", "departed_at", "delivered_at"
    ) | {
        "order_id": key(Feed.ORDERS, record.order_id),
        "shipments": [_shipment(shipment) for shipment in record.shipments],
    }


def _invoice(record, key):
    return _same(
        record,
        *("number", "order_number", "delivery_number", "customer_reference", "invoiced_on"),
        *("due_on", "currency", "net_amount", "vat_amount", "gross_amount", "open_amount"),
        *("discount_until", "discount_percent", "payment_reference", "payment_terms"),
    ) | {
        "kind": "credit_memo" if record.is_credit_memo else "invoice",
        "customer_id": key(Feed.CUSTOMERS, record.customer_id),
        "payer_id": key(Feed.CUSTOMERS, record.payer_id or record.customer_id),
        "order_id": key(Feed.ORDERS, record.order_id),
        "corrects_id": key(Feed.INVOICES, record.corrects_id),
        "lines": _lines(record, key),
    }


def _settlement(record, key):
    return _same(record, "number", "kind", "settled_on", "currency", "amount", "reference") | {
        "invoice_id": key(Feed.INVOICES, record.invoice_id),
        "credit_memo_id": key(Feed.INVOICES, record.credit_memo_id),
    }


def _document(record, key):
    same = _same(record, "name", "number", "media_type", "size", "issued_at")
    if record.about == Feed.INVOICES:
        return same | {"invoice_id": key(Feed.INVOICES, record.about_id)}
    if record.about == Feed.ORDERS:
        same |= {"order_id": key(Feed.ORDERS, record.about_id), "delivery_id": None}
    else:
        same |= {"delivery_id": key(Feed.DELIVERIES, record.about_id)}
    return same | {"kind": KINDS.get(record.kind, "other")}


_EXPECTED = {
    "CustomerRecord": _customer,
    "AddressRecord": _address,
    "ProductRecord": _product,
    "OrderRecord": _order,
    "DeliveryRecord": _delivery,
    "InvoiceRecord": _invoice,
    "SettlementRecord": _settlement,
    "DocumentRecord": _document,
}
