"""What the worker does for this app. Rows say what is wanted; a task only goes and looks."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from orders.services import papers


@shared_task(name="orders.print_papers", ignore_result=True)
def print_papers(**_future: Any) -> None:
    papers.print_wanted(clock=timezone.now)
