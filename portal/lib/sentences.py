"""Sentences that are kept now and read later, by somebody with another language.

`sentence` stands in for gettext where words are stored: `_("Line %(position)s comes twice.") % …`
is a text in the language of the moment as ever, and knows what it was made of. That goes into a
JSON column (`kept`), from which `again` says it in the language of whoever reads.
"""

from collections.abc import Mapping
from typing import Any

from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext

__all__ = ["Sentence", "again", "kept", "label", "sentence"]

_LONGEST_VALUE = 200


class Sentence(str):
    """A text in the language of the moment, with the marked text and the values it is made of."""

    made_of: Any

    def __mod__(self, values: Any) -> "Sentence":
        text, _no_values = self.made_of
        return _made([text, _plain(values)])


def sentence(text: str) -> Sentence:
    """A marked text, to be filled in with `%` like any other."""
    return _made([text, None])


def label(text: Any) -> Sentence:
    """What a field is called (its lazy `verbose_name`), with a capital."""
    with translation.override(None):
        marked = str(text)
    return _made({"label": marked})


def kept(words: str) -> Any:
    """What a sentence is made of, for a JSON column; None for words of somebody else's."""
    return words.made_of if isinstance(words, Sentence) else None


def again(made_of: Any) -> str:
    """The sentence in the language of the moment."""
    match made_of:
        case {"label": text}:
            return capfirst(gettext(text))
        case [text, None]:
            return gettext(text)
        case [text, dict() as values]:
            return gettext(text) % {name: _said(value) for name, value in values.items()}
        case [text, value]:
            return gettext(text) % _said(value)
    raise ValueError(made_of)


def _made(made_of: Any) -> Sentence:
    made = Sentence(again(made_of))
    made.made_of = made_of
    return made


def _plain(values: Any) -> Any:
    if isinstance(values, Mapping):
        return {name: _plain_value(value) for name, value in values.items()}
    return _plain_value(values)


def _plain_value(value: Any) -> Any:
    """Sentences within sentences stay what they are, in a list of their own."""
    return [value.made_of] if isinstance(value, Sentence) else str(value)[:_LONGEST_VALUE]


def _said(value: Any) -> str:
    return again(value[0]) if isinstance(value, list) else value
