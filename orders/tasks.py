"""What the worker does for this app. Rows say what is wanted; a task only goes and looks."""

import logging
from typing import Any

from celery import shared_task
from django.utils import timezone

from orders.services import counters, drafts, offer_mail, papers

logger = logging.getLogger(__name__)


@shared_task(name="orders.print_papers", ignore_result=True)
def print_papers(**_future: Any) -> None:
    papers.print_wanted(clock=timezone.now)


@shared_task(name="orders.forget_drafts", ignore_result=True)
def forget_drafts(**_future: Any) -> None:
    """Delete drafts that nobody has touched for long."""
    drafts.forget_ended(now=timezone.now())


@shared_task(name="orders.expire_offers", ignore_result=True)
def expire_offers(**_future: Any) -> None:
    """End offers whose last day is over, and remind of those that end soon."""
    offer_mail.expire_due(now=timezone.now())
    offer_mail.remind_due(now=timezone.now())


@shared_task(name="orders.fold_counters", ignore_result=True)
def fold_counters(**_future: Any) -> None:
    """Put the changes of the office's counters together."""
    counters.fold()


@shared_task(name="orders.mend_counters", ignore_result=True)
def mend_counters(**_future: Any) -> None:
    """Count anew what waits for the office, and say where the kept numbers were wrong."""
    wrong = counters.mend()
    if wrong:
        logger.warning("counters mended", extra={"wrong_by": wrong})
