"""What the office enters about its roles."""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts import office_sections
from accounts.models import Role
from accounts.office_forms import ListField
from accounts.office_sections import Level

__all__ = ["ClosedSectionsForm", "PersonForm", "RoleForm"]

LONGEST_VALUE = Role._meta.get_field("claim_values").base_field.max_length or 0


def _short_enough(text: str) -> None:
    if len(text) > LONGEST_VALUE:
        raise ValidationError(
            _("“%(text)s…” is longer than %(most)s characters."),
            params={"text": text[:40], "most": LONGEST_VALUE},
        )


class RoleForm(forms.Form):
    """The role, and one choice for each section, drawn as the rows of the grid."""

    name = forms.CharField(label=_("Name"), max_length=80)
    claim_values = ListField(
        label=_("Names at the identity provider"),
        help_text=_("One a line, spelt exactly. Whoever signs in with one of them has this role."),
        validators=[_short_enough],
        rows=3,
    )

    def __init__(self, data: Any = None, *, role: Role | None = None) -> None:
        initial: dict[str, Any] = {}
        levels: dict[str, str] = {}
        if role is not None:
            initial = {"name": role.name, "claim_values": role.claim_values}
            levels = dict(role.rights.values_list("section", "level"))
        super().__init__(data, initial=initial)
        self.sections = office_sections.known()
        for section in self.sections:
            choices = [("", _("No access")), (Level.DISPLAY.value, Level.DISPLAY.label)]
            if section.process:
                choices.append((Level.PROCESS.value, Level.PROCESS.label))
            self.fields[f"level_{section.code}"] = forms.ChoiceField(
                label=section.label,
                choices=choices,
                initial=levels.get(section.code, ""),
                required=False,
                widget=forms.RadioSelect,
            )

    def grid(self) -> list[dict[str, Any]]:
        """Each section with its field, and the level that is chosen there."""
        return [
            {
                "section": section,
                "field": self[f"level_{section.code}"],
                "chosen": str(self[f"level_{section.code}"].value() or ""),
            }
            for section in self.sections
        ]

    def rights(self) -> dict[str, str]:
        return {
            section.code: level
            for section in self.sections
            if (level := self.cleaned_data[f"level_{section.code}"])
        }


class PersonForm(forms.Form):
    """A person of the office, named by the e-mail address."""

    email = forms.EmailField(
        label=_("E-mail"),
        help_text=_("Of somebody who is in the office's register already."),
        widget=forms.EmailInput({"autocomplete": "off", "spellcheck": "false"}),
    )


class ClosedSectionsForm(forms.Form):
    """The sections that stand open; roles themselves cannot be closed."""

    open_sections = forms.MultipleChoiceField(
        label=_("Open sections"), widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, data: Any = None, *, closed: list[str]) -> None:
        self.sections = [
            section for section in office_sections.known() if section.code != office_sections.ROLES
        ]
        super().__init__(
            data,
            initial={
                "open_sections": [
                    section.code for section in self.sections if section.code not in closed
                ]
            },
        )
        field = cast(forms.MultipleChoiceField, self.fields["open_sections"])
        field.choices = [(section.code, section.label) for section in self.sections]

    def closed(self) -> list[str]:
        opened = self.cleaned_data["open_sections"]
        return sorted(section.code for section in self.sections if section.code not in opened)
