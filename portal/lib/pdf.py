"""HTML to PDF: PDF/A-3a and PDF/UA-1 in one, the same bytes for the same paper.

A paper may use the files in `static/print` (`print:…`) and the assets it is given (`asset:…`),
nothing else from a disk or a network. Rendering takes tens of milliseconds a page and belongs into
a worker, one paper at a time in each process.
"""

import atexit
import hashlib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.template.loader import render_to_string

if TYPE_CHECKING:
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcherResponse

__all__ = ["ForbiddenAsset", "render_pdf"]

PRINT_ROOT = Path(settings.BASE_DIR, "static", "print").resolve()
STYLESHEET = "print:letter.css"


class ForbiddenAsset(Exception):
    """A paper asked for a file that it may not use, or that does not exist."""


def render_pdf(
    template: str, context: Mapping[str, Any], *, assets: Mapping[str, bytes] | None = None
) -> bytes:
    """Render a template to PDF/A in the current language.

    `assets` are the pictures the template names as `asset:<key>`. Raises ForbiddenAsset for any
    other address outside `static/print`.
    """
    from weasyprint import HTML  # slow import
    from weasyprint.urls import FatalURLFetchingError  # slow import

    html = render_to_string(template, dict(context))
    stylesheet, fonts = _letter()
    try:
        pdf: bytes = HTML(
            string=html, base_url="print:", url_fetcher=_fetcher(assets or {})
        ).write_pdf(
            stylesheets=[stylesheet],
            font_config=fonts,
            pdf_variant="pdf/a-3a",
            pdf_identifier=hashlib.sha256(html.encode()).digest()[:16],
            finisher=_declare_accessible,
        )
    except FatalURLFetchingError as refusal:  # a BaseException: it would end the worker
        raise ForbiddenAsset(f"{template}: {refusal}") from refusal
    # Data that ends in a carriage return and the line feed after it would be taken for one end of
    # line, and the stream for one byte shorter than it says.
    return pdf.replace(b"\r\nendstream", b"\r\rendstream")


@cache
def _letter() -> "tuple[CSS, FontConfiguration]":
    """The stylesheet with its fonts, read once: fonts loaded anew cost ten times the page."""
    from weasyprint import CSS  # slow import
    from weasyprint.text.fonts import FontConfiguration  # slow import

    fonts = FontConfiguration()
    # Fonts free themselves with a library that is gone once the interpreter ends.
    atexit.register(_letter.cache_clear)
    return CSS(url=STYLESHEET, url_fetcher=_fetcher({}), font_config=fonts), fonts


def _declare_accessible(_document: object, pdf: Any) -> None:
    """Say PDF/UA-1 beside PDF/A, in one plain XMP packet as both standards want it."""
    packet = pdf.objects[int(pdf.catalog["Metadata"].split()[0])]
    end = b"</rdf:RDF>"
    declared = Path(PRINT_ROOT, "pdfua.xmp").read_bytes() + end
    packet.stream = [part.replace(end, declared) for part in packet.stream]
    packet.compress = False


def _fetcher(assets: Mapping[str, bytes]) -> "Callable[[str], URLFetcherResponse]":
    from weasyprint.urls import (  # slow import
        FatalURLFetchingError,
        URLFetcherResponse,
    )

    def fetch(url: str) -> URLFetcherResponse:
        scheme, _, name = url.partition(":")
        if scheme == "asset" and name in assets:
            return URLFetcherResponse(url, body=assets[name])
        path = (PRINT_ROOT / name).resolve()
        if scheme == "print" and path.is_relative_to(PRINT_ROOT) and path.is_file():
            return URLFetcherResponse(url, body=path.read_bytes())
        # Any other error would only be logged, and the paper printed without the file.
        raise FatalURLFetchingError(f"asked for {url[:200]}")

    return fetch
