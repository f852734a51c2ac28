"""Sheets to PDF: PDF/A-3a and PDF/UA-1 in one, the same bytes for the same paper.

Typst lays out `templates/print/letter.typ`. What stands on a paper is data for it and never code,
the fonts are those in `static/print`, and nothing else is read from a disk or a network. Making a
paper belongs into a worker, one at a time in each process, which must not fork afterwards.
"""

import json
import logging
import unicodedata
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

from django.conf import settings
from typst import Compiler, Fonts

from portal.lib.sheets import Sheet

if TYPE_CHECKING:
    from typst import PDFStandard

__all__ = ["render_pdf"]

logger = logging.getLogger(__name__)

LAYOUT = Path(settings.BASE_DIR, "templates", "print")
FONTS = Path(settings.BASE_DIR, "static", "print", "fonts")
STANDARDS: "list[PDFStandard]" = ["a-3a", "ua-1"]
# Longer ones leave tens of megabytes in Typst's cache, which forgets what ten papers did not use.
LONG, FORGOTTEN_AFTER = 100_000, 11
REPLACEMENT = ord("\N{WHITE SQUARE}")


def render_pdf(sheet: Sheet) -> bytes:
    """Print a sheet. Letters that the fonts lack are printed as an empty square."""
    given = json.dumps(_plain(sheet), ensure_ascii=False)
    compiler = _compiler()
    pdf, warnings = compiler.compile_with_warnings(
        LAYOUT / "letter.typ", sys_inputs={"sheet": given}, format="pdf", pdf_standards=STANDARDS
    )
    for warning in warnings:
        logger.warning("paper laid out with a warning", extra={"warning": str(warning)})
    if len(given) > LONG:
        for _ in range(FORGOTTEN_AFTER):
            compiler.compile(b"", format="pdf")
    # Data that ends in a carriage return and the line feed after it would be taken for one end of
    # line, and the stream for one byte shorter than it says.
    return cast(bytes, pdf).replace(b"\r\nendstream", b"\r\rendstream")


@cache
def _compiler() -> Compiler:
    """Typst with the layout and its fonts, which are read once."""
    fonts = Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])
    return Compiler(root=LAYOUT, font_paths=fonts, ignore_system_fonts=True)


def _plain(value: object) -> object:
    """The sheet as JSON knows it, with nothing that cannot be printed."""
    if isinstance(value, str):
        return value.translate(_printable())
    if isinstance(value, bytes):
        return list(value)
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return value


@cache
def _printable() -> "_Printable":
    from fontTools.ttLib import TTFont  # slow import

    with TTFont(FONTS / "Inter-Regular.ttf", lazy=True) as font:
        return _Printable(font.getBestCmap())


class _Printable(dict[int, int | None]):
    """What a letter is printed as, for str.translate; filled as letters come."""

    def __init__(self, letters: Mapping[int, str]) -> None:
        super().__init__()
        self._letters = letters

    def __missing__(self, code: int) -> int | None:
        printed: int | None = code
        category = unicodedata.category(chr(code))
        if category == "Cc":
            printed = ord(" ")
        elif code not in self._letters:
            printed = None if category in {"Cf", "Mn"} else REPLACEMENT
        self[code] = printed
        return printed
