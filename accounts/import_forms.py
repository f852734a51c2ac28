"""What the office enters to import people from a file."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.importing import ImportKind
from accounts.services.people_import import LARGEST_FILE
from accounts.states import OnError

__all__ = ["ConfirmForm", "UploadForm"]


class UploadForm(forms.Form):
    """The file, and what is in it; where the person may import one kind only, that is not asked."""

    kind = forms.ChoiceField(label=_("What is in the file"), widget=forms.RadioSelect)
    file = forms.FileField(
        label=_("CSV file"),
        help_text=_("At most 20,000 rows and 10 MB. The first row names the columns."),
        max_length=200,
    )

    def __init__(self, data: Any = None, files: Any = None, *, kinds: Sequence[ImportKind]) -> None:
        super().__init__(data, files, initial={"kind": kinds[0].code})
        field: Any = self.fields["kind"]
        field.choices = [(kind.code, kind.label) for kind in kinds]
        if len(kinds) == 1:
            field.required, field.widget = False, forms.HiddenInput()

    def clean_kind(self) -> str:
        return self.cleaned_data["kind"] or self.initial["kind"]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError(_("The file is larger than 10 MB."), code="size")
        return file


class ConfirmForm(forms.Form):
    """What to do about wrong rows."""

    on_error = forms.ChoiceField(
        label=_("On a wrong row"), choices=OnError.choices, widget=forms.RadioSelect
    )
