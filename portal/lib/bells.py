"""Telling the worker that a row waits. The row is the task; the bell only saves it a wait."""

import logging
from functools import partial
from typing import Any

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError
from kombu.pools import producers

# Seconds for one answer of the broker. For bells alone: a worker waits longer for its next task.
PATIENCE = 1

logger = logging.getLogger(__name__)


def ring(task: str, **ids: Any) -> None:
    """Send the named task once the current transaction is committed.

    Rung again in the same transaction it is sent once: who comes looks at all rows. A broker that
    is down or does not answer fails nothing and costs about a second: the row is there, and the
    task's sweep finds it.
    """
    if not _is_rung(task, ids):
        transaction.on_commit(partial(_send, task, ids))


def _is_rung(task: str, ids: dict[str, Any]) -> bool:
    """Whether the same bell waits for this commit.

    It stays there: a savepoint that was undone has taken its bells along, and one that is still
    open is around what is being done now too.
    """
    return any(
        isinstance(bell, partial) and bell.func is _send and bell.args == (task, ids)
        for _savepoints, bell, _robust in transaction.get_connection().run_on_commit
    )


def _send(task: str, ids: dict[str, Any]) -> None:
    connection = current_app.connection_for_write(transport_options={"socket_timeout": PATIENCE})
    try:
        with producers[connection].acquire(block=True) as producer:
            current_app.send_task(task, kwargs=ids, retry=False, producer=producer)
    except OperationalError:
        logger.warning("bell lost", extra={"task": task}, exc_info=True)
