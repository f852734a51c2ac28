"""What the people who manage a customer's users enter about a colleague."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import NewPasswordField
from accounts.models import Invitation, Membership, User
from accounts.sections import PAYING, Section
from accounts.services.colleagues import Authority
from portal.lib.forms import EmailAddressField

__all__ = ["InviteForm", "JoinForm", "RightsForm"]


class RightsForm(forms.Form):
    """What a colleague may do; asks for what the person who fills it in may give, and no more."""

    is_admin = forms.BooleanField(
        label=_("Account admin"),
        help_text=_("Holds every right, those to come too, and manages everybody."),
        required=False,
    )
    sections = forms.MultipleChoiceField(
        label=_("Rights"), widget=forms.CheckboxSelectMultiple, required=False
    )
    payments = forms.MultipleChoiceField(
        label=_("Right to pay"), widget=forms.CheckboxSelectMultiple, required=False
    )
    covers_family = forms.BooleanField(
        label=_("At every customer of the family"),
        help_text=_("The same rights at all customers with your statistics id (STAT id)."),
        required=False,
    )

    def __init__(
        self, data: Any = None, *, authority: Authority, held: Membership | None = None
    ) -> None:
        super().__init__(data, initial=_initial(held))
        given = [(value, label) for value, label in Section.choices if value in authority.sections]
        self._choose("sections", [choice for choice in given if choice[0] not in PAYING])
        self._choose("payments", [choice for choice in given if choice[0] in PAYING])
        if not authority.is_admin:
            del self.fields["is_admin"]
        if not authority.manages_family:
            del self.fields["covers_family"]

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field: Any = self.fields[name]
        field.choices = choices
        if not choices:
            del self.fields[name]

    @property
    def rights(self) -> dict[str, Any]:
        """What was chosen, as the services take it."""
        given = self.cleaned_data
        return {
            "sections": [*given.get("sections", ()), *given.get("payments", ())],
            "is_admin": given.get("is_admin", False),
            "covers_family": given.get("covers_family", False),
        }


class InviteForm(RightsForm):
    """Whom to invite, and to what."""

    field_order = ("email", "first_name", "last_name")

    email = EmailAddressField(label=_("E-mail"))
    first_name = forms.CharField(label=_("First name"), max_length=150)
    last_name = forms.CharField(label=_("Last name"), max_length=150)

    def clean(self) -> None:
        given = self.cleaned_data
        if not (given.get("sections") or given.get("payments") or given.get("is_admin")):
            place = "sections" if "sections" in self.fields else None
            if place not in self.errors:
                self.add_error(place, _("Choose at least one right."))

    @property
    def person(self) -> dict[str, Any]:
        """Who was typed, as the service takes it."""
        return {name: self.cleaned_data[name] for name in ("email", "first_name", "last_name")}


class JoinForm(forms.Form):
    """Name and password of somebody who has proven an address and has no user yet."""

    first_name = forms.CharField(
        label=_("First name"),
        max_length=150,
        widget=forms.TextInput({"autocomplete": "given-name"}),
    )
    last_name = forms.CharField(
        label=_("Last name"),
        max_length=150,
        widget=forms.TextInput({"autocomplete": "family-name"}),
    )
    password = NewPasswordField(label=_("Password"))

    def __init__(self, data: Any = None, *, person: Invitation | User) -> None:
        names = {"first_name": person.first_name, "last_name": person.last_name}
        super().__init__(data, initial=names)
        typed = data or names
        field: Any = self.fields["password"]
        field.user = User(
            email=person.email,
            first_name=typed.get("first_name", ""),
            last_name=typed.get("last_name", ""),
        )


def _initial(held: Membership | None) -> dict[str, Any]:
    if held is None:
        return {"sections": [Section.ORDERS, Section.INVOICES]}
    return {
        "sections": held.sections,
        "payments": held.sections,
        "is_admin": held.is_admin,
        "covers_family": held.covers_family,
    }
