import threading
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from accounts.models import AuditEntry
from accounts.services import merging
from orders import splitting
from orders.models import Offer, Order, OrderRequest
from orders.services import offers, ordering
from orders.states import RequestKind
from tests.builders.accounts import a_clerk, a_customer
from tests.builders.offers import (
    a_priced_line,
    a_sent_offer,
    an_approved_offer,
    approve,
    take_back,
)
from tests.builders.wishes import NOON, a_guest, a_request, an_order_type
from tests.threads import at_once, until_somebody_waits

pytestmark = pytest.mark.django_db

OPTION = a_priced_line(
    "Insurance", quantity=Decimal(1), unit_price=Decimal(96), vat_rate=Decimal(0), kind="optional"
)


def create(offer, split=splitting.whole, clerk=None):
    made, _is_new = ordering.create_orders(
        order_id=offer.pk, split=split, user_id=(clerk or a_clerk()).pk, now=NOON
    )
    return made


def in_parts(parts):
    return lambda stops, goods: splitting.in_parts(stops, goods, parts)


def by_day(*days):
    zone = ZoneInfo("Europe/Helsinki")
    return lambda stops, goods: splitting.by_day(
        stops, goods, [date(2026, 11, day) for day in days], zone=zone
    )


def test_one_order_is_the_offers_own_under_its_number():
    clerk = a_clerk()
    offer = an_approved_offer(lines=[a_priced_line(), OPTION], chosen=[2])
    number = offer.order.number

    (order,) = create(offer, clerk=clerk)

    assert (order.pk, order.number, order.status) == (offer.pk, number, "received")
    assert (order.net_amount, order.vat_amount, order.gross_amount) == (4576, 896, 5472)
    assert [(line.position, line.description) for line in order.lines.order_by("position")] == [
        (1, "Run Berlin to Graz"),
        (2, "Insurance"),
    ]
    assert [stop.city for stop in order.stops.order_by("position")] == ["Berlin", "Graz"]
    request = OrderRequest.objects.get(pk=order.pk)
    assert (request.kind, request.made_of, request.handled_by) == ("order", offer, clerk)
    assert Offer.objects.get(pk=offer.pk).state == "ordered"
    assert AuditEntry.objects.get(kind="orders_created").after == {"orders": [number]}


def test_several_orders_share_what_was_approved_to_the_cent():
    line = a_priced_line(
        quantity=Decimal(1), unit_price=Decimal("100.01"), vat_rate=Decimal("25.5")
    )
    offer = an_approved_offer(lines=[line])
    number = offer.order.number

    orders = create(offer, split=in_parts(2))

    assert [order.number for order in orders] == [number, f"{number}-2"]
    assert [order.net_amount for order in orders] == [Decimal("50.00"), Decimal("50.01")]
    assert [order.lines.get().quantity for order in orders] == [Decimal("0.5")] * 2
    assert [order.goods.get().quantity for order in orders] == [1, 1]
    assert [event.kind for event in orders[1].events.all()] == ["received"]
    keys = {order.request.key for order in Order.objects.select_related("request")}
    assert len(keys) == 2
    assert {order.customer_id for order in orders} == {offer.order.customer_id}


def test_the_vat_of_all_orders_is_what_was_approved():
    line = a_priced_line(quantity=Decimal(1), unit_price=Decimal(1), vat_rate=Decimal("25.5"))
    offer = an_approved_offer(lines=[line])

    orders = create(offer, split=lambda stops, goods: splitting.whole(stops, goods) * 4)

    assert [order.vat_amount for order in orders] == [Decimal("0.06")] * 3 + [Decimal("0.08")]
    assert sum(order.gross_amount for order in orders) == Decimal("1.26")


