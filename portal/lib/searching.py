"""Searching by number or reference: the column that is searched, and the question asked of it.

People type capitals, spaces and dashes as they come, and programs paste other spaces and dashes
than the keyboard has. Column and question forgive the same letters; only the database makes
capitals, because Python knows other ones (ß).
"""

import re

from django.db import models
from django.db.models import F, Func, Q, TextField, Value
from django.db.models.functions import Concat, Upper
from django.db.models.lookups import Contains, In

__all__ = [
    "contains",
    "is_numbered",
    "number_key",
    "number_starts",
    "plain",
    "same_number",
    "search_column",
    "searched",
]

# Every space and every dash of Unicode, written out: a generated column must not change by itself.
FORGIVEN = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
    "-\u058a\u05be\u1400\u1806\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2e17\u2e1a\u2e3a\u2e3b"
    "\u2e40\u2e5d\u301c\u3030\u30a0\ufe31\ufe32\ufe58\ufe63\uff0d"
)
_WITHOUT = dict.fromkeys(map(ord, FORGIVEN))
# Three letters make the first trigram that an index can look up anywhere.
_SHORTEST_INDEXED = 3
_SELECTIVE_END = 6
_LONGEST_PADDED = 12


def search_column(number: str, reference: str) -> models.GeneratedField:
    """Two columns joined by `|`, in capitals and without spaces and dashes."""
    return models.GeneratedField(
        expression=plain(Concat(F(number), Value("|"), F(reference))),
        output_field=TextField(),
        db_persist=True,
    )


def plain(expression: models.Expression | F) -> Func:
    """A text in capitals and without spaces and dashes, as an index or a column may hold it."""
    return Func(
        Upper(expression),
        Value(FORGIVEN),
        Value(""),
        function="TRANSLATE",
        output_field=TextField(),
    )


def searched(text: str) -> str:
    """What is left of a text to search for: nothing where it has neither letter nor digit."""
    return text.translate(_WITHOUT) if any(map(str.isalnum, text)) else ""


def contains(column: str, text: str) -> Q:
    """The rows whose search column contains the text.

    One or two letters have no trigram in them but at the start of a word, so they have to start the
    number or the reference: what somebody types first.

    Numbers and references begin alike and differ at their ends. An index of trigrams reads one list
    of rows for each trigram it is asked for, so it is asked for the end of the text alone, and the
    rows it finds for the rest: thirteen times as fast among a million numbers.
    """
    key = searched(text)
    if len(key) < _SHORTEST_INDEXED:
        return Q(**{f"{column}__startswith": Upper(Value(key))}) | Q(
            **{f"{column}__contains": Upper(Value(f"|{key}"))}
        )
    end = _selective_end(key)
    found = Q(**{f"{column}__contains": Upper(Value(end))})
    if end != key:
        # An expression instead of the column keeps the index out of this one.
        not_indexed = Concat(F(column), Value(""), output_field=TextField())
        found &= Q(Contains(not_indexed, Upper(Value(key))))
    return found


def _selective_end(key: str) -> str:
    """The last letters and digits; other characters make no trigram and are left to the rest."""
    end = len(key)
    while end and not key[end - 1].isalnum():
        end -= 1
    return key[:end][-_SELECTIVE_END:] or key


def is_numbered(column: str, text: str) -> Q:
    """The rows whose number the text is, by an index over `plain(F(column))`.

    Zeros in front of digits do not count, as far as systems pad their numbers.
    """
    key = searched(text)
    if not key:
        return Q(pk__in=[])
    keys = [key]
    if digits := _digits(key):
        keys = [digits.zfill(length) for length in range(len(digits), _LONGEST_PADDED + 1)]
    return Q(In(plain(F(column)), [Upper(Value(each)) for each in keys]))


def number_starts(column: str, text: str) -> Q:
    """The rows whose search column may begin with the number; `same_number` tells which do."""
    key = searched(text)
    if not key:
        return Q(pk__in=[])
    if digits := _digits(key):
        return Q(**{f"{column}__regex": rf"^0*{digits}\|"})
    return Q(**{f"{column}__startswith": Upper(Value(f"{key}|"))})


def same_number(number: str, text: str) -> bool:
    """Whether people would call both one number: as `is_numbered`, for a row that is here."""
    return "" != number_key(number) == number_key(text)


def number_key(text: str) -> str:
    """What all ways of writing one number have in common; empty without letter and digit."""
    key = searched(text)
    return _digits(key) or key.upper()


def _digits(key: str) -> str:
    """A key that is all digits, without zeros in front; empty for any other."""
    return key.lstrip("0") if re.fullmatch(r"[0-9]+", key) else ""
