import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from accounts.models import AuditEntry
from orders.models import CountChange, Offer, Order, OrderRequest
from orders.services import confirming, counters, handling, offers, requests
from orders.services.handling import NotSwitchable, TakenMeanwhile
from orders.states import OrderStatus, RequestKind
from orders.story import story
from tests.builders.accounts import a_clerk, a_customer
from tests.builders.offers import (
    MARIA,
    a_draft,
    a_sent_offer,
    an_approved_offer,
    approve,
    take_back,
)
from tests.builders.wishes import NOON, a_request, a_wish
from tests.threads import at_once, until_somebody_waits

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=1)


def handled(request, clerk, now=LATER):
    return handling.handle(order_id=request.pk, user_id=clerk.pk, now=now)


def switched(request, to, now=LATER):
    return handling.switch_kind(order_id=request.pk, to=to, now=now)


def told(request):
    """The labels of the stations passed, as the story tells them."""
    order = Order.objects.get(pk=request.pk)
    steps = story(order, order.events.all(), expected_on=None)
    return [str(step.label) for step in steps if step.state in ("past", "now")]


def test_handled_is_noted_in_request_story_and_audit():
    request, laura = a_request(), a_clerk()

    done = handled(request, laura)

    assert (done.handled_at, done.handled_by) == (LATER, laura)
    assert told(request) == ["Received", "Handled"]
    assert AuditEntry.objects.get(kind="request_handled").subject == request.order.number


def test_whoever_comes_second_learns_who_was_first():
    request, laura, nancy = a_request(), a_clerk(), a_clerk()
    handled(request, laura)

    again = handled(request, nancy, LATER + timedelta(minutes=1))

    assert (again.handled_by, again.handled_at) == (laura, LATER)
    assert AuditEntry.objects.filter(kind="request_handled").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_handle_at_once_make_one_handling():
    request, clerks = a_request(), [a_clerk(), a_clerk()]

    done = at_once(*[lambda clerk=clerk: handled(request, clerk) for clerk in clerks])

    assert len({each.handled_by_id for each in done}) == 1
    assert AuditEntry.objects.filter(kind="request_handled").count() == 1
    assert counters.waiting()["orders"] == 0


def test_handled_can_be_undone_and_done_again():
    request, laura = a_request(), a_clerk()
    handled(request, laura)

    back = handling.unhandle(order_id=request.pk, now=LATER)
    handling.unhandle(order_id=request.pk, now=LATER)

    assert (back.handled_at, back.handled_by) == (None, None)
    assert told(request) == ["Received"]
    assert AuditEntry.objects.filter(kind="request_unhandled").count() == 1
    assert handled(request, laura).is_handled


def test_a_request_is_taken_over_only_from_the_owner_that_was_seen():
    request, laura, nancy = a_request(), a_clerk(), a_clerk()

    def take(clerk, seen):
        return handling.take(order_id=request.pk, user_id=clerk.pk, seen_owner_id=seen, now=LATER)

    assert take(laura, None).owner == laura
    assert take(laura, None).owner == laura
    with pytest.raises(TakenMeanwhile):
        take(nancy, None)
    assert take(nancy, laura.pk).owner == nancy
    with pytest.raises(TakenMeanwhile):
        handling.release(order_id=request.pk, user_id=laura.pk, now=LATER)
    handling.release(order_id=request.pk, user_id=nancy.pk, now=LATER)
    assert handling.release(order_id=request.pk, user_id=nancy.pk, now=LATER).owner is None


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_at_once_one_gets_it():
    request, clerks = a_request(), [a_clerk(), a_clerk()]

    done = at_once(
        *[
            lambda clerk=clerk: handling.take(
                order_id=request.pk, user_id=clerk.pk, seen_owner_id=None, now=LATER
            )
            for clerk in clerks
        ]
    )

    assert sorted(isinstance(each, TakenMeanwhile) for each in done) == [False, True]


def test_an_order_becomes_an_offer_request_and_an_order_again():
    request = a_request()

    switched(request, RequestKind.OFFER)

    order = Order.objects.get()
    assert (order.status, told(request)) == (OrderStatus.REQUESTED, ["Offer requested"])
    assert switched(request, RequestKind.OFFER).kind == RequestKind.OFFER
    offers.begin(order_id=request.pk, user_id=None, now=LATER)

    switched(request, RequestKind.ORDER)

    order.refresh_from_db()
    assert (order.status, told(request)) == (OrderStatus.RECEIVED, ["Received"])
    assert AuditEntry.objects.filter(kind="request_switched").count() == 2


