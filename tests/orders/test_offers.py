from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEntry, Company, OutgoingMessage
from accounts.services import company
from orders.models import Offer, OfferDecision, OfferVersion, Order, OrderRequest
from orders.services import changing, offer_mail, offers
from orders.services.changing import Asker
from orders.states import OfferState, OrderStatus, RequestKind
from orders.wishes import ProductWish
from portal.lib.errors import DomainError
from tests.builders.accounts import a_clerk
from tests.builders.offers import (
    MARIA,
    a_draft,
    a_priced_line,
    a_sent_offer,
    an_approved_offer,
    approve,
    some_terms,
    take_back,
    total_of,
)
from tests.builders.wishes import NOON, a_product, a_request
from tests.threads import at_once

pytestmark = pytest.mark.django_db

OPTION = a_priced_line(
    "Insurance", quantity=Decimal(1), unit_price=Decimal(96), vat_rate=Decimal(0), kind="optional"
)
EXPRESS = a_priced_line("Express run", unit_price=Decimal(1480), kind="alternative", instead_of=1)


def state_of(version):
    offer = Offer.objects.select_related("order", "live").get(pk=version.offer_id)
    return offer.state, offer.order.status, offer.live and offer.live.number


def decide(what, version, **fields):
    return getattr(offers, what)(
        order_id=version.offer_id,
        version=version.number,
        seen=version.fingerprint,
        decider=MARIA,
        now=NOON,
        **fields,
    )


def test_a_request_with_products_begins_with_their_prices():
    wish = (ProductWish(product_id=a_product().pk, quantity=Decimal(3)),)
    request = a_request(kind=RequestKind.OFFER, products=wish)

    draft = offers.begin(order_id=request.pk, user_id=a_clerk().pk, now=NOON)

    assert [(line.description, line.net_amount) for line in draft.lines.all()] == [
        ("Queso Cabrales", Decimal("64.5"))
    ]
    assert (draft.number, draft.valid_on, draft.send_to) == (
        1,
        date(2026, 11, 30),
        "maria@alfreds.example",
    )


def test_an_offer_begins_by_the_sellers_clocks():
    company.keep(company=Company(name="Northwind", time_zone="Pacific/Kiritimati"))
    request = a_request(kind=RequestKind.OFFER)

    draft = offers.begin(order_id=request.pk, user_id=None, now=NOON)

    assert offers.sellers_day(NOON) == date(2026, 11, 17)
    assert draft.valid_on == date(2026, 12, 1)


def test_a_line_of_a_product_is_ordered_as_that_product():
    product = a_product()
    wish = (ProductWish(product_id=product.pk, quantity=Decimal(3)),)
    draft = a_draft(
        request=a_request(kind=RequestKind.OFFER, products=wish),
        lines=[a_priced_line(product_number=product.number), a_priced_line("Delivery")],
    )

    again = offers.save_draft(
        order_id=draft.offer_id,
        revision=draft.revision,
        lines=[a_priced_line(product_number=product.number, quantity=Decimal(2))],
        terms=some_terms(),
        user_id=None,
        now=NOON,
    )

    assert [line.product for line in again.lines.all()] == [product]


def test_there_is_one_draft_however_often_it_is_begun():
    request = a_request(kind=RequestKind.OFFER)

    first = offers.begin(order_id=request.pk, user_id=None, now=NOON)

    assert offers.begin(order_id=request.pk, user_id=None, now=NOON) == first


def test_an_order_is_not_offered():
    with pytest.raises(offers.NotReady):
        offers.begin(order_id=a_request().pk, user_id=None, now=NOON)


def test_options_are_no_part_of_the_total():
    draft = a_draft(lines=[a_priced_line(), OPTION, EXPRESS])

    assert (draft.net_amount, draft.vat_amount, draft.gross_amount) == (4480, 896, 5376)


