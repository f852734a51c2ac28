"""Short words in the reader's language, for what stands in every row of a list."""

from functools import cache

from django.utils import translation

__all__ = ["word"]


def word(text: str) -> str:
    """The text as gettext gives it, looked up once a process and language.

    A page of a list asks for some hundred words, most of them for the same few; gettext walks its
    catalogues anew for each. For texts of the code alone: what people typed would stay for ever.
    """
    return _word(text, translation.get_language())


@cache
def _word(text: str, _language: str | None) -> str:
    return translation.gettext(text)
