"""What happens around every request."""

import logging
import time

from portal.lib.logs import loggable_path

access = logging.getLogger("portal.access")


def access_log(get_response):
    """One line a request: route, status and duration; the path only where it holds no secret."""

    def middleware(request):
        started = time.perf_counter()
        response = get_response(request)
        access.info(
            "request",
            extra={
                "method": request.method,
                "route": request.resolver_match and request.resolver_match.route,
                "path": loggable_path(request),
                "status": response.status_code,
                "ms": round((time.perf_counter() - started) * 1000),
            },
        )
        return response

    return middleware
