"""Telling the worker that a row waits. The row is the task; the bell only saves it a wait."""

import logging
from functools import partial
from typing import Any

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def ring(task: str, **ids: Any) -> None:
    """Send the named task once the current transaction is committed.

    A broker that is down fails nothing: the row is there, and the task's sweep finds it.
    """
    transaction.on_commit(partial(_send, task, ids))


def _send(task: str, ids: dict[str, Any]) -> None:
    try:
        current_app.send_task(task, kwargs=ids, retry=False)
    except OperationalError:
        logger.warning("bell lost", extra={"task": task}, exc_info=True)
