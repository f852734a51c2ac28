"""What people fill in to register from outside."""

import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services import account_settings
from accounts.states import Refusal
from portal.lib.amounts import NotAnAmount, read_amount
from portal.lib.domains import domain_of

__all__ = ["RegistrationForm"]

# What stands between the letters of names.
_IN_NAMES = frozenset(" '-.,\u2019\u02bc\u2010\u00b7")
_EMAIL = {"autocomplete": "email", "autocapitalize": "none", "spellcheck": "false"}
_NUMBER = {"autocomplete": "off", "spellcheck": "false", "class": "w-m"}


class NameField(forms.CharField):
    """A part of a person's name: letters of any script, with what stands between them.

    Names go into mails, so an address to click on is none.
    """

    def validate(self, value: Any) -> None:
        super().validate(value)
        kinds = {unicodedata.category(each)[0] for each in value if each not in _IN_NAMES}
        if not kinds <= {"L", "M"} or "L" not in kinds:
            raise ValidationError(_("A name has letters only."), code="name")


class NumberField(forms.CharField):
    """The number of a customer or a document, as it is typed: it has a letter or a digit."""

    def validate(self, value: Any) -> None:
        super().validate(value)
        if not value.isprintable() or not any(map(str.isalnum, value)):
            raise ValidationError(_("That is not a number."), code="number")


class RegistrationForm(forms.Form):
    """Who registers, and the three parts that prove for which customer."""

    customer_number = NumberField(
        label=_("Customer number"), max_length=40, widget=forms.TextInput(_NUMBER)
    )
    document_number = NumberField(
        label=_("Invoice or order number"), max_length=40, widget=forms.TextInput(_NUMBER)
    )
    amount = forms.CharField(
        label=_("Its amount"),
        help_text=_("The total with VAT, such as 1,255.00."),
        max_length=40,
        widget=forms.TextInput({"autocomplete": "off", "inputmode": "decimal", "class": "w-m"}),
    )
    first_name = NameField(
        label=_("First name"),
        max_length=150,
        widget=forms.TextInput({"autocomplete": "given-name"}),
    )
    last_name = NameField(
        label=_("Last name"),
        max_length=150,
        widget=forms.TextInput({"autocomplete": "family-name"}),
    )
    email = forms.EmailField(
        label=_("E-mail"),
        help_text=_("The link to set your password goes there."),
        max_length=254,
        widget=forms.EmailInput(_EMAIL),
    )
    email_again = forms.EmailField(
        label=_("E-mail again"), max_length=254, widget=forms.EmailInput(_EMAIL)
    )

    def clean_email(self) -> str:
        """As it is stored, and of a domain whose letters are what they look like."""
        email = User.objects.normalize_email(self.cleaned_data["email"])
        if not domain_of(email):
            raise ValidationError(
                _("The part after the @ is no domain, or mixes letters of different alphabets."),
                code="domain",
            )
        if account_settings.is_internal(email):
            raise ValidationError(
                _("People of the office sign in without registering."), code="internal"
            )
        return email

    def clean_amount(self) -> str:
        """The text, once it can be read as an amount that is not zero."""
        text: str = self.cleaned_data["amount"]
        try:
            typed = read_amount(text)
        except NotAnAmount:
            raise ValidationError(
                _("That is not an amount. Type it as on the document, such as 1,255.00."),
                code="amount",
            ) from None
        if not any(typed.readings):
            raise ValidationError(_("The amount cannot be zero."), code="zero")
        return text

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        first, again = values.get("email"), values.get("email_again")
        if first and again and first != User.objects.normalize_email(again):
            self.add_error("email_again", _("The two e-mail addresses differ."))
        return values

    def explain(self, refusal: Refusal) -> None:
        """Say at its place what was not right."""
        places = {
            Refusal.UNKNOWN_CUSTOMER: "customer_number",
            Refusal.OTHER_DOCUMENT: "document_number",
            Refusal.OTHER_AMOUNT: "amount",
            Refusal.NOT_OPEN: "customer_number",
            Refusal.ACCOUNT_EXISTS: "email",
        }
        self.add_error(places[refusal], ValidationError(refusal.label, code=refusal.value))
