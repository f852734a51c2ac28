"""What members are asked around the order form: days of a repeated order, and names to keep."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.forms.rows import LATEST
from portal.lib.forms import DayInput

__all__ = ["DaysForm", "LabelForm", "NameForm"]


class DaysForm(forms.Form):
    """The day of the first stop; the others follow as many days later as they did."""

    use_required_attribute = False

    day = forms.DateField(label=gettext_lazy("Day of the first stop"), widget=DayInput)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if day < self.today:
            raise ValidationError(_("This day is over."), code="past")
        if day > self.today + LATEST:
            raise ValidationError(_("This day is more than two years away."), code="far")
        return day


class NameForm(forms.Form):
    """What a template is called."""

    use_required_attribute = False

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)


class LabelForm(forms.Form):
    """What an address of the book is called."""

    use_required_attribute = False

    label = forms.CharField(label=gettext_lazy("Name in the address book"), max_length=100)
