"""Reading tables that people bring as CSV: from spreadsheets of any country, a row at a time.

Commas, semicolons or tabs; UTF-8, UTF-16 with a mark, or what Windows wrote before. An apostrophe
that guards a text against being read as a formula (`portal.lib.csv`) is taken away again. Whatever
the file is like, no more than a row of it is held.
"""

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext_lazy as _

from portal.lib.csv import FORMULA
from portal.lib.errors import DomainError

__all__ = ["NotReadable", "Row", "Table", "read"]

_CHUNK = 64 * 1024
_SEPARATORS = (",", ";", "\t")
_ZIPPED = b"PK\x03\x04"


class NotReadable(DomainError):
    """The file as a whole is no table that could be read."""

    def __init__(self, words: object, reason: str):
        super().__init__(reason)
        self.user_message = words  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as spreadsheets count, its cells by the heads, how many are over."""

    number: int
    cells: dict[str, str]
    surplus: int


class Table:
    """The heads of a file, and its rows once."""

    def __init__(self, heads: Sequence[str], rows: Iterator[list[str]]) -> None:
        self.heads = list(heads)
        self._rows = rows

    def __iter__(self) -> Iterator[Row]:
        """Rows without any text are left out, but counted."""
        for number, texts in enumerate(_whole(self._rows), start=2):
            cells = [_cell(text) for text in texts]
            if not any(cells):
                continue
            surplus = sum(1 for text in cells[len(self.heads) :] if text)
            padded = cells + [""] * (len(self.heads) - len(cells))
            yield Row(number, dict(zip(self.heads, padded, strict=False)), surplus)


def read(file: IO[bytes]) -> Table:
    """The table of a file that is open for reading, at its start. Raises NotReadable."""
    encoding = _encoding(file)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="")
    first = text.readline(_CHUNK)
    text.seek(0)
    separator = max(_SEPARATORS, key=first.count)
    rows = csv.reader(text, delimiter=separator)
    heads = next(_whole(rows), [])
    return Table([_cell(head) for head in heads], rows)


def _whole(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    try:
        yield from rows
    except csv.Error as error:
        raise NotReadable(
            _("A row is too long to be one. Is a quotation mark missing?"), str(error)
        ) from error


def _encoding(file: IO[bytes]) -> str:
    start = file.read(4)
    if start.startswith(_ZIPPED):
        raise NotReadable(
            _("This is a spreadsheet, not a CSV file. Save it as CSV and try again."), "a zip file"
        )
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        piece = start
        while piece:
            decoder.decode(piece)
            piece = file.read(_CHUNK)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _cell(text: str) -> str:
    text = text.strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA) else text
