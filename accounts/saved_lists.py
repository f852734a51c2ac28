"""Which lists of the office can have saved filters: each app registers its own when Django starts.

Saving is one thing for all lists and lives here, below the apps that have them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, QueryDict

__all__ = ["SavedList", "UnknownList", "of_code", "register"]


class UnknownList(LookupError):
    """A code that no app has declared."""


@dataclass(frozen=True, kw_only=True)
class SavedList:
    """One list: its code in addresses, its name, its route, and who may see it.

    `understood` reads an address as the list does: what of it is understood, and that in words.
    """

    code: str
    label: Any
    route: str
    permission: str
    understood: Callable[[HttpRequest, QueryDict], tuple[dict[str, str], list[str]]]


_known: dict[str, SavedList] = {}


def register(lists: Iterable[SavedList]) -> None:
    """Make the lists known; the same ones again change nothing."""
    for each in lists:
        _known[each.code] = each


def of_code(code: str) -> SavedList:
    try:
        return _known[code]
    except KeyError:
        raise UnknownList(code) from None
