"""Addresses as people outside the portal need them: whole, with scheme and host."""

from django.conf import settings

__all__ = ["absolute"]


def absolute(path: str) -> str:
    """The path at the address people use, whatever host the current request came by."""
    return f"{settings.PUBLIC_URL}{path}"
