"""Health of this process, for machines: no session, no language, no sign-in."""

import logging
from functools import cache

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis import Redis, RedisError

logger = logging.getLogger(__name__)


@login_not_required
@never_cache
@require_safe
def live(request):
    """The process answers; says nothing about what it depends on, so a restart is no cure."""
    return JsonResponse({"status": "ok"})


@login_not_required
@never_cache
@require_safe
def ready(request):
    """200 when a page could be served now: database, broker and an up-to-date schema; else 503.

    Reasons go to the log, not to the answer, which anyone may read.
    """
    checks = {"database": _database(), "broker": _broker()}
    checks["migrations"] = checks["database"] and _migrations()
    is_ready = all(checks.values())
    return JsonResponse(
        {
            "status": "ok" if is_ready else "unavailable",
            "checks": {name: "ok" if passed else "failed" for name, passed in checks.items()},
        },
        status=200 if is_ready else 503,
    )


def _database():
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        logger.exception("database does not answer")
        return False
    return True


def _broker():
    try:
        with Redis.from_url(
            settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1
        ) as client:
            return client.ping()
    except RedisError:
        logger.exception("broker does not answer")
        return False


def _migrations():
    return _newest_migrations() <= MigrationRecorder(connection).applied_migrations().keys()


@cache
def _newest_migrations():
    """Of every app, as this process's code has them; reading them takes half a second."""
    return set(MigrationLoader(None).graph.leaf_nodes())
