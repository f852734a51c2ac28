"""What people fill in about themselves, and to sign in."""

import re
from typing import Any
from zoneinfo import available_timezones

from babel import Locale
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from accounts.models import Company, PaperKind, User
from accounts.password_policy import LONGEST
from accounts.services import account_settings
from accounts.services.second_steps import LONGEST_NAME
from portal.lib.forms import EmailAddressField, LogoField
from portal.lib.money import is_currency
from portal.lib.passwords import as_typed

BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?")
LARGEST_CREDENTIAL = 20_000


class OwnAddressInput(forms.EmailInput):
    """The address that somebody signs in with, as browsers keep it beside the password."""

    def __init__(self, attrs=None):
        super().__init__({"autocomplete": "username"} | (attrs or {}))


class PasswordInput(forms.PasswordInput):
    """A password with a button that shows it, for those who have script."""

    template_name = "accounts/public/_password.html"


class NewPasswordInput(PasswordInput):
    """A password that is being chosen: its strength shows while it is typed."""

    template_name = "accounts/public/_new_password.html"


class NewPasswordField(forms.CharField):
    """A password that keeps the rules of the portal, for `user` when its form knows one.

    Pages with it load `js/pages/password.js`.
    """

    user: User | None = None

    def __init__(self, **kwargs: Any) -> None:
        defaults: dict[str, Any] = {
            "label": _("New password"),
            "help_text": _(
                "At least 8 characters, and three of these four: lower-case letters, capital"
                " letters, digits, other characters. Several words are easy to remember."
            ),
            "widget": NewPasswordInput({"autocomplete": "new-password"}),
        }
        super().__init__(**defaults | kwargs)

    def to_python(self, value: Any) -> str:
        return as_typed(super().to_python(value) or "")

    def validate(self, value):
        super().validate(value)
        validate_password(value, self.user)


class SetPasswordForm(forms.Form):
    """A new password for this person."""

    password = NewPasswordField()

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        field: Any = self.fields["password"]
        field.user = user


class TypedPasswordField(forms.CharField):
    """A password that is typed to be compared: one that is too long cannot be right."""

    def to_python(self, value: Any) -> str:
        password = as_typed(super().to_python(value) or "")
        if len(password) > LONGEST:
            raise forms.ValidationError(_("That is longer than any password here."), code="long")
        return password


class SignInForm(forms.Form):
    """Case and surrounding spaces of the address do not matter, nor spaces around the password."""

    login = EmailAddressField(label=_("E-mail"), widget=OwnAddressInput)
    password = TypedPasswordField(
        label=_("Password"), widget=PasswordInput({"autocomplete": "current-password"})
    )
    remember = forms.BooleanField(label=_("Stay signed in for 14 days"), required=False)


class ResetForm(forms.Form):
    email = EmailAddressField(label=_("E-mail"), widget=OwnAddressInput)


