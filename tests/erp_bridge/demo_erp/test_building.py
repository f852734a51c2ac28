import hashlib
from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest

from erp_bridge.demo_erp import building
from erp_bridge.demo_erp.codec import to_wire
from erp_bridge.demo_erp.moments import day_of
from erp_bridge.demo_erp.records import (
    Address,
    Customer,
    Delivery,
    Document,
    Invoice,
    Order,
    Product,
    Settlement,
)
from tests.builders.demo_erp import TODAY


def of(records, kind):
    return [record for record in records if isinstance(record, kind)]


def rounded(amount):
    return amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def digest(records):
    return hashlib.sha256(repr([to_wire(record) for record in records]).encode()).hexdigest()


def test_the_same_day_gives_the_same_data(records):
    assert digest(building.records(TODAY)) == digest(records)


def test_everything_of_northwind_is_there(records):
    assert len(of(records, Customer)) == 91
    assert len(of(records, Product)) == 77
    assert len(of(records, Order)) == 830
    assert sum(len(order.lines) for order in of(records, Order)) == 2155


@pytest.mark.parametrize("today", [date(2026, 1, 1), date(2027, 12, 31)])
def test_the_newest_order_is_one_to_seven_days_old_and_weekdays_stay(today):
    orders = of(building.records(today), Order)
    days = [day_of(order.ordered_at) for order in orders]

    assert 1 <= (today - max(days)).days <= 7
    assert {day.weekday() for day in days} == {0, 1, 2, 3, 4}
    assert max(days).weekday() == date(1998, 5, 6).weekday()


def test_nothing_has_happened_yet_that_lies_ahead(records):
    begins = day_of(max(record.changed_at for record in records))

    assert begins == TODAY
    assert all(day_of(order.ordered_at) < TODAY for order in of(records, Order))
    assert all(invoice.invoiced_on < TODAY for invoice in of(records, Invoice))
    assert all(settlement.settled_on < TODAY for settlement in of(records, Settlement))


def test_ids_and_numbers_are_given_once(records):
    ids = Counter((record.feed, record.id) for record in records)
    numbers = Counter(
        (record.feed, record.number) for record in records if not isinstance(record, Address)
    )

    assert max(ids.values()) == 1
    assert max(numbers.values()) == 1


def test_every_reference_leads_somewhere(records):
    known = {(record.feed, record.id) for record in records}
    references = {
        *(("customers", r.payer_id) for r in of(records, Customer) if r.payer_id),
        *(("customers", r.customer_id) for r in of(records, Address)),
        *(("customers", r.customer_id) for r in of(records, Order)),
        *(("customers", r.payer_id) for r in of(records, Order) if r.payer_id),
        *(("products", line.product_id) for r in of(records, Order) for line in r.lines),
        *(("orders", r.order_id) for r in of(records, Delivery)),
        *(("orders", r.order_id) for r in of(records, Invoice)),
        *(("invoices", r.corrects_id) for r in of(records, Invoice) if r.corrects_id),
        *(("invoices", r.invoice_id) for r in of(records, Settlement)),
        *(("invoices", r.credit_memo_id) for r in of(records, Settlement) if r.credit_memo_id),
        *((r.about, r.about_id) for r in of(records, Document)),
    }

    assert references <= known


def test_line_amounts_are_rounded_half_up_and_totals_are_their_sums(records):
    for order in of(records, Order):
        for line in order.lines:
            exact = line.quantity * line.unit_price * (100 - line.discount_percent) / 100
            assert line.net_amount == rounded(exact)
        assert order.net_amount == sum(line.net_amount for line in order.lines)
        assert order.gross_amount == order.net_amount + order.vat_amount


def test_vat_is_the_rate_on_the_net_amount_of_its_category(records):
    payers = {customer.id: customer for customer in of(records, Customer)}
    seen = Counter()
    for invoice in of(records, Invoice):
        (treated,) = {(line.vat_category, line.vat_rate) for line in invoice.lines}
        category, rate = treated
        seen[category] += 1
        assert invoice.net_amount == sum(line.net_amount for line in invoice.lines)
        assert invoice.vat_amount == rounded(invoice.net_amount * rate / 100)
        assert invoice.gross_amount == invoice.net_amount + invoice.vat_amount
        payer = payers[invoice.pays_as]
        expected = {"S": payer.country == "FI", "K": bool(payer.vat_id), "G": not payer.vat_id}
        assert expected[category]

    assert {category for category, count in seen.items() if count > 20} == {"S", "K", "G"}


def test_what_is_open_is_the_gross_amount_less_the_settlements(records):
    settled = Counter()
    for settlement in of(records, Settlement):
        settled[settlement.invoice_id] += settlement.amount

    for invoice in of(records, Invoice):
        assert invoice.open_amount == invoice.gross_amount - settled[invoice.id]
        assert abs(invoice.open_amount) <= abs(invoice.gross_amount)


def test_invoices_are_paid_part_paid_overdue_and_written_off(records):
    invoices = [invoice for invoice in of(records, Invoice) if not invoice.is_credit_memo]
    open_ones = [invoice for invoice in invoices if invoice.open_amount]
    kinds = Counter(settlement.kind for settlement in of(records, Settlement))

    assert len(invoices) - len(open_ones) > 500
    assert sum(invoice.due_on < TODAY for invoice in open_ones) > 10
    assert sum(invoice.due_on >= TODAY for invoice in open_ones) > 10
    assert sum(invoice.open_amount < invoice.gross_amount for invoice in open_ones) > 5
    assert set(kinds) == {"receipt", "credit", "write_off", "refund"}
    assert sum(invoice.discount_until is not None for invoice in invoices) > 100


