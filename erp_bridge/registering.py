"""Asking the ERP about people who register with numbers that are not here yet.

An attempt is the task (`accounts.services.registration`). One attempt at a time goes to the ERPs,
so that one that hangs holds up a single worker; after a failure the other attempts of the pass wait
without asking. What the ERP knows of the customer and of the document is taken over, and the
attempt is settled by what is here then.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import RegistrationAttempt
from accounts.services import proving, registration
from erp_bridge.models import Binding, Connection
from erp_bridge.ports import (
    ConnectorError,
    ErpConnector,
    Feed,
    InvoiceRecord,
    OrderRecord,
    Page,
    Record,
)
from erp_bridge.pulling import take_now
from portal.lib.searching import number_key, searched

__all__ = ["ask_for_registrations"]

logger = logging.getLogger(__name__)

PASS = timedelta(minutes=5)
CLAIM_MARGIN = timedelta(seconds=30)  # beyond the time-out of one request
DOCUMENTS = (Feed.INVOICES, Feed.ORDERS)

Clock = Callable[[], datetime]
Connect = Callable[[Connection], ErpConnector]


def ask_for_registrations(*, connect: Connect, clock: Clock) -> None:
    """Take every attempt that is due to the ERPs, the longest waiting first, and settle it."""
    ends_at = clock() + PASS
    away: set[int] = set()
    while clock() < ends_at and (attempt := _claim(clock())) is not None:
        answers = [
            _ask(erp, attempt, connect, clock, away=away)
            for erp in Connection.objects.filter(is_active=True).order_by("pk")
        ]
        registration.settle(attempt_id=attempt.pk, heard=all(answers), now=clock())


def _claim(now: datetime) -> RegistrationAttempt | None:
    """Claims queue up behind the connections' rows, so two workers never claim at once."""
    with transaction.atomic():
        erps = list(Connection.objects.filter(is_active=True).locked())
        longest = max((erp.timeout_seconds for erp in erps), default=0)
        return registration.claim(now=now, until=now + _lease(longest))


def _ask(
    erp: Connection, attempt: RegistrationAttempt, connect: Connect, clock: Clock, *, away: set[int]
) -> bool:
    """Whether the ERP has answered and all that it had is here; one that fails is away."""
    if erp.pk in away:
        return False
    try:
        return _Question(erp, attempt, connect(erp), clock).ask()
    except ConnectorError as error:
        away.add(erp.pk)
        logger.warning("ERP not heard", extra={"erp": erp.code, "error": str(error)})
    except Exception:
        logger.exception("registration failed", extra={"erp": erp.code, "attempt": attempt.pk})
    return False


class _Question:
    """One attempt at one ERP: its customer first, then what the customer has by that number."""

    def __init__(
        self, erp: Connection, attempt: RegistrationAttempt, connector: ErpConnector, clock: Clock
    ) -> None:
        self._erp = erp
        self._attempt = attempt
        self._connector = connector
        self._clock = clock
        self._is_whole = True

    def ask(self) -> bool:
        customer_ids = self._known_customers() or self._customers()
        if customer_ids:
            for feed in DOCUMENTS:
                self._take_documents(feed, customer_ids)
        return self._is_whole

    def _known_customers(self) -> set[str]:
        """The ids in the ERP of its customers with that number that are here."""
        known = proving.customers_numbered(self._attempt.customer_number)
        bound = Binding.objects.filter(
            connection=self._erp,
            feed=Feed.CUSTOMERS,
            object_id__any_of=[each.pk for each in known if each.source == self._erp.code],
        )
        return set(bound.values_list("remote_id", flat=True))

    def _customers(self) -> set[str]:
        for number in _ways_to_write(self._attempt.customer_number):
            found = self._take(Feed.CUSTOMERS, self._get(Feed.CUSTOMERS, number=number))
            if found:
                return {record.remote_id for record in found}
        return set()

    def _take_documents(self, feed: Feed, customer_ids: set[str]) -> None:
        """Take over the customer's documents of that number; nobody else's."""

        def is_theirs(record: Record) -> bool:
            return not customer_ids.isdisjoint(_parties(record))

        for number in _ways_to_write(self._attempt.document_number):
            page = self._get(feed, number=number)
            theirs = [record for record in page.records if is_theirs(record)]
            # Who pays may be another customer, without whom the document cannot be here.
            for remote_id in {each for record in theirs for each in _parties(record)}:
                self._take_customer(remote_id)
            if self._take(feed, page, wanted=is_theirs):
                return

    def _take_customer(self, remote_id: str) -> None:
        known = Binding.objects.filter(
            connection=self._erp, feed=Feed.CUSTOMERS, remote_id=remote_id
        )
        if not known.exists():
            self._take(Feed.CUSTOMERS, self._get(Feed.CUSTOMERS, remote_id=remote_id))

    def _get(self, feed: Feed, *, remote_id: str = "", number: str = "") -> Page:
        now = self._clock()
        registration.prolong(
            attempt_id=self._attempt.pk, until=now + _lease(self._erp.timeout_seconds)
        )
        return self._connector.get(feed, remote_id=remote_id, number=number)

    def _take(
        self, feed: Feed, page: Page, *, wanted: Callable[[Record], bool] = lambda _record: True
    ) -> Sequence[Record]:
        records, is_whole = take_now(self._erp, feed, page, clock=self._clock, wanted=wanted)
        self._is_whole = self._is_whole and is_whole
        return records


def _parties(record: Record) -> set[str]:
    """The ids of the customers that an order or an invoice names."""
    if not isinstance(record, OrderRecord | InvoiceRecord):
        return set()
    return {record.customer_id, record.payer_id} - {""}


def _ways_to_write(number: str) -> list[str]:
    """The number as typed, without spaces and dashes, in capitals, and without zeros in front."""
    typed = " ".join(number.split())
    return list(dict.fromkeys([typed, typed.upper(), searched(typed).upper(), number_key(typed)]))


def _lease(timeout_seconds: int) -> timedelta:
    return timedelta(seconds=timeout_seconds) + CLAIM_MARGIN
