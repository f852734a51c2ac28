"""Postal codes by the pattern of their country.

The patterns are facts of the countries' postal services (as the Universal Postal Union lists them);
a country that is not here takes anything short.
"""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

__all__ = ["normalise"]

# country: (pattern of the code without spaces and dashes, how it is written, example)
_FOUR = (r"\d{4}", r"\g<0>", "1234")
_FIVE = (r"\d{5}", r"\g<0>", "12345")
_THREE_TWO = (r"(\d{3})(\d{2})", r"\1 \2", "123 45")
_PATTERNS = {
    "AT": _FOUR,
    "BE": _FOUR,
    "BG": _FOUR,
    "CH": _FOUR,
    "CY": _FOUR,
    "CZ": _THREE_TWO,
    "DE": _FIVE,
    "DK": _FOUR,
    "EE": _FIVE,
    "ES": _FIVE,
    "FI": _FIVE,
    "FR": _FIVE,
    "GB": (r"([A-Z]{1,2}\d[A-Z\d]?)(\d[A-Z]{2})", r"\1 \2", "SW1A 1AA"),
    "GR": _THREE_TWO,
    "HR": _FIVE,
    "HU": _FOUR,
    "IS": (r"\d{3}", r"\g<0>", "101"),
    "IT": _FIVE,
    "LT": (r"(?:LT)?(\d{5})", r"LT-\1", "LT-12345"),
    "LU": (r"(?:L)?(\d{4})", r"L-\1", "L-1234"),
    "LV": (r"(?:LV)?(\d{4})", r"LV-\1", "LV-1234"),
    "NL": (r"(\d{4})([A-Z]{2})", r"\1 \2", "1234 AB"),
    "NO": _FOUR,
    "PL": (r"(\d{2})(\d{3})", r"\1-\2", "12-345"),
    "PT": (r"(\d{4})(\d{3})", r"\1-\2", "1234-567"),
    "RO": (r"\d{6}", r"\g<0>", "123456"),
    "SE": _THREE_TWO,
    "SI": _FOUR,
    "SK": _THREE_TWO,
    "UA": _FIVE,
    "US": (r"(\d{5})(?:(\d{4}))?", None, "12345"),
    "CA": (r"([A-Z]\d[A-Z])(\d[A-Z]\d)", r"\1 \2", "K1A 0B1"),
}
_LONGEST = 20


def normalise(text: str, *, country: str) -> str:
    """The code as its country writes it; spaces, dashes and capitals do not matter.

    Raises ValidationError with an example where the country's pattern does not fit.
    """
    code = re.sub(r"[\s\-\u2010-\u2015]", "", text).upper()
    known = _PATTERNS.get(country)
    if known is None:
        if len(text.strip()) > _LONGEST:
            raise ValidationError(_("The postal code is too long."), code="postal_code")
        return " ".join(text.split())
    pattern, written, example = known
    match = re.fullmatch(pattern, code)
    if match is None:
        raise ValidationError(
            _("Write the postal code like %(example)s."),
            params={"example": example},
            code="postal_code",
        )
    if written is None:
        return "-".join(filter(None, match.groups()))
    return match.expand(written)
