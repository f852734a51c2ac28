"""The wording of a message: plain text with placeholders, from which every form of it is made.

Paragraphs are parted by empty lines. `# …` is the heading. Lines that begin with `- ` are a list,
or facts where each is `- label: value` (`- *label*: value` stands out). `[label]({{ link }})` alone
in a paragraph is the button, and what follows the button is small print. `{{ name }}` stands for a
value. A paragraph or a line of a list with placeholders that are all empty is left out.

The text is taken apart before anything is filled in, so no value can become markup; the templates
escape what the pieces hold.
"""

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

__all__ = [
    "Block",
    "Fact",
    "Piece",
    "Rows",
    "Value",
    "Wording",
    "broken_placeholders",
    "fill_line",
    "in_plain_text",
    "read",
    "used_in",
    "wrapped",
]

# What a placeholder may hold: text, or pairs of label and value that become facts.
Rows = tuple[tuple[str, str], ...]
Value = str | Rows

PLACEHOLDER = re.compile(r"\{\{ *([a-z][a-z_]*) *\}\}")
_BUTTON = re.compile(r"\[([^\]\n]+)\]\(\s*\{\{ *([a-z][a-z_]*) *\}\}\s*\)")
_BRACES = re.compile(r"\{\{|\}\}|\{%|%\}")
_ITEM = "- "
_WIDTH = 72


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text; with an address it is a link."""

    text: str
    href: str = ""


class Fact(NamedTuple):
    """One row of facts; a strong one, such as a total, stands out."""

    label: str
    value: str
    is_strong: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """One part of a filled message: heading, words, facts, list or button."""

    shape: str
    lines: tuple[tuple[Piece, ...], ...] = ()
    rows: tuple[Fact, ...] = ()
    href: str = ""
    is_small: bool = False

    @property
    def text(self) -> str:
        return "\n".join("".join(piece.text for piece in line) for line in self.lines)

    @property
    def is_heading(self) -> bool:
        return self.shape == "heading"

    @property
    def is_button(self) -> bool:
        return self.shape == "button"

    @property
    def is_facts(self) -> bool:
        return self.shape == "facts"

    @property
    def is_list(self) -> bool:
        return self.shape == "list"


@dataclass(frozen=True, slots=True)
class Wording:
    """A text that was read: its paragraphs, each a tuple of lines."""

    paragraphs: tuple[tuple[str, ...], ...]

    def fill(self, values: Mapping[str, Value], *, links: frozenset[str]) -> list[Block]:
        """The blocks of the message; `links` are the placeholders that are addresses."""
        return list(_filled(self.paragraphs, values, links))


def read(text: str) -> Wording:
    """Take a text apart. Every text can be read; what makes no sense stays as it is written."""
    lines = [line.rstrip() for line in text.strip().splitlines()]
    paragraphs: list[list[str]] = [[]]
    for line in lines:
        if line:
            paragraphs[-1].append(line)
        elif paragraphs[-1]:
            paragraphs.append([])
    return Wording(tuple(tuple(each) for each in paragraphs if each))


def used_in(text: str) -> set[str]:
    """The names of the placeholders in the text."""
    return set(PLACEHOLDER.findall(text))


def broken_placeholders(text: str) -> bool:
    """Whether braces are left over that begin or end no placeholder."""
    return bool(_BRACES.search(PLACEHOLDER.sub("", text)))


def fill_line(text: str, values: Mapping[str, Value]) -> str:
    """One line, such as a subject, with its values; line breaks in them become spaces."""
    filled = PLACEHOLDER.sub(lambda found: _text(values[found[1]]), text)
    return " ".join(filled.split())


def in_plain_text(blocks: Sequence[Block]) -> str:
    """The message for readers of plain text: 72 columns, facts aligned, addresses whole."""
    return "\n\n".join(map(_plain, blocks))


def wrapped(line: str, *, indent: str = "") -> str:
    """The line in 72 columns; words that are longer, such as addresses, stay whole."""
    return textwrap.fill(
        line, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _filled(
    paragraphs: Sequence[tuple[str, ...]], values: Mapping[str, Value], links: frozenset[str]
) -> Iterator[Block]:
    is_small = False
    for lines in paragraphs:
        if not _says_something("\n".join(lines), values):
            continue
        first = lines[0]
        if first.startswith("# ") and len(lines) == 1:
            yield Block("heading", (_pieces(first[2:], values, frozenset()),))
        elif (button := _BUTTON.fullmatch("\n".join(lines))) and button[2] in links:
            label, href = fill_line(button[1], values), _text(values[button[2]])
            yield Block("button", ((Piece(label),),), href=href)
            is_small = True
        elif (alone := PLACEHOLDER.fullmatch(first)) and isinstance(values[alone[1]], tuple):
            yield Block("facts", rows=_rows(values[alone[1]]))
        elif all(line.startswith(_ITEM) for line in lines):
            yield _listed([line.removeprefix(_ITEM) for line in lines], values, links)
        else:
            yield Block(
                "words",
                tuple(
                    _pieces(part, values, links)
                    for line in lines
                    for part in _broken(line, values, links)
                ),
                is_small=is_small,
            )


def _listed(items: list[str], values: Mapping[str, Value], links: frozenset[str]) -> Block:
    items = [item for item in items if _says_something(item, values)]
    pairs = [item.partition(": ") for item in items]
    if all(label and colon for label, colon, _value in pairs):
        return Block("facts", rows=tuple(_fact(label, value, values) for label, _, value in pairs))
    return Block("list", tuple(_pieces(item, values, links) for item in items))


def _fact(label: str, value: str, values: Mapping[str, Value]) -> Fact:
    is_strong = len(label) > 2 and label.startswith("*") and label.endswith("*")
    shown = label[1:-1] if is_strong else label
    return Fact(fill_line(shown, values), fill_line(value, values), is_strong)


def _says_something(text: str, values: Mapping[str, Value]) -> bool:
    """Whether there is anything to say: no placeholders, or one that is not empty."""
    names = PLACEHOLDER.findall(text)
    return not names or any(values[name] for name in names)


def _broken(line: str, values: Mapping[str, Value], links: frozenset[str]) -> list[str]:
    """A line that is nothing but a value of several lines, as that many lines; else itself."""
    alone = PLACEHOLDER.fullmatch(line)
    if alone is None or alone[1] in links:
        return [line]
    # Braces in a value stay what they are: the lines are filled in as they stand.
    return [_Literal(part) for part in _text(values[alone[1]]).splitlines()]


class _Literal(str):
    """A line in which nothing is filled in any more."""

    __slots__ = ()


def _pieces(line: str, values: Mapping[str, Value], links: frozenset[str]) -> tuple[Piece, ...]:
    if isinstance(line, _Literal):
        return (Piece(str(line)),)
    pieces: list[Piece] = []
    end = 0
    for found in PLACEHOLDER.finditer(line):
        text = _text(values[found[1]])
        pieces += [
            Piece(line[end : found.start()]),
            Piece(text, href=text if found[1] in links else ""),
        ]
        end = found.end()
    pieces.append(Piece(line[end:]))
    return tuple(piece for piece in pieces if piece.text)


def _text(value: Value) -> str:
    if isinstance(value, tuple):
        return ", ".join(f"{label}: {text}" if text else label for label, text in value)
    return value


def _rows(value: Value) -> tuple[Fact, ...]:
    return tuple(Fact(*row) for row in value) if isinstance(value, tuple) else ()


def _plain(block: Block) -> str:
    if block.is_facts:
        return _plain_facts(block.rows)
    if block.is_button:
        return f"{block.text}:\n{block.href}"
    if block.is_list:
        return "\n".join(
            wrapped(f"- {''.join(piece.text for piece in line)}", indent="  ")
            for line in block.lines
        )
    return "\n".join(map(wrapped, block.text.splitlines()))


def _plain_facts(rows: Sequence[Fact]) -> str:
    width = min(max((len(fact.label) for fact in rows), default=0), _WIDTH // 2) + 2
    return "\n".join(
        wrapped(f"{fact.label:<{width - 1}} {fact.value}", indent=" " * width) for fact in rows
    )
