"""What the worker and the command do, from the bell to the rows."""

from importlib import import_module
from io import StringIO

import pytest
from celery import current_app
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import Customer
from erp_bridge import checking, tasks
from erp_bridge.models import Connection, Cursor
from erp_bridge.ports import Rejected, Unavailable
from portal.lib.secrets import seal
from tests.builders.erp_bridge import a_connection, a_feed
from tests.erp_bridge.erps import PASSWORD, USERNAME
from tests.erp_bridge.scripted import Clock, ScriptedErp

pytestmark = pytest.mark.django_db


@pytest.fixture
def erp(demo_erp):
    return a_connection(url=demo_erp.url, username=USERNAME, sealed_secret=seal(PASSWORD))


@pytest.fixture
def bells(monkeypatch, django_capture_on_commit_callbacks):
    """The tasks that were rung for, as (name, arguments), while the returned function ran."""
    rung = []
    monkeypatch.setattr(
        current_app, "send_task", lambda name, kwargs, **_: rung.append((name, kwargs))
    )

    def ringing(call, **arguments):
        rung.clear()
        with django_capture_on_commit_callbacks(execute=True):
            call(**arguments)
        return list(rung)

    return ringing


def test_every_tick_of_the_beat_is_a_task(settings):
    named = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    for app in {name.partition(".")[0] for name in named}:
        import_module(f"{app}.tasks")

    assert named <= set(current_app.tasks)


def test_a_tick_rings_for_connections_with_something_due(bells):
    due = a_connection()
    a_connection(is_active=False)
    Cursor.objects.filter(connection=a_connection()).update(interval_seconds=None)

    assert bells(tasks.tick) == [("erp_bridge.read", {"connection_id": due.pk})]


def test_the_worker_reads_what_is_due(erp):
    tasks.read(connection_id=erp.pk)

    assert Customer.objects.count() == 91
    assert not Cursor.objects.filter(succeeded_at=None).exists()


def test_a_test_of_the_connection_keeps_the_answer(erp, bells):
    rung = bells(checking.ask_for_test, connection_id=erp.pk, now=timezone.now())

    tasks.test_connection(connection_id=erp.pk)

    erp.refresh_from_db()
    assert rung == [("erp_bridge.test_connection", {"connection_id": erp.pk})]
    assert erp.test_passed
    assert erp.tested_at >= erp.test_wanted_at
    assert erp.test_words
    assert erp.test_milliseconds >= 0


@pytest.mark.parametrize("failure", [Unavailable("No answer."), Rejected("Wrong password.")])
def test_a_test_that_fails_keeps_the_reason(failure):
    erp = a_connection()

    class Silent(ScriptedErp):
        def ping(self):
            raise failure

    checking.test_connection(connection_id=erp.pk, connect=lambda _erp: Silent(), clock=Clock())

    erp.refresh_from_db()
    assert (erp.test_passed, erp.test_words) == (False, str(failure))


def test_the_command_tells_how_it_goes(erp):
    said = StringIO()

    call_command("sync", feed=["customers", "addresses"], stdout=said)

    lines = said.getvalue().splitlines()
    assert lines[0].split() == [
        "customers",
        "91",
        "of",
        "91",
        "read,",
        "91",
        "written,",
        "0",
        "held",
    ]
    assert lines[1].startswith("addresses")
    assert Customer.objects.count() == 91


def test_the_command_fails_when_a_feed_does(erp):
    Connection.objects.update(url="http://127.0.0.1:1/")
    said = StringIO()

    with pytest.raises(CommandError, match="Not every feed could be read to its end"):
        call_command("sync", feed=["customers"], stderr=said)

    assert "customers    failed: " in said.getvalue()


def test_the_command_knows_connections_by_their_code():
    a_feed()

    with pytest.raises(CommandError, match="no such connection"):
        call_command("sync", connection="nobody")
