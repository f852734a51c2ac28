"""What the office enters about the sync."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from erp_bridge.importing.importer import LONGEST_ID, is_id
from erp_bridge.looking import LOOKED_AT
from erp_bridge.models import Connection
from erp_bridge.models.binding import FEED_CHOICES

__all__ = ["LookForm", "ScheduleForm", "as_entered"]

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


class LookForm(forms.Form):
    """Which record of which ERP is to be looked at: by its id, or by what people call it."""

    connection = forms.ModelChoiceField(
        label=_("Connection"), queryset=Connection.objects.order_by("code"), empty_label=None
    )
    feed = forms.ChoiceField(
        label=_("Kind of record"), choices=[(feed.value, FEED_CHOICES[feed]) for feed in LOOKED_AT]
    )
    remote_id = forms.CharField(
        required=False, max_length=LONGEST_ID, strip=False, widget=forms.HiddenInput
    )
    number = forms.CharField(required=False, max_length=LONGEST_ID, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        named = cleaned.get("remote_id") or cleaned.get("number") or ""
        if not is_id(named):
            raise ValidationError(_("This cannot be a number or an id."))
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
