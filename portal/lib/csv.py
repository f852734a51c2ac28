"""Tables as CSV for spreadsheets and programs.

UTF-8 with byte order mark, commas, CRLF, ISO dates, dot decimals, English heads, whatever the
reader's language. Texts that a spreadsheet would read as a formula get an apostrophe in front.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

__all__ = ["FORMULA", "cell", "download", "lines"]

BYTE_ORDER_MARK = "\ufeff"
# What starts a formula, in both widths.
FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
_ROWS_AT_ONCE = 200


def cell(value: Any) -> str:
    """One value as it is written; numbers stay numbers, so only texts are guarded."""
    match value:
        case None:
            return ""
        case str():
            return f"'{value}" if value.startswith(FORMULA) else value
        case Decimal():
            return f"{value:f}"
        case datetime():
            return value.isoformat(timespec="seconds")
        case date():
            return value.isoformat()
    return str(value)


def lines(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The file in pieces of some hundred rows each."""
    piece: list[str] = [BYTE_ORDER_MARK]
    # csv.writer writes to anything with a `write`; a list's `append` spares a buffer.
    writer = csv.writer(_Collector(piece))
    writer.writerow(heads)
    for number, row in enumerate(rows, start=1):
        writer.writerow([cell(value) for value in row])
        if number % _ROWS_AT_ONCE == 0:
            yield "".join(piece)
            piece.clear()
    if piece:
        yield "".join(piece)


def download(
    *, name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]
) -> StreamingHttpResponse:
    """The table as a file to keep, sent while its rows are read."""
    response = StreamingHttpResponse(lines(heads, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = str(content_disposition_header(True, name))
    response["Cache-Control"] = "private, no-store"
    return response


class _Collector:
    def __init__(self, pieces: list[str]) -> None:
        self.write = pieces.append