def test_an_offer_that_was_called_back_is_not_out():
    version = a_sent_offer()
    request = OrderRequest.objects.get()
    with pytest.raises(NotSwitchable):
        switched(request, RequestKind.ORDER)

    offers.call_back(order_id=version.offer_id, now=LATER)

    assert switched(request, RequestKind.ORDER).kind == RequestKind.ORDER


def test_a_confirmed_order_stays_an_order():
    request = a_request()
    Order.objects.update(status=OrderStatus.CONFIRMED)

    with pytest.raises(NotSwitchable):
        switched(request, RequestKind.OFFER)

    assert OrderRequest.objects.get().kind == RequestKind.ORDER


@pytest.mark.django_db(transaction=True)
def test_a_switch_and_an_offer_sent_at_once_never_both_happen():
    draft = a_draft()
    request = OrderRequest.objects.get()

    outcomes = at_once(
        lambda: switched(request, RequestKind.ORDER),
        lambda: offers.send(
            order_id=draft.offer_id,
            revision=draft.revision,
            user_id=draft.saved_by_id,
            now=LATER,
        ),
    )

    assert sum(isinstance(outcome, Exception) for outcome in outcomes) == 1
    pair = (Order.objects.get().status, OrderRequest.objects.get().kind, Offer.objects.get().state)
    assert pair in [("received", "order", "draft"), ("offered", "offer", "sent")]


@pytest.mark.django_db(transaction=True)
def test_a_switch_never_meets_an_approval():
    version = a_sent_offer()
    request = OrderRequest.objects.get()

    switch, approval = at_once(
        lambda: switched(request, RequestKind.ORDER), lambda: approve(version, now=LATER)
    )

    assert isinstance(switch, NotSwitchable)
    assert approval.kind == "approved"
    assert Order.objects.get().status == OrderStatus.APPROVED


# Offers move their requests


def test_whoever_sends_an_offer_has_handled_its_request():
    version = a_sent_offer()
    request = OrderRequest.objects.get()

    assert (request.handled_by, request.handled_at) == (version.sent_by, NOON)
    assert counters.waiting()["requests"] == 0
    assert told(request) == ["Offer requested", "Offer sent"]


def test_what_was_handled_before_its_offer_stays_with_whoever_did_it():
    request, laura = a_request(kind=RequestKind.OFFER), a_clerk()
    handled(request, laura, NOON)

    a_sent_offer(request=request, now=LATER)

    request.refresh_from_db()
    assert (request.handled_by, request.handled_at) == (laura, NOON)


def test_an_offer_called_back_is_to_be_handled_again_and_sent_again_is_not():
    version = a_sent_offer()

    offers.call_back(order_id=version.offer_id, now=LATER)
    assert counters.waiting()["requests"] == 1
    assert not OrderRequest.objects.get().is_handled

    draft = offers.begin(order_id=version.offer_id, user_id=version.sent_by_id, now=LATER)
    offers.send(
        order_id=version.offer_id,
        revision=draft.revision,
        user_id=version.sent_by_id,
        now=LATER,
    )
    assert OrderRequest.objects.get().handled_at == LATER


def test_a_change_asked_for_is_to_be_handled_and_a_decision_is_not():
    customer = a_customer()
    asked, declined = a_sent_offer(customer), a_sent_offer(customer)

    for decide, version in ((offers.ask_for_change, asked), (offers.decline, declined)):
        decide(
            order_id=version.offer_id,
            version=version.number,
            seen=version.fingerprint,
            decider=MARIA,
            comment="Too dear",
            now=LATER,
        )

    waiting = OrderRequest.objects.filter(handled_at=None)
    assert [request.pk for request in waiting] == [asked.offer_id]


@pytest.mark.django_db(transaction=True)
def test_sending_an_offer_and_handling_its_request_at_once_make_one_handling():
    draft, laura = a_draft(), a_clerk()
    request = OrderRequest.objects.get()

    at_once(
        lambda: handled(request, laura),
        lambda: offers.send(
            order_id=draft.offer_id,
            revision=draft.revision,
            user_id=draft.saved_by_id,
            now=LATER,
        ),
    )

    assert OrderRequest.objects.get().is_handled
    assert AuditEntry.objects.filter(kind="request_handled").count() == 1
    assert counters.waiting() == true_counts()


