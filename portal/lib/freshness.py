"""How old mirrored data is: a question that pages of every app ask and the sync app answers.

The setting DATA_AGE names the function that knows, by its dotted path. Every list asks, so each
process keeps the answer for a moment.
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.cache import caches
from django.utils.module_loading import import_string

__all__ = ["Age", "data_age"]


_SECONDS = 3


@dataclass(frozen=True, slots=True)
class Age:
    """The moment up to which everything has been read; None before the first complete read.

    `late` says that the ERP should have been heard since.
    """

    at: datetime | None
    late: bool


def data_age(*feeds: str) -> Age:
    """How old the data of these feeds is, the oldest of them counting; right to some seconds."""
    key = ":".join(("data_age", *feeds))
    kept: Age | None = caches["process"].get(key)
    if kept is None:
        kept = import_string(settings.DATA_AGE)(*feeds)
        caches["process"].set(key, kept, _SECONDS)
    return kept