def test_credit_memos_are_negative_and_name_what_they_correct(records):
    memos = [invoice for invoice in of(records, Invoice) if invoice.is_credit_memo]

    assert len(memos) > 30
    for memo in memos:
        assert memo.corrects_id
        assert memo.gross_amount < 0
        assert memo.gross_amount <= memo.open_amount <= 0
    assert {memo.state for memo in memos} == {"credit", "settled"}


def test_a_credit_set_against_an_invoice_has_two_sides(records):
    lines = [one for one in of(records, Settlement) if one.kind == "credit"]
    on_invoices = [line for line in lines if line.credit_memo_id]
    used = Counter()
    for line in lines:
        if not line.credit_memo_id:
            used[line.invoice_id] -= line.amount

    assert used == Counter({line.credit_memo_id: line.amount for line in on_invoices})


def test_payment_references_carry_right_check_digits(records):
    for invoice in of(records, Invoice):
        if not invoice.is_credit_memo:
            reference = invoice.payment_reference
            turned = reference[4:] + "2715" + reference[2:4]
            assert reference.startswith("RF")
            assert int(turned) % 97 == 1


def test_used_credit_is_what_is_open_at_the_payer(records):
    open_by_payer = defaultdict(Decimal)
    for invoice in of(records, Invoice):
        open_by_payer[invoice.pays_as] += invoice.open_amount

    for customer in of(records, Customer):
        if customer.payer_id:
            assert customer.credit_used is None
        else:
            assert customer.credit_used == open_by_payer[customer.id]


def test_families_payers_groups_and_blocked_customers_exist(records):
    customers = of(records, Customer)
    by_id = {customer.id: customer for customer in customers}
    families = Counter(c.statistics_id for c in customers if c.statistics_id)

    assert by_id["ALFKI"].number == "10001"
    assert min(families.values()) >= 2
    assert len(families) > 5
    for customer in customers:
        if customer.payer_id:
            payer = by_id[customer.payer_id]
            assert (payer.statistics_id, payer.country) == (
                customer.statistics_id,
                customer.country,
            )
            assert not payer.is_blocked
            assert payer.payer_id is None
    assert {c.group for c in customers} == {"KEY", "TRADE", "RETAIL", "RESTRICTED"}
    assert {c.id for c in customers if c.is_blocked} == {"CENTC", "FISSA", "PARIS"}
    assert len({c.email for c in customers}) == 91
    assert all(c.email.endswith(".example") for c in customers)


def test_order_references_repeat_on_purpose_and_some_are_missing(records):
    references = Counter(order.customer_reference for order in of(records, Order))

    assert references.pop(None) > 20
    assert sum(count > 1 for count in references.values()) > 50


def test_orders_stand_at_every_step_with_the_times_of_the_steps_before(records):
    orders = of(records, Order)
    steps = Counter(order.progress for order in orders)

    assert set(steps) == {
        "entered",
        "confirmed",
        "planned",
        "departed",
        "delivered",
        "cancelled",
    }
    for order in orders:
        times = [
            order.ordered_at,
            order.confirmed_at,
            order.planned_at,
            order.departed_at,
            order.delivered_at,
        ]
        reached = [moment for moment in times if moment]
        assert reached == sorted(reached)
        if order.progress != "cancelled":
            step = ["entered", "confirmed", "planned", "departed", "delivered"]
            assert len(reached) == step.index(order.progress) + 1
    assert {order.invoicing for order in orders} == {"none", "partly", "fully"}


def test_part_deliveries_bring_every_line_once(records):
    orders = {order.id: order for order in of(records, Order)}
    parts = Counter(delivery.order_id for delivery in of(records, Delivery))

    assert set(parts.values()) == {1, 2}
    for order in orders.values():
        if order.progress == "delivered":
            assert all(line.delivered_quantity == line.quantity for line in order.lines)


def test_shipments_have_carriers_weights_and_mostly_tracking(records):
    shipments = [s for delivery in of(records, Delivery) for s in delivery.shipments]
    tracked = [shipment for shipment in shipments if shipment.tracking_number]

    assert {shipment.forwarding_agent for shipment in shipments} == {
        "Speedy Express",
        "United Package",
        "Federal Shipping",
        "Alliance Shippers",
        "UPS",
        "DHL",
    }
    assert all(0 < s.net_weight < s.gross_weight and s.volume > 0 for s in shipments)
    assert 0.8 < len(tracked) / len(shipments) < 1
    assert len({shipment.number for shipment in shipments}) == len(shipments)


def test_two_thirds_of_the_objects_have_a_document(records):
    documented = {(d.about, d.about_id) for d in of(records, Document)}
    versions = Counter(d.about_id for d in of(records, Document))

    for kind in (Order, Delivery, Invoice):
        share = sum(about == kind.feed for about, _ in documented) / len(of(records, kind))
        assert 0.6 < share < 0.72
    assert set(versions.values()) == {1, 2}


def test_stamps_tie(records):
    ties = Counter((record.feed, record.changed_at) for record in records)

    assert ties.most_common(1)[0][1] > 50
    assert TODAY - timedelta(days=1) <= day_of(max(r.changed_at for r in records))
