"""Testing a connection: the worker asks, the office's page shows the answer."""

from collections.abc import Callable
from datetime import datetime

from django.utils.translation import gettext as _

from erp_bridge.models import Connection
from erp_bridge.ports import ConnectorError, ErpConnector
from portal.lib.bells import ring

__all__ = ["ask_for_test", "test_connection"]


def ask_for_test(*, connection_id: int, now: datetime) -> None:
    """Have the worker test the connection soon."""
    Connection.objects.filter(pk=connection_id).update(test_wanted_at=now)
    ring("erp_bridge.test_connection", connection_id=connection_id)


def test_connection(
    *,
    connection_id: int,
    connect: Callable[[Connection], ErpConnector],
    clock: Callable[[], datetime],
) -> None:
    """Ping the ERP once and keep its answer, or the reason why there was none."""
    erp = Connection.objects.get(pk=connection_id)
    started_at = clock()
    try:
        pong = connect(erp).ping()
    except ConnectorError as error:
        erp.test_passed, erp.test_words = False, str(error)[:500]
    else:
        erp.test_passed = True
        erp.test_words = _("%(system)s %(version)s") % {
            "system": pong.system,
            "version": pong.version,
        }
    erp.tested_at = clock()
    erp.test_milliseconds = round((erp.tested_at - started_at).total_seconds() * 1000)
    erp.save(update_fields=["tested_at", "test_passed", "test_words", "test_milliseconds"])
