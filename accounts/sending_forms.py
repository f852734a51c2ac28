"""To whom documents are sent."""

import re
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.document_sources import Subject
from accounts.messaging import Recipient
from accounts.models import DocumentRecipient, User
from accounts.services.sending import MOST_ADDRESSES
from portal.lib import email_addresses

__all__ = ["SendingForm"]

_BETWEEN = re.compile(r"[\s,;]+")


class SendingForm(forms.Form):
    """Recipients of the documents of these subjects: those who are known, and typed addresses.

    `token` makes the same form sent twice one sending.
    """

    token = forms.UUIDField(widget=forms.HiddenInput)
    to_me = forms.BooleanField(required=False)
    to_customer = forms.BooleanField(label=_("To the customer"), required=False)
    to_kept = forms.BooleanField(label=_("To who gets these documents anyway"), required=False)
    further = forms.CharField(
        label=_("Further addresses"),
        required=False,
        help_text=_("At most 10, one a line or with commas between them."),
        widget=forms.Textarea(attrs={"rows": 3, "autocapitalize": "none", "spellcheck": "false"}),
    )

    def __init__(
        self,
        *args: Any,
        subjects: Sequence[Subject],
        person: User,
        is_office: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._person = person
        self._customers = {subject.customer.pk: subject.customer for subject in subjects}
        kept = DocumentRecipient.objects.filter(
            customer__in=self._customers, kind__in={subject.paper for subject in subjects}
        )
        self._kept = list(kept.order_by("email", "pk"))
        self.initial = {"token": uuid4(), "to_me": not is_office, "to_kept": True}
        to_me = self.fields["to_me"]
        to_me.label = gettext("To me, %(address)s") % {"address": person.email}
        addresses = [each.email for each in self._customers.values() if each.email]
        if is_office and addresses:
            self.fields["to_customer"].help_text = _listed(addresses)
        else:
            del self.fields["to_customer"]
        if self._kept:
            self.fields["to_kept"].help_text = _listed([each.email for each in self._kept])
        else:
            del self.fields["to_kept"]

    def clean_further(self) -> list[str]:
        addresses: list[str] = []
        wrong = []
        for text in filter(None, _BETWEEN.split(self.cleaned_data["further"])):
            try:
                address = email_addresses.normalise(text)
            except email_addresses.NotAnAddress:
                wrong.append(text[:100])
            else:
                if address not in addresses:
                    addresses.append(address)
        if wrong:
            raise ValidationError(
                gettext_lazy("Not an e-mail address: %(addresses)s."),
                params={"addresses": ", ".join(wrong[:MOST_ADDRESSES])},
            )
        if len(addresses) > MOST_ADDRESSES:
            raise ValidationError(_("These are more than 10 addresses."))
        return addresses

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors:
            return cleaned
        for customer in self._customers.values():
            if not self.recipients()[customer.pk]:
                if len(self._customers) == 1:
                    raise ValidationError(_("Choose at least one recipient."))
                raise ValidationError(
                    _("Choose a recipient for the documents of %(customer)s too."),
                    params={"customer": customer},
                )
        return cleaned

    def recipients(self) -> dict[int, list[Recipient]]:
        """The chosen recipients of each customer's documents, each address once."""
        chosen = self.cleaned_data
        to: dict[int, list[Recipient]] = {}
        for key, customer in self._customers.items():
            wanted: list[Recipient] = []
            if chosen.get("to_me"):
                wanted.append(Recipient.of(self._person))
            if chosen.get("to_customer") and customer.email:
                wanted.append(
                    Recipient(
                        email=customer.email, name=customer.contact, language=customer.language
                    )
                )
            if chosen.get("to_kept"):
                wanted += [
                    Recipient(email=each.email, language=each.language)
                    for each in self._kept
                    if each.customer_id == key
                ]
            wanted += [
                Recipient(email=address, language=customer.language or self._person.language)
                for address in chosen.get("further", [])
            ]
            to[key] = list({each.email: each for each in reversed(wanted)}.values())[::-1]
        return to


def _listed(addresses: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(addresses))
