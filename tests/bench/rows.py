"""A company's history written straight into the tables: customers, orders, deliveries, papers.

A tenth of the orders belong to one customer, the rest to customers of some 865 each. Orders are in
the order of time; the last fiftieth is open. References repeat, as they do.
"""

from collections.abc import Sequence

from django.db import connection, transaction

__all__ = ["BIG", "SMALL", "fill", "fill_requests"]

BIG, SMALL = 1, 2
ORDERS_OF_A_CUSTOMER = 865

CUSTOMERS = """
INSERT INTO accounts_customer (id, source, number, name, "group", is_blocked, business_id, vat_id,
    contact, email, phone, country, language, currency, payment_terms, delivery_terms)
SELECT n, 'erp', (10000 + n)::text,
    (ARRAY['Alfreds', 'Berglunds', 'Ernst', 'Wartian', 'Folk', 'Suprêmes'])[1 + n %% 6]
        || ' ' || (ARRAY['Handel', 'Herkku', 'snabbköp', 'délices', 'Futterkiste'])[1 + n %% 5]
        || ' ' || n,
    '', false, '', '', '', '', '', 'DE', '', 'EUR', '', ''
FROM generate_series(1, %(customers)s) n
"""
ORDERS = """
INSERT INTO orders_order (id, source, number, customer_id, payer_id, origin, customer_reference,
    status, invoicing, ordered_at, currency, net_amount, vat_amount, gross_amount, delivery_method,
    delivery_terms, note, ship_to_name, ship_to_street, ship_to_postal_code, ship_to_city,
    ship_to_region, ship_to_country, changed_at, read_at)
SELECT n, 'erp', (100000 + n)::text, c, c, 'erp',
    '4500-' || lpad((n::bigint * 7919 %% 999983)::text, 6, '0'),
    CASE WHEN n %% 100 = 7 THEN 'cancelled' WHEN n > %(closed)s THEN 'planned' ELSE 'delivered' END,
    CASE WHEN n %% 100 = 7 OR n > %(closed)s THEN 'none' ELSE 'fully' END,
    timestamptz '2016-01-04 08:00+00' + n * (interval '10 years' / %(orders)s),
    'EUR', 100 + n %% 900, 25.5, 125.5 + n %% 900, 'Road', 'DAP', '',
    'Warehouse ' || n %% 7, 'Harbour street ' || n %% 90, '00100',
    (ARRAY['Helsinki', 'Berlin', 'Graz', 'Luleå', 'Oulu'])[1 + n %% 5], '', 'FI', now(), now()
FROM (
    SELECT n, CASE WHEN n %% 10 = 0 THEN 1
        ELSE 2 + (n::bigint * 31 / 7) %% (%(customers)s - 1) END AS c
    FROM generate_series(1, %(orders)s) n
) spread
"""
DELIVERIES = """
INSERT INTO orders_delivery (id, source, number, order_id, method, terms, changed_at, read_at)
SELECT n, 'erp', (800000 + n)::text, n, 'Road', 'DAP', now(), now()
FROM generate_series(1, %(closed)s) n
"""
PAPERS = """
INSERT INTO orders_orderdocument (id, source, name, number, media_type, state, failure, order_id,
    kind, changed_at, read_at)
SELECT n, 'erp', 'Order confirmation', (100000 + n)::text, 'application/pdf', 'listed', '', n,
    'confirmation', now(), now()
FROM generate_series(1, %(orders)s) n WHERE n %% 3 > 0
"""
INVOICES = """
INSERT INTO invoices_invoice (id, source, number, kind, customer_id, payer_id, order_id,
    order_number, delivery_number, customer_reference, invoiced_on, due_on, currency, net_amount,
    vat_amount, gross_amount, open_amount, discount_percent, payment_reference, payment_terms,
    changed_at, read_at)
SELECT id, 'erp', (3000000 + id)::text, 'invoice', customer_id, customer_id, id, number, '',
    customer_reference, ordered_at::date + 3, ordered_at::date + 33, 'EUR', net_amount, vat_amount,
    gross_amount, CASE WHEN id > %(closed)s * 0.98 THEN gross_amount ELSE 0 END, 0, '', '',
    now(), now()
FROM orders_order WHERE invoicing = 'fully'
"""
OWN_ORDERS = """
INSERT INTO orders_order (id, source, number, customer_id, payer_id, origin, customer_reference,
    status, invoicing, ordered_at, currency, net_amount, vat_amount, gross_amount, delivery_method,
    delivery_terms, note, ship_to_name, ship_to_street, ship_to_postal_code, ship_to_city,
    ship_to_region, ship_to_country)
SELECT n, '', 'W' || (10000 + n), c, c, CASE WHEN n %% 3 = 0 THEN 'portal' ELSE 'web' END,
    '4500-' || lpad((n::bigint * 7919 %% 999983)::text, 6, '0'),
    CASE WHEN n %% 4 > 0 THEN CASE WHEN n > %(closed)s THEN 'received' ELSE 'confirmed' END
        WHEN n %% 20 = 0 AND n > %(closed)s THEN 'approved' WHEN n > %(closed)s THEN 'requested'
        ELSE 'cancelled' END,
    'none', timestamptz '2016-01-04 08:00+00' + n * (interval '10 years' / %(orders)s),
    'EUR', 0, 0, 0, '', '', '', '', '', '', '', '', ''
FROM (SELECT n, 2 + (n::bigint * 31 / 7) %% (%(customers)s - 1) AS c
    FROM generate_series(1, %(orders)s) n) spread
"""
REQUESTS = """
INSERT INTO orders_orderrequest (order_id, key, sent_key, kind, sent_at, contact_name,
    contact_email, contact_phone, language, confirm_by, payer, payer_note, note_to_planner,
    note_to_driver, note_on_invoice, details, other_address, owner_id, handled_at, handled_by_id)
SELECT id, gen_random_uuid(), gen_random_uuid(),
    CASE WHEN id %% 4 = 0 THEN 'offer' ELSE 'order' END, ordered_at, 'Maria Anders',
    'maria@alfreds.example', '', 'de', 'email', 'orderer', '', '', '', '', '{}', '{}',
    CASE WHEN id %% 50 = 7 THEN %(owner)s END,
    CASE WHEN id <= %(closed)s THEN ordered_at + interval '1 hour' END,
    CASE WHEN id <= %(closed)s THEN %(owner)s END
FROM orders_order
"""
STOPS = """
INSERT INTO orders_orderstop (order_id, position, kind, name, street, street_2, postal_code, city,
    region, country, contact, phone, email, day, reference, access_note)
SELECT id, p, CASE p WHEN 1 THEN 'pickup' ELSE 'delivery' END, 'Warehouse ' || id %% 7,
    'Harbour street ' || id %% 90, '', '00100',
    (ARRAY['Helsinki', 'Berlin', 'Graz', 'Luleå', 'Oulu'])[1 + (id + p) %% 5], '', 'FI', '', '', '',
    ordered_at::date + 2 + p, '', ''
FROM orders_order, generate_series(1, 2) p
"""
GOODS = """
INSERT INTO orders_goodsline (order_id, position, quantity, package, description, marks,
    gross_weight, is_stackable, is_dangerous, un_number, shipping_name, hazard_class, packing_group,
    tunnel_code, is_limited_quantity)
SELECT id, p, 1 + id %% 30, 'eur_pallet', 'Canned goods', '', 400, true, false, '', '', '', '', '',
    false
FROM orders_order, generate_series(1, 2) p
"""
VERSIONS = """
INSERT INTO orders_offerversion (id, offer_id, number, currency, valid_on, language, text, terms,
    closing, send_to, net_amount, vat_amount, gross_amount, fingerprint, revision, saved_at,
    sent_at)
SELECT id, id, 1, 'EUR', ordered_at::date + 14, 'de', '', '', '', 'maria@alfreds.example', 100, 20,
    120, repeat('0', 64), 1, ordered_at, ordered_at
FROM orders_order WHERE id %% 8 = 0 OR status = 'approved'
"""
OFFERS = """
INSERT INTO orders_offer (order_id, state, live_id)
SELECT version.id, CASE WHEN status = 'approved' THEN 'approved' ELSE 'expired' END, version.id
FROM orders_offerversion version JOIN orders_order ON orders_order.id = version.id
"""
INDEXES = """
SELECT indexname, indexdef FROM pg_indexes
WHERE schemaname = 'public' AND tablename = ANY(%s) AND indexname NOT IN (
    SELECT conname FROM pg_constraint WHERE contype IN ('p', 'u')
)
"""
TABLES = [
    "orders_order",
    "orders_delivery",
    "orders_orderdocument",
    "invoices_invoice",
    "orders_orderrequest",
    "orders_orderstop",
    "orders_goodsline",
    "orders_offer",
    "orders_offerversion",
]


