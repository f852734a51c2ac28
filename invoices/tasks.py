"""What the worker does for this app. Rows say what is wanted; a task only goes and looks."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from invoices.services import papers, statements


@shared_task(name="invoices.print_papers", ignore_result=True)
def print_papers(**_future: Any) -> None:
    papers.print_wanted(clock=timezone.now)
    statements.print_wanted(clock=timezone.now)


@shared_task(name="invoices.forget_statements", ignore_result=True)
def forget_statements(**_future: Any) -> None:
    """Delete statements that were printed long ago."""
    statements.forget_old(now=timezone.now())