# Counters


def true_counts():
    with connection.cursor() as cursor:
        cursor.execute(counters.TRUE_COUNTS)
        return dict(cursor.fetchall())


def test_the_counters_follow_every_change(django_assert_num_queries):
    customer, laura = a_customer(), a_clerk()
    order = a_request(customer)
    a_request(customer, kind=RequestKind.OFFER)
    an_approved_offer(customer)

    with django_assert_num_queries(1):
        assert counters.waiting() == {"requests": 1, "orders": 1, "approved": 1, "changes": 0}

    handled(order, laura)
    assert counters.waiting()["orders"] == 0
    handling.unhandle(order_id=order.pk, now=LATER)
    switched(order, RequestKind.OFFER)
    assert counters.waiting() == {"requests": 2, "orders": 0, "approved": 1, "changes": 0}
    take_back(Offer.objects.get(state="approved").live, now=LATER)
    assert counters.waiting()["approved"] == 0
    assert counters.waiting() == true_counts()


def test_folding_leaves_one_row_of_each_and_the_same_numbers():
    customer = a_customer()
    for _ in range(3):
        a_request(customer)
    before = counters.waiting()

    counters.fold()

    assert counters.waiting() == before
    assert list(CountChange.objects.values_list("counter", "delta")) == [("orders", 3)]


def test_a_wrong_number_is_found_and_mended():
    a_request()
    CountChange.objects.create(counter="approved", delta=7)
    CountChange.objects.filter(counter="orders").delete()

    assert counters.mend() == {"orders": 1, "approved": -7}
    assert counters.mend() == {}
    right = {"requests": 0, "orders": 1, "approved": 0, "changes": 0}
    assert counters.waiting() == true_counts() == right


@pytest.mark.django_db(transaction=True)
def test_two_who_mend_at_once_correct_an_error_once():
    CountChange.objects.create(counter="approved", delta=7)
    mended = threading.Event()

    def mend_slowly():
        with transaction.atomic():
            first = counters.mend()
            mended.set()
            until_somebody_waits()
        return first

    def mend_meanwhile():
        mended.wait(10)
        return counters.mend()

    assert at_once(mend_slowly, mend_meanwhile) == [{"approved": -7}, {}]
    assert counters.waiting() == true_counts()


def test_what_one_has_handled_is_undone_by_that_person_alone():
    request, laura, nancy = a_request(), a_clerk(), a_clerk()
    done = handled(request, laura)

    def undo(clerk, handled_at):
        return handling.undo(
            order_id=request.pk, user_id=clerk.pk, handled_at=handled_at, now=LATER
        )

    with pytest.raises(handling.MovedOn):
        undo(nancy, done.handled_at)
    with pytest.raises(handling.MovedOn):
        undo(laura, done.handled_at - timedelta(seconds=1))
    assert not undo(laura, done.handled_at).is_handled
    with pytest.raises(handling.MovedOn):
        undo(laura, done.handled_at)


def test_a_handled_order_that_went_on_is_not_put_back():
    request, laura, nancy = a_request(), a_clerk(), a_clerk()
    done = handled(request, laura)
    confirming.confirm(order_id=request.pk, user_id=nancy.pk, now=LATER)

    with pytest.raises(handling.MovedOn):
        handling.undo(order_id=request.pk, user_id=laura.pk, handled_at=done.handled_at, now=LATER)

    assert OrderRequest.objects.get().is_handled


@pytest.mark.django_db(transaction=True)
def test_counters_are_right_whoever_writes_folds_and_mends_at_once():
    customer, laura = a_customer(), a_clerk()
    waiting = [a_request(customer, kind=kind) for kind in RequestKind for _ in range(4)]

    def place():
        for kind in RequestKind:
            requests.place(wish=a_wish(a_customer(), kind=kind), now=LATER)

    def handle_all():
        for request in waiting[:3]:
            handled(request, laura)

    def switch_all():
        for request in waiting[2:]:
            other = RequestKind.OFFER if request.kind == RequestKind.ORDER else RequestKind.ORDER
            switched(request, other)

    outcomes = at_once(place, handle_all, switch_all, counters.fold, counters.mend, counters.fold)

    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert counters.waiting() == true_counts()
    assert counters.mend() == {}
    counters.fold()
    assert counters.waiting() == true_counts()
