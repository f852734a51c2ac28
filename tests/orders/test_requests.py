import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from orders.models import Order, OrderRequest, OrderStop
from orders.services import requests, sending
from orders.states import MOVES, OrderOrigin, OrderStatus, RequestKind
from orders.story import progress
from orders.wishes import ProductWish
from tests.builders.accounts import a_customer
from tests.builders.wishes import (
    NOON,
    a_product,
    a_request,
    a_stop,
    a_wish,
    an_order_type,
    some_goods,
)
from tests.threads import at_once

pytestmark = pytest.mark.django_db


def test_a_wish_becomes_an_order_with_its_way_and_its_request():
    customer = a_customer()
    kind = an_order_type(cut_off_hours=12)
    wish = a_wish(customer, order_type_id=kind.pk, note_to_driver="Ring twice")

    request = requests.place(wish=wish, now=NOON)

    order = Order.objects.get()
    assert re.fullmatch(r"W\d{5,}", order.number)
    assert (order.source, order.origin, order.status) == ("", "web", "received")
    assert (order.customer, order.payer, order.currency) == (customer, customer, "EUR")
    assert (order.ordered_at, order.requested_on) == (NOON, date(2026, 11, 25))
    assert (order.ship_to_name, order.ship_to_city) == ("Ernst Handel", "Graz")
    assert [(stop.position, stop.kind, stop.city) for stop in order.stops.order_by("position")] == [
        (1, "pickup", "Berlin"),
        (2, "delivery", "Graz"),
    ]
    assert [(row.quantity, row.package) for row in order.goods.all()] == [
        (Decimal(2), "eur_pallet")
    ]
    assert [(event.kind, event.origin, event.happened_at) for event in order.events.all()] == [
        ("received", "web", NOON)
    ]
    assert (request.order, request.kind, request.note_to_driver) == (order, "order", "Ring twice")
    assert request.cut_off_at == datetime(2026, 11, 23, 17, tzinfo=UTC)
    assert not request.is_handled


def test_a_mail_names_the_type_also_where_its_language_has_no_name_for_it():
    request = a_request(order_type_id=an_order_type().pk, language="de")

    with translation.override("de"):
        told = [value for _label, value in sending.facts_of(request)]

    assert told[0] == "Transport order"


def test_an_offer_request_is_not_ordered_yet():
    request = a_request(kind=RequestKind.OFFER)

    order = request.order
    assert (order.status, order.shown_status) == (OrderStatus.REQUESTED, OrderStatus.REQUESTED)
    assert [event.kind for event in order.events.all()] == ["requested"]
    assert progress(order) == (0, 6)
    assert list(Order.objects.open()) == [order]


def test_the_payer_of_the_customer_pays_unless_the_wish_names_one():
    payer, other = a_customer(), a_customer()
    customer = a_customer(payer=payer)

    assert a_request(customer).order.payer == payer
    assert a_request(customer, payer_id=other.pk).order.payer == other


def test_products_are_priced_by_the_register():
    cheese = a_product()
    free = a_product("12", unit_price=None)
    foreign = a_product("13", currency="USD")
    wishes = tuple(
        ProductWish(product_id=row.pk, quantity=Decimal(3)) for row in (cheese, free, foreign)
    )

    order = a_request(stops=(), goods=(), products=wishes).order

    lines = order.lines.order_by("position").values_list(
        "product_number", "unit_price", "net_amount"
    )
    assert list(lines) == [("11", Decimal("21.5"), Decimal("64.5")), ("12", 0, 0), ("13", 0, 0)]
    assert (order.net_amount, order.vat_amount, order.gross_amount) == (
        Decimal("64.50"),
        Decimal("16.45"),
        Decimal("80.95"),
    )
    assert (order.requested_on, order.ship_to_city) == (None, "")


@pytest.mark.parametrize("fields", [{"is_active": False}, {"removed_at": NOON}])
def test_a_product_that_is_not_for_sale_refuses_the_whole_wish(fields):
    product = a_product(**fields)
    wish = a_wish(products=(ProductWish(product_id=product.pk, quantity=Decimal(1)),))

    with pytest.raises(requests.NotForSale):
        requests.place(wish=wish, now=NOON)

    assert not Order.objects.exists()


def test_the_same_form_sent_again_is_the_same_order():
    wish = a_wish()

    first = requests.place(wish=wish, now=NOON)
    again = requests.place(wish=wish, now=NOON + timedelta(hours=1))

    assert again == first
    assert Order.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_form_sent_twice_at_once_is_one_order():
    wish = a_wish()
    sent = at_once(*[lambda: requests.place(wish=wish, now=NOON)] * 4)

    assert [request.order_id for request in sent] == [Order.objects.get().pk] * 4


def test_every_order_has_its_own_number():
    customer = a_customer()

    numbers = {a_request(customer).order.number for _ in range(3)}

    assert len(numbers) == 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"goods": (some_goods(quantity=Decimal(0)),)},
        {"goods": (some_goods(quantity=Decimal(-1)),)},
        {"goods": (some_goods(gross_weight=Decimal(-1)),)},
        {"goods": (some_goods(is_dangerous=True),)},
        {"goods": (some_goods(lowest_temperature=Decimal(8), highest_temperature=Decimal(2)),)},
        {"goods": (some_goods(loaded_at=2, unloaded_at=1),)},
        {"stops": (a_stop(ends_at=datetime(2026, 11, 24, 4, tzinfo=UTC)),)},
        {"stops": (a_stop("detour"),)},
        {"kind": "whim"},
    ],
)
def test_the_database_refuses_nonsense(wrong):
    wish = a_wish(**wrong)

    with pytest.raises(IntegrityError), transaction.atomic():
        requests.place(wish=wish, now=NOON)


def test_nobody_is_said_to_have_handled_what_is_new():
    request = a_request()

    with pytest.raises(IntegrityError), transaction.atomic():
        OrderRequest.objects.filter(pk=request.pk).update(handled_at=NOON)


def test_new_requests_are_told_apart_by_kind():
    order, offer = a_request(), a_request(kind=RequestKind.OFFER)

    assert list(OrderRequest.objects.new(RequestKind.OFFER)) == [offer]
    assert set(OrderRequest.objects.new()) == {order, offer}


def test_a_stop_without_a_time_begins_with_its_day():
    pickup = a_stop(day=date(2026, 12, 7), starts_at=None, ends_at=None)
    delivery = a_stop(
        "delivery", day=date(2026, 12, 9), starts_at=NOON + timedelta(days=23), ends_at=None
    )
    kind = an_order_type(cut_off_hours=24)

    request = a_request(order_type_id=kind.pk, stops=(pickup, delivery))

    # Midnight in Helsinki.
    assert request.cut_off_at == datetime(2026, 12, 5, 22, tzinfo=UTC)


def test_an_order_without_a_day_or_a_type_has_no_cut_off():
    dayless = a_stop(day=None, starts_at=None, ends_at=None)

    assert a_request(order_type_id=an_order_type().pk, stops=(dayless,)).cut_off_at is None
    assert a_request().cut_off_at is None


def test_moves_lead_to_known_states_and_never_in_place():
    assert {status for status, there in MOVES.items() if status in there} == set()
    assert set().union(*MOVES.values()) <= set(OrderStatus)


def test_the_kinds_of_a_stop_are_those_of_the_database():
    assert OrderStop.Kind.values == ["pickup", "delivery", "stop"]
    assert OrderOrigin.values == ["erp", "web", "portal", "office"]
