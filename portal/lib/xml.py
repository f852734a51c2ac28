"""Reading XML that somebody else wrote. The only place that parses it.

A document type declaration is refused before the parser sees the text: without one there are no
entities, no external subsets and no default attributes to abuse. Size, elements and attributes are
bounded before parsing too, because a tree takes ten to fifty times the memory of its text.
"""

import codecs
import re
from dataclasses import dataclass

from lxml import etree

__all__ = [
    "REPLACED",
    "BadXml",
    "ForbiddenXml",
    "Limits",
    "NotWellFormed",
    "TooMuchXml",
    "parse",
]


class BadXml(Exception):
    """The text cannot be used as XML; `str()` says why in plain words and quotes nothing of it."""


class NotWellFormed(BadXml):
    """Cut off, wrongly nested, in an unknown encoding, or with characters that XML excludes."""


class ForbiddenXml(BadXml):
    """It carries a document type declaration."""


class TooMuchXml(BadXml):
    """It is larger, deeper or fuller than the caller allows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """`elements` also counts comments and instructions; `attributes` also counts each `=`.

    `long_texts` lifts the parser's own bound of 10 MB for one text, for files in base64.
    """

    size: int
    depth: int = 32
    elements: int = 100_000
    attributes: int = 10_000
    long_texts: bool = False


# A noncharacter, which no text that people exchange may use.
REPLACED = "\ufdd0"


_ENCODINGS = {"utf-8", "ascii", "iso8859-1", "iso8859-15", "cp1252"}
_DECLARED = re.compile(rb"""<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_BLANKS = re.compile(rb"[ \t\r\n]*")
_DOCTYPE = b"<!DOCTYPE"
_EXCLUDED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]"
    "|&#x0{0,6}([0-8BCEF]|1[0-9A-F]|FFFE|FFFF|D[89A-F][0-9A-F]{2});"
    "|&#0{0,6}([0-8]|11|12|1[4-9]|2[0-9]|3[01]);",
    re.IGNORECASE,
)


def parse(content: bytes, *, limits: Limits, replace_excluded: bool = False) -> etree._Element:
    """The root element, without comments and processing instructions.

    UTF-8, UTF-16 with its mark and the Western single-byte encodings are understood. With
    `replace_excluded`, characters and bytes that XML excludes become `REPLACED`, so that the caller
    can tell the damaged values from the good ones. Raises NotWellFormed, ForbiddenXml or
    TooMuchXml.
    """
    if len(content) > limits.size:
        raise TooMuchXml(f"more than {limits.size:,} bytes")
    text = _as_utf8(content)
    if _opens_with_doctype(text):
        raise ForbiddenXml("a document type declaration is not accepted")
    if text.count(b"<") - text.count(b"</") > limits.elements:
        raise TooMuchXml(f"more than {limits.elements:,} elements")
    if text.count(b"=") > limits.attributes:
        raise TooMuchXml(f"more than {limits.attributes:,} attributes")
    try:
        root = _tree(text, limits)
    except NotWellFormed:
        if not replace_excluded:
            raise
        characters = text.decode(errors="surrogateescape")
        root = _tree(_EXCLUDED.sub(REPLACED, characters).encode(), limits)
    if root.xpath("boolean(" + "/*" * (limits.depth + 1) + ")"):
        raise TooMuchXml(f"nested more than {limits.depth} deep")
    return root


def _as_utf8(content: bytes) -> bytes:
    """The text in the one encoding that both the look ahead and the parser read."""
    for mark, encoding in _MARKS.items():
        if content.startswith(mark):
            return _decoded(content.removeprefix(mark), encoding)
    declared = _DECLARED.match(content)
    if declared is None:
        return content
    try:
        encoding = codecs.lookup(declared[1].decode()).name
    except LookupError:
        encoding = ""
    if encoding not in _ENCODINGS:
        raise NotWellFormed("an encoding that is not understood")
    return content if encoding == "utf-8" else _decoded(content, encoding)


def _decoded(content: bytes, encoding: str) -> bytes:
    try:
        return content.decode(encoding).encode()
    except UnicodeError:
        raise NotWellFormed(f"not the {encoding} text that it says it is") from None


def _opens_with_doctype(text: bytes) -> bool:
    """Whether a declaration stands before the root; past any comments and instructions."""
    position = 0
    while True:
        position = _BLANKS.match(text, position).end()  # type: ignore[union-attr]
        if text.startswith(b"<?", position):
            position = text.find(b"?>", position) + 2
        elif text.startswith(b"<!--", position):
            position = text.find(b"-->", position + 4) + 3
        else:
            return text[position : position + len(_DOCTYPE)].upper() == _DOCTYPE
        if position < 3:  # the comment or instruction has no end: the parser will say so
            return False


def _tree(text: bytes, limits: Limits) -> etree._Element:
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=limits.long_texts,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root: etree._Element = etree.fromstring(text, parser)
    except etree.XMLSyntaxError as error:
        raise NotWellFormed(f"not well-formed: {error.msg}"[:200]) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise ForbiddenXml("a document type declaration is not accepted")
    return root
