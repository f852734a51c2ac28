"""A worker that is killed while it sends: nothing is lost, and nothing goes twice without reason.

`make chaos` has the long version.
"""

import pytest

from tests.accounts.mail_chaos import a_sender, endure
from tests.mail_server import a_mail_server

SEED = 20260402


@pytest.mark.django_db(transaction=True)
def test_300_messages_arrive_although_the_worker_is_killed_twice():
    with a_mail_server() as server:
        found = endure(
            server, messages=300, kills=1, held=[150], start=a_sender(lease=2), seed=SEED
        )

    assert found.is_as_promised, found
    # The one whose answer was held back while the worker died, and perhaps that of the other kill.
    assert 1 <= found.taken_twice <= found.in_doubt <= found.kills
    assert found.taken_once + found.taken_twice == found.queued == 300
