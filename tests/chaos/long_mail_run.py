"""`make chaos`: the long version of what tests/accounts/test_killed_worker.py shows."""

import sys
import time

import pytest

from tests.accounts.mail_chaos import a_celery_worker, endure
from tests.mail_server import a_mail_server

SEED = 20260402


def say(words):
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


@pytest.mark.django_db(transaction=True)
def test_10_000_messages_arrive_although_the_worker_is_killed_ten_times():
    started = time.monotonic()
    with a_mail_server() as server:
        found = endure(server, messages=10_000, kills=10, start=a_celery_worker, seed=SEED, say=say)

    say(f"seed {SEED}: {found} in {time.monotonic() - started:.0f} s")
    assert found.is_as_promised, found