def test_a_second_click_gives_the_same_orders():
    offer = an_approved_offer()
    first = create(offer, split=in_parts(2))

    again = create(offer)

    assert again == first
    assert Order.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_clerks_who_click_at_once_make_the_orders_once():
    offer = an_approved_offer()
    clerks = [a_clerk(), a_clerk()]

    outcomes = at_once(
        *[
            lambda clerk=clerk: ordering.create_orders(
                order_id=offer.pk, split=in_parts(2), user_id=clerk.pk, now=NOON
            )
            for clerk in clerks * 2
        ]
    )

    assert Order.objects.count() == 2
    assert {tuple(order.number for order in made) for made, _is_new in outcomes} == {
        tuple(Order.objects.order_by("pk").values_list("number", flat=True))
    }
    assert sum(is_new for _made, is_new in outcomes) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("older_goes", [True, False])
def test_orders_made_while_their_customer_is_merged_are_the_survivors(older_goes):
    guests = a_guest(), a_guest("ann@alfreds.example")
    away, survivor = guests if older_goes else reversed(guests)
    offer = an_approved_offer(away)
    clerk = a_clerk()

    def merge():
        return merging.merge(
            away_id=away.pk,
            survivor_id=survivor.pk,
            user_id=clerk.pk,
            may_give_rights=True,
            now=NOON,
        )

    outcomes = at_once(merge, lambda: create(offer, split=in_parts(2), clerk=clerk))

    assert not [each for each in outcomes if isinstance(each, Exception)]
    assert {order.customer_id for order in Order.objects.all()} == {survivor.pk}
    assert {order.payer_id for order in Order.objects.all()} == {survivor.pk}


@pytest.mark.django_db(transaction=True)
def test_a_merge_waits_for_orders_that_are_being_made():
    """The worst moment: the merge has begun, and does not see orders that are not committed."""
    away, survivor = a_guest(), a_customer("10001")
    offer = an_approved_offer(away)
    clerk = a_clerk()
    begun = threading.Event()

    def create_slowly():
        with transaction.atomic():
            create(offer, split=in_parts(2), clerk=clerk)
            begun.set()
            until_somebody_waits()

    def merge():
        begun.wait(10)
        return merging.merge(
            away_id=away.pk,
            survivor_id=survivor.pk,
            user_id=clerk.pk,
            may_give_rights=True,
            now=NOON,
        )

    outcomes = at_once(create_slowly, merge)

    assert outcomes == [None, survivor]
    assert {order.customer_id for order in Order.objects.all()} == {survivor.pk}


@pytest.mark.django_db(transaction=True)
def test_orders_and_a_withdrawn_approval_at_once_leave_one_truth():
    offer = an_approved_offer()
    clerk = a_clerk()

    at_once(
        lambda: create(offer, clerk=clerk),
        lambda: take_back(offer.live),
    )

    order = Order.objects.get()
    assert (Offer.objects.get().state, order.status) in [
        ("ordered", "received"),
        ("sent", "offered"),
    ]


def test_nothing_is_ordered_that_is_not_approved():
    version = a_sent_offer()

    with pytest.raises(ordering.NotApproved):
        create(version.offer)

    approve(version)
    take_back(version)
    with pytest.raises(ordering.NotApproved):
        create(version.offer)


def test_an_approval_that_became_orders_cannot_be_taken_back():
    offer = an_approved_offer()
    create(offer)

    with pytest.raises(offers.AlreadyDecided):
        take_back(offer.live)


def test_orders_of_other_days_go_where_the_offer_went():
    offer = an_approved_offer()

    made = create(offer, split=by_day(24, 26))

    assert [made_order.requested_on.day for made_order in made] == [25, 27]
    assert {made_order.ship_to_city for made_order in made} == {"Graz"}


def test_changes_of_each_order_may_be_asked_for_until_its_own_day():
    request = a_request(kind=RequestKind.OFFER, order_type_id=an_order_type(cut_off_hours=24).pk)
    offer = an_approved_offer(request=request)

    made = create(offer, split=by_day(26, 30))

    assert [order.request.cut_off_at.astimezone(UTC) for order in made] == [
        datetime(2026, 11, 25, 5, tzinfo=UTC),
        datetime(2026, 11, 29, 5, tzinfo=UTC),
    ]
