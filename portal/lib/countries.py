"""Countries by ISO 3166, with their names in the reader's language (CLDR's, as Babel has them)."""

from functools import lru_cache

from babel import Locale
from django.utils import translation

__all__ = ["choices", "is_country", "name_of"]

# Regions that CLDR lists beside countries.
_NO_COUNTRIES = frozenset({"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"})


def choices() -> list[tuple[str, str]]:
    """Code and name of every country, by name."""
    return list(_choices(translation.get_language() or "en"))


def is_country(code: str) -> bool:
    return code in dict(_choices("en"))


def name_of(code: str) -> str:
    """The country's name, or the code where there is none."""
    return dict(_choices(translation.get_language() or "en")).get(code, code)


@lru_cache(maxsize=8)
def _choices(language: str) -> tuple[tuple[str, str], ...]:
    names = Locale.parse(language, sep="-").territories
    countries = [
        (code, name)
        for code, name in names.items()
        if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES
    ]
    return tuple(sorted(countries, key=lambda country: _without_marks(country[1])))


def _without_marks(name: str) -> str:
    """Å and Ä near A: good enough to find a country in a list of any of the languages."""
    letters = str.maketrans("ÅÄÁÂÖÓÔÜÉÎÍÇÞ", "AAAAOOOUEIICT")
    return name.upper().translate(letters)
