"""Numbers of orders, deliveries and the like in addresses.

Such a number is whatever the ERP made: it may hold slashes, spaces and letters of every kind, but
no control characters. In a pattern, what follows a number has to come before the number alone.
"""

from collections.abc import Callable
from functools import cache
from urllib.parse import quote

from django.urls import register_converter, reverse
from django.urls.converters import StringConverter

__all__ = ["NUMBER", "address"]

NUMBER = "<number:number>"
# What `reverse` leaves as it is in a path.
_SAFE = "/~:@!$&'()*+,;="
_PLACEHOLDER = "0"


class NumberConverter(StringConverter):
    regex = r"[^\x00-\x1f\x7f]+"


register_converter(NumberConverter, "number")


@cache
def address(route: str) -> Callable[[str], str]:
    """Writes the addresses of a route with one number in it; `reverse` is asked once a process."""
    before, after = reverse(route, args=[_PLACEHOLDER]).split(_PLACEHOLDER)
    return lambda number: f"{before}{quote(number, safe=_SAFE)}{after}"
