"""Asking for changes and cancellations, and the office's answer."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import translation

from accounts.audit_texts import told as told_of
from accounts.models import AuditEntry, Customer, OutgoingMessage, Sending
from accounts.services import sending
from orders import contents, splitting
from orders.models import Order, OrderChange, OrderDocument, OrderRequest
from orders.services import changing, confirming, counters, offers, ordering, papers
from orders.services.changing import (
    AlreadyAnswered,
    Asker,
    Moved,
    NothingDifferent,
    TooLate,
)
from orders.services.sending import MayNotOrder
from orders.states import OrderStatus
from orders.story import story
from orders.wishes import ProductWish
from tests.builders.accounts import a_clerk, a_customer, a_member
from tests.builders.changes import (
    EARLIER,
    a_cancellation,
    a_change,
    another,
    standing,
)
from tests.builders.offers import a_draft, an_approved_offer
from tests.builders.wishes import NOON, a_product, a_request, an_order_type
from tests.threads import at_once
from tests.worker import work

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=1)


def accept(change, clerk=None, *, answer="", now=LATER):
    return changing.accept(
        order_id=change.order_id,
        change_id=change.pk,
        user_id=(clerk or a_clerk()).pk,
        answer=answer,
        now=now,
    )


def refuse(change, clerk=None, *, answer="The lorry is full.", now=LATER):
    return changing.refuse(
        order_id=change.order_id,
        change_id=change.pk,
        user_id=(clerk or a_clerk()).pk,
        answer=answer,
        now=now,
    )


def withdraw(change, *, now=LATER):
    return changing.withdraw(order_id=change.order_id, change_id=change.pk, user_id=None, now=now)


def states(request):
    return list(
        OrderChange.objects.filter(order=request.pk).order_by("pk").values_list("state", flat=True)
    )


def told(order_id):
    order = Order.objects.get(pk=order_id)
    return [str(step.label) for step in story(order, order.events.all(), expected_on=None)]


def test_what_is_asked_for_changes_nothing_yet():
    request = a_request()
    before = standing(request.pk)

    change = a_change(request, reason="They open at six")

    assert standing(request.pk) == before == change.before
    assert change.wish["stops"][1]["starts_at"] == EARLIER
    assert (change.state, change.name, change.email, change.address) == (
        "open",
        "Maria Anders",
        "maria@alfreds.example",
        "192.0.2.7",
    )
    assert counters.waiting()["changes"] == 1
    [entry] = told_of(AuditEntry.objects.filter(kind="order_change_asked"))
    assert [(each.label, each.after) for each in entry.changes] == [
        ("What", "Change"),
        ("Asked by", "Maria Anders"),
        ("Reason", "They open at six"),
        ("What is different", "Stop 2, From: 25 Nov 2026, 09:00 → 25 Nov 2026, 08:00"),
    ]
    with translation.override("fi"):
        [entry] = told_of(AuditEntry.objects.filter(kind="order_change_asked"))
    assert entry.changes[-1].after == "Pysähdys 2, Alkaen: 25.11.2026 9.00 → 25.11.2026 8.00"


def test_a_second_proposal_takes_the_place_of_the_first():
    request = a_request()
    first = a_change(request)

    second = a_cancellation(request, now=LATER)

    assert states(request) == ["withdrawn", "open"]
    assert (second.kind, OrderChange.objects.get(pk=first.pk).decided_at) == ("cancel", LATER)
    assert counters.waiting()["changes"] == 1


def test_the_same_form_sent_twice_is_one_proposal():
    request = a_request()

    assert a_change(request, now=LATER) == a_change(request)
    assert a_cancellation(request) == a_cancellation(request, now=LATER)
    assert states(request) == ["withdrawn", "open"]


def test_who_replaces_a_proposal_hears_of_the_new_one_and_a_colleague_of_the_old_one():
    request, pat = a_request(language="en"), Asker(name="Pat", email="pat@alfreds.example")
    a_change(request)
    a_cancellation(request)
    own = [each.kind for each in OutgoingMessage.objects.order_by("pk")]

    a_change(request, asker=pat)

    assert own == ["order_change_asked"] * 2
    assert [
        (each.kind, each.recipient_address) for each in OutgoingMessage.objects.order_by("pk")[2:]
    ] == [
        ("order_change_withdrawn", "maria@alfreds.example"),
        ("order_change_asked", "pat@alfreds.example"),
    ]


def test_the_same_proposal_sent_again_is_told_once():
    request = a_request()

    a_change(request)
    a_change(request)

    assert OutgoingMessage.objects.count() == 1


def test_the_database_keeps_one_open_proposal_of_an_order():
    change = a_change()

    with pytest.raises(IntegrityError, match="order_change_one_open"), transaction.atomic():
        OrderChange.objects.create(
            order_id=change.order_id,
            kind="cancel",
            reason="Twice",
            asked_at=NOON,
            name="Maria Anders",
        )


def test_what_was_asked_is_kept_and_answered_once():
    change = a_change()

    for fields in ({"reason": "Another"}, {"wish": {}}, {"name": "Somebody"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            OrderChange.objects.filter(pk=change.pk).update(**fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        change.delete()
    refuse(change)
    with pytest.raises(IntegrityError), transaction.atomic():
        OrderChange.objects.filter(pk=change.pk).update(answer="Another")


def test_nothing_different_is_no_proposal():
    request = a_request()

    with pytest.raises(NothingDifferent):
        a_change(request, wish=standing(request.pk))


def test_a_form_of_an_order_that_has_changed_since_is_refused():
    request = a_request()
    old = contents.fingerprint_of(standing(request.pk))
    accept(a_change(request))

    with pytest.raises(Moved):
        a_change(request, wish=another(standing(request.pk), customer_reference="1"), seen=old)


def test_nothing_is_asked_for_after_the_cut_off():
    request = a_request(order_type_id=an_order_type(cut_off_hours=24).pk)
    over = datetime(2026, 11, 23, 5, tzinfo=UTC)

    assert request.cut_off_at == over
    a_change(request, now=over - timedelta(seconds=1))
    for ask in (a_change, a_cancellation):
        with pytest.raises(TooLate):
            ask(request, now=over)


@pytest.mark.parametrize(
    ("status", "is_open"),
    [
        ("requested", True),
        ("received", True),
        ("confirmed", True),
        ("offered", False),
        ("approved", False),
        ("planned", False),
        ("departed", False),
        ("delivered", False),
        ("cancelled", False),
    ],
)
def test_without_a_cut_off_it_is_open_until_the_order_is_planned(status, is_open):
    request = a_request()
    Order.objects.filter(pk=request.pk).update(status=status)
    request.order.refresh_from_db()

    assert changing.may_ask(request.order, request, now=LATER) is is_open


def test_an_acceptance_changes_the_order():
    kind = an_order_type()
    request = a_request(order_type_id=kind.pk, details={"adults": 48, "einvoice": "0037"})
    wish = another(standing(request.pk), customer_reference="4500-1", adults=52)
    wish["goods"][0]["quantity"] = "3"
    wish["stops"][1] |= {"city": "Wien", "day": "2026-11-26"}
    wish["stops"][0]["starts_at"] = "2026-11-24T06:00:00+00:00"
    laura = a_clerk()

    done = accept(a_change(request, wish=wish), laura, answer="With pleasure")

    assert standing(request.pk) == wish
    assert (done.state, done.decided_by, done.answer) == ("accepted", laura, "With pleasure")
    order = Order.objects.get(pk=request.pk)
    assert (order.status, order.ship_to_city, str(order.requested_on)) == (
        "received",
        "Wien",
        "2026-11-26",
    )
    request = OrderRequest.objects.get(pk=request.pk)
    assert request.details == {"adults": 52, "einvoice": "0037"}
    assert request.cut_off_at == datetime(2026, 11, 23, 6, tzinfo=UTC)
    assert not request.is_handled
    assert told(request.pk)[:2] == ["Received", "Changed"]
    assert counters.waiting()["changes"] == 0
    message = OutgoingMessage.objects.get(kind="order_change_accepted")
    assert (message.recipient_address, message.language) == ("maria@alfreds.example", "de")
    assert "With pleasure" in message.body_text
    assert AuditEntry.objects.filter(kind="order_change_accepted").count() == 1


def test_accepted_twice_is_accepted_once():
    change, laura = a_change(), a_clerk()

    accept(change, laura)
    again = accept(change, a_clerk(), now=LATER + timedelta(hours=1))

    assert (again.decided_by, again.decided_at) == (laura, LATER)
    assert OutgoingMessage.objects.filter(kind="order_change_accepted").count() == 1


def test_a_refusal_leaves_the_order_and_says_why():
    request = a_request()
    before = standing(request.pk)

    refuse(a_change(request))

    assert standing(request.pk) == before
    assert states(request) == ["refused"]
    message = OutgoingMessage.objects.get(kind="order_change_refused")
    assert "The lorry is full." in message.body_text
    assert AuditEntry.objects.get(kind="order_change_refused").after["answer"] == (
        "The lorry is full."
    )


def test_an_accepted_cancellation_cancels_and_leaves_the_bar():
    request = a_request()

    accept(a_cancellation(request))

    assert Order.objects.get(pk=request.pk).status == OrderStatus.CANCELLED
    assert counters.waiting() == {"requests": 0, "orders": 0, "approved": 0, "changes": 0}
    assert told(request.pk)[-1] == "Cancelled"
    assert OutgoingMessage.objects.filter(kind="order_cancelled").count() == 1
    assert AuditEntry.objects.get(kind="order_cancelled").after["reason"] == "Sold already"


def test_a_member_is_told_as_a_user_and_finds_the_order_in_the_portal():
    customer = a_customer()
    member = a_member(customer, "orders", "place_orders")
    request = a_request(customer)

    accept(a_change(request, asker=Asker(name="M", email=member.email, user=member)))

    message = OutgoingMessage.objects.get(kind="order_change_accepted")
    assert (message.user, message.recipient_address) == (member, member.email)
    assert "whoever has it" not in message.body_text


def test_who_has_a_link_reads_that_it_is_private():
    accept(a_change(a_request(language="en")))

    assert "whoever has it" in OutgoingMessage.objects.get(kind="order_change_accepted").body_text


def test_a_member_who_lost_the_right_reads_nothing_more_of_the_order():
    customer = a_customer()
    member = a_member(customer, "orders", "place_orders")
    request = a_request(customer)
    change = a_change(request, asker=Asker(name="M", email=member.email, user=member))
    member.memberships.all().delete()

    accept(change)

    message = OutgoingMessage.objects.get(kind="order_change_accepted")
    assert (message.user, message.recipient_address) == (None, "maria@alfreds.example")


def test_of_a_colleagues_cancellation_whoever_ordered_is_told_too():
    customer = a_customer()
    member = a_member(customer, "orders", "place_orders")
    request = a_request(customer, language="en")

    accept(a_cancellation(request, asker=Asker(name="M", email=member.email, user=member)))

    told = OutgoingMessage.objects.filter(kind="order_cancelled")
    assert {
        message.recipient_address: "whoever has it" in message.body_text for message in told
    } == {
        member.email: False,
        "maria@alfreds.example": True,
    }


def test_whoever_lost_the_right_to_order_asks_for_nothing():
    customer = a_customer()
    member = a_member(customer, "orders", "place_orders")
    request = a_request(customer)
    member.memberships.all().delete()
    asker = Asker(name="M", email=member.email, user=member)

    for ask in (a_change, a_cancellation):
        with pytest.raises(MayNotOrder):
            ask(request, asker=asker)

    assert OrderChange.objects.count() == 0


def test_a_customer_that_may_not_order_cancels_and_changes_nothing():
    request = a_request()
    Customer.objects.update(is_blocked=True)

    with pytest.raises(MayNotOrder):
        a_change(request)

    assert a_cancellation(request).is_open


def test_a_way_that_is_taken_out_leaves_no_place_and_no_day():
    request = a_request()
    wish = another(standing(request.pk))
    wish["stops"], wish["goods"] = [], []

    accept(a_change(request, wish=wish))

    order = Order.objects.get(pk=request.pk)
    assert (order.ship_to_name, order.ship_to_city, order.requested_on) == ("", "", None)


def test_the_cut_off_does_not_bind_the_office():
    request = a_request(order_type_id=an_order_type().pk)
    change = a_change(request)

    accept(change, now=request.cut_off_at + timedelta(hours=1))

    assert states(request) == ["accepted"]


def test_an_order_that_has_gone_on_is_not_changed():
    request = a_request()
    change = a_change(request)
    Order.objects.filter(pk=request.pk).update(status="planned")

    with pytest.raises(TooLate):
        accept(change)

    assert states(request) == ["open"]


def test_an_offer_that_went_out_meanwhile_keeps_the_change_from_being_accepted():
    draft = a_draft()
    change = a_change(OrderRequest.objects.get(pk=draft.offer_id))
    offers.send(order_id=draft.offer_id, revision=draft.revision, user_id=None, now=NOON)

    with pytest.raises(TooLate):
        accept(change)


def test_an_order_that_is_not_what_was_seen_is_not_changed():
    request = a_request()
    change = a_change(request)
    request.order.stops.filter(position=1).update(city="Potsdam")

    assert changing.has_moved(OrderChange.objects.get(pk=change.pk))
    with pytest.raises(Moved):
        accept(change)


def test_products_keep_their_prices_and_sums_follow_the_quantities():
    product = a_product()
    request = a_request(products=(ProductWish(product_id=product.pk, quantity=Decimal(3)),))
    a_product("12", name="Chai", unit_price=Decimal(18))
    product.unit_price = 99
    product.save(update_fields=["unit_price"])
    wish = another(standing(request.pk))
    wish["products"] = [
        {"number": "11", "name": "Queso Cabrales", "unit": "kg", "quantity": "4"},
        {"number": "12", "name": "Chai", "unit": "kg", "quantity": "1"},
    ]

    accept(a_change(request, wish=wish))

    order = Order.objects.get(pk=request.pk)
    lines = order.lines.order_by("position")
    assert [(line.product_number, line.net_amount) for line in lines] == [
        ("11", Decimal(86)),
        ("12", Decimal(18)),
    ]
    assert (order.net_amount, order.gross_amount) == (Decimal(104), Decimal("130.52"))


def an_ordered_offer():
    offer = an_approved_offer()
    [order], _is_new = ordering.create_orders(
        order_id=offer.pk, split=splitting.whole, user_id=a_clerk().pk, now=NOON
    )
    return order


def test_prices_of_an_offer_stay():
    order = an_ordered_offer()

    accept(a_change(order.request))

    assert "products" not in standing(order.pk)
    order.refresh_from_db()
    assert (order.net_amount, order.gross_amount) == (Decimal(4480), Decimal(5376))


def a_confirmed_request(**more):
    request = a_request(language="en", **more)
    confirming.confirm(order_id=request.pk, user_id=a_clerk().pk, now=NOON)
    work(NOON)
    mail.outbox.clear()
    return request


def sent():
    """To whom, the subject, and the files of each mail since the change was asked for."""
    return [
        (each.to, each.subject, [name for name, *_rest in each.attachments])
        for each in mail.outbox
        if "asked for" not in each.subject
    ]


def test_the_mail_of_an_acceptance_brings_the_new_version_of_the_confirmation():
    request = a_confirmed_request()

    accept(a_change(request))
    sending.send_due(clock=lambda: LATER)
    early = OutgoingMessage.objects.filter(kind="order_change_accepted").count()
    work(LATER)
    work(LATER)

    number = request.order.number
    assert early == 0
    assert sent() == [
        (
            ["Maria Anders <maria@alfreds.example>"],
            f"Order {number} is changed",
            [f"Order confirmation {number} v2.pdf"],
        )
    ]
    body = mail.outbox[-1].body
    assert (
        "Version 2 of the order confirmation goes along with this mail. It replaces version 1."
        in (" ".join(body.split()))
    )
    assert "Stop 2, From" in body
    versions = OrderDocument.objects.filter(order=request.pk).order_by("version")
    assert [(each.version, each.state, each.sent_at) for each in versions] == [
        (1, "stored", NOON),
        (2, "stored", LATER),
    ]


def test_a_worker_that_dies_while_it_writes_leaves_one_mail(monkeypatch):
    request = a_confirmed_request()
    accept(a_change(request))
    sending.send_due(clock=lambda: LATER)
    papers.print_wanted(clock=lambda: LATER)

    with monkeypatch.context() as patch:
        patch.setattr(sending, "_end", lambda *_args: 1 / 0)
        sending.send_due(clock=lambda: LATER)
    died = OutgoingMessage.objects.filter(kind="order_change_accepted").count()
    sent_at = OrderDocument.objects.get(version=2).sent_at
    for minutes in (2, 3):
        work(LATER + timedelta(minutes=minutes))

    assert (died, sent_at) == (0, None)
    assert len(sent()) == 1


def test_a_change_that_the_confirmation_does_not_say_sends_the_same_version():
    request = a_confirmed_request()
    wish = standing(request.pk)
    wish["answers"]["note_to_planner"] = "Ring at the gate"

    accept(a_change(request, wish=wish))
    work(LATER)

    assert sent()[0][2] == [f"Order confirmation {request.order.number}.pdf"]
    assert "says the same as before: version 1" in " ".join(mail.outbox[-1].body.split())


def test_a_paper_that_cannot_be_printed_does_not_keep_the_mail():
    request = a_confirmed_request()
    accept(a_change(request))
    sending.send_due(clock=lambda: LATER)
    OrderDocument.objects.filter(version=2).update(state="failed")
    work(LATER)

    assert sent()[0][2] == []
    assert "is on the page of the order" in " ".join(mail.outbox[-1].body.split())


def test_who_ordered_gets_the_confirmation_when_a_colleague_changed_the_order():
    customer = a_customer()
    member = a_member(customer, "orders", "place_orders", email="colleague@alfreds.example")
    request = a_confirmed_request(customer=customer)

    accept(a_change(request, asker=Asker(name="M", email=member.email, user=member)))
    work(LATER)

    number = request.order.number
    paper = [f"Order confirmation {number} v2.pdf"]
    assert sorted((subject, files) for _to, subject, files in sent()) == [
        (f"Order {number} confirmed", paper),
        (f"Order {number} is changed", paper),
    ]
    confirmation = next(each for each in mail.outbox if each.subject.endswith("confirmed"))
    assert confirmation.to == ["Maria Anders <maria@alfreds.example>"]


def test_an_order_that_is_only_received_is_told_at_once_and_without_paper():
    accept(a_change())

    message = OutgoingMessage.objects.get(kind="order_change_accepted")
    assert (message.attachments.count(), Sending.objects.count()) == (0, 0)
    assert "onfirmation" not in message.body_text


@pytest.mark.django_db(transaction=True)
def test_of_a_withdrawal_and_an_acceptance_at_once_one_comes_first():
    request, clerk = a_request(), a_clerk()
    before = standing(request.pk)
    change = a_change(request)

    done = at_once(lambda: withdraw(change), lambda: accept(change, clerk))

    refused = [isinstance(each, AlreadyAnswered) for each in done]
    assert sorted(refused) == [False, True]
    has_changed = standing(request.pk) != before
    assert (states(request), has_changed) in [(["withdrawn"], False), (["accepted"], True)]
    [told] = OutgoingMessage.objects.exclude(kind="order_change_asked")
    kind = "order_change_accepted" if has_changed else "order_change_withdrawn"
    assert told.kind == kind


@pytest.mark.django_db(transaction=True)
def test_of_two_clerks_who_answer_differently_at_once_one_is_told():
    request, clerks = a_request(), [a_clerk(), a_clerk()]
    change = a_change(request)

    done = at_once(lambda: accept(change, clerks[0]), lambda: refuse(change, clerks[1]))

    assert sorted(isinstance(each, AlreadyAnswered) for each in done) == [False, True]
    assert states(request)[0] in ("accepted", "refused")
    assert OutgoingMessage.objects.exclude(kind="order_change_asked").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_proposals_at_once_leave_one_open():
    request = a_request()

    at_once(lambda: a_change(request), lambda: a_cancellation(request))

    assert sorted(states(request)) == ["open", "withdrawn"]
    assert counters.waiting()["changes"] == 1


@pytest.mark.django_db(transaction=True)
def test_a_proposal_while_the_order_is_planned_comes_before_or_is_too_late():
    request = a_request()

    def plan():
        with transaction.atomic():
            order = Order.objects.locked().get(pk=request.pk)
            order.status = OrderStatus.PLANNED
            order.save(update_fields=["status"])

    asked, _planned = at_once(lambda: a_change(request), plan)

    assert isinstance(asked, TooLate) == (states(request) == [])
    for ask in (a_change, a_cancellation):
        with pytest.raises(TooLate):
            ask(request)