def fill(orders: int) -> None:
    """So many orders of an ERP with what hangs on them."""
    _fill(orders, (CUSTOMERS, ORDERS, DELIVERIES, PAPERS, INVOICES))


def fill_requests(orders: int, *, owner_id: int) -> None:
    """So many orders and offer requests that came by the form, a fiftieth of them to handle.

    One person has a fiftieth of all, and has handled the others.
    """
    statements = (CUSTOMERS, OWN_ORDERS, REQUESTS, STOPS, GOODS, VERSIONS, OFFERS)
    _fill(orders, statements, owner=owner_id)


def _fill(orders: int, statements: Sequence[str], **values: int) -> None:
    """Indexes are built after the rows, then everything is analysed."""
    values |= {
        "orders": orders,
        "closed": orders * 98 // 100,
        "customers": max(orders // ORDERS_OF_A_CUSTOMER, 12),
    }
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute(INDEXES, [TABLES])
        indexes = cursor.fetchall()
        with transaction.atomic():
            # Foreign keys are right by construction; checking ten million of them is not the point.
            cursor.execute("SET LOCAL session_replication_role = replica")
            for name, _definition in indexes:
                cursor.execute(f'DROP INDEX "{name}"')
            for statement in statements:
                cursor.execute(statement, values)
            for _name, definition in indexes:
                cursor.execute(definition)
        cursor.execute("VACUUM ANALYZE")
