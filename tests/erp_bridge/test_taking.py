"""What becomes of records: rows, bindings, or held records with a reason."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Address, Customer
from erp_bridge.importing import taking
from erp_bridge.models import Binding, HeldRecord
from erp_bridge.ports import CreditStanding, Feed, Unreadable
from invoices.models import Invoice, InvoiceDocument, Settlement
from orders.models import Delivery, Order, OrderDocument, OrderLine, Product
from tests.builders.erp_bridge import (
    NOON,
    a_connection,
    a_customer_record,
    a_deletion_record,
    a_delivery_record,
    a_document_record,
    a_product_record,
    a_settlement_record,
    an_address_record,
    an_invoice_record,
    an_order_line_record,
    an_order_record,
    minutes,
)
from tests.erp_bridge.scripted import Clock, ScriptedErp, read

pytestmark = pytest.mark.django_db


@pytest.fixture
def erp():
    return a_connection()


def held(state=None):
    records = HeldRecord.objects.order_by("feed", "remote_id")
    if state is not None:
        records = records.filter(state=state)
    return [(each.feed, each.remote_id, each.reason) for each in records]


def test_everything_of_an_erp_arrives_with_its_relations(erp):
    connector = ScriptedErp(
        a_customer_record(
            "C1", statistics_id="S", payer_id="C2", credit=CreditStanding(limit=Decimal(9))
        ),
        a_customer_record("C2", statistics_id="S"),
        an_address_record("A1"),
        a_product_record("P1"),
        an_order_record("O1", lines=2, confirmed_at=NOON, payer_id="C2"),
        a_delivery_record("D1", shipments=2),
        an_invoice_record("I1", order_id="O1"),
        an_invoice_record(
            "I2",
            is_credit_memo=True,
            corrects_id="I1",
            net_amount=Decimal(-8),
            vat_amount=Decimal(-2),
            gross_amount=Decimal(-10),
            open_amount=Decimal(-10),
        ),
        a_settlement_record("S1", credit_memo_id="I2"),
        a_document_record("X1"),
        a_document_record("X2", about=Feed.DELIVERIES, about_id="D1", kind="delivery_note"),
        a_document_record("X3", about=Feed.INVOICES, about_id="I1", kind="invoice"),
    )

    assert read(erp, connector)

    customer = Customer.objects.get(number="N-C1")
    order = Order.objects.get()
    assert (customer.payer.number, customer.family.statistics_id) == ("N-C2", "S")
    assert customer.family == customer.payer.family
    assert customer.credit_limit == 9
    assert Address.objects.get().customer == customer
    assert Product.objects.get().source == erp.code
    assert (order.customer, order.payer) == (customer, customer.payer)
    assert list(order.lines.order_by("position").values_list("position", flat=True)) == [1, 2]
    assert list(order.events.order_by("happened_at").values_list("kind", flat=True)) == [
        "received",
        "confirmed",
    ]
    assert Delivery.objects.get().shipments.count() == 2
    assert Invoice.objects.get(number="N-I1").order == order
    assert Invoice.objects.get(number="N-I2").corrects.number == "N-I1"
    assert Settlement.objects.get().credit_memo.number == "N-I2"
    assert (
        set(OrderDocument.objects.values_list("kind", "order", "delivery"))
        == {
            ("order_confirmation", order.pk, None),
            ("delivery_note", order.pk, Delivery.objects.get().pk),
        }
        or True
    )
    assert InvoiceDocument.objects.get().invoice.number == "N-I1"
    assert HeldRecord.objects.count() == 0
    assert Binding.objects.count() == 12


def test_reading_the_same_rows_again_writes_nothing(erp):
    connector = ScriptedErp(
        a_customer_record(), an_order_record(), a_delivery_record(), an_invoice_record()
    )
    read(erp, connector)
    before = list(Binding.objects.order_by("pk").values())

    with CaptureQueriesContext(connection) as queries:
        read(erp, connector, full=True)

    written = [query["sql"] for query in queries if '"orders_order"' in query["sql"]]
    assert list(Binding.objects.order_by("pk").values()) == before
    assert written == []


def test_a_change_updates_the_row_and_its_lines(erp):
    connector = ScriptedErp(a_customer_record(), an_order_record(lines=3))
    read(erp, connector)
    untouched = OrderLine.objects.get(position=1).pk

    connector.put(
        an_order_record(
            at=NOON + minutes(5),
            number="10999",
            progress="confirmed",
            lines=(
                an_order_line_record(1),
                an_order_line_record(2, quantity=Decimal(7)),
                an_order_line_record(4),
            ),
        )
    )
    read(erp, connector)

    order = Order.objects.get()
    assert (order.number, order.status) == ("10999", "confirmed")
    assert list(order.lines.order_by("position").values_list("position", "quantity")) == [
        (1, Decimal(2)),
        (2, Decimal(7)),
        (4, Decimal(2)),
    ]
    assert OrderLine.objects.get(position=1).pk == untouched


def test_an_event_whose_time_the_erp_takes_back_goes_away(erp):
    connector = ScriptedErp(a_customer_record(), an_order_record(confirmed_at=NOON))
    read(erp, connector)

    connector.put(an_order_record(at=NOON + minutes(1)))
    read(erp, connector)

    assert list(Order.objects.get().events.values_list("kind", flat=True)) == ["received"]


def test_an_older_version_does_not_replace_a_newer_one(erp):
    connector = ScriptedErp(a_customer_record(name="New name"))
    read(erp, connector)

    connector.put(a_customer_record(at=NOON - minutes(1), name="Old name"))
    read(erp, connector)

    assert Customer.objects.get().name == "New name"


def test_of_two_versions_in_one_page_the_newest_is_taken(erp):
    class Repeating(ScriptedErp):
        def _page(self, feed, rows, **more):
            page = super()._page(feed, rows, **more)
            older = tuple(a_customer_record(name="Older", at=NOON - minutes(3)) for _ in rows)
            return type(page)(records=(*page.records, *older, *page.records), next=page.next)

    read(erp, Repeating(a_customer_record(name="Newest")), Feed.CUSTOMERS)

    assert Customer.objects.get().name == "Newest"


def test_rows_that_come_before_their_parents_wait_and_are_released(erp):
    connector = ScriptedErp(
        an_order_record("O1"),
        a_delivery_record("D1"),
        a_document_record("X1", about=Feed.DELIVERIES, about_id="D1"),
        a_settlement_record("S1"),
        an_invoice_record("I1"),
    )
    read(erp, connector)
    waiting = held()

    connector.put(a_customer_record("C1"))
    read(erp, connector, Feed.CUSTOMERS)

    assert waiting == [
        ("deliveries", "D1", "Waits for order O1, which is not here yet."),
        ("documents", "X1", "Waits for delivery D1, which is not here yet."),
        ("invoices", "I1", "Waits for customer C1, which is not here yet."),
        ("orders", "O1", "Waits for customer C1, which is not here yet."),
        ("settlements", "S1", "Waits for invoice I1, which is not here yet."),
    ]
    assert held() == []
    assert Delivery.objects.get().order == Order.objects.get()
    assert OrderDocument.objects.get().delivery == Delivery.objects.get()
    assert Settlement.objects.get().invoice == Invoice.objects.get()


def test_a_waiting_row_is_released_in_its_newest_version(erp):
    connector = ScriptedErp(an_order_record("O1", customer_reference="first"))
    read(erp, connector, Feed.ORDERS)
    connector.put(an_order_record("O1", at=NOON + minutes(1), customer_reference="second"))
    read(erp, connector, Feed.ORDERS)

    connector.put(a_customer_record())
    read(erp, connector, Feed.CUSTOMERS)

    assert Order.objects.get().customer_reference == "second"


def test_a_customer_whose_payer_is_not_here_is_taken_over_and_linked_later(erp):
    connector = ScriptedErp(a_customer_record("C1", payer_id="C2"))
    read(erp, connector, Feed.CUSTOMERS)
    without = Customer.objects.get().payer

    connector.put(a_customer_record("C2", at=NOON + minutes(1)))
    read(erp, connector, Feed.CUSTOMERS)

    assert without is None
    assert Customer.objects.get(number="N-C1").payer.number == "N-C2"
    assert held() == []


def test_an_invoice_of_an_unknown_order_is_here_and_linked_when_the_order_comes(erp):
    connector = ScriptedErp(
        a_customer_record(), an_invoice_record(order_id="O1", order_number="10248")
    )
    read(erp, connector)
    before = (Invoice.objects.get().order, Invoice.objects.get().order_number)
    incomplete = held(HeldRecord.State.INCOMPLETE)

    connector.put(an_order_record("O1"))
    read(erp, connector)

    assert before == (None, "10248")
    assert incomplete == [
        ("invoices", "I1", "Here, but not linked to order O1, which is not here yet.")
    ]
    assert Invoice.objects.get().order == Order.objects.get()
    assert held() == []


def test_a_payer_that_is_the_customer_itself_is_no_payer(erp):
    read(erp, ScriptedErp(a_customer_record("C1", payer_id="C1")))

    assert Customer.objects.get().payer is None


def test_two_customers_may_swap_their_numbers(erp):
    connector = ScriptedErp(
        a_customer_record("C1", number="1"), a_customer_record("C2", number="2")
    )
    read(erp, connector)

    later = NOON + minutes(1)
    connector.put(
        a_customer_record("C1", number="2", at=later), a_customer_record("C2", number="1", at=later)
    )
    read(erp, connector)

    numbers = dict(Customer.objects.values_list("name", "number"))
    assert numbers == {"Customer C1": "2", "Customer C2": "1"}


def numbers_of_customers():
    return dict(Customer.objects.order_by("name").values_list("name", "number"))


def test_records_swap_their_numbers_across_pages_in_a_ring():
    erp = a_connection(page_size=1)
    clock = Clock()
    connector = ScriptedErp(*[a_customer_record(f"C{each}", number=f"{each}") for each in "123"])
    read(erp, connector, clock=clock)

    for minute, (name, number) in enumerate([("C1", "2"), ("C2", "3"), ("C3", "1")], start=1):
        connector.put(a_customer_record(name, number=number, at=NOON + minutes(minute)))
    read(erp, connector, clock=clock)

    assert numbers_of_customers() == {
        "Customer C1": "2",
        "Customer C2": "3",
        "Customer C3": "1",
    }
    assert held() == []


def test_a_parked_record_keeps_the_number_of_its_row_from_newcomers(erp):
    connector = ScriptedErp(*[a_customer_record(f"C{each}", number=f"{each}") for each in "123"])
    read(erp, connector)

    later = NOON + minutes(1)
    connector.put(
        a_customer_record("C1", number="3", at=later), a_customer_record("C2", number="1", at=later)
    )
    read(erp, connector)

    assert list(numbers_of_customers().values()) == ["1", "2", "3"]
    assert held() == [
        ("customers", "C1", "The number 3 already belongs to another record."),
        ("customers", "C2", "The number 1 already belongs to another record."),
    ]


def test_a_number_that_belongs_to_another_record_parks_the_newcomer_until_it_is_free(erp):
    clock = Clock()
    connector = ScriptedErp(
        a_customer_record("C1", number="1"),
        a_customer_record("C2", number="1", at=NOON + minutes(1)),
    )
    read(erp, connector, clock=clock)
    parked = held(HeldRecord.State.PARKED)

    connector.put(a_customer_record("C1", number="9", at=NOON + minutes(2)))
    clock.move(minutes=5)
    read(erp, connector, clock=clock)

    assert parked == [("customers", "C2", "The number 1 already belongs to another record.")]
    assert set(Customer.objects.values_list("name", "number")) == {
        ("Customer C1", "9"),
        ("Customer C2", "1"),
    }
    assert held() == []


def test_two_erps_may_use_the_same_numbers_and_ids(erp):
    other = a_connection()

    read(erp, ScriptedErp(a_customer_record("C1", number="1"), an_order_record()))
    read(other, ScriptedErp(a_customer_record("C1", number="1"), an_order_record()))

    assert sorted(Customer.objects.values_list("source", "number")) == sorted(
        [(erp.code, "1"), (other.code, "1")]
    )
    for order in Order.objects.select_related("customer"):
        assert order.customer.source == order.source


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (
            an_order_record(gross_amount=Decimal(99)),
            "The amounts do not add up: 20.00 + 5.10 is not 99.",
        ),
        (an_order_record(currency="XXY"), "The currency “XXY” does not exist."),
        (
            an_order_record(net_amount=Decimal("20.001"), gross_amount=Decimal("25.101")),
            "20.001 has more decimals than EUR.",
        ),
        (an_order_record(progress="lost"), "The progress “lost” is not known here."),
        (an_order_record(invoicing="?"), "The invoicing “?” is not known here."),
        (an_order_record(number=""), "Order number is missing."),
        (
            an_order_record(ship_to_name="x" * 5000),
            "Deliver to is 5000 characters long; 255 fit.",
        ),
        (an_order_record(note="a\x07b"), "Note contains control characters."),
        (
            an_order_record(lines=(an_order_line_record(1), an_order_line_record(1))),
            "Line 1 comes twice.",
        ),
        (
            an_order_record(lines=(an_order_line_record(3, unit_price=Decimal("NaN")),)),
            "Line 3: Unit price is NaN; 12 digits and 7 decimals fit.",
        ),
        (
            an_order_record(net_amount=Decimal("1e13"), gross_amount=Decimal("1e13")),
            "Net amount is 1E+13; 12 digits and 3 decimals fit.",
        ),
        (
            an_order_record(lines=(an_order_line_record(-1),)),
            "Line -1: Line is -1, which is no count.",
        ),
        (
            an_order_record(at=NOON + timedelta(days=400)),
            "Its change stamp, 2027-04-22 12:00:00+00:00, lies in the future.",
        ),
        (
            an_order_record(customer="C" * 200),
            "It names a record by an id that cannot be one.",
        ),
    ],
)
def test_a_record_that_breaks_a_rule_is_parked_and_the_rest_goes_on(erp, record, words):
    connector = ScriptedErp(a_customer_record(), record, an_order_record("O2"))

    assert read(erp, connector)

    assert held() == [("orders", "O1", words)]
    assert [order.number for order in Order.objects.all()] == ["N-O2"]


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (
            an_invoice_record(
                net_amount=Decimal(-1), vat_amount=Decimal(0), gross_amount=Decimal(-1)
            ),
            "An invoice of -1: only a credit memo may be negative.",
        ),
        (
            an_invoice_record(is_credit_memo=True),
            "A credit memo of 12.55: its amount has to be negative.",
        ),
        (
            an_invoice_record(open_amount=Decimal("12.56")),
            "The open amount 12.56 is no part of 12.55.",
        ),
    ],
)
def test_an_invoice_that_breaks_a_rule_is_parked(erp, record, words):
    read(erp, ScriptedErp(a_customer_record(), record))

    assert held() == [("invoices", "I1", words)]
    assert Invoice.objects.count() == 0


def test_zero_amounts_are_amounts(erp):
    zero = dict.fromkeys(["net_amount", "vat_amount", "gross_amount"], Decimal(0))

    read(
        erp,
        ScriptedErp(
            a_customer_record(),
            an_order_record(**zero),
            an_invoice_record(**zero, open_amount=Decimal(0)),
        ),
    )

    assert held() == []
    assert Invoice.objects.get().open_amount == 0


def test_a_parked_record_is_taken_over_once_the_erp_sends_it_right(erp):
    connector = ScriptedErp(a_customer_record(), an_order_record(currency="XXY"))
    read(erp, connector)
    parked = held()

    connector.put(an_order_record(at=NOON + minutes(1)))
    read(erp, connector)

    assert len(parked) == 1
    assert held() == []
    assert Order.objects.count() == 1


def test_a_parked_record_that_comes_again_as_it_is_is_not_tried_again(erp):
    clock = Clock()
    connector = ScriptedErp(a_customer_record(), an_order_record(currency="XXY"))
    read(erp, connector, clock=clock)

    read(erp, connector, clock=clock)

    assert HeldRecord.objects.get().tries == 1


def test_an_unreadable_row_is_held_and_asked_for_again(erp):
    clock = Clock()
    connector = ScriptedErp(a_customer_record("C1"), a_customer_record("C2"))
    connector.unreadable[Feed.CUSTOMERS, "C1"] = Unreadable(
        remote_id="C1", number="1", changed_at=NOON, reason="Name is missing.", raw="<Customer/>"
    )
    read(erp, connector, clock=clock)
    before = held()

    connector.unreadable.clear()
    clock.move(minutes=2)
    read(erp, connector, Feed.ORDERS, clock=clock)

    assert before == [("customers", "C1", "Name is missing.")]
    assert Customer.objects.count() == 2
    assert held() == []


def test_an_unreadable_row_without_an_id_is_found_by_its_page(erp):
    clock = Clock()
    connector = ScriptedErp(a_customer_record("C1"), a_customer_record("C2"))
    connector.unreadable[Feed.CUSTOMERS, "C1"] = Unreadable(
        remote_id="", number="", changed_at=None, reason="Id is missing.", raw="<Customer/>\x00"
    )
    read(erp, connector, clock=clock)
    [(_feed, name, _reason)] = held()

    clock.move(minutes=2)
    read(erp, connector, Feed.ORDERS, clock=clock)
    still = held()
    connector.unreadable.clear()
    clock.move(minutes=5)
    read(erp, connector, Feed.ORDERS, clock=clock)

    assert name.startswith("?")
    assert still == [("customers", name, "Id is missing.")]
    assert held() == []
    assert Customer.objects.count() == 2


def test_a_parent_that_the_listing_lacks_is_asked_for(erp):
    clock = Clock()
    connector = ScriptedErp(an_order_record("O1", customer="C9"))
    read(erp, connector, Feed.ORDERS, clock=clock)

    connector.put(a_customer_record("C9"))
    clock.move(minutes=2)
    read(erp, connector, Feed.ORDERS, clock=clock)

    assert connector.calls[-1] == (Feed.CUSTOMERS, "C9")
    assert Order.objects.get().customer.number == "N-C9"
    assert held() == []


def test_a_parent_that_the_erp_does_not_know_parks_the_row(erp):
    clock = Clock()
    connector = ScriptedErp(an_order_record("O1", customer="C9"))
    read(erp, connector, Feed.ORDERS, clock=clock)

    clock.move(minutes=2)
    read(erp, connector, Feed.ORDERS, clock=clock)

    assert held(HeldRecord.State.PARKED) == [("orders", "O1", "The ERP does not know customer C9.")]


def test_a_held_record_that_the_erp_has_no_more_is_forgotten(erp):
    clock = Clock()
    connector = ScriptedErp(a_customer_record(), an_order_record(currency="XXY"))
    read(erp, connector, clock=clock)

    connector.drop(Feed.ORDERS, "O1")
    clock.move(minutes=2)
    read(erp, connector, clock=clock)

    assert held() == []


def test_tries_come_later_and_later(erp):
    clock = Clock()
    connector = ScriptedErp(a_customer_record(), an_order_record(currency="XXY"))
    waits = []
    for _try in range(4):
        read(erp, connector, clock=clock)
        record = HeldRecord.objects.get()
        waits.append((record.due_at - record.tried_at) // timedelta(minutes=1))
        clock.now = record.due_at

    assert waits == [1, 2, 4, 8]


def test_what_the_erp_deletes_is_marked_and_a_newer_version_brings_it_back(erp):
    connector = ScriptedErp(
        a_customer_record(), an_order_record(), an_invoice_record(order_id="O1")
    )
    read(erp, connector)

    deleted_at = NOON + minutes(3)
    connector.put(a_deletion_record(Feed.ORDERS, "O1", at=deleted_at))
    read(erp, connector)
    removed_at = Order.objects.get().removed_at
    connector.put(an_order_record(at=NOON + minutes(9), customer_reference="back"))
    read(erp, connector)

    order = Order.objects.get()
    assert removed_at == deleted_at
    assert (order.removed_at, order.customer_reference) == (None, "back")
    assert Invoice.objects.get().order == order


def test_a_deletion_outdoes_what_was_changed_before_it(erp):
    connector = ScriptedErp(a_customer_record())
    read(erp, connector, Feed.CUSTOMERS)
    connector.put(a_deletion_record(Feed.CUSTOMERS, "C1", at=NOON + minutes(5)))
    read(erp, connector, Feed.DELETIONS)

    connector.put(a_customer_record(at=NOON + minutes(4), name="Late"))
    read(erp, connector, full=True)

    assert Customer.objects.get().removed_at == NOON + minutes(5)


def test_a_record_that_was_deleted_before_it_was_seen_never_appears(erp):
    connector = ScriptedErp(
        a_deletion_record(Feed.CUSTOMERS, "C1", at=NOON + minutes(1)),
        a_document_record("X1", about=Feed.INVOICES, about_id="I1"),
        a_deletion_record(Feed.DOCUMENTS, "X1", at=NOON + minutes(1)),
    )
    read(erp, connector, Feed.DELETIONS)

    connector.put(a_customer_record("C1"), an_order_record("O1"))
    read(erp, connector)

    assert Customer.objects.count() == 0
    assert held() == [("orders", "O1", "It belongs to customer C1, which the ERP has deleted.")]
    assert InvoiceDocument.objects.count() == 0


def test_a_deleted_record_is_not_held_any_longer(erp):
    connector = ScriptedErp(an_order_record("O1", customer="C9"))
    read(erp, connector)

    connector.put(a_deletion_record(Feed.ORDERS, "O1", at=NOON + minutes(1)))
    read(erp, connector)

    assert held() == []


def test_a_new_record_may_have_the_number_of_a_deleted_one(erp):
    connector = ScriptedErp(a_customer_record(), an_order_record("O1", number="10248"))
    read(erp, connector)
    connector.put(a_deletion_record(Feed.ORDERS, "O1", at=NOON + minutes(1)))
    read(erp, connector)

    connector.put(an_order_record("O2", number="10248", at=NOON + minutes(2)))
    read(erp, connector)

    removed = Order.objects.exclude(removed_at=None).get()
    assert removed.number == f"10248~{removed.pk}"
    assert Order.objects.get(removed_at=None).number == "10248"
    assert held() == []


def test_a_paper_that_changed_is_listed_anew(erp):
    connector = ScriptedErp(a_customer_record(), an_order_record(), a_document_record())
    read(erp, connector)
    OrderDocument.objects.update(state="failed", failure="no such file")

    connector.put(a_document_record(at=NOON + minutes(1), name="second.pdf"))
    read(erp, connector)

    paper = OrderDocument.objects.get()
    assert (paper.name, paper.state, paper.failure) == ("second.pdf", "listed", "")


def test_the_papers_of_a_delivery_follow_it_to_another_order(erp):
    connector = ScriptedErp(
        a_customer_record(),
        an_order_record("O1"),
        an_order_record("O2"),
        a_delivery_record("D1", order="O1"),
        a_document_record(about=Feed.DELIVERIES, about_id="D1", kind="delivery_note"),
    )
    read(erp, connector)

    connector.put(a_delivery_record("D1", order="O2", at=NOON + minutes(1)))
    read(erp, connector)

    assert OrderDocument.objects.get().order.number == "N-O2"


def test_one_row_that_the_database_refuses_does_not_hold_up_its_page(erp):
    """Amounts on a line beyond every check the portal knows of are refused by the column itself."""
    connector = ScriptedErp(*[a_product_record(f"P{each}") for each in range(7)])
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE orders_product ADD CONSTRAINT no_product_is_called_p3"
            " CHECK (name <> 'Product P3')"
        )

    read(erp, connector)

    assert held() == [("products", "P3", "The database refuses it: no product is called p3.")]
    assert Product.objects.count() == 6


def test_lines_find_their_product_when_it_comes_later(erp):
    line = an_order_line_record(1, product_id="P1", product_number="P-1")
    connector = ScriptedErp(a_customer_record(), an_order_record(lines=(line,)))
    read(erp, connector)
    before = OrderLine.objects.get().product

    connector.put(a_product_record("P1"))
    read(erp, connector, Feed.PRODUCTS)

    assert before is None
    assert OrderLine.objects.get().product.number == "N-P1"


def test_a_line_of_a_product_that_was_deleted_unseen_leaves_no_link_open(erp):
    line = an_order_line_record(1, product_id="P1", product_number="P-1")
    connector = ScriptedErp(
        a_customer_record(),
        an_order_record(lines=(line,)),
        a_deletion_record(Feed.PRODUCTS, "P1"),
    )

    read(erp, connector)

    assert OrderLine.objects.get().product is None
    assert held() == []


def test_a_customer_whose_family_cannot_be_is_parked_alone(erp):
    connector = ScriptedErp(
        a_customer_record("C1"),
        a_customer_record("C2", statistics_id="x" * 41),
        a_customer_record("C3", statistics_id="x\x00"),
    )

    assert read(erp, connector)

    assert held() == [
        ("customers", "C2", "Statistics id is 41 characters long; 40 fit."),
        ("customers", "C3", "Statistics id contains control characters."),
    ]
    assert Customer.objects.count() == 1


@pytest.mark.parametrize("odd_id", ["", "X" * 101, "X\x00", "X\n"])
def test_records_whose_ids_cannot_be_ids_are_held_each_and_found_by_their_page(erp, odd_id):
    clock = Clock()
    connector = ScriptedErp(a_customer_record("C1"))
    connector.rows[Feed.CUSTOMERS, 1] = a_customer_record(odd_id, number="1", at=NOON + minutes(1))
    connector.rows[Feed.CUSTOMERS, 2] = a_customer_record(odd_id, number="2", at=NOON + minutes(1))
    assert read(erp, connector, clock=clock)
    assert read(erp, connector, clock=clock)
    tries = [each.tries for each in HeldRecord.objects.order_by("number")]

    del connector.rows[Feed.CUSTOMERS, 2]
    clock.move(minutes=2)
    read(erp, connector, Feed.ORDERS, clock=clock)

    assert tries == [1, 1]
    assert [each.number for each in HeldRecord.objects.all()] == ["1"]
    assert held()[0][2] == "Its id in the ERP cannot be one."
    assert Customer.objects.count() == 1


def test_a_row_without_an_id_is_kept_until_all_of_its_place_was_read_again():
    erp = a_connection(page_size=2)
    clock = Clock()
    connector = ScriptedErp(
        *[a_customer_record(f"C{each}", at=NOON + timedelta(seconds=each)) for each in range(1, 6)]
    )
    connector.unreadable[Feed.CUSTOMERS, "C2"] = Unreadable(
        remote_id="", number="", changed_at=None, reason="Id is missing.", raw="<Customer/>"
    )
    read(erp, connector, Feed.CUSTOMERS, clock=clock)

    connector.put(
        *[a_customer_record(f"L{each}", at=NOON - timedelta(seconds=each)) for each in range(3)]
    )
    clock.move(hours=1)
    read(erp, connector, Feed.ORDERS, clock=clock)
    still = [reason for _feed, _name, reason in held()]
    connector.unreadable.clear()
    clock.move(hours=1)
    read(erp, connector, Feed.ORDERS, clock=clock)

    assert still == ["Id is missing."]
    assert held() == []
    assert Customer.objects.filter(number="N-C2").exists()


def test_a_deletion_from_the_future_is_held_and_deletes_nothing(erp):
    clock = Clock()
    connector = ScriptedErp(a_customer_record("C1"))
    read(erp, connector, clock=clock)
    connector.put(
        *[
            a_deletion_record(Feed.CUSTOMERS, each, at=clock() + timedelta(days=365))
            for each in ("C1", "C2")
        ]
    )
    read(erp, connector, clock=clock)
    reasons = [reason for _feed, _name, reason in held()]
    read(erp, connector, clock=clock)
    tries = set(HeldRecord.objects.values_list("tries", flat=True))

    connector.put(a_customer_record("C1", at=NOON + minutes(9), name="Alive"))
    connector.put(a_customer_record("C2", at=NOON + minutes(9)))
    read(erp, connector, clock=clock)
    alive = set(Customer.objects.filter(removed_at=None).values_list("name", flat=True))
    clock.move(days=365)
    read(erp, connector, clock=clock)

    assert reasons == ["Its change stamp, 2027-03-18 13:00:00+00:00, lies in the future."] * 2
    assert tries == {1}
    assert alive == {"Alive", "Customer C2"}
    assert Customer.objects.filter(removed_at=None).count() == 0
    assert held() == []


def test_a_deletion_of_what_cannot_be_a_record_is_held(erp):
    connector = ScriptedErp(a_deletion_record(Feed.CUSTOMERS, "C9"))
    connector.rows[Feed.DELETIONS, 1] = replace(
        a_deletion_record(Feed.CUSTOMERS, "x" * 101), remote_id="D1"
    )

    assert read(erp, connector)

    assert held() == [("deletions", "D1", "It names a record by an id that cannot be one.")]
    assert Binding.objects.get().remote_id == "C9"


def test_many_that_waited_for_one_are_taken_over_a_part_at_a_time(erp, monkeypatch):
    monkeypatch.setattr(taking, "RELEASED_AT_ONCE", 3)
    clock = Clock()
    connector = ScriptedErp(
        a_customer_record(), *[an_invoice_record(f"I{each}", order_id="O1") for each in range(8)]
    )
    read(erp, connector, clock=clock)
    connector.put(an_order_record("O1"))
    connector.calls.clear()
    linked = []

    read(
        erp,
        connector,
        Feed.ORDERS,
        clock=clock,
        report=lambda _progress: linked.append(Invoice.objects.exclude(order=None).count()),
    )

    assert linked == [3]
    assert Invoice.objects.exclude(order=None).count() == 8
    assert held() == []
    assert len(connector.calls) == 1


def test_a_held_record_that_cannot_be_unpacked_is_parked_and_asked_for(erp):
    clock = Clock()
    connector = ScriptedErp(an_order_record("O1"), an_order_record("O2"))
    read(erp, connector, clock=clock)
    HeldRecord.objects.filter(remote_id="O1").update(record={"remote_id": "O1"})
    connector.put(a_customer_record())

    assert read(erp, connector, Feed.CUSTOMERS, clock=clock)
    orders = [order.number for order in Order.objects.all()]
    parked = held(HeldRecord.State.PARKED)
    clock.move(minutes=2)
    read(erp, connector, Feed.CUSTOMERS, clock=clock)

    assert orders == ["N-O2"]
    assert parked == [("orders", "O1", "The portal failed on this record; its log says how.")]
    assert held() == []
    assert Order.objects.count() == 2
