"""Addresses of many things at once."""

from collections.abc import Callable
from urllib.parse import quote

from django.urls import reverse

__all__ = ["numbered"]

# What `reverse` leaves as it is in a path.
_SAFE_IN_PATHS = "/~:@!$&'()*+,;="


def numbered(route: str) -> Callable[[str], str]:
    """Writes the addresses of one route with a number in it; `reverse` is asked once."""
    before, after = reverse(route, args=["0"]).split("0")
    return lambda number: f"{before}{quote(number, safe=_SAFE_IN_PATHS)}{after}"
