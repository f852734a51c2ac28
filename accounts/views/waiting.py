"""Telling people how long they have to wait after too many tries."""

from datetime import datetime

from django.utils.translation import ngettext

__all__ = ["wait_text"]


def wait_text(until: datetime, now: datetime) -> str:
    minutes = max(1, -(-int((until - now).total_seconds()) // 60))
    return ngettext(
        "There were too many tries. Wait %(minutes)s minute, then try again.",
        "There were too many tries. Wait %(minutes)s minutes, then try again.",
        minutes,
    ) % {"minutes": minutes}
