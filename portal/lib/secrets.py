"""Passwords of other systems, sealed for the database.

Sealed text is Fernet (AES-128-CBC with HMAC-SHA-256). The first of PORTICO_SECRETS_KEYS seals, all
of them open: to change keys put a new one in front, run `manage.py reseal_secrets`, and take the
old one away. The database alone, or a dump of it, opens nothing.
"""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

__all__ = ["CannotOpen", "NoKey", "open_sealed", "reseal", "seal"]


class CannotOpen(Exception):
    """The sealed text was changed, or sealed with a key that is not here any more."""


class NoKey(Exception):
    """PORTICO_SECRETS_KEYS is empty or one of its keys is not 32 bytes in URL-safe base64."""


def seal(text: str) -> str:
    """The text as only a holder of a key can read it; different each time, empty for empty."""
    return _fernet().encrypt(text.encode()).decode("ascii") if text else ""


def open_sealed(sealed: str) -> str:
    """What was sealed; raises CannotOpen."""
    if not sealed:
        return ""
    try:
        return _fernet().decrypt(sealed).decode()
    except InvalidToken:
        raise CannotOpen("sealed text cannot be opened with the keys at hand") from None


def reseal(sealed: str) -> str:
    """The same secret under the first key; raises CannotOpen."""
    if not sealed:
        return ""
    try:
        return _fernet().rotate(sealed).decode("ascii")
    except InvalidToken:
        raise CannotOpen("sealed text cannot be opened with the keys at hand") from None


def _fernet() -> MultiFernet:
    # Made anew each time, for a key kept in a module would outlive a changed setting.
    try:
        return MultiFernet([Fernet(key) for key in settings.PORTICO_SECRETS_KEYS])
    except ValueError:
        raise NoKey(
            "PORTICO_SECRETS_KEY needs keys of 32 bytes in URL-safe base64, separated by commas"
        ) from None
