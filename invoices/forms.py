"""What people choose about their statement."""

from datetime import date

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from portal.lib.dates import FIRST_DAY
from portal.lib.forms import DayInput

__all__ = ["CUSTOMER", "FAMILY", "StatementForm"]

CUSTOMER, FAMILY = "customer", "family"


class StatementForm(forms.Form):
    """A day that is not in the future, and whose open invoices; which may be left out.

    The family can be chosen by whoever may see invoices of another customer of it.
    """

    on = forms.DateField(
        label=_("Open on"), required=False, widget=DayInput(attrs={"class": "w-m"})
    )

    def __init__(self, *args, today: date, has_family: bool, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today
        on = self.fields["on"]
        on.help_text = _("Today or a past day; nothing means today.")
        on.widget.attrs |= {"min": FIRST_DAY.isoformat(), "max": today.isoformat()}
        on.validators += [
            MinValueValidator(FIRST_DAY),
            MaxValueValidator(today, _("This day has not come yet.")),
        ]
        choices = [(CUSTOMER, _("This customer"))]
        if has_family:
            choices.append((FAMILY, _("All customers of the family")))
        self.fields["for"] = forms.ChoiceField(
            label=_("Invoices of"),
            choices=choices,
            widget=forms.RadioSelect if has_family else forms.HiddenInput,
            error_messages={"invalid_choice": _("You have no such statement to choose.")},
        )

    def clean_on(self) -> date:
        return self.cleaned_data["on"] or self.today

    @property
    def is_for_family(self) -> bool:
        return self.cleaned_data["for"] == FAMILY
