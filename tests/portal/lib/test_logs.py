import json
import logging
import sys
from datetime import UTC, datetime
from decimal import Decimal

from portal.lib.logs import JsonFormatter


def a_record(message, *values, at=datetime(2026, 11, 23, 12, 0, 0, 250_000, UTC), **about):
    record = logging.LogRecord("orders", logging.INFO, "", 0, message, values, None)
    record.created = at.timestamp()
    vars(record).update(about)
    return record


def test_a_record_becomes_one_line_of_json_with_its_extras():
    line = JsonFormatter().format(a_record("read\n%s", "Östermalm", rows=3, total=Decimal("1.50")))

    assert "\n" not in line
    assert json.loads(line) == {
        "at": "2026-11-23T12:00:00.250+00:00",
        "level": "INFO",
        "logger": "orders",
        "message": "read\nÖstermalm",
        "rows": 3,
        "total": "1.50",
    }


def test_an_exception_brings_its_traceback():
    try:
        raise ValueError("no such order")
    except ValueError:
        line = JsonFormatter().format(a_record("failed", exc_info=sys.exc_info()))

    assert json.loads(line)["error"].splitlines()[-1] == "ValueError: no such order"


def test_the_request_that_django_attaches_is_left_out():
    assert "request" not in json.loads(JsonFormatter().format(a_record("x", request=object())))