class ChangePasswordForm(forms.Form):
    """A new password, by whoever knows the old one."""

    old_password = TypedPasswordField(
        label=_("Password until now"), widget=PasswordInput({"autocomplete": "current-password"})
    )
    password = NewPasswordField()
    ends_others = forms.BooleanField(
        label=_("Sign out everywhere else"),
        help_text=_("Leave it on if somebody may have learned the old password."),
        required=False,
        initial=True,
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        field: Any = self.fields["password"]
        field.user = user


class NewEmailForm(forms.Form):
    """Another address to sign in with, than the person's own now."""

    email = EmailAddressField(
        label=_("New e-mail address"), widget=forms.EmailInput({"autocomplete": "email"})
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_email(self):
        email = self.cleaned_data["email"]
        if email == self.user.email:
            raise forms.ValidationError(_("That is your address already."), code="same")
        if not self.user.is_staff and account_settings.is_internal(email):
            raise forms.ValidationError(
                _("Addresses of this domain belong to the office's own people."), code="internal"
            )
        return email


class CodeForm(forms.Form):
    """A code of an authenticator app, or a recovery code; spaces and dashes in it do not matter."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(
            {"autocomplete": "one-time-code", "inputmode": "numeric", "class": "w-m"}
        ),
    )

    def clean_code(self):
        return "".join(filter(str.isalnum, self.cleaned_data["code"]))


class ConfirmPasswordForm(forms.Form):
    password = TypedPasswordField(
        label=_("Password"), widget=PasswordInput({"autocomplete": "current-password"})
    )


class CredentialField(forms.JSONField):
    """What a passkey has answered, written by the page's script; nothing when it cannot be read."""

    widget = forms.HiddenInput

    def clean(self, value):
        if len(value or "") > LARGEST_CREDENTIAL:
            return None
        try:
            return super().clean(value)
        except (forms.ValidationError, RecursionError):
            return None


class PasskeyForm(forms.Form):
    """The answer of a passkey."""

    credential = CredentialField()


class PasskeyNameForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        help_text=_("Such as the device that keeps the passkey."),
        max_length=LONGEST_NAME,
        widget=forms.TextInput({"class": "w-l", "autocomplete": "off"}),
    )


class NewPasskeyForm(PasskeyNameForm):
    """A passkey that was just made."""

    signs_in_alone = forms.BooleanField(
        label=_("Sign in with it, without a password"),
        help_text=_("The device then asks for your finger, face or PIN each time."),
        required=False,
        initial=True,
    )
    credential = CredentialField()


class ProfileForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["first_name", "last_name", "phone", "language", "theme", "shortcuts"]
        widgets = {
            "first_name": forms.TextInput({"autocomplete": "given-name"}),
            "last_name": forms.TextInput({"autocomplete": "family-name"}),
            "phone": forms.TextInput({"type": "tel", "autocomplete": "tel", "class": "w-m"}),
            "language": forms.Select({"class": "w-m"}),
            "theme": forms.RadioSelect,
        }


class CompanyForm(forms.ModelForm):
    website = forms.URLField(label=_("Website"), assume_scheme="https", required=False)
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=[(zone, zone) for zone in sorted(available_timezones())]
    )

    printed_papers = forms.MultipleChoiceField(
        label=_("Papers the portal prints"),
        help_text=_("Where the ERP keeps no document of the kind."),
        choices=PaperKind.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    new_logo = LogoField(
        label=_("New logo for papers"),
        help_text=_("PNG or JPEG, at most 500 KB."),
        required=False,
    )
    drop_logo = forms.BooleanField(label=_("Papers without a logo"), required=False)

    class Meta:
        model = Company
        fields = [
            "name",
            "legal_name",
            "business_id",
            "vat_id",
            "street",
            "postal_code",
            "city",
            "country",
            "email",
            "phone",
            "website",
            "currency",
            "time_zone",
            "language",
            "invoice_view",
            "bank_name",
            "iban",
            "bic",
            "printed_papers",
        ]

    def clean_country(self):
        country = self.cleaned_data["country"].strip().upper()
        if not (country.isalpha() and country in Locale("en").territories):
            raise forms.ValidationError(_("That is not the code of a country, such as FI."))
        return country

    def clean_bic(self):
        bic = "".join(self.cleaned_data["bic"].split()).upper()
        if bic and not BIC.fullmatch(bic):
            raise forms.ValidationError(_("That is not a BIC, such as NDEAFIHH."))
        return bic

    def clean_currency(self):
        currency = self.cleaned_data["currency"].strip().upper()
        if not is_currency(currency):
            raise forms.ValidationError(_("That is not a currency, such as EUR."))
        return currency


class ChoiceForm(forms.Form):
    """Which customer a person wants to work for: its reference, or its number alone."""

    customer = forms.CharField(max_length=100)


class DrawnForForm(forms.Form):
    """The customer a form was drawn for, and the one that the person then said it is meant for."""

    customer = forms.CharField(max_length=100, required=False)
    confirmed_customer = forms.CharField(max_length=100, required=False)
