"""E-mail addresses written one way, so that one mailbox is one person."""

import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from portal.lib import domains

__all__ = ["LONGEST", "NotAnAddress", "normalise"]

LONGEST = 254
_LONGEST_LOCAL = 64


class NotAnAddress(ValueError):
    """A text that is no e-mail address."""


def normalise(text: str) -> str:
    """The address as it is stored and compared: in lower case, without spaces around, and with its
    domain as its letters travel (xn--…), so that a look-alike shows. Raises NotAnAddress.

    What stands before the @ stays as it is: of `maria+orders@` and `maria@` nobody outside knows
    whether they are one mailbox.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    local, at, domain = plain.rpartition("@")
    try:
        address = f"{local}{at}{domains.normalise(domain)}".lower()
        validate_email(address)
    except (domains.NotADomain, ValidationError) as error:
        raise NotAnAddress(text) from error
    if len(address) > LONGEST or len(local) > _LONGEST_LOCAL:
        raise NotAnAddress(text)
    return address