def test_a_draft_saved_by_another_is_not_overwritten():
    draft = a_draft()
    stale = draft.revision - 1

    with pytest.raises(offers.Stale):
        offers.save_draft(
            order_id=draft.offer_id,
            revision=stale,
            lines=[],
            terms=some_terms(),
            user_id=None,
            now=NOON,
        )

    assert draft.lines.count() == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"lines": []},
        {"lines": [OPTION]},
        {"send_to": ""},
        {"valid_on": date(2026, 11, 15)},
    ],
)
def test_an_unfinished_offer_does_not_go_out(fields):
    draft = a_draft(**fields)

    with pytest.raises(offers.NotReady):
        offers.send(order_id=draft.offer_id, revision=draft.revision, user_id=None, now=NOON)

    assert state_of(draft) == ("draft", "requested", None)


def test_what_was_sent_is_frozen():
    version = a_sent_offer()

    assert state_of(version) == ("sent", "offered", 1)
    assert len(version.fingerprint) == 64
    assert version.offer.order.events.filter(kind="offered", origin="office").count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        OfferVersion.objects.filter(pk=version.pk).update(gross_amount=1, net_amount=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        version.delete()
    line = version.lines.get()
    for change in (
        lambda: version.lines.update(unit_price=1),
        version.lines.all().delete,
        lambda: version.lines.create(
            position=2, description="Late", quantity=1, unit_price=1, net_amount=1
        ),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    assert version.lines.get() == line


def test_an_approval_keeps_the_evidence():
    version = a_sent_offer(lines=[a_priced_line(), OPTION, EXPRESS])

    decision = approve(version, chosen=[2, 3], customer_reference="4500-77", comment="Please call")

    assert (decision.name, decision.email, decision.address) == (
        "Maria Anders",
        "maria@alfreds.example",
        "192.0.2.7",
    )
    assert (decision.fingerprint, decision.chosen) == (version.fingerprint, [2, 3])
    assert (decision.net_amount, decision.vat_amount, decision.gross_amount) == (6016, 1184, 7200)
    assert state_of(version) == ("approved", "approved", 1)
    assert Order.objects.get(pk=version.offer_id).customer_reference == "4500-77"
    assert AuditEntry.objects.filter(kind="offer_decided").count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        OfferDecision.objects.update(name="Somebody")
    with pytest.raises(IntegrityError), transaction.atomic():
        decision.delete()


@pytest.mark.parametrize("chosen", [[1], [7], [2, 9]])
def test_only_options_can_be_chosen(chosen):
    version = a_sent_offer(lines=[a_priced_line(), OPTION])

    with pytest.raises(offers.NotOnOffer):
        approve(version, chosen=chosen)

    assert state_of(version) == ("sent", "offered", 1)


def test_a_second_approval_names_the_first():
    version = a_sent_offer()
    first = approve(version)

    with pytest.raises(offers.AlreadyDecided) as refusal:
        approve(version)

    assert refusal.value.decision == first


@pytest.mark.parametrize("what", ["approve", "decline", "ask_for_change"])
def test_an_offer_holds_to_the_end_of_its_last_day_in_helsinki(what):
    version = a_sent_offer()
    last_moment = datetime(2026, 11, 30, 21, 59, 59, tzinfo=UTC)
    fields = {"total": total_of(version)} if what == "approve" else {"comment": "Too dear"}

    def decide_at(now):
        return getattr(offers, what)(
            order_id=version.offer_id,
            version=1,
            seen=version.fingerprint,
            decider=MARIA,
            now=now,
            **fields,
        )

    with pytest.raises(offers.OfferEnded):
        decide_at(last_moment + timedelta(seconds=1))

    assert decide_at(last_moment).pk


def test_the_old_version_cannot_be_approved_when_a_new_one_is_out():
    old = a_sent_offer()
    new = a_draft(request=old.offer.order.request)
    assert approve_state_is_possible(old)
    sent = offers.send(order_id=new.offer_id, revision=new.revision, user_id=None, now=NOON)

    with pytest.raises(offers.OfferEnded):
        approve(old)

    approve(sent)
    assert state_of(sent) == ("approved", "approved", 2)


def approve_state_is_possible(version):
    """The version with the customer stays open while the next one is being written."""
    return state_of(version)[0] == OfferState.SENT


def test_a_version_that_says_something_else_than_was_seen_is_not_approved():
    version = a_sent_offer()
    version.fingerprint = "0" * 64

    with pytest.raises(offers.OfferEnded):
        approve(version)


def test_nothing_is_sent_over_an_approval():
    version = a_sent_offer()
    draft = a_draft(request=version.offer.order.request)
    approve(version)

    with pytest.raises(offers.AlreadyDecided):
        offers.send(order_id=draft.offer_id, revision=draft.revision, user_id=None, now=NOON)


def test_an_approval_can_be_taken_back_and_given_again():
    version = a_sent_offer()
    approve(version)

    take_back(version)
    take_back(version)

    assert state_of(version) == ("sent", "offered", 1)
    approve(version)
    assert [row.kind for row in OfferDecision.objects.order_by("pk")] == [
        "approved",
        "taken_back",
        "approved",
    ]


def test_a_declined_offer_cancels_its_order_until_a_new_version_is_out():
    version = a_sent_offer()

    decide("decline", version, comment="Too dear")

    assert state_of(version) == ("declined", "cancelled", 1)
    draft = a_draft(request=version.offer.order.request)
    again = offers.send(order_id=draft.offer_id, revision=draft.revision, user_id=None, now=NOON)
    assert state_of(again) == ("sent", "offered", 2)
    assert not again.offer.order.events.filter(kind="cancelled").exists()


@pytest.fixture
def cancelled_draft():
    """The draft of an offer whose request the customer had cancelled meanwhile."""
    draft = a_draft()
    change = changing.ask_for_cancellation(
        order_id=draft.offer_id, reason="Sold", asker=Asker(name="Maria"), now=NOON
    )
    changing.accept(
        order_id=draft.offer_id, change_id=change.pk, user_id=draft.saved_by_id, now=NOON
    )
    return draft


def test_a_cancellation_is_not_undone_by_sending_the_draft_that_was_open(cancelled_draft):
    with pytest.raises(offers.NotReady):
        offers.send(
            order_id=cancelled_draft.offer_id,
            revision=cancelled_draft.revision,
            user_id=None,
            now=NOON,
        )

    order = Order.objects.get(pk=cancelled_draft.offer_id)
    assert order.status == OrderStatus.CANCELLED
    assert order.events.filter(kind="cancelled").exists()


def test_nothing_new_is_begun_for_what_was_cancelled():
    request = a_request(kind=RequestKind.OFFER)
    Order.objects.filter(pk=request.pk).update(status=OrderStatus.CANCELLED)

    with pytest.raises(offers.NotReady):
        offers.begin(order_id=request.pk, user_id=None, now=NOON)


def test_what_was_turned_into_an_order_meanwhile_is_not_offered():
    draft = a_draft()
    OrderRequest.objects.filter(pk=draft.offer_id).update(kind=RequestKind.ORDER)

    with pytest.raises(offers.NotReady):
        offers.send(order_id=draft.offer_id, revision=draft.revision, user_id=None, now=NOON)


def test_a_change_that_is_asked_for_waits_for_the_office():
    version = a_sent_offer()

    decide("ask_for_change", version, comment="Two days later")

    assert state_of(version) == ("change_asked", "offered", 1)
    with pytest.raises(offers.OfferEnded):
        approve(version)


def test_an_offer_that_was_called_back_is_off_the_table():
    version = a_sent_offer()

    offers.call_back(order_id=version.offer_id, now=NOON)
    offers.call_back(order_id=version.offer_id, now=NOON)

    assert state_of(version) == ("called_back", "requested", 1)
    with pytest.raises(offers.OfferEnded):
        approve(version)
    assert AuditEntry.objects.filter(kind="offer_called_back").count() == 1


def test_an_approved_offer_is_not_called_back():
    offer = an_approved_offer()

    with pytest.raises(offers.AlreadyDecided):
        offers.call_back(order_id=offer.pk, now=NOON)


def test_offers_end_by_themselves_after_their_last_day():
    ending, longer, decided = (
        a_sent_offer(),
        a_sent_offer(valid_on=date(2026, 12, 1)),
        a_sent_offer(),
    )
    approve(decided)
    midnight = datetime(2026, 11, 30, 22, tzinfo=UTC)

    assert offer_mail.expire_due(now=midnight - timedelta(seconds=1)) == 0
    assert offer_mail.expire_due(now=midnight) == 1
    assert offer_mail.expire_due(now=midnight) == 0

    assert [state_of(version)[:2] for version in (ending, longer, decided)] == [
        ("expired", OrderStatus.CANCELLED),
        ("sent", OrderStatus.OFFERED),
        ("approved", OrderStatus.APPROVED),
    ]


def test_a_reminder_is_set_before_the_end_and_only_if_it_is_still_to_come():
    ends = datetime(2026, 11, 30, 22, tzinfo=UTC)

    reminded = a_sent_offer(remind_days=2)
    too_late = a_sent_offer(remind_days=30)

    assert Offer.objects.get(pk=reminded.offer_id).remind_at == ends - timedelta(days=2)
    assert Offer.objects.get(pk=too_late.offer_id).remind_at is None


@pytest.mark.django_db(transaction=True)
def test_four_people_who_approve_at_once_make_one_approval():
    version = a_sent_offer()

    outcomes = at_once(*[lambda: approve(version)] * 4)

    assert OfferDecision.objects.count() == 1
    assert sorted(type(outcome).__name__ for outcome in outcomes) == [
        "AlreadyDecided",
        "AlreadyDecided",
        "AlreadyDecided",
        "OfferDecision",
    ]


@pytest.mark.django_db(transaction=True)
def test_an_approval_and_a_new_version_at_once_leave_one_truth():
    old = a_sent_offer()
    draft = a_draft(request=old.offer.order.request)

    at_once(
        lambda: approve(old),
        lambda: offers.send(
            order_id=draft.offer_id, revision=draft.revision, user_id=None, now=NOON
        ),
    )

    approvals = OfferDecision.objects.filter(kind="approved").count()
    assert (state_of(old)[0], approvals, state_of(old)[2]) in [("approved", 1, 1), ("sent", 0, 2)]


@pytest.mark.django_db(transaction=True)
def test_an_approval_and_a_withdrawal_at_once_leave_one_truth():
    version = a_sent_offer()

    at_once(lambda: approve(version), lambda: offers.call_back(order_id=version.offer_id, now=NOON))

    approvals = OfferDecision.objects.filter(kind="approved").count()
    assert (state_of(version)[:2], approvals) in [
        (("approved", "approved"), 1),
        (("called_back", "requested"), 0),
    ]


@pytest.mark.django_db(transaction=True)
def test_two_clerks_who_begin_an_offer_at_once_write_one_draft():
    request = a_request(kind=RequestKind.OFFER)
    clerks = [a_clerk(), a_clerk()]

    drafts = at_once(
        *[
            lambda clerk=clerk: offers.begin(order_id=request.pk, user_id=clerk.pk, now=NOON)
            for clerk in clerks
        ]
    )

    assert drafts[0] == drafts[1] == OfferVersion.objects.get()


@pytest.mark.django_db(transaction=True)
def test_two_clerks_who_send_the_same_draft_at_once_send_one_version():
    draft = a_draft()

    def send(clerk):
        return offer_mail.send(
            order_id=draft.offer_id, revision=draft.revision, user_id=clerk.pk, now=NOON
        )

    clerks = [a_clerk(), a_clerk()]
    outcomes = at_once(*[lambda clerk=clerk: send(clerk) for clerk in clerks])

    assert sorted(isinstance(each, DomainError) for each in outcomes) == [False, True]
    assert OfferVersion.objects.get().sent_at == NOON
    assert OutgoingMessage.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_approval_at_midnight_and_the_end_at_once_leave_one_truth():
    version = a_sent_offer()
    midnight = datetime(2026, 11, 30, 22, tzinfo=UTC)

    outcome, _ended = at_once(
        lambda: approve(version, now=midnight - timedelta(seconds=1)),
        lambda: offer_mail.expire_due(now=midnight),
    )

    approvals = OfferDecision.objects.filter(kind="approved").count()
    ended = isinstance(outcome, offers.OfferEnded)
    assert (state_of(version)[0], approvals, ended) in [
        ("approved", 1, False),
        ("expired", 0, True),
    ]
