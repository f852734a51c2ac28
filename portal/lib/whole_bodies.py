"""Posts that arrive whole, or not at all.

A line that breaks halfway leaves the server with the beginning of a form. Django takes what is
there: the rows that did not arrive would be gone from a draft as if somebody had removed them.
"""

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from django.core.exceptions import BadRequest

__all__ = ["whole_bodies"]

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Stream(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...
    def readline(self, size: int = -1, /) -> bytes: ...


def whole_bodies(application: Application) -> Application:
    """The application, whose requests are bad where less arrives than was announced."""

    def wrapped(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        announced = environ.get("CONTENT_LENGTH") or ""
        if announced.isdecimal():
            environ["wsgi.input"] = _Whole(environ["wsgi.input"], int(announced))
        return application(environ, start_response)

    return wrapped


class _Whole:
    """A body that does not end early: servers read until they have as much as asked for."""

    def __init__(self, stream: Stream, announced: int) -> None:
        self._stream = stream
        self._missing = announced

    def read(self, size: int = -1, /) -> bytes:
        data = self._stream.read(size)
        return self._counted(data, is_end=size < 0 or len(data) < size)

    def readline(self, size: int = -1, /) -> bytes:
        line = self._stream.readline(size)
        return self._counted(line, is_end=not line.endswith(b"\n") and len(line) != size)

    def _counted(self, data: bytes, *, is_end: bool) -> bytes:
        self._missing -= len(data)
        if is_end and self._missing > 0:
            raise BadRequest("the body ends before its announced length")
        return data
