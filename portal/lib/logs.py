"""Log records as one JSON object a line, in UTC, with the fields given as `extra`.

Some addresses open something for whoever knows them: private links, password resets. They are
never written down; their route is.
"""

import json
import logging
from datetime import UTC, datetime

from django.http import HttpRequest

__all__ = ["HideSecretPaths", "JsonFormatter", "loggable_path"]

_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "request", "taskName"}
# The parts of a route that hold what makes such an address secret.
_SECRETS = frozenset({"key", "token", "uidb36"})


class JsonFormatter(logging.Formatter):
    """Fields: at, level, logger, message, the extras, and error with its traceback."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: value for name, value in vars(record).items() if name not in _PLAIN}
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)


class HideSecretPaths(logging.Filter):
    """Django names the path in its own records of refused and failed requests."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest) and isinstance(record.args, tuple):
            shown = loggable_path(request) or "a private address"
            record.args = tuple(shown if arg == request.path else arg for arg in record.args)
        return True


def loggable_path(request: HttpRequest) -> str | None:
    """The path where it may be written down, else None.

    Of an address that fits no route only the first part is left: it may be a mistyped secret.
    """
    match = request.resolver_match
    if match is not None:
        return None if _SECRETS & match.kwargs.keys() else request.path
    first = request.path.split("/")[1]
    return f"/{first}/…" if request.path.count("/") > 1 else request.path
