"""Stored files as browsers fetch them: whole, in part, or not again.

Somebody else made the content, so it never gets a say in the portal's own pages: the type is the
stored one, only types that cannot carry a script open in the browser, and the policy takes away
everything a document does not need.
"""

import os
import re
from collections.abc import Iterator
from datetime import datetime
from http import HTTPStatus
from typing import IO, Any

from django.core.files.base import File
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header, http_date, parse_http_date_safe

__all__ = ["serve"]

INLINE = frozenset({"application/pdf", "image/jpeg", "image/png", "text/plain"})
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
# Some versions of Safari leave a sandboxed PDF empty; no browser runs a PDF in the page's origin.
UNBOXED = frozenset({"application/pdf"})
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})\Z")
_CHUNK = 64 * 1024


def serve(
    request: HttpRequest,
    file: "File[Any]",
    *,
    name: str,
    media_type: str,
    size: int,
    sha256: str,
    modified: datetime,
) -> HttpResponseBase:
    """The file for a GET or HEAD, under the name a person would give it.

    A browser that has it gets 304, one that asks for a part 206, one that asks for a part beyond
    the end 416. Several parts at once are answered with the whole, as the standard allows.
    """
    etag = f'"{sha256}"'
    stamp = int(modified.timestamp())
    response: HttpResponseBase | None = get_conditional_response(request, etag, stamp)
    if response is None:
        response = _content(request, file, size=size, etag=etag, stamp=stamp)
    response["ETag"] = etag
    response["Last-Modified"] = http_date(stamp)
    response["Cache-Control"] = "private, no-cache"
    if response.status_code in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
        opens = media_type in INLINE
        response["Content-Type"] = media_type if opens else "application/octet-stream"
        response["Content-Disposition"] = content_disposition_header(not opens, name) or "inline"
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = (
            POLICY if media_type in UNBOXED else f"{POLICY}; sandbox"
        )
        response["Accept-Ranges"] = "bytes"
    return response


def _content(
    request: HttpRequest, file: "File[Any]", *, size: int, etag: str, stamp: int
) -> HttpResponseBase:
    wanted = _wanted_range(request, size=size, etag=etag, stamp=stamp)
    response: HttpResponseBase
    if wanted is None:
        response = FileResponse(file.open("rb"))
        response["Content-Length"] = str(size)
        return response
    first, last = wanted
    if first > last:
        return HttpResponse(
            status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
            headers={"Content-Range": f"bytes */{size}"},
        )
    response = StreamingHttpResponse(
        _part(file.open("rb"), first, last - first + 1), status=HTTPStatus.PARTIAL_CONTENT
    )
    response["Content-Range"] = f"bytes {first}-{last}/{size}"
    response["Content-Length"] = str(last - first + 1)
    return response


def _wanted_range(
    request: HttpRequest, *, size: int, etag: str, stamp: int
) -> tuple[int, int] | None:
    """First and last byte asked for; None for the whole; first after last when there is no such."""
    match = _RANGE.match(request.headers.get("Range", ""))
    if request.method != "GET" or match is None or match.groups() == ("", ""):
        return None
    condition = request.headers.get("If-Range")
    if condition and condition != etag and parse_http_date_safe(condition) != stamp:
        return None
    first, last = match.groups()
    if not first:
        return max(size - int(last), 0), size - 1 if int(last) else -1
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        return size, -1
    return int(first), min(int(last), size - 1) if last else size - 1


def _part(content: IO[bytes], first: int, length: int) -> Iterator[bytes]:
    with content:
        content.seek(first, os.SEEK_SET)
        while length > 0 and (chunk := content.read(min(_CHUNK, length))):
            length -= len(chunk)
            yield chunk
