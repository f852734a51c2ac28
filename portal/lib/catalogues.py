"""Finding every text that is marked for translation, and keeping the catalogues in step.

Babel reads and writes the catalogues, so nobody needs the gettext programs. Templates are read by
turning them into the Python-like source that Django makes for xgettext.
"""

import io
import re
from collections.abc import Collection, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract, extract_python
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

__all__ = ["SOURCES", "extract_messages", "faults", "read_catalogue", "update", "write_catalogue"]

# Where marked texts live, as directories of the project.
SOURCES = ("accounts", "orders", "invoices", "payments", "erp_bridge", "portal", "templates")

_TRANSIENT_HEADERS = re.compile(
    r'^"(?:Project-Id-Version|Report-Msgid-Bugs-To|POT-Creation-Date|PO-Revision-Date|'
    r'Last-Translator|Language-Team|Generated-By): .*\\n"\n',
    re.MULTILINE,
)
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "sentence": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


def _extract_template(
    fileobj: Any, keywords: Any, comment_tags: Collection[str], options: Any
) -> Iterator[tuple[int, str | tuple[str, ...], list[str], str | None]]:
    """A Babel extraction method for Django templates."""
    source = templatize(fileobj.read().decode())
    # What stands for text around the tags is indented at will, which Python's tokeniser refuses.
    flat = "\n".join(line.lstrip() for line in source.split("\n"))
    yield from extract_python(io.BytesIO(flat.encode()), keywords, comment_tags, {})


def extract_messages(root: Path) -> Catalog:
    """Every marked text of the project below `root`, with the files it stands in."""
    catalogue = Catalog(charset="utf-8", fuzzy=False)
    for path in _source_files(root):
        method = _extract_template if path.suffix in {".html", ".txt"} else "python"
        with path.open("rb") as file:
            for line, texts, comments, context in extract(
                method, file, keywords=KEYWORDS, comment_tags=("Translators:",)
            ):
                catalogue.add(
                    texts,
                    locations=[(path.relative_to(root).as_posix(), line)],
                    auto_comments=comments,
                    context=context,
                )
    return catalogue


def _source_files(root: Path) -> Iterator[Path]:
    for source in SOURCES:
        for path in sorted((root / source).rglob("*")):
            if path.suffix in {".py", ".html", ".txt"} and "migrations" not in path.parts:
                yield path


def read_catalogue(path: Path, language: str) -> Catalog:
    """The catalogue of one language, or an empty one."""
    if not path.exists():
        return Catalog(locale=language, charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language, charset="utf-8")


def update(catalogue: Catalog, found: Catalog) -> None:
    """Add what is new and drop what is gone; a new text is never filled with a similar one.

    `found` stays as it is: its messages would else be shared by the catalogues of all languages.
    """
    catalogue.update(deepcopy(found), no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()


def write_catalogue(path: Path, catalogue: Catalog) -> None:
    """Write without line numbers and times, so that a change shows only what changed."""
    catalogue.header_comment = ""
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=100, sort_output=True, include_lineno=False)
    text = _TRANSIENT_HEADERS.sub("", buffer.getvalue().decode())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def faults(catalogue: Catalog, found: Catalog) -> list[str]:
    """What keeps a catalogue from being complete: one line each, empty when all is well.

    A text that is missing, empty or fuzzy; one that no source has any more; placeholders or plural
    forms that do not match the original.
    """
    lines = []
    for wanted in found:
        if not wanted.id:
            continue
        message = catalogue.get(wanted.id, wanted.context)
        if message is None:
            lines.append(f"missing: {wanted.id!r}")
        elif message.fuzzy:
            lines.append(f"fuzzy: {wanted.id!r}")
        elif not _is_translated(message):
            lines.append(f"untranslated: {wanted.id!r}")
        else:
            lines.extend(f"{error}: {wanted.id!r}" for error in message.check(catalogue))
    lines.extend(
        f"no longer used: {message.id!r}"
        for message in catalogue
        if message.id and found.get(message.id, message.context) is None
    )
    return lines


def _is_translated(message: Message) -> bool:
    texts = message.string if isinstance(message.string, tuple | list) else [message.string]
    return all(texts)
