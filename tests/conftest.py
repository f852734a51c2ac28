"""Every run starts its own servers unless DATABASE_URL and REDIS_URL name others."""

import os
import shutil
import time

import pytest
from django.core.cache import caches
from django.db import connection, transaction
from django.test import TransactionTestCase
from django.utils import translation
from xdist.scheduler import LoadGroupScheduling

from portal.demo.processes import end
from tests.oidc import server as oidc
from tests.servers import POSTGRES, RUN, VALKEY

# Playwright's sync API runs an event loop in the thread that also uses the ORM.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

_started = []


def pytest_configure(config):
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    RUN.mkdir(mode=0o711)
    VALKEY.sockets.mkdir(mode=0o700)
    if os.environ["DATABASE_URL"] == POSTGRES.url("portico"):
        POSTGRES.prepare()
        _started.append((POSTGRES, POSTGRES.start()))
    if os.environ["REDIS_URL"] == VALKEY.url:
        _started.append((VALKEY, VALKEY.start()))
    deadline = time.monotonic() + 30
    while not all(server.answers() for server, _ in _started):
        if time.monotonic() > deadline:
            raise pytest.UsageError(f"The test servers did not start; see {RUN}.")
        time.sleep(0.05)


class Scheduling(LoadGroupScheduling):
    """What takes long to set up is set up by one worker alone.

    The mark `xdist_group` says nothing to xdist 3.8 under pytest 9.2, where no node's id is written
    anew.
    """

    def _split_scope(self, nodeid):
        path, _colons, _name = nodeid.partition("::")
        return path if path == "tests/portal/demo/test_demo.py" else nodeid


def pytest_xdist_make_scheduler(config, log):
    return Scheduling(config, log)


def pytest_unconfigure(config):
    if hasattr(config, "workerinput"):
        return
    for _, process in reversed(_started):
        end(process)
    shutil.rmtree(RUN, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Tests with transactions of their own empty every table, the audit's too.

    Therefore no test may count on what a migration has planted: every one begins with nothing.
    """
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE accounts_auditentry DISABLE TRIGGER audit_entry_is_not_truncated"
        )
        cursor.execute("DELETE FROM orders_ordertype")
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone()[0]:
            TransactionTestCase._fixture_teardown = empty_the_tables


def empty_the_tables(_case):
    """What a test with transactions of its own has left goes; permissions stay, which none makes.

    Django truncates every table and plants the permissions anew, which takes fifteen times as long.
    """
    tables = set(connection.introspection.django_table_names(include_views=False))
    filled = " UNION ALL ".join(
        f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})"
        for table in tables - {"auth_permission", "django_content_type"}
    )
    with transaction.atomic(), connection.cursor() as cursor:
        # Neither foreign keys nor the triggers of rows that are never deleted.
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(filled)
        for (table,) in cursor.fetchall():
            cursor.execute(f"DELETE FROM {table}")


@pytest.fixture(autouse=True)
def fresh_caches():
    """No test sees the company, or the failed sign-ins, of another one."""
    yield
    for cache in caches.all(initialized_only=True):
        cache.clear()


@pytest.fixture(autouse=True)
def no_language_left_behind():
    """No test reads in the language that the last page of another one was written in."""
    yield
    translation.deactivate()


@pytest.fixture(scope="session")
def oidc_server():
    """The certified identity provider, once for all tests of this process."""
    server, process = oidc.start(RUN)
    yield server
    end(process)


@pytest.fixture
def provider(oidc_server, settings):
    """The portal at http://testserver/ as a client of the provider, which lies no more."""
    connect_provider(oidc_server, settings, portal="http://testserver")
    oidc_server.lie()
    return oidc_server


def connect_provider(server, settings, *, portal):
    settings.PUBLIC_URL = portal
    settings.OIDC_ISSUER = server.issuer
    settings.OIDC_NAME = "Seller ID"
    settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = server.register(portal)
