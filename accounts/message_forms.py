"""What the office and people enter about messages."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import PasswordInput
from accounts.messaging import MessageKind, every_kind
from accounts.models import User
from accounts.services import company, message_choices
from accounts.services.word_faults import LINES, LONGEST, faults_of
from portal.lib import phones

__all__ = ["ChoicesForm", "NumberForm", "PickUpForm", "SituationsForm", "WordsForm"]

LABELS = {"subject": _("Subject"), "body": _("Body"), "sms": _("Text message")}


class WordsForm(forms.Form):
    """The words of one kind of message in one language, a field for each part.

    Once checked, `words` are what was written and `faults` what is wrong with it, good or bad.
    """

    # The version that was opened, so that nobody overwrites what another has saved meanwhile.
    based_on = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, kind: MessageKind, originals: Mapping[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._kind = kind
        self._originals = originals
        for part in originals:
            rows = 6 if LONGEST[part] < 1000 else 18
            self.fields[part] = forms.CharField(
                label=LABELS[part],
                widget=forms.TextInput() if part in LINES else forms.Textarea({"rows": rows}),
                error_messages={"required": _("Write something, or go back to the original.")},
            )

    def clean(self) -> None:
        # Line ends as the portal writes them.
        self.words = {
            part: self.cleaned_data.get(part, "").replace("\r\n", "\n").strip()
            for part in self._originals
        }
        self.faults = faults_of(self._kind, self.words, originals=self._originals)
        for part, faults in self.faults.items():
            if faults and part not in self.errors:
                self.add_error(part, faults)


class ChoicesForm(forms.Form):
    """By which channels a person is told of each optional kind: one field a kind."""

    def __init__(self, *args: Any, user: User, kinds: Sequence[MessageKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kinds = {kind.code: kind for kind in kinds}
        for kind in kinds:
            channels = message_choices.channels_of(kind)
            self.fields[kind.code] = forms.MultipleChoiceField(
                label=kind.label,
                choices=[(channel.code, channel.label) for channel in channels],
                initial=message_choices.chosen(user, kind),
                widget=forms.CheckboxSelectMultiple,
                required=False,
            )

    @property
    def choices(self) -> dict[MessageKind, list[str]]:
        return {kind: self.cleaned_data[code] for code, kind in self._kinds.items()}


class PickUpForm(forms.Form):
    """The customer's number and the word that customer and seller have agreed on."""

    use_required_attribute = False

    number = forms.CharField(
        label=_("Customer number"),
        max_length=40,
        widget=forms.TextInput({"autocomplete": "off", "class": "w-m"}),
    )
    password = forms.CharField(
        label=_("E-mail password"),
        max_length=128,
        widget=PasswordInput({"autocomplete": "off"}),
    )


class SituationsForm(forms.Form):
    """The kinds of messages that go by SMS beside the mail."""

    situations = forms.MultipleChoiceField(
        label=_("Also by text message"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        situations: Any = self.fields["situations"]
        situations.choices = [
            (kind.code, kind.label) for kind in every_kind() if {"sms", "email"} <= {*kind.channels}
        ]


class NumberForm(forms.Form):
    """Where the test goes."""

    use_required_attribute = False

    number = forms.CharField(
        label=_("Phone number"),
        max_length=40,
        widget=forms.TextInput({"type": "tel", "autocomplete": "tel", "class": "w-m"}),
    )

    def clean_number(self) -> str:
        return phones.normalise(self.cleaned_data["number"], country=company.current().country)
