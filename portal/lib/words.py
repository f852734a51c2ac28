"""Short words in the reader's language, for what stands in every row of a list."""

from functools import cache, lru_cache

from django.db.models import Choices
from django.utils import translation

__all__ = ["label", "word"]


def word(text: str) -> str:
    """The text as gettext gives it, looked up once a process and language.

    A page of a list asks for some hundred words, most of them for the same few; gettext walks its
    catalogues anew for each. For texts of the code alone: what people typed would stay for ever.
    """
    return _word(text, translation.get_language())


def label(choice: Choices) -> str:
    """The words of one choice of a field, looked up once a process and language."""
    return _label(choice, translation.get_language())


# Typed, because choices of two fields may be the same text, and equal for that.
@lru_cache(maxsize=None, typed=True)
def _label(choice: Choices, _language: str | None) -> str:
    return str(choice.label)


@cache
def _word(text: str, _language: str | None) -> str:
    return translation.gettext(text)
