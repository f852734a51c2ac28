"""The base of every error that a person may be told about."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

__all__ = ["DomainError"]


class DomainError(Exception):
    """A rule was broken that the caller could not check beforehand.

    `user_message` is translated and safe to show; `str(error)` is for the log and may name ids.
    """

    user_message: str | Promise = _("That is not possible.")
