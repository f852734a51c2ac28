"""How every form looks: Django's own form objects, rendered by the partials of templates/ui/."""

from typing import Any

from django.forms import BoundField, DateInput
from django.forms.renderers import TemplatesSetting

__all__ = ["DayInput", "Renderer"]

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


class DayInput(DateInput):
    """A date as browsers and phones ask for it; without that, ISO text is understood as well."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


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
