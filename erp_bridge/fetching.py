"""Fetching the bytes of papers that somebody opened: claim, ask the ERP, store or fail.

A wanted row with a source is the task; papers without one are printed by their apps. The claim
keeps a second worker away for as long as one call may take; a worker that dies is followed by
another one after that.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import DocumentState, FiledDocument
from accounts.services import filing
from erp_bridge.importing.documents import TABLES
from erp_bridge.models import Binding, Connection
from erp_bridge.ports import ConnectorError, ErpConnector, Feed, Unavailable

__all__ = ["fetch_documents", "is_work_left"]

logger = logging.getLogger(__name__)

CLAIM_MARGIN = timedelta(seconds=30)  # beyond the time-out of one request
PAUSE = timedelta(seconds=15)  # before a paper is asked for again that the ERP could not give
PATIENCE = timedelta(minutes=10)  # how long a person is told that it is being fetched

Document = TypeVar("Document", bound=FiledDocument)
Clock = Callable[[], datetime]
Connect = Callable[[Connection], ErpConnector]


def is_work_left(*, now: datetime) -> bool:
    """Whether a paper is wanted that nobody is fetching."""
    return any(_wanted(table, now).exists() for table in TABLES.values())


def fetch_documents(*, connect: Connect, clock: Clock) -> None:
    """Fetch every wanted paper that nobody else is fetching, the longest waiting first."""
    for name, table in TABLES.items():
        while (document := _wanted(table, clock()).order_by("wanted_at", "pk").first()) is not None:
            _fetch(document, name, connect, clock)


def _wanted(table: type[Document], now: datetime) -> QuerySet[Document]:
    return table._default_manager.filter(
        Q(claimed_until=None) | Q(claimed_until__lt=now), state=DocumentState.WANTED
    ).exclude(source="")


def _fetch(document: FiledDocument, name: str, connect: Connect, clock: Clock) -> None:
    table = type(document)
    binding = (
        Binding.objects.filter(feed=Feed.DOCUMENTS, table=name, object_id=document.pk)
        .select_related("connection")
        .first()
    )
    if binding is None:
        _fail(document, _("The document does not come from an ERP."))
        return
    now = clock()
    lease = timedelta(seconds=binding.connection.timeout_seconds) + CLAIM_MARGIN
    claimed = _wanted(table, now).filter(pk=document.pk).update(claimed_until=now + lease)
    if not claimed:
        return
    try:
        fetched = connect(binding.connection).fetch_document(binding.remote_id)
    except Unavailable as error:
        if document.wanted_at is not None and clock() - document.wanted_at > PATIENCE:
            _fail(document, str(error))
        table._default_manager.filter(pk=document.pk).update(claimed_until=clock() + PAUSE)
        return
    except ConnectorError as error:
        _fail(document, str(error))
    except Exception:
        logger.exception("document cannot be fetched", extra={"document_id": document.pk})
        _fail(document, _("The portal itself failed; its log says how."))
    else:
        if fetched.media_type != document.media_type:
            _fail(
                document,
                _("The ERP sent %(sent)s instead of %(listed)s.")
                % {"sent": fetched.media_type, "listed": document.media_type},
            )
        else:
            filing.store(
                table,
                document_id=document.pk,
                version=document.changed_at,
                content=fetched.content,
                now=clock(),
            )
    table._default_manager.filter(pk=document.pk).update(claimed_until=None)


def _fail(document: FiledDocument, reason: str) -> None:
    filing.fail(type(document), document_id=document.pk, version=document.changed_at, reason=reason)
