from datetime import timedelta

import pytest

from orders.models import Presence
from orders.services import presence
from tests.builders.accounts import a_clerk, a_customer
from tests.builders.wishes import NOON, a_request
from tests.threads import at_once

pytestmark = pytest.mark.django_db

MINUTE = presence.COUNTS_FOR


@pytest.fixture
def laura():
    return a_clerk(first_name="Laura", last_name="Callahan")


@pytest.fixture
def nancy():
    return a_clerk(first_name="Nancy", last_name="Davolio")


def opened(request, clerk, now=NOON):
    presence.seen(order_id=request.pk, user_id=clerk.pk, now=now)


def names(request, clerk, now=NOON):
    return presence.others([request.pk], but=clerk.pk, now=now).get(request.pk, [])


def test_whoever_opens_a_request_is_seen_by_the_others_alone(laura, nancy):
    request = a_request()
    opened(request, laura)

    assert names(request, nancy) == ["Laura Callahan"]
    assert names(request, laura) == []


def test_after_a_minute_without_a_sign_somebody_is_gone(laura, nancy):
    request = a_request()
    opened(request, laura)

    assert names(request, nancy, NOON + MINUTE - timedelta(seconds=1)) == ["Laura Callahan"]
    assert names(request, nancy, NOON + MINUTE) == []
    assert presence.still_there(order_id=request.pk, user_id=laura.pk, now=NOON + MINUTE)
    assert names(request, nancy, NOON + MINUTE) == ["Laura Callahan"]


def test_what_is_no_request_is_not_noted(laura):
    assert not presence.still_there(order_id=7, user_id=laura.pk, now=NOON)
    assert not Presence.objects.exists()


def test_there_are_never_more_rows_than_pages_open(laura):
    customer = a_customer()
    for minute in range(5):
        opened(a_request(customer), laura, NOON + minute * MINUTE)

    assert Presence.objects.count() == 1


def test_two_pages_open_at_a_time_are_both_seen(laura, nancy):
    customer = a_customer()
    first, second = a_request(customer), a_request(customer)
    opened(first, laura)
    opened(second, laura)
    opened(second, laura)

    assert Presence.objects.count() == 2
    assert names(first, nancy) == names(second, nancy) == ["Laura Callahan"]


def test_a_whole_list_is_one_query(laura, nancy, django_assert_num_queries):
    customer = a_customer()
    requests = [a_request(customer) for _ in range(3)]
    for request in requests[:2]:
        opened(request, laura)

    with django_assert_num_queries(1):
        found = presence.others([each.pk for each in requests], but=nancy.pk, now=NOON)

    assert found == {each.pk: ["Laura Callahan"] for each in requests[:2]}


@pytest.mark.django_db(transaction=True)
def test_two_pages_that_say_so_at_once_write_one_row(laura):
    request = a_request()

    outcomes = at_once(*[lambda: opened(request, laura)] * 4)

    assert outcomes == [None] * 4
    assert Presence.objects.count() == 1
