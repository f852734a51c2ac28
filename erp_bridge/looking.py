"""Looking what an ERP holds for a record now: a person asks, the worker answers, nothing changes.

An unanswered row is the task. A person waits for it, so an ERP that does not answer is told at
once; asking again is another look.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from erp_bridge.importing.packing import pack, storable
from erp_bridge.models import Connection, Look
from erp_bridge.ports import ConnectorError, ErpConnector, Feed, Page, Unreadable
from portal.lib.bells import ring

__all__ = ["LOOKED_AT", "PATIENCE", "answer_looks", "ask", "is_work_left", "prune"]

logger = logging.getLogger(__name__)

# Deletions are told once, not held.
LOOKED_AT = tuple(feed for feed in Feed if feed != Feed.DELETIONS)
KEPT = timedelta(days=1)
# How long a page goes on asking by itself whether there is an answer.
PATIENCE = timedelta(minutes=2)
CLAIM_MARGIN = timedelta(seconds=30)  # beyond the time-out of two requests
MOST_RECORDS = 20
_LONGEST_FAILURE = 500
_LONGEST_RAW = 10_000

Clock = Callable[[], datetime]
Connect = Callable[[Connection], ErpConnector]


def ask(
    *,
    connection_id: int,
    feed: Feed,
    asked_by: User,
    now: datetime,
    remote_id: str = "",
    number: str = "",
) -> Look:
    """Have the ERP asked; whoever asks the same while it is being asked gets the same answer."""
    look, is_new = Look.objects.get_or_create(
        connection_id=connection_id,
        feed=feed.value,
        remote_id=remote_id,
        number=number,
        answered_at=None,
        defaults={"asked_by": asked_by, "asked_at": now},
    )
    if is_new:
        ring("erp_bridge.answer_looks")
    return look


def is_work_left(*, now: datetime) -> bool:
    """Whether somebody waits for an answer that nobody is asking for."""
    return _waiting(now).exists()


def answer_looks(*, connect: Connect, clock: Clock) -> None:
    """Ask for every look that nobody else is asking for, the longest waiting first."""
    while (look := _claim(clock())) is not None:
        _answer(look, connect, clock)


def prune(*, now: datetime) -> None:
    """Forget looks of yesterday."""
    Look.objects.filter(asked_at__lt=now - KEPT).delete()


def _waiting(now: datetime) -> QuerySet[Look]:
    return Look.objects.filter(
        Q(claimed_until=None) | Q(claimed_until__lt=now), answered_at=None
    ).order_by("asked_at", "pk")


def _claim(now: datetime) -> Look | None:
    while (look := _waiting(now).select_related("connection").first()) is not None:
        lease = 2 * timedelta(seconds=look.connection.timeout_seconds) + CLAIM_MARGIN
        if _waiting(now).filter(pk=look.pk).update(claimed_until=now + lease):
            return look
    return None


def _answer(look: Look, connect: Connect, clock: Clock) -> None:
    started_at = clock()
    try:
        if not look.connection.is_active:
            raise ConnectorError(_("The connection is paused."))
        page = _ask_erp(connect(look.connection), look)
        answer: dict[str, Any] = {
            "records": [storable(pack(record)) for record in page.records[:MOST_RECORDS]],
            "unreadable": [storable(_packed(row)) for row in page.unreadable[:MOST_RECORDS]],
        }
    except ConnectorError as error:
        answer = {"failure": storable(str(error))[:_LONGEST_FAILURE]}
    except Exception:
        logger.exception("look cannot be answered", extra={"look_id": look.pk})
        answer = {"failure": _("The portal itself failed; its log says how.")}
    answered_at = clock()
    Look.objects.filter(pk=look.pk, answered_at=None).update(
        **answer,
        answered_at=answered_at,
        milliseconds=round((answered_at - started_at).total_seconds() * 1000),
    )


def _ask_erp(connector: ErpConnector, look: Look) -> Page:
    feed = Feed(look.feed)
    if look.remote_id:
        return connector.get(feed, remote_id=look.remote_id)
    page = connector.get(feed, number=look.number)
    if page.records or page.unreadable:
        return page
    return connector.get(feed, remote_id=look.number)


def _packed(row: Unreadable) -> dict[str, str]:
    return {
        "remote_id": row.remote_id,
        "number": row.number,
        "reason": row.reason,
        "raw": row.raw[:_LONGEST_RAW],
    }
