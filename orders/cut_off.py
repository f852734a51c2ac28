"""What people are told about until when they may change or cancel what they ordered. Pure."""

from datetime import datetime

from django.utils.translation import gettext as _

from portal.lib.dates import moment_text

__all__ = ["in_words"]


def in_words(cut_off_at: datetime | None, *, now: datetime) -> str:
    """A sentence in the current language and zone; empty where there is no cut-off.

    What is ordered at short notice comes after its own cut-off.
    """
    if cut_off_at is None:
        return ""
    if cut_off_at <= now:
        return _("It is too late to change or cancel it here. Call us instead.")
    return _("It may be changed or cancelled until %(moment)s.") % {
        "moment": moment_text(cut_off_at)
    }
