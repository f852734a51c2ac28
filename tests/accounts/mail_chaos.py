"""Messages under fire: workers that are killed again and again while they send."""

import os
import signal
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from subprocess import DEVNULL, STDOUT, Popen

from django.conf import settings
from django.db import connection
from django.forms import model_to_dict

from accounts.models import MessageAttempt, OutgoingMessage
from accounts.models.message import new_message_id
from accounts.services import delivery
from accounts.states import AttemptOutcome, MessageState
from tests.builders.messages import a_message
from tests.servers import POSTGRES, RUN, VALKEY

ROOT = Path(settings.BASE_DIR)
LOG = RUN / "mail-worker.log"
# Seconds without a message; a claim whose worker died is left alone for three minutes.
PATIENCE = 600


@dataclass
class Found:
    """What the server and the rows tell after all is over, by Message-ID."""

    queued: int
    kills: int
    sent: int
    never_taken: int
    taken_once: int
    taken_twice: int
    # Claims whose worker was killed before it noted the answer.
    in_doubt: int
    # Taken more often than the claims in doubt explain.
    unexplained: list

    @property
    def is_as_promised(self):
        return self.sent == self.queued and not self.never_taken and not self.unexplained


def endure(server, *, messages, kills, start, seed, say=lambda words: None, held=()):
    """Have the messages sent while the worker is killed, and count what arrived how often.

    Kills come after random numbers of messages. Those in `held` come while the server keeps back
    the answer to the message of that number: the one moment that nobody can make good.
    """
    dice = Random(seed)
    _queue(messages)
    moments = sorted({*held, *dice.sample(range(messages // 20, messages * 19 // 20), kills)})
    worker = start(server.port)
    try:
        for moment in moments:
            if moment in held:
                server.hold_at(moment)
                assert server.holding.wait(300)
            else:
                _wait_for(lambda moment=moment: len(server.taken) >= moment, server, worker)
                threading.Event().wait(dice.uniform(0, 0.2))
            _kill(worker)
            server.let_go()
            say(f"killed after {len(server.taken)} messages")
            worker = start(server.port)
        _wait_for(_is_over, server, worker)
    finally:
        _kill(worker)
    return _counted(server, kills=len(moments))


def _queue(number):
    """So many messages that wait: one as services compose it, and copies of it."""
    first = a_message()
    copied = model_to_dict(first, exclude=["id", "message_id", "user", "customer", "search_text"])
    OutgoingMessage.objects.bulk_create(
        [OutgoingMessage(**copied, message_id=new_message_id()) for _ in range(number - 1)],
        batch_size=1000,
    )


def a_sender(lease):
    """Starts a process that sends, with leases of so many seconds."""

    def start(port):
        return _spawn([sys.executable, "-m", "tests.accounts.mail_worker", str(port), str(lease)])

    return start


def a_celery_worker(port):
    """Starts the worker that production runs, with two processes and its own beat."""
    return _spawn(
        [
            *(sys.executable, "-m", "celery", "--app", "portal", "worker", "--concurrency", "2"),
            *("--beat", "--scheduler", "celery.beat:Scheduler", "--loglevel", "WARNING"),
            *("--without-gossip", "--without-mingle"),
        ],
        DJANGO_SETTINGS_MODULE="portal.settings",
        EMAIL_URL=f"smtp://127.0.0.1:{port}",
        REDIS_URL=VALKEY.url,
    )


def _spawn(command, **environment):
    database = POSTGRES.url(connection.settings_dict["NAME"])
    with LOG.open("ab") as log:
        return Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": database, **environment},
            stdin=DEVNULL,
            stdout=log,
            stderr=STDOUT,
            # A group of its own, so that a kill takes the processes of the worker along.
            start_new_session=True,
        )


def _kill(worker):
    with suppress(ProcessLookupError):
        os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


def _is_over():
    return not OutgoingMessage.objects.exclude(state=MessageState.SENT).exists()


def _wait_for(happened, server, worker):
    """As long as it takes, while messages go on arriving."""
    seen, patient_until = 0, time.monotonic() + PATIENCE
    while not happened():
        assert worker.poll() is None, LOG.read_text()[-3000:]
        if len(server.taken) > seen:
            seen, patient_until = len(server.taken), time.monotonic() + PATIENCE
        assert time.monotonic() < patient_until, Counter(
            OutgoingMessage.objects.values_list("state", flat=True)
        )
        threading.Event().wait(0.05)


def _counted(server, *, kills):
    taken = server.ids
    doubts = Counter(
        MessageAttempt.objects.filter(
            outcome=AttemptOutcome.UNKNOWN, answer=delivery.NEVER_NOTED
        ).values_list("message__message_id", flat=True)
    )
    ids = list(OutgoingMessage.objects.values_list("message_id", flat=True))
    return Found(
        queued=len(ids),
        kills=kills,
        sent=OutgoingMessage.objects.filter(state=MessageState.SENT).count(),
        never_taken=sum(1 for each in ids if not taken[each]),
        taken_once=sum(1 for each in ids if taken[each] == 1),
        taken_twice=sum(1 for each in ids if taken[each] == 2),
        in_doubt=sum(doubts.values()),
        unexplained=[each for each in taken if taken[each] > 1 + doubts[each]],
    )
