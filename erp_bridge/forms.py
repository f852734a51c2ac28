"""What the office enters about the sync."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

__all__ = ["ScheduleForm", "as_entered"]

LONGEST = 30 * 24 * 3600
UNITS = {"seconds": 1, "minutes": 60, "hours": 3600}


class ScheduleForm(forms.Form):
    """When one feed is read, and how much of it."""

    every = forms.IntegerField(
        label=_("Read every"),
        required=False,
        min_value=1,
        max_value=100_000,
        help_text=_("Empty: the feed is off."),
        widget=forms.NumberInput(attrs={"class": "w-s"}),
    )
    unit = forms.ChoiceField(
        label=_("Unit"),
        choices=[("seconds", _("seconds")), ("minutes", _("minutes")), ("hours", _("hours"))],
        widget=forms.Select(attrs={"class": "w-s"}),
    )
    from_date = forms.DateField(
        label=_("From date"),
        required=False,
        help_text=_("Changes before this day are not read."),
        widget=forms.DateInput(attrs={"type": "date", "class": "w-m"}, format="%Y-%m-%d"),
    )
    max_rows = forms.IntegerField(
        label=_("Rows a run at most"),
        required=False,
        min_value=1,
        max_value=2**31 - 1,
        help_text=_("Empty: no limit. A run that stops there goes on at the next one."),
        widget=forms.NumberInput(attrs={"class": "w-s"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        every = cleaned.get("every")
        seconds = every * UNITS[cleaned["unit"]] if every and "unit" in cleaned else None
        if seconds is not None and seconds > LONGEST:
            raise ValidationError({"every": _("At least once in 30 days.")})
        cleaned["interval_seconds"] = seconds
        return cleaned


def as_entered(interval_seconds: int | None) -> dict[str, Any]:
    """An interval in the largest unit that holds it whole."""
    if interval_seconds is None:
        return {"every": None, "unit": "minutes"}
    unit = max(
        (unit for unit, seconds in UNITS.items() if interval_seconds % seconds == 0),
        key=UNITS.__getitem__,
    )
    return {"every": interval_seconds // UNITS[unit], "unit": unit}
