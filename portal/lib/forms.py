"""How every form looks: Django's own form objects, rendered by the partials of templates/ui/."""

import re
import unicodedata
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import BoundField, CharField, DateInput, DecimalField, EmailInput, ImageField
from django.forms.renderers import TemplatesSetting
from django.utils.dateparse import parse_date
from django.utils.formats import get_format, number_format
from django.utils.translation import gettext_lazy as _

from portal.lib import email_addresses

__all__ = [
    "DayInput",
    "EmailAddressField",
    "LogoField",
    "NumberField",
    "Renderer",
    "number_of",
]

_LARGEST_LOGO = 500 * 1024
_WIDEST_LOGO = 4000

# The class that a control carries for static/css/forms.css, by the kind of its widget.
CONTROLS = {
    "checkbox": "",
    "checkboxselectmultiple": "",
    "radioselect": "",
    "hidden": "",
    "select": "select",
    "selectmultiple": "area",
    "textarea": "area",
}


def number_of(text: str | None) -> int:
    """A whole number as forms post one; -1 for anything else, however it was made up."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else -1


class DayInput(DateInput):
    """A day as browsers and phones ask for it.

    What is no day stays readable in a text field: a date field would show nothing in its place.
    """

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        if not _is_day(context["widget"]["value"]):
            context["widget"]["type"] = "text"
        return context


class NumberField(DecimalField):
    """A number as the language of the page writes it.

    Django drops whatever parts thousands, wherever it stands: 1,5 on an English page was fifteen.
    Here three digits have to follow it.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(localize=True, **kwargs)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and not _is_grouped(value.strip()):
            raise ValidationError(
                _("Write decimals like %(example)s."),
                params={"example": number_format(Decimal("1.5"))},
                code="grouping",
            )
        return super().to_python(value)


class LogoField(ImageField):
    """A picture that papers and pages can hold for ever: no other format, no print colours.

    What it is, is read off its bytes; what carries a script (SVG) is no picture here.
    """

    def clean(self, data: Any, initial: Any = None) -> Any:
        upload = super().clean(data, initial)
        if not upload:
            return None
        if upload.size > _LARGEST_LOGO:
            raise ValidationError(_("The file is larger than 500 KB."), code="size")
        if upload.image.format not in {"JPEG", "PNG"} or upload.image.mode == "CMYK":
            raise ValidationError(
                _("Please give a PNG or JPEG picture in screen colours (RGB)."), code="format"
            )
        if max(upload.image.size) > _WIDEST_LOGO:
            raise ValidationError(
                _("The picture is wider or higher than 4000 pixels."), code="pixels"
            )
        return upload


class EmailAddressField(CharField):
    """An e-mail address, normalised; what is none is told at the field."""

    widget = EmailInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=email_addresses.LONGEST, **kwargs)

    def widget_attrs(self, widget: Any) -> dict[str, Any]:
        return {
            **super().widget_attrs(widget),
            "autocapitalize": "none",
            "spellcheck": "false",
        }

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if text in self.empty_values:
            return text
        try:
            return email_addresses.normalise(text)
        except email_addresses.NotAnAddress:
            raise ValidationError(
                _("That is not an e-mail address, such as maria@example.com."), code="invalid"
            ) from None


def _is_grouped(text: str) -> bool:
    """Whether whatever parts thousands in the number, in this language, stands where it may."""
    mark = str(get_format("THOUSAND_SEPARATOR"))
    marks = {mark, unicodedata.normalize("NFKD", mark)}
    whole = text.split(str(get_format("DECIMAL_SEPARATOR")), 1)[0]
    first, *others = re.split("|".join(map(re.escape, marks)), whole)
    if not others:
        return True
    if mark == "." and len(others) == 1 and len(others[0]) != 3:
        # One full stop, which Django takes for that of the decimals then.
        return True
    return len(first.lstrip("+-")) in {1, 2, 3} and all(len(group) == 3 for group in others)


def _is_day(text: str | None) -> bool:
    try:
        return text is None or parse_date(text) is not None
    except ValueError:
        return False


class Field(BoundField):
    """A field whose control carries the class of its kind, after any class its form gave it."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: Any = None) -> dict[str, Any]:
        attrs = super().build_widget_attrs(attrs, widget)
        control = CONTROLS.get(self.widget_type, "input")
        given = (widget or self.field.widget).attrs.get("class", "")
        if classes := f"{given} {control}".strip():
            attrs["class"] = classes
        return attrs


class Renderer(TemplatesSetting):
    """Label, hint, error and control in this order, under an error summary that takes the focus."""

    form_template_name = "ui/_form.html"
    field_template_name = "ui/_field.html"
    bound_field_class = Field
