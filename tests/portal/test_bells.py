import logging
import socket
import time
from uuid import uuid4

import pytest
from celery import Celery
from django.db import transaction

from portal.celery import app
from portal.lib import bells
from tests.servers import RUN


@pytest.fixture
def worker_queue():
    """What waits in the default queue, taken out as it is read.

    The queue is the test's own: other processes of the run ring bells at the same broker.
    """
    ours = Celery()
    ours.config_from_object("django.conf:settings", namespace="CELERY")
    ours.conf.task_default_queue = f"bells-{uuid4()}"
    name = ours.conf.task_default_queue
    with ours.connection_for_read() as connection, connection.SimpleQueue(name) as queue:

        def read():
            return [
                (message.headers["task"], message.payload[1])
                for message in iter(lambda: _next(queue), None)
            ]

        yield read
    app.set_current()


def _next(queue):
    try:
        message = queue.get(timeout=0.2)
    except queue.Empty:
        return None
    message.ack()
    return message


@pytest.mark.django_db(transaction=True)
def test_a_bell_rings_after_the_commit_with_its_ids(worker_queue):
    with transaction.atomic():
        bells.ring("orders.look", order_id=7)
        before_the_commit = worker_queue()

    assert (before_the_commit, worker_queue()) == ([], [("orders.look", {"order_id": 7})])


@pytest.mark.django_db(transaction=True)
def test_a_bell_of_a_transaction_that_fails_never_rings(worker_queue):
    with transaction.atomic():
        bells.ring("orders.look", order_id=7)
        transaction.set_rollback(True)

    assert worker_queue() == []


@pytest.fixture
def broker_that_is_away():
    away = Celery(broker=f"redis+socket://{RUN}/nobody.sock")
    away.config_from_object("django.conf:settings", namespace="CELERY")
    yield
    app.set_current()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("broker_that_is_away")
def test_a_broker_that_is_away_costs_the_request_a_log_line_and_little_time(caplog):
    started = time.monotonic()

    with caplog.at_level(logging.WARNING, "portal.lib.bells"):
        bells.ring("orders.look", order_id=7)

    assert [record.message for record in caplog.records] == ["bell lost"]
    assert time.monotonic() - started < 10


@pytest.fixture
def broker_that_hangs():
    """It takes connections and never answers on them."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        hanging = Celery(broker=f"redis://127.0.0.1:{listening.getsockname()[1]}/0")
        hanging.config_from_object("django.conf:settings", namespace="CELERY")
        yield
    app.set_current()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("broker_that_hangs")
def test_a_broker_that_hangs_costs_the_request_a_log_line_and_little_time(caplog):
    took = []

    with caplog.at_level(logging.WARNING, "portal.lib.bells"):
        for _ in range(2):
            started = time.monotonic()
            bells.ring("orders.look", order_id=7)
            took.append(time.monotonic() - started)

    assert [record.message for record in caplog.records] == ["bell lost", "bell lost"]
    assert max(took) < 10


@pytest.mark.django_db
def test_the_same_bell_of_a_transaction_is_sent_once(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as rung:
        for order_id in (7, 7, 8):
            bells.ring("orders.look", order_id=order_id)

    assert [bell.args for bell in rung] == [
        ("orders.look", {"order_id": 7}),
        ("orders.look", {"order_id": 8}),
    ]


@pytest.mark.django_db
def test_a_bell_that_was_undone_rings_when_it_is_rung_again(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as rung:
        with transaction.atomic():
            bells.ring("orders.look", order_id=7)
            transaction.set_rollback(True)
        bells.ring("orders.look", order_id=7)
        with transaction.atomic():
            bells.ring("orders.look", order_id=8)
        bells.ring("orders.look", order_id=8)

    assert [bell.args[1]["order_id"] for bell in rung] == [7, 8]
