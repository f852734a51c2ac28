"""One stop, one goods row, one product: the parts of an order form that are asked many times."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils import translation
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders import pricing
from orders.form_fields import Rules, Section
from orders.models import GoodsLine, OrderStop, Product
from orders.wishes import GoodsWish, ProductWish, StopWish
from portal.lib import countries, phones, postal_codes
from portal.lib.dates import NoSuchTime, day_text, moment_at
from portal.lib.forms import DayInput, NumberField

__all__ = ["GoodsForm", "ProductForm", "RowForm", "StopForm", "as_typed", "retyped"]

# Nobody plans further ahead, and a mistyped year is caught.
LATEST = timedelta(days=730)
CHOOSE = [("", gettext_lazy("Choose"))]


def as_typed(values: Mapping[str, Any], form: type[forms.Form]) -> dict[str, str]:
    """Values as JSON keeps them, as somebody would type them into the form in this language."""
    return {
        name: _typed(values[name], field)
        for name, field in form.base_fields.items()
        if name in values
    }


def _typed(value: Any, field: forms.Field) -> str:
    if value is True:
        return "on"
    if field.localize:
        return number_format(Decimal(value), use_l10n=True, force_grouping=False)
    return str(value)


def retyped(
    values: Mapping[str, str], form: type[forms.Form], *, typed_in: str, language: str
) -> dict[str, str]:
    """What was typed into the form in one language, as it would be typed in another.

    What makes no sense in its own language stays as it is.
    """
    return {
        name: _retyped(text, form.base_fields.get(name), typed_in, language)
        for name, text in values.items()
    }


def _retyped(text: str, field: forms.Field | None, typed_in: str, language: str) -> str:
    if not isinstance(field, NumberField | forms.DateField):
        return text
    try:
        with translation.override(typed_in):
            value = field.to_python(text)
    except ValidationError:
        return text
    if value is None or (isinstance(value, Decimal) and not value.is_finite()):
        return text
    with translation.override(language):
        return _typed(value, field)


class RowForm(forms.Form):
    """A row whose questions follow the rules of the form it stands in.

    `questions` names the fields of each question, where it has more than one or another name.
    `drawn` is shared by all rows of a kind in a form, so that what is alike is drawn once.
    """

    use_required_attribute = False
    words: Any = ""
    prefix_of_questions = ""
    questions: dict[str, tuple[str, ...]] = {}
    # Fields that every row has an answer to, so that by themselves they say nothing.
    always_said: frozenset[str] = frozenset()

    def __init__(
        self, *args: Any, rules: Rules, drawn: dict[Any, Any] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.rules = rules
        self.drawn = {} if drawn is None else drawn
        for name, fields in self._fields_of_questions().items():
            for field in fields:
                if not rules.shows(name):
                    del self.fields[field]
                else:
                    self.fields[field].required = rules.requires(name)

    @property
    def called(self) -> str:
        """What people call the row: its place in its section."""
        number = str(self.prefix).rpartition("-")[2]
        return str(self.words) % {"number": number}

    @classmethod
    def says_something(cls, typed: Mapping[str, str]) -> bool:
        """Whether anything was typed into a row, beside what every row says."""
        return any(text.strip() for name, text in typed.items() if name not in cls.always_said)

    @property
    def is_empty(self) -> bool:
        """Whether a row that was checked, and where nothing is wrong, says nothing at all."""
        if not self.is_valid():
            return False
        return not {name for name, value in self.cleaned_data.items() if value} - self.always_said

    def _fields_of_questions(self) -> dict[str, tuple[str, ...]]:
        names: dict[str, tuple[str, ...]] = {}
        taken = {field for fields in self.questions.values() for field in fields}
        for field in self.base_fields:
            if field not in taken:
                names[f"{self.prefix_of_questions}.{field}"] = (field,)
        return names | {
            f"{self.prefix_of_questions}.{name}": fields for name, fields in self.questions.items()
        }

    def _clean_with(self, name: str, clean: Callable[[str], str]) -> None:
        """Put a field through a rule that needs another field."""
        value = self.cleaned_data.get(name)
        if value:
            try:
                self.cleaned_data[name] = clean(value)
            except ValidationError as error:
                self.add_error(name, error)


class StopForm(RowForm):
    """A place on the way. Times are those of the seller's zone, `zone`, and need a day.

    A phone number is of the stop's country, or else of `country`, where whoever orders is.
    """

    words = gettext_lazy("Stop %(number)s")
    prefix_of_questions = "stop"
    always_said = frozenset({"kind"})

    kind = forms.ChoiceField(
        label=gettext_lazy("What happens here"), choices=OrderStop.Kind.choices
    )
    name = forms.CharField(label=gettext_lazy("Company or name"), max_length=255)
    street = forms.CharField(label=gettext_lazy("Street"), max_length=255)
    postal_code = forms.CharField(label=gettext_lazy("Postal code"), max_length=20)
    city = forms.CharField(label=gettext_lazy("City"), max_length=255)
    country = forms.ChoiceField(label=gettext_lazy("Country"))
    day = forms.DateField(label=gettext_lazy("Day"), widget=DayInput)
    starts = forms.TimeField(
        label=gettext_lazy("From"), widget=forms.TimeInput({"type": "time"}, format="%H:%M")
    )
    ends = forms.TimeField(
        label=gettext_lazy("To"), widget=forms.TimeInput({"type": "time"}, format="%H:%M")
    )
    contact = forms.CharField(label=gettext_lazy("Contact person"), max_length=255)
    phone = forms.CharField(
        label=gettext_lazy("Phone"), max_length=40, widget=forms.TextInput({"type": "tel"})
    )
    reference = forms.CharField(label=gettext_lazy("Reference there"), max_length=100)
    access_note = forms.CharField(
        label=gettext_lazy("Getting in"),
        help_text=gettext_lazy("Gate, door code, opening hours, limits."),
        max_length=1000,
        widget=forms.Textarea({"rows": 2}),
    )

    def __init__(
        self, *args: Any, now: datetime, zone: tzinfo, country: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.now, self.zone, self.orderers_country = now, zone, country
        self.today = now.astimezone(zone).date()
        if "day" not in self.fields:
            for name in ("starts", "ends"):
                self.fields.pop(name, None)
        if "country" in self.fields:
            choices = cast("forms.ChoiceField", self.fields["country"])
            choices.choices = [*CHOOSE, *countries.choices()]

    def clean_day(self) -> date | None:
        day: date | None = self.cleaned_data["day"]
        if day is not None and day < self.today:
            raise ValidationError(_("This day is over."), code="past")
        if day is not None and day > self.today + LATEST:
            raise ValidationError(_("This day is more than two years away."), code="far")
        return day

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        country = values.get("country", "")
        self._clean_with("postal_code", lambda code: postal_codes.normalise(code, country=country))
        phones_country = country or self.orderers_country
        self._clean_with("phone", lambda number: phones.normalise(number, country=phones_country))
        for name in ("starts", "ends"):
            if values.get(name) and not values.get("day") and "day" not in self.errors:
                self.add_error("day", ValidationError(_("Give the day too."), code="required"))
            values[f"{name}_at"] = self._moment(name)
        starts_at, ends_at = values["starts_at"], values["ends_at"]
        if starts_at and ends_at and ends_at < starts_at:
            self.add_error("ends", ValidationError(_("The end is before the start."), code="order"))
        elif (latest := ends_at or starts_at) and values["day"] == self.today and latest < self.now:
            self.add_error(
                "ends" if ends_at else "starts",
                ValidationError(_("This time is over."), code="past"),
            )
        return values

    def _moment(self, name: str) -> datetime | None:
        day, clock = self.cleaned_data.get("day"), self.cleaned_data.get(name)
        if day is None or clock is None:
            return None
        try:
            return moment_at(day, clock, self.zone)
        except NoSuchTime:
            self.add_error(
                name,
                ValidationError(
                    _("The clocks skip this time on %(day)s."),
                    params={"day": day_text(day)},
                    code="skipped",
                ),
            )
            return None

    def wish(self) -> StopWish:
        """The row of a form that is valid."""
        values = self.cleaned_data
        names = ("name", "street", "postal_code", "city", "country", "contact", "phone")
        return StopWish(
            kind=values["kind"],
            **{name: values.get(name, "") for name in (*names, "reference", "access_note")},
            day=values.get("day"),
            starts_at=values["starts_at"],
            ends_at=values["ends_at"],
        )


class GoodsForm(RowForm):
    """Goods of one kind. Weights in kg, lengths in cm; `stops` is how many stops the form has.

    In a form without stops, goods are not asked for theirs.
    """

    words = gettext_lazy("Goods row %(number)s")
    prefix_of_questions = "goods"
    questions = {
        "measures": ("length", "width", "height"),
        "dangerous": (
            "is_dangerous",
            "un_number",
            "shipping_name",
            "hazard_class",
            "packing_group",
            "tunnel_code",
            "is_limited_quantity",
        ),
        "temperature": ("lowest_temperature", "highest_temperature"),
        "way": ("loaded_at", "unloaded_at"),
    }

    quantity = NumberField(
        label=gettext_lazy("Quantity"),
        max_digits=12,
        decimal_places=3,
        min_value=Decimal("0.001"),
    )
    package = forms.ChoiceField(
        label=gettext_lazy("Package"), choices=[*CHOOSE, *GoodsLine.Package.choices]
    )
    description = forms.CharField(label=gettext_lazy("What it is"), max_length=500)
    gross_weight = NumberField(
        label=gettext_lazy("Gross weight, kg"),
        help_text=gettext_lazy("Of the whole row."),
        max_digits=12,
        decimal_places=3,
        min_value=Decimal("0.001"),
        max_value=Decimal(100_000),
    )
    length = forms.IntegerField(label=gettext_lazy("Length, cm"), min_value=1, max_value=5_000)
    width = forms.IntegerField(label=gettext_lazy("Width, cm"), min_value=1, max_value=5_000)
    height = forms.IntegerField(label=gettext_lazy("Height, cm"), min_value=1, max_value=5_000)
    volume = NumberField(
        label=gettext_lazy("Volume, m³"),
        max_digits=9,
        decimal_places=3,
        min_value=Decimal("0.001"),
    )
    loading_metres = NumberField(
        label=gettext_lazy("Loading metres"),
        max_digits=6,
        decimal_places=2,
        min_value=Decimal("0.01"),
    )
    marks = forms.CharField(label=gettext_lazy("Marks"), max_length=200)
    is_stackable = forms.BooleanField(label=gettext_lazy("Can be stacked"))
    is_dangerous = forms.BooleanField(label=gettext_lazy("Dangerous goods"))
    un_number = forms.CharField(label=gettext_lazy("UN number"), max_length=10)
    shipping_name = forms.CharField(label=gettext_lazy("Proper shipping name"), max_length=200)
    hazard_class = forms.CharField(label=gettext_lazy("Class"), max_length=10)
    packing_group = forms.ChoiceField(
        label=gettext_lazy("Packing group"),
        choices=[("", "–"), ("I", "I"), ("II", "II"), ("III", "III")],  # noqa: RUF001
    )
    tunnel_code = forms.CharField(label=gettext_lazy("Tunnel code"), max_length=10)
    is_limited_quantity = forms.BooleanField(label=gettext_lazy("Limited quantity"))
    lowest_temperature = NumberField(
        label=gettext_lazy("At least, °C"),
        max_digits=4,
        decimal_places=1,
        min_value=-60,
        max_value=60,
    )
    highest_temperature = NumberField(
        label=gettext_lazy("At most, °C"),
        max_digits=4,
        decimal_places=1,
        min_value=-60,
        max_value=60,
    )
    loaded_at = forms.IntegerField(label=gettext_lazy("Loaded at stop"), min_value=1)
    unloaded_at = forms.IntegerField(label=gettext_lazy("Unloaded at stop"), min_value=1)

    def __init__(self, *args: Any, stops: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stops = stops
        if not self.rules.shows(Section.STOPS):
            for name in self.questions["way"]:
                self.fields.pop(name, None)

    FIRST = ("quantity", "package", "description", "gross_weight")

    @property
    def first_fields(self) -> list[BoundField]:
        """What every row is asked for."""
        return [self[name] for name in self.FIRST if name in self.fields]

    @property
    def further_fields(self) -> list[BoundField]:
        """What only some goods need."""
        return [self[name] for name in self.fields if name not in self.FIRST]

    @property
    def is_told_more(self) -> bool:
        """Whether the further fields hold something, or something is wrong with them."""
        return any(field.value() or field.errors for field in self.further_fields)

    def clean_un_number(self) -> str:
        number = str(self.cleaned_data["un_number"]).upper().removeprefix("UN").strip()
        if number and not (len(number) == 4 and number.isascii() and number.isdigit()):
            raise ValidationError(_("A UN number has four digits, such as 1263."), code="un")
        return number

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        if values.get("is_dangerous"):
            needed = [name for name in ("un_number", "hazard_class") if not values.get(name)]
            for name in needed:
                if name not in self.errors:
                    self.add_error(
                        name, ValidationError(_("Dangerous goods need this."), "required")
                    )
        lowest, highest = values.get("lowest_temperature"), values.get("highest_temperature")
        if lowest is not None and highest is not None and highest < lowest:
            self.add_error(
                "highest_temperature",
                ValidationError(_("This is colder than the lowest temperature."), code="order"),
            )
        for name in ("loaded_at", "unloaded_at"):
            if (values.get(name) or 0) > self.stops:
                self.add_error(
                    name,
                    ValidationError(
                        _("There are %(stops)s stops."), params={"stops": self.stops}, code="stop"
                    ),
                )
        loaded, unloaded = values.get("loaded_at"), values.get("unloaded_at")
        if loaded and unloaded and unloaded <= loaded:
            self.add_error(
                "unloaded_at",
                ValidationError(_("Goods are unloaded after they are loaded."), code="order"),
            )
        return values

    def wish(self) -> GoodsWish:
        """The row of a form that is valid; without the tick, nothing of dangerous goods is kept."""
        values = {name: value for name, value in self.cleaned_data.items() if value is not None}
        if not values.get("is_dangerous"):
            for name in self.questions["dangerous"]:
                values.pop(name, None)
        return GoodsWish(**values)


class ProductForm(RowForm):
    """A product by its number, and how much of it. `products` are those for sale, by number."""

    words = gettext_lazy("Product %(number)s")
    prefix_of_questions = "product"

    number = forms.CharField(label=gettext_lazy("Product number"), max_length=40)
    quantity = NumberField(
        label=gettext_lazy("Quantity"),
        max_digits=13,
        decimal_places=4,
        min_value=Decimal("0.0001"),
    )

    def __init__(self, *args: Any, products: dict[str, Product], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.products = products

    def clean_number(self) -> str:
        number = str(self.cleaned_data["number"])
        if number.upper() not in self.products:
            raise ValidationError(
                _("There is no product %(number)s for sale."),
                params={"number": number},
                code="unknown",
            )
        return number

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        product = self.products.get(values.get("number", "").upper())
        price = product.unit_price if product else None
        if price and abs(values.get("quantity", 0) * price) >= pricing.LARGEST:
            self.add_error("quantity", ValidationError(_("This amount is too large."), "large"))
        return values

    @property
    def product(self) -> Product | None:
        """The product of what was typed, also in a form that is not valid."""
        return self.products.get(str(self["number"].value() or "").strip().upper())

    def wish(self) -> ProductWish:
        product = self.products[self.cleaned_data["number"].upper()]
        return ProductWish(product_id=product.pk, quantity=self.cleaned_data["quantity"])
