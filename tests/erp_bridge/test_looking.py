"""Looking what an ERP holds for a record: asked, answered by the worker, compared."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from accounts.models import Customer, Family
from erp_bridge import comparing, looking
from erp_bridge.models import Binding, Cursor, HeldRecord, Look
from erp_bridge.ports import Feed, Rejected, Unavailable, Unreadable
from invoices.models import Invoice
from orders.models import Delivery, Order, OrderDocument, OrderLine
from tests.builders.accounts import a_clerk
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
)
from tests.erp_bridge.scripted import Clock, ScriptedErp, read

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(minutes=5)
MIRROR = (Customer, Family, Order, OrderLine, Delivery, Invoice, OrderDocument, Binding, HeldRecord)


@pytest.fixture
def erp():
    return a_connection("erp")


@pytest.fixture
def connector(erp):
    """An ERP that has one record of each kind, all of which are here."""
    connector = ScriptedErp(
        a_customer_record(statistics_id="S1"),
        an_address_record(),
        a_product_record(),
        an_order_record(lines=(an_order_line_record(product_id="P1"), an_order_line_record(2))),
        a_delivery_record(),
        an_invoice_record(order_id="O1"),
        a_settlement_record(),
        a_document_record(),
    )
    read(erp, connector)
    connector.calls.clear()
    return connector


def ask(erp, feed=Feed.ORDERS, remote_id="O1", **about):
    about = about or {"remote_id": remote_id}
    return looking.ask(
        connection_id=erp.pk, feed=feed, asked_by=a_clerk(), now=Clock().now, **about
    )


def answered(look, connector, clock=None):
    looking.answer_looks(connect=lambda _erp: connector, clock=clock or Clock())
    look.refresh_from_db()
    return look


def compared(erp, connector, feed=Feed.ORDERS, remote_id="O1"):
    [comparison] = comparing.compare(answered(ask(erp, feed, remote_id), connector))
    return comparison


def differing(values):
    return [(each.label, each.theirs, each.ours) for each in values if each.differs]


@pytest.mark.parametrize(
    ("feed", "remote_id"),
    [
        (Feed.CUSTOMERS, "C1"),
        (Feed.ADDRESSES, "A1"),
        (Feed.PRODUCTS, "P1"),
        (Feed.ORDERS, "O1"),
        (Feed.DELIVERIES, "D1"),
        (Feed.INVOICES, "I1"),
        (Feed.SETTLEMENTS, "S1"),
        (Feed.DOCUMENTS, "X1"),
    ],
)
def test_a_record_of_any_kind_that_is_in_step_is_the_same_on_both_sides(
    erp, connector, feed, remote_id
):
    comparison = compared(erp, connector, feed, remote_id)

    assert (comparison.is_here, comparison.differences, comparison.reason) == (True, 0, "")
    assert (comparison.mark, comparison.state) == ("done", "The same on both sides")
    assert comparison.values
    assert connector.calls == [(feed, remote_id)]


def test_what_the_erp_changed_is_marked_value_by_value_and_line_by_line(erp, connector):
    connector.put(
        an_order_record(
            at=LATER,
            customer_reference="4500-1",
            progress="confirmed",
            confirmed_at=NOON,
            lines=(
                an_order_line_record(product_id="P1"),
                an_order_line_record(2, quantity=Decimal("2.5")),
                an_order_line_record(3),
            ),
        )
    )

    comparison = compared(erp, connector)

    assert differing(comparison.values) == [
        ("Changed in the ERP", "18 Mar 2026, 14:05", "18 Mar 2026, 14:00"),
        ("PO / reference", "4500-1", comparing.NONE),
        ("Status", "Confirmed", "Received"),
    ]
    assert [(part.title, len(part.values)) for part in comparison.parts][:2] == [
        ("Line 2", 1),
        ("Line 3", 8),
    ]
    assert differing(comparison.parts[0].values) == [("Quantity", "2.5", "2")]
    assert [part.title for part in comparison.parts][2:] == ["Station Confirmed"]
    assert (comparison.parts_compared, comparison.differences) == (5, 6)
    assert (comparison.mark, comparison.state) == ("look", "Not the same")
    assert comparison.reason == "It has not been read yet; the feed is due."


def test_lines_that_the_erp_has_no_longer_differ_too(erp, connector):
    connector.put(an_order_record(at=LATER, lines=1))

    comparison = compared(erp, connector)

    assert [part.title for part in comparison.parts] == ["Line 1", "Line 2"]
    assert differing(comparison.parts[0].values) == [("Product", comparing.NONE, "N-P1 Product P1")]


def test_records_that_are_pointed_at_are_called_as_people_call_them(erp, connector):
    connector.put(
        a_customer_record("C2", number="10002", name="Ernst Handel"),
        an_order_record(at=LATER, customer="C2", payer_id="C1"),
    )

    comparison = compared(erp, connector)

    assert ("Customer", "C2", "N-C1 Customer C1") in differing(comparison.values)
    read(erp, connector, Feed.CUSTOMERS)
    comparison = compared(erp, connector)
    assert ("Customer", "10002 Ernst Handel", "N-C1 Customer C1") in differing(comparison.values)


def test_a_family_that_is_not_here_yet_is_compared_and_not_made(erp, connector):
    connector.put(a_customer_record(at=LATER, statistics_id="S2"))

    comparison = compared(erp, connector, Feed.CUSTOMERS, "C1")

    assert ("Family", "S2", "S1") in differing(comparison.values)
    assert list(Family.objects.values_list("statistics_id", flat=True)) == ["S1"]


def test_nothing_is_written_to_the_mirror(erp, connector):
    connector.put(
        an_order_record(at=LATER, number="changed"),
        an_order_record("O9", customer="C9"),
        a_customer_record("C7", statistics_id="S7"),
    )
    before = [list(table.objects.order_by("pk").values()) for table in MIRROR]

    for feed, remote_id in ((Feed.ORDERS, "O1"), (Feed.ORDERS, "O9"), (Feed.CUSTOMERS, "C7")):
        compared(erp, connector, feed, remote_id)

    assert [list(table.objects.order_by("pk").values()) for table in MIRROR] == before


def test_a_record_that_waits_for_another_says_for_which(erp, connector):
    connector.put(an_order_record("O9", customer="C9"))

    unread = compared(erp, connector, remote_id="O9")
    read(erp, connector, Feed.ORDERS)
    held = compared(erp, connector, remote_id="O9")

    for comparison in (unread, held):
        assert (comparison.is_here, comparison.state) == (False, "In the ERP, not here")
        assert comparison.reason == "Waits for customer C9, which is not here yet."
        assert ("Customer", "C9") in [(each.label, each.theirs) for each in comparison.values]


def test_a_record_that_breaks_a_rule_says_which(erp, connector):
    connector.put(an_order_record("O9", gross_amount=Decimal(1)))

    comparison = compared(erp, connector, remote_id="O9")

    assert comparison.reason.startswith("The amounts do not add up")
    assert comparison.values == []
    assert '"gross_amount": "1"' in comparison.as_sent


def test_a_paper_of_a_delivery_that_is_not_here_says_so(erp, connector):
    connector.put(a_document_record("X9", about=Feed.DELIVERIES, about_id="D9"))

    comparison = compared(erp, connector, Feed.DOCUMENTS, "X9")

    assert comparison.reason == "Waits for delivery D9, which is not here yet."


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"interval_seconds": None}, "It has not been read, because the feed is off."),
        (
            {"from_date": date(2026, 3, 19)},
            "It is not read: it last changed before 19 Mar 2026.",
        ),
    ],
)
def test_a_feed_that_leaves_a_record_out_is_the_reason(erp, connector, fields, reason):
    connector.put(an_order_record("O9"))
    Cursor.objects.filter(feed=Feed.ORDERS).update(**fields)

    assert compared(erp, connector, remote_id="O9").reason == reason


def test_a_change_without_a_new_stamp_and_a_step_back_are_told(erp, connector):
    connector.put(an_order_record(note="Ring twice", lines=0))
    silent = compared(erp, connector).reason
    connector.put(an_order_record(at=NOON - timedelta(days=1), lines=0))
    older = compared(erp, connector).reason

    assert silent.startswith("The ERP changed it without a new change stamp")
    assert older == "The portal holds a newer version than the ERP shows."


def test_a_record_that_the_erp_called_deleted_and_still_holds(erp, connector):
    connector.put(a_deletion_record(Feed.ORDERS, "O1", at=LATER))
    read(erp, connector)

    comparison = compared(erp, connector)

    assert (comparison.is_here, comparison.has_row) == (False, True)
    assert comparison.reason == "The ERP has told that it was deleted."


def test_a_record_that_the_erp_does_not_hold(erp, connector):
    connector.drop(Feed.ORDERS, "O1")

    gone, unknown = (answered(ask(erp, remote_id=each), connector) for each in ("O1", "O8"))

    assert (gone.is_answered, gone.records, gone.failure) == (True, [], "")
    assert [comparing.is_still_here(look) for look in (gone, unknown)] == [True, False]


def test_a_number_is_asked_for_first_and_then_as_an_id(erp, connector):
    connector.put(an_order_record("O7", number="10248"), an_order_record("O8", number="10248"))

    by_number = answered(ask(erp, number="10248"), connector)
    by_id = answered(ask(erp, number="O7"), connector)

    assert [record["remote_id"] for record in by_number.records] == ["O7", "O8"]
    assert [record["remote_id"] for record in by_id.records] == ["O7"]
    assert connector.calls == [
        (Feed.ORDERS, "10248"),
        (Feed.ORDERS, "O7"),
        (Feed.ORDERS, "O7"),
    ]


def test_a_row_that_cannot_be_read_is_shown_as_it_came(erp, connector):
    connector.unreadable[Feed.ORDERS, "O1"] = Unreadable(
        remote_id="O1",
        number="N-O1",
        changed_at=None,
        reason="The net amount is “ten”.",
        raw="<Order>\x00</Order>",
    )

    look = answered(ask(erp), connector)

    assert (look.records, look.failure) == ([], "")
    assert look.unreadable == [
        {
            "remote_id": "O1",
            "number": "N-O1",
            "reason": "The net amount is “ten”.",
            "raw": "<Order>␀</Order>",
        }
    ]


@pytest.mark.parametrize("error", [Unavailable("No answer in 30 s."), Rejected("Wrong password.")])
def test_an_erp_that_gives_no_answer_is_told_at_once(erp, connector, error):
    connector.get = _raise(error)

    look = answered(ask(erp), connector)

    assert (look.is_answered, look.failure) == (True, str(error))


def test_an_answer_that_the_portal_chokes_on_is_its_own_fault(erp, connector, caplog):
    connector.get = _raise(KeyError("boom"))

    look = answered(ask(erp), connector)

    assert look.failure == "The portal itself failed; its log says how."
    assert [record.message for record in caplog.records] == ["look cannot be answered"]


def test_a_paused_connection_is_not_asked(erp, connector):
    look = ask(erp)
    erp.is_active = False
    erp.save()

    assert answered(look, connector).failure == "The connection is paused."
    assert connector.calls == []


def test_the_same_question_is_asked_once_at_a_time(erp, connector):
    first, second = ask(erp), ask(erp)
    answered(first, connector)
    third = ask(erp)

    assert (first.pk == second.pk, first.pk == third.pk) == (True, False)
    assert len(connector.calls) == 1


def test_a_look_that_another_worker_answers_is_left_to_it_until_its_claim_ends(erp, connector):
    look = ask(erp)
    clock = Clock()
    Look.objects.update(claimed_until=clock.now + timedelta(minutes=1))

    early = (looking.is_work_left(now=clock.now), answered(look, connector, clock).is_answered)
    clock.move(minutes=2)
    late = (looking.is_work_left(now=clock.now), answered(look, connector, clock).is_answered)

    assert (early, late) == ((False, False), (True, True))


def test_looks_are_forgotten_after_a_day(erp):
    look = ask(erp)

    looking.prune(now=look.asked_at + timedelta(hours=23))
    kept = Look.objects.count()
    looking.prune(now=look.asked_at + timedelta(hours=25))

    assert (kept, Look.objects.count()) == (1, 0)


def test_an_order_of_many_lines_that_all_differ_is_compared_in_few_queries(
    erp, connector, django_assert_max_num_queries
):
    connector.put(an_order_record(at=LATER, lines=300))
    look = answered(ask(erp), connector)

    with django_assert_max_num_queries(12):
        [comparison] = comparing.compare(look)

    assert len(comparison.parts) == comparing.MOST_PARTS
    assert comparison.differences > 299


def _raise(error):
    def get(_feed, **_about):
        raise error

    return get
