"""What happens around every request."""

import logging
import time

access = logging.getLogger("portal.access")

# Parts of an address that open something for whoever knows them.
_SECRETS = {"key", "token", "uidb36"}


def access_log(get_response):
    """One line a request: route, status and duration; the path only where it holds no secret."""

    def middleware(request):
        started = time.perf_counter()
        response = get_response(request)
        match = request.resolver_match
        access.info(
            "request",
            extra={
                "method": request.method,
                "route": match.route if match else None,
                "path": _loggable_path(request.path, match),
                "status": response.status_code,
                "ms": round((time.perf_counter() - started) * 1000),
            },
        )
        return response

    return middleware


def _loggable_path(path, match):
    """An address that fits no route may be a mistyped secret, so its first part has to do."""
    if match is None:
        return f"/{path.split('/')[1]}/…" if path.count("/") > 1 else path
    return None if _SECRETS & match.kwargs.keys() else path
