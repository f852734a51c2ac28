"""The more often something is tried, the longer the wait; counted before it is looked at."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections

from accounts.models import Throttle
from accounts.services import throttling
from accounts.services.throttling import Limit, TooManyTries
from accounts.tasks import forget_tries

NOW = datetime(2026, 11, 16, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
EMAIL = Limit(
    name="test.email",
    free=3,
    first_wait=MINUTE,
    longest_wait=5 * MINUTE,
    memory=timedelta(days=1),
)
NETWORK = Limit(
    name="test.network",
    free=5,
    first_wait=MINUTE,
    longest_wait=5 * MINUTE,
    memory=timedelta(days=1),
)
MARIA = {EMAIL: "maria@customer.example"}


def admit(tries=MARIA, now=NOW, times=1):
    for _ in range(times):
        throttling.admit(tries=tries, now=now)


def wait(tries=MARIA, now=NOW):
    """How long the next try has to wait, in minutes; None when it went through."""
    try:
        admit(tries, now)
    except TooManyTries as error:
        return (error.until - now) / MINUTE
    return None


@pytest.mark.django_db
def test_each_try_after_the_free_ones_waits_twice_as_long_up_to_the_longest():
    admit(times=3)
    waits, now = [], NOW
    for _ in range(5):
        waits.append(wait(now=now))
        now += waits[-1] * MINUTE
        admit(now=now)

    assert waits == [1, 2, 4, 5, 5]


@pytest.mark.django_db
def test_a_try_that_has_to_wait_is_not_counted():
    admit(times=3)

    assert [wait(now=NOW + timedelta(seconds=second)) for second in (0, 30, 60)] == [1, 0.5, None]
    assert Throttle.objects.get().tries == 4


@pytest.mark.django_db
def test_other_keys_and_other_limits_are_not_concerned():
    admit(times=3)

    assert wait() == 1
    assert wait({EMAIL: "sam@customer.example"}) is None
    assert wait({NETWORK: "maria@customer.example"}) is None


@pytest.mark.django_db
def test_one_limit_that_waits_holds_the_try_and_the_others_count_nothing():
    both = {**MARIA, NETWORK: "192.0.2.0/24"}
    admit(both, times=3)

    assert wait(both) == 1
    assert dict(Throttle.objects.values_list("limit", "tries")) == {
        "test.email": 3,
        "test.network": 3,
    }


@pytest.mark.django_db
def test_of_several_waits_the_longest_is_told():
    admit({NETWORK: "192.0.2.0/24"}, times=5)
    admit({NETWORK: "192.0.2.0/24"}, NOW + MINUTE)
    admit(times=3, now=NOW + MINUTE)

    assert wait({**MARIA, NETWORK: "192.0.2.0/24"}, NOW + MINUTE) == 2


@pytest.mark.django_db
def test_long_after_the_last_try_everything_is_forgotten():
    admit(times=3)

    assert wait(now=NOW + timedelta(hours=23)) is None
    assert Throttle.objects.get().tries == 4
    assert wait(now=NOW + timedelta(days=2)) is None
    assert Throttle.objects.get().tries == 1


@pytest.mark.django_db
def test_a_right_answer_forgives_the_tries_of_its_key_and_takes_one_back_from_others():
    both = {**MARIA, NETWORK: "192.0.2.0/24"}
    admit(both, times=3)

    throttling.forgive(tries=MARIA)
    throttling.take_back(tries={NETWORK: "192.0.2.0/24"})

    assert dict(Throttle.objects.values_list("limit", "tries")) == {"test.network": 2}
    assert wait() is None


@pytest.mark.django_db
def test_a_right_answer_after_the_wait_leaves_no_wait_behind():
    admit(times=3)
    admit(now=NOW + MINUTE)

    throttling.take_back(tries=MARIA)

    assert wait(now=NOW + MINUTE) is None
    assert wait(now=NOW + MINUTE) == 2


@pytest.mark.django_db
def test_taking_back_what_was_never_tried_changes_nothing():
    throttling.take_back(tries=MARIA)
    throttling.forgive(tries=MARIA)

    assert not Throttle.objects.exists()


@pytest.mark.django_db
def test_the_table_names_nobody():
    admit()

    row = Throttle.objects.values().get()
    assert "maria" not in str(row)
    assert len(row["digest"]) == 64


@pytest.mark.django_db
def test_old_counts_are_swept_and_others_stay():
    now = datetime.now(UTC)  # noqa: TID251 - the task asks the clock
    admit({EMAIL: "old"}, now - timedelta(days=2))
    admit({EMAIL: "new"}, now)

    forget_tries()

    assert Throttle.objects.get().forget_at == now + timedelta(days=1)


@pytest.mark.django_db
@pytest.mark.parametrize("others", [0, 300])
def test_a_try_costs_the_same_among_many_keys(others, django_assert_num_queries):
    for number in range(others):
        Throttle.objects.create(limit="test.email", digest=f"{number}", forget_at=NOW)

    # Two looks, an insert and an update, and the savepoint around them and around the update.
    with django_assert_num_queries(7):
        admit({**MARIA, NETWORK: "192.0.2.0/24"})


@pytest.mark.django_db(transaction=True)
def test_guesses_made_at_the_same_moment_are_counted_one_by_one():
    start = threading.Barrier(8)
    admitted = []

    def guess():
        try:
            start.wait(10)
            # Two keys in either order, as two forms may name them.
            admit({**MARIA, NETWORK: "192.0.2.0/24"})
            admitted.append(1)
        except TooManyTries:
            pass
        finally:
            connections.close_all()

    threads = [threading.Thread(target=guess) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(admitted) == 3
    assert dict(Throttle.objects.values_list("limit", "tries")) == {
        "test.email": 3,
        "test.network": 3,
    }


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.17", "192.0.2.0/24"),
        ("::ffff:192.0.2.17", "192.0.2.0/24"),
        ("2001:db8:1:2ff::17", "2001:db8:1:200::/56"),
        ("nonsense", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_an_address_counts_for_its_network(address, network):
    assert throttling.network(address) == network
