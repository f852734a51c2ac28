"""What the worker does for this app. Rows say what is due; a task only goes and looks."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from accounts.services import registration
from erp_bridge import checking, engine, fetching, looking, registering
from erp_bridge.registry import connector_for
from portal.lib.bells import ring


@shared_task(name="erp_bridge.tick", ignore_result=True)
def tick(**_future: Any) -> None:
    """Ring for every connection with something due, and for what people wait for."""
    now = timezone.now()
    for connection_id in engine.due_connections(now=now):
        ring("erp_bridge.read", connection_id=connection_id)
    if fetching.is_work_left(now=now):
        ring("erp_bridge.fetch_documents")
    if looking.is_work_left(now=now):
        ring("erp_bridge.answer_looks")
    if registration.is_work_left(now=now):
        ring(registration.ASK)


@shared_task(name="erp_bridge.read", ignore_result=True)
def read(*, connection_id: int, **_future: Any) -> None:
    engine.read_connection(connection_id=connection_id, connect=connector_for, clock=timezone.now)


@shared_task(name="erp_bridge.fetch_documents", ignore_result=True)
def fetch_documents(**_future: Any) -> None:
    fetching.fetch_documents(connect=connector_for, clock=timezone.now)


@shared_task(name="erp_bridge.ask_for_registrations", ignore_result=True)
def ask_for_registrations(**_future: Any) -> None:
    registering.ask_for_registrations(connect=connector_for, clock=timezone.now)


@shared_task(name="erp_bridge.test_connection", ignore_result=True)
def test_connection(*, connection_id: int, **_future: Any) -> None:
    checking.test_connection(connection_id=connection_id, connect=connector_for, clock=timezone.now)


@shared_task(name="erp_bridge.answer_looks", ignore_result=True)
def answer_looks(**_future: Any) -> None:
    looking.answer_looks(connect=connector_for, clock=timezone.now)


@shared_task(name="erp_bridge.prune", ignore_result=True)
def prune(**_future: Any) -> None:
    now = timezone.now()
    engine.prune(now=now)
    looking.prune(now=now)
