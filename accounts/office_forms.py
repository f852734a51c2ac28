"""What the office enters about people, customers and who gets in."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.forms import NewPasswordField
from accounts.models import AccountSettings, PaperKind, User
from portal.lib import domains
from portal.lib.forms import EmailAddressField

__all__ = [
    "AccessForm",
    "MailPasswordForm",
    "NewPersonForm",
    "PersonForm",
    "RecipientForm",
    "SavedFilterForm",
]

MOST_LINES = 500


class ListField(forms.CharField):
    """Several values in one text area; each once, in the order they were typed."""

    separator = re.compile(r"[\r\n]+")

    def __init__(self, *, rows: int = 4, **kwargs: Any) -> None:
        area = forms.Textarea({"rows": rows, "spellcheck": "false", "autocapitalize": "none"})
        super().__init__(widget=area, required=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> Any:
        parts = (part.strip() for part in self.separator.split(super().to_python(value) or ""))
        return list(dict.fromkeys(part for part in parts if part))

    def validate(self, value: Any) -> None:
        if len(value) > MOST_LINES:
            raise ValidationError(
                _("%(count)s values are given; at most %(most)s fit."),
                params={"count": len(value), "most": MOST_LINES},
            )

    def run_validators(self, value: Any) -> None:
        """Each value is checked by itself, and every one that is wrong is told."""
        errors = []
        for each in value:
            try:
                super().run_validators(each)
            except ValidationError as error:
                errors.append(error)
        if errors:
            raise ValidationError(errors)


class DomainsField(ListField):
    """Domains of e-mail addresses that only people of the office can have, normalised."""

    separator = re.compile(r"[\s,;]+")

    def clean(self, value: Any) -> Sequence[str]:
        found, errors = [], []
        for text in super().clean(value):
            try:
                found.append(_own_domain(text))
            except ValidationError as error:
                errors.append(error)
        if errors:
            raise ValidationError(errors)
        return list(dict.fromkeys(found))


def _own_domain(text: str) -> str:
    try:
        domain = domains.normalise(text)
    except domains.NotADomain:
        raise ValidationError(
            _("“%(text)s” is not a domain, such as example.com."), params={"text": text[:80]}
        ) from None
    if domains.is_public(domain):
        raise ValidationError(
            _("Anybody can have an address at %(domain)s, so it cannot be the office's own."),
            params={"domain": domain},
        )
    return domain


def _short_enough(text: str) -> None:
    longest = AccountSettings._meta.get_field("restricted_groups").base_field.max_length or 0
    if len(text) > longest:
        raise ValidationError(
            _("“%(text)s…” is longer than the %(most)s characters of a customer group."),
            params={"text": text[:longest], "most": longest},
        )


class AccessForm(forms.Form):
    """Who is kept out, who is the office's own, and how the office signs in."""

    restricted_groups = ListField(
        label=_("Restricted customer groups"),
        help_text=_(
            "One group of the ERP a line, written as the ERP does. Its customers neither register"
            " nor sign in."
        ),
        validators=[_short_enough],
    )
    internal_domains = DomainsField(
        label=_("Internal domains"),
        help_text=_(
            "Such as example.com, one a line. Whoever has an e-mail address at exactly this domain"
            " belongs to the office."
        ),
    )
    staff_second_step = forms.BooleanField(
        label=_("The office signs in with a second step"),
        help_text=_("A passkey or a code of an app, asked of everybody in the office."),
        required=False,
    )


class MailPasswordForm(forms.Form):
    """The word that opens a customer's secure mail."""

    password = NewPasswordField(label=_("E-mail password"))


class RecipientForm(forms.Form):
    """An address that gets papers of a customer, and in which language."""

    email = EmailAddressField(label=_("E-mail"))
    kinds = forms.MultipleChoiceField(
        label=_("Papers"), choices=PaperKind.choices, widget=forms.CheckboxSelectMultiple
    )
    language = forms.ChoiceField(
        label=_("Language"),
        choices=settings.LANGUAGES,
        widget=forms.Select({"class": "w-m"}),
    )


class PersonForm(forms.ModelForm):
    """The record of a person. Whoever may not keep roles is not asked about the office.

    A form of somebody who is there takes along what it was drawn with, so that it writes only what
    was changed in it.
    """

    email = EmailAddressField(label=_("E-mail"))

    class Meta:
        model = User
        fields = ["email", "first_name", "last_name", "phone", "language", "is_staff"]
        widgets = {
            "phone": forms.TextInput({"type": "tel", "class": "w-m"}),
            "language": forms.Select({"class": "w-m"}),
        }

    def __init__(self, *args: Any, keeps_roles: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not keeps_roles:
            del self.fields["is_staff"]
        for field in self.fields.values():
            field.show_hidden_initial = self.instance.pk is not None

    @property
    def changes(self) -> dict[str, Any]:
        """What was changed in the form, and the address that it was drawn with."""
        changed = {name: self.cleaned_data[name] for name in self.changed_data}
        return changed | {"email_was": self.data.get(self["email"].html_initial_name)}

    def validate_unique(self) -> None:
        """The service says who has the address already: it alone can be sure."""


class NewPersonForm(PersonForm):
    """A person who does not sign in yet."""

    send_link = forms.BooleanField(
        label=_("Send a link to choose a password"), required=False, initial=True
    )


class SavedFilterForm(forms.Form):
    """How saved filters are called, who sees them, and whether the list opens with them."""

    use_required_attribute = False

    name = forms.CharField(label=_("Name"), max_length=60)
    is_shared = forms.BooleanField(
        label=_("Show it to the whole office"),
        help_text=_("Colleagues see the link; only you can change it."),
        required=False,
    )
    is_start = forms.BooleanField(
        label=_("Open the list with it"),
        help_text=_("For you alone, when you come from the menu."),
        required=False,
    )
