"""Bank account numbers by ISO 13616."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

__all__ = ["validate_iban"]

_SHAPE = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")


def validate_iban(text: str) -> None:
    """Refuse what is no IBAN; spaces between its groups do not matter."""
    iban = text.replace(" ", "")
    if _SHAPE.fullmatch(iban):
        digits = "".join(str(int(letter, 36)) for letter in iban[4:] + iban[:4])
        if int(digits) % 97 == 1:
            return
    raise ValidationError(_("This is not an IBAN; check each character."), code="iban")
