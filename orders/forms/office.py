"""What the office sets about order forms: order types and links."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from orders.form_fields import (
    ALWAYS_ASKED,
    ATTACHMENTS,
    CATALOGUE,
    SECTIONS,
    Level,
    Section,
    of_section,
)
from orders.forms.rows import CHOOSE, GoodsForm, ProductForm, RowForm, StopForm
from orders.forms.wish import AnswersForm
from orders.models import OrderLink, OrderStop, OrderType
from portal.lib import countries, postal_codes
from portal.lib.colours import contrast, is_colour
from portal.lib.domains import NotADomain, normalise
from portal.lib.forms import DayInput, LogoField

__all__ = ["LevelsForm", "OrderLinkForm", "OrderTypeForm"]

# Questions that stand for several fields.
_LABELS = {
    "goods.measures": gettext_lazy("Length, width and height"),
    "goods.dangerous": gettext_lazy("Dangerous goods"),
    "goods.temperature": gettext_lazy("Temperature"),
    "goods.way": gettext_lazy("Stops of loading and unloading"),
    ATTACHMENTS: gettext_lazy("Papers"),
}
_ROWS: dict[str, type[RowForm]] = {"stop": StopForm, "goods": GoodsForm, "product": ProductForm}
# Links are read on it, and white words on the colour itself (WCAG 2.2, 1.4.3). The ground of a page
# is a little darker than white, so what is readable there is readable on white.
_GROUND = "#f8f9fb"
_READABLE = 4.5
USUAL = "usual"
_MOST_SITES = 20


def label_of(name: str) -> Any:
    """What people call a question of the catalogue."""
    if name in _LABELS:
        return _LABELS[name]
    row, dot, field = name.partition(".")
    fields = _ROWS[row].base_fields if dot else AnswersForm.base_fields
    return fields[field if dot else name].label


class LevelsForm(forms.Form):
    """A level for each question that may be set; `words` are those that differ from `usual`.

    The usual level stands in the list as such, so that a later catalogue is followed where nobody
    has decided otherwise.
    """

    use_required_attribute = False
    prefix = "level"

    def __init__(
        self, *args: Any, words: Mapping[str, str], usual: Mapping[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound:
            # What a shorter form did not ask stays as usual.
            left_out = {f"{self.prefix}-{name}": USUAL for name in _settable()}
            self.data = left_out | {name: self.data[name] for name in self.data}
        for name in _settable():
            level = Level(usual.get(name, _usual(name)))
            levels = CATALOGUE[name].levels if name in CATALOGUE else list(Level)
            field = forms.ChoiceField(
                label=Section(name).label if name in Section.values else label_of(name),
                choices=[
                    (USUAL, _("As usual: %(level)s") % {"level": level.label}),
                    *((each.value, each.label) for each in levels),
                ],
            )
            field.initial = words.get(name, USUAL)
            self.fields[name] = field

    @property
    def sections(self) -> Iterator[tuple[Section, Any, list[Any]]]:
        """Each section with the field of its own level, where it has one, and its questions."""
        for section in Section:
            whole = self[section] if section in self.fields else None
            asked = [self[row.name] for row in of_section(section) if row.name in self.fields]
            yield section, whole, asked

    def words(self) -> dict[str, str]:
        """The levels that somebody has decided."""
        return {name: level for name, level in self.cleaned_data.items() if level != USUAL}


def _settable() -> list[str]:
    sections = [section.value for section in SECTIONS if section not in ALWAYS_ASKED]
    return sections + [name for name, asked in CATALOGUE.items() if not asked.is_fixed]


def _usual(name: str) -> Level:
    return CATALOGUE[name].level if name in CATALOGUE else SECTIONS[Section(name)]


class OrderTypeForm(forms.ModelForm):
    """A type's names, one for each language, and how long its orders may be changed."""

    use_required_attribute = False

    class Meta:
        model = OrderType
        fields = ["code", "cut_off_hours", "position", "is_active", "is_for_members"]
        labels = {
            "code": gettext_lazy("Code"),
            "cut_off_hours": gettext_lazy("May be changed until so many hours before"),
            "position": gettext_lazy("Place in the list"),
            "is_active": gettext_lazy("Offered"),
            "is_for_members": gettext_lazy("Offered to members too"),
        }
        help_texts = {
            "code": gettext_lazy("Letters, digits and dashes; it does not change later."),
            "cut_off_hours": gettext_lazy(
                "Before the first stop; one without a time begins with its day. An order without a"
                " day may be changed until it is planned."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["code"]
        for language, name in settings.LANGUAGES:
            self.fields[f"name_{language}"] = forms.CharField(
                label=_("Name, %(language)s") % {"language": name},
                max_length=60,
                required=language == settings.LANGUAGE_CODE,
                initial=self.instance.names.get(language, ""),
            )

    @property
    def name_fields(self) -> list[Any]:
        return [self[f"name_{language}"] for language, _name in settings.LANGUAGES]

    def names(self) -> dict[str, str]:
        """The names that were given, by language."""
        given = {
            language: self.cleaned_data[f"name_{language}"]
            for language, _name in settings.LANGUAGES
        }
        return {language: name for language, name in given.items() if name}


class OrderLinkForm(forms.ModelForm):
    """A link's options. What it fills in beforehand is the first pick-up, where it is given."""

    use_required_attribute = False

    sites = forms.CharField(
        label=gettext_lazy("Sites that may show it in a frame"),
        help_text=gettext_lazy(
            "Such as https://www.example.com, one a line. Without any, the form opens on its own"
            " page."
        ),
        required=False,
        widget=forms.Textarea({"rows": 3, "spellcheck": "false"}),
    )
    pickup_name = forms.CharField(
        label=gettext_lazy("Company or name"), max_length=255, required=False
    )
    pickup_street = forms.CharField(label=gettext_lazy("Street"), max_length=255, required=False)
    pickup_postal_code = forms.CharField(
        label=gettext_lazy("Postal code"), max_length=20, required=False
    )
    pickup_city = forms.CharField(label=gettext_lazy("City"), max_length=255, required=False)
    pickup_country = forms.ChoiceField(label=gettext_lazy("Country"), required=False)
    country = forms.ChoiceField(label=gettext_lazy("Country of whoever orders"), required=False)
    new_logo = LogoField(
        label=gettext_lazy("New logo"),
        help_text=gettext_lazy(
            "Stands on white in place of the portal's mark. PNG or JPEG, at most 500 KB."
        ),
        required=False,
        widget=forms.FileInput({"accept": "image/png,image/jpeg"}),
    )
    drop_logo = forms.BooleanField(label=gettext_lazy("Remove the logo"), required=False)

    class Meta:
        model = OrderLink
        fields = ["name", "offers", "order_type", "language", "accent", "valid_until"]
        labels = {
            "name": gettext_lazy("Name"),
            "offers": gettext_lazy("Takes"),
            "order_type": gettext_lazy("Order type"),
            "language": gettext_lazy("Language"),
            "accent": gettext_lazy("Colour"),
            "valid_until": gettext_lazy("Valid until"),
        }
        help_texts = {
            "name": gettext_lazy("For the office alone: where the link is."),
            "accent": gettext_lazy(
                "Of links and buttons, such as #0b6bcb; empty for the portal's."
            ),
        }
        widgets = {"valid_until": DayInput}

    PICKUP = ("name", "street", "postal_code", "city", "country")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["language"].choices = [
            ("", pgettext_lazy("language", "The visitor's")),
            *settings.LANGUAGES,
        ]
        # A type that was switched off stays with the links that have it.
        own = OrderType.objects.filter(pk=self.instance.order_type_id)
        fields["order_type"].queryset = OrderType.objects.offered() | own
        fields["order_type"].empty_label = pgettext_lazy("order type", "The visitor chooses")
        for name in ("pickup_country", "country"):
            fields[name].choices = [*CHOOSE, *countries.choices()]
        prefilled = self.instance.prefilled
        pickup: dict[str, str] = next(iter(prefilled.get("stops", ())), {})
        self.initial.update({f"pickup_{name}": pickup.get(name, "") for name in self.PICKUP})
        self.initial["country"] = prefilled.get("answers", {}).get("country", "")
        self.initial["sites"] = "\n".join(self.instance.sites)

    @property
    def pickup_fields(self) -> list[Any]:
        return [self[f"pickup_{name}"] for name in self.PICKUP]

    def clean_sites(self) -> list[str]:
        sites, errors = [], []
        for line in self.cleaned_data["sites"].split():
            try:
                sites.append(_origin(line))
            except ValidationError as error:
                errors.append(error)
        if len(sites) > _MOST_SITES:
            errors.append(ValidationError(_("At most 20 sites fit.")))
        if errors:
            raise ValidationError(errors)
        return list(dict.fromkeys(sites))

    def clean_accent(self) -> str:
        colour: str = self.cleaned_data["accent"].lower()
        if is_colour(colour) and contrast(colour, _GROUND) < _READABLE:
            raise ValidationError(
                _("This colour is too light to be read on white."), code="contrast"
            )
        return colour

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        code, country = values.get("pickup_postal_code"), values.get("pickup_country", "")
        if code:
            try:
                values["pickup_postal_code"] = postal_codes.normalise(code, country=country)
            except ValidationError as error:
                self.add_error("pickup_postal_code", error)
        return values

    def prefilled(self) -> dict[str, Any]:
        """What a new form begins with."""
        values = self.cleaned_data
        begin: dict[str, Any] = {}
        if values["country"]:
            begin["answers"] = {"country": values["country"]}
        pickup = {name: values[f"pickup_{name}"] for name in self.PICKUP}
        if any(pickup.values()):
            begin["stops"] = [
                {"kind": OrderStop.Kind.PICKUP.value, **pickup},
                {"kind": OrderStop.Kind.DELIVERY.value},
            ]
        return begin


def _origin(text: str) -> str:
    """A site as browsers compare it: scheme, host and port. https, or a host of this machine."""
    parts = urlsplit(text)
    try:
        is_local = parts.hostname in {"localhost", "127.0.0.1"}
        host = parts.hostname if is_local else normalise(parts.hostname or "")
        port = f":{parts.port}" if parts.port else ""
    except (NotADomain, ValueError):
        host = port = ""
    is_plain = parts.path in ("", "/") and not (parts.query or parts.fragment or parts.username)
    if (
        not host
        or not is_plain
        or parts.scheme not in (("http", "https") if is_local else ("https",))
    ):
        raise ValidationError(
            _("“%(text)s” is not a site, such as https://www.example.com."),
            params={"text": text[:80]},
        )
    return f"{parts.scheme}://{host}{port}"
