"""The whole order form: questions that are asked once, rows, and how both come from a draft.

A draft keeps what was typed, as it was typed: one dictionary of answers and three lists of rows.
The same forms read it for showing, for checking and for the wish in the end.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from functools import cached_property
from typing import Any, cast
from uuid import UUID

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.form_fields import ATTACHMENTS, CATALOGUE, LABELS, Rules, Section
from orders.forms.rows import CHOOSE, GoodsForm, ProductForm, RowForm, StopForm
from orders.models import OrderRequest, OrderStop, Product
from orders.states import OrderOrigin, RequestKind
from orders.wishes import GoodsWish, Wish
from portal.lib import business_ids, countries, phones, postal_codes
from portal.lib.dates import day_text
from portal.lib.forms import DayInput, NumberField

__all__ = ["MOST_ROWS", "AnswersForm", "Order", "OrderForm", "answers_in_words"]

# More is imported from a file, or ordered in several goes.
MOST_ROWS = {Section.STOPS: 50, Section.GOODS: 200, Section.PRODUCTS: 200}
# Questions whose answers go into `OrderRequest.details`, under their own name.
DETAILS = (
    *(asked.name for asked in CATALOGUE.values() if asked.section == Section.PEOPLE),
    *(asked.name for asked in CATALOGUE.values() if asked.section == Section.EQUIPMENT),
    "invoice_email",
    "einvoice",
    "target_price",
    "answer_by",
)


def _count(label: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=1000,
        widget=forms.TextInput({"inputmode": "numeric"}),
    )


class AnswersForm(forms.Form):
    """Everything that is asked once. Questions that the rules hide are not there."""

    use_required_attribute = False

    kind = forms.ChoiceField(
        label=gettext_lazy("What you need"), choices=RequestKind.choices, widget=forms.RadioSelect
    )
    company_name = forms.CharField(
        label=gettext_lazy("Company"),
        max_length=255,
        widget=forms.TextInput({"autocomplete": "organization"}),
    )
    business_id = forms.CharField(label=gettext_lazy("Business or VAT id"), max_length=40)
    contact_name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=255,
        widget=forms.TextInput({"autocomplete": "name"}),
    )
    contact_email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "email"}),
        error_messages={"invalid": gettext_lazy("Write the e-mail address like name@company.com.")},
    )
    contact_phone = forms.CharField(
        label=gettext_lazy("Phone"),
        max_length=40,
        widget=forms.TextInput({"type": "tel", "autocomplete": "tel"}),
    )
    street = forms.CharField(
        label=gettext_lazy("Street"),
        max_length=255,
        widget=forms.TextInput({"autocomplete": "street-address"}),
    )
    postal_code = forms.CharField(
        label=gettext_lazy("Postal code"),
        max_length=20,
        widget=forms.TextInput({"autocomplete": "postal-code"}),
    )
    city = forms.CharField(
        label=gettext_lazy("City"),
        max_length=255,
        widget=forms.TextInput({"autocomplete": "address-level2"}),
    )
    country = forms.ChoiceField(label=gettext_lazy("Country"))
    customer_reference = forms.CharField(label=gettext_lazy("Your PO number"), max_length=255)
    confirm_by = forms.ChoiceField(
        label=gettext_lazy("Confirmation"), choices=OrderRequest.Channel.choices
    )
    adults = _count(LABELS["adults"])
    children = _count(LABELS["children"])
    luggage = _count(LABELS["luggage"])
    child_seats = _count(LABELS["child_seats"])
    wheelchairs = _count(LABELS["wheelchairs"])
    coach_class = forms.CharField(label=LABELS["coach_class"], max_length=60)
    driver_stays = forms.BooleanField(label=LABELS["driver_stays"])
    catering = forms.CharField(label=LABELS["catering"], max_length=500)
    leader_name = forms.CharField(label=LABELS["leader_name"], max_length=255)
    leader_phone = forms.CharField(
        label=LABELS["leader_phone"],
        max_length=40,
        widget=forms.TextInput({"type": "tel"}),
    )
    flight_number = forms.CharField(label=LABELS["flight_number"], max_length=60)
    tail_lift = forms.BooleanField(label=LABELS["tail_lift"])
    crane = forms.BooleanField(label=LABELS["crane"])
    pallet_truck = forms.BooleanField(label=LABELS["pallet_truck"])
    second_person = forms.BooleanField(label=LABELS["second_person"])
    straps = forms.BooleanField(label=LABELS["straps"])
    side_opening = forms.BooleanField(label=LABELS["side_opening"])
    payer = forms.ChoiceField(label=gettext_lazy("Who pays"), choices=OrderRequest.Payer.choices)
    payer_note = forms.CharField(
        label=gettext_lazy("Payer's name and address"),
        help_text=gettext_lazy("Where somebody else pays."),
        max_length=500,
        widget=forms.Textarea({"rows": 2}),
    )
    invoice_email = forms.EmailField(label=gettext_lazy("Invoices by e-mail to"), max_length=254)
    einvoice = forms.CharField(
        label=gettext_lazy("E-invoice address"),
        help_text=gettext_lazy("Address and operator, or Peppol id."),
        max_length=100,
    )
    target_price = NumberField(
        label=gettext_lazy("Price you have in mind"),
        max_digits=12,
        decimal_places=2,
        min_value=0,
    )
    answer_by = forms.DateField(label=gettext_lazy("Answer needed by"), widget=DayInput)
    note_to_planner = forms.CharField(
        label=gettext_lazy("To the planner"), max_length=4000, widget=forms.Textarea({"rows": 3})
    )
    note_to_driver = forms.CharField(
        label=gettext_lazy("To the driver"), max_length=4000, widget=forms.Textarea({"rows": 3})
    )
    note_on_invoice = forms.CharField(
        label=gettext_lazy("On the invoice"), max_length=1000, widget=forms.Textarea({"rows": 3})
    )

    def __init__(
        self,
        *args: Any,
        rules: Rules,
        kinds: Sequence[str],
        today: date,
        without: Collection[str] = (),
        country: str = "",
        has_files: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.rules = rules
        self.has_files = has_files
        self.today = today
        self.own_country = country
        self._choices("kind").choices = [
            choice for choice in RequestKind.choices if choice[0] in kinds
        ]
        for name in self.base_fields.keys() & CATALOGUE.keys():
            if not rules.shows(name):
                del self.fields[name]
            else:
                self.fields[name].required = rules.requires(name)
        for name in without:
            self.fields.pop(name, None)
        if "country" in self.fields:
            self._choices("country").choices = [*CHOOSE, *countries.choices()]

    def _choices(self, name: str) -> forms.ChoiceField:
        return cast("forms.ChoiceField", self.fields[name])

    def clean_contact_email(self) -> str:
        return str(self.cleaned_data["contact_email"]).lower()

    def clean_answer_by(self) -> date | None:
        day: date | None = self.cleaned_data["answer_by"]
        if day is not None and day < self.today:
            raise ValidationError(_("This day is over."), code="past")
        return day

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        country = values.get("country") or self.own_country
        rules = {
            "postal_code": postal_codes.normalise,
            "business_id": business_ids.normalise,
            "contact_phone": phones.normalise,
            "leader_phone": phones.normalise,
        }
        for name, normalise in rules.items():
            if values.get(name):
                try:
                    values[name] = normalise(values[name], country=country)
                except ValidationError as error:
                    self.add_error(name, error)
        if values.get("payer") == OrderRequest.Payer.OTHER:
            self._need("payer_note", _("Say who pays."))
        if values.get("confirm_by") in {OrderRequest.Channel.SMS, OrderRequest.Channel.BOTH}:
            self._need("contact_phone", _("A text message needs a phone number."))
        for section in Section:
            if self.rules.requires(section):
                self._need_one_of(section)
        return values

    def of_section(self, section: Section) -> list[str]:
        """The names of the section's questions that this form asks."""
        return [name for name in self.rules.shown(section) if name in self.fields]

    def _need_one_of(self, section: Section) -> None:
        """Ask for an answer to any question of the section; files are one to notes and papers."""
        names = self.of_section(section)
        is_answered = any(name in self.errors or self.cleaned_data.get(name) for name in names)
        if section == Section.NOTES and self.has_files:
            return
        if names and not is_answered:
            words = _("Answer at least one question of “%(section)s”.")
            self.add_error(
                names[0],
                ValidationError(words, params={"section": section.label}, code="section"),
            )

    def _need(self, name: str, words: str) -> None:
        """Ask for an answer that another answer calls for."""
        is_asked = name in self.fields and name not in self.errors
        if is_asked and not self.cleaned_data.get(name):
            self.add_error(name, ValidationError(words, code="required"))


@dataclass(frozen=True, kw_only=True)
class Order:
    """What a form is drawn for: its rules, the kinds it may be, what is for sale, and the moment.

    `has_files` tells whether files go along, which are kept beside what was typed.
    Questions in `without` are not asked, whatever the rules say of them.
    `country` is where whoever orders is, when the form does not ask.
    """

    rules: Rules
    kinds: Sequence[str]
    products: dict[str, Product]
    now: datetime
    zone: tzinfo
    has_files: bool = False
    without: Collection[str] = ()
    country: str = ""

    @property
    def today(self) -> date:
        """The seller's day."""
        return self.now.astimezone(self.zone).date()


class OrderForm:
    """The form of one draft: `answers` and the rows, bound to what was typed.

    Unlike Django's formsets it has no management form: the draft says how many rows there are. Rows
    of a section that does not show are not read. `errors` and `problems` are for a form that was
    checked.
    """

    def __init__(self, typed: Mapping[str, Any], *, order: Order, is_checked: bool) -> None:
        self.order = order
        self.rules = order.rules
        self.is_checked = is_checked
        answers = dict(typed.get("answers", {}))
        self.answers = AnswersForm(
            self._data("answers", answers) if is_checked else None,
            initial=None if is_checked else answers,
            prefix="answers",
            rules=order.rules,
            kinds=order.kinds,
            today=order.today,
            without=order.without,
            country=order.country,
            has_files=order.has_files,
        )
        self.stops = self._rows(
            typed,
            Section.STOPS,
            StopForm,
            now=order.now,
            zone=order.zone,
            country=answers.get("country", "") if self.rules.shows("country") else order.country,
        )
        self.goods = self._rows(typed, Section.GOODS, GoodsForm, stops=len(self.stops))
        self.products = self._rows(typed, Section.PRODUCTS, ProductForm, products=order.products)

    def _rows(
        self, typed: Mapping[str, Any], section: Section, form: type[RowForm], **also: Any
    ) -> list[Any]:
        if not self.rules.shows(section):
            return []
        rows = []
        drawn: dict[Any, Any] = {}
        for position, row in enumerate(self._to_read(typed, section, form), start=1):
            prefix = f"{section}-{position}"
            rows.append(
                form(
                    self._data(prefix, row) if self.is_checked else None,
                    initial=None if self.is_checked else dict(row),
                    prefix=prefix,
                    rules=self.rules,
                    drawn=drawn,
                    **also,
                )
            )
        return rows

    def _to_read(
        self, typed: Mapping[str, Any], section: Section, form: type[RowForm]
    ) -> list[Mapping[str, str]]:
        """The rows; those left blank are passed over when a section that may be empty is checked.

        Stops are all blank or none is: goods name them by their numbers.
        """
        rows = list(typed.get(section, ()))
        if not self.is_checked or self.rules.requires(section):
            return rows
        filled = [row for row in rows if form.says_something(row)]
        return rows if section == Section.STOPS and filled else filled

    @staticmethod
    def _data(prefix: str, values: Mapping[str, Any]) -> dict[str, Any]:
        return {f"{prefix}-{name}": value for name, value in values.items()}

    @property
    def forms(self) -> list[forms.Form]:
        """Every form in the order of the page."""
        return [self.answers, *self.stops, *self.goods, *self.products]

    @cached_property
    def problems(self) -> list[str]:
        """What is wrong with the form as a whole."""
        if not self.is_checked:
            return []
        words = []
        if self.rules.shows(Section.STOPS) and self.stops:
            words += self._problems_of_stops()
        for section, rows in (
            (Section.STOPS, self.stops),
            (Section.GOODS, self.goods),
            (Section.PRODUCTS, self.products),
        ):
            if len(rows) > MOST_ROWS[section]:
                words.append(
                    _("%(section)s: at most %(most)s rows fit into one order.")
                    % {"section": section.label, "most": MOST_ROWS[section]}
                )
        return words

    @cached_property
    def missing(self) -> dict[str, str]:
        """What the form lacks altogether, by the id of its place on the page."""
        if not self.is_checked:
            return {}
        found = {}
        for section, rows, words in (
            (Section.STOPS, self.stops, _("Give at least one stop.")),
            (Section.GOODS, self.goods, _("Give at least one goods row.")),
            (Section.PRODUCTS, self.products, _("Give at least one product.")),
        ):
            if self.rules.requires(section) and all(row.is_empty for row in rows):
                found[str(section)] = words
        needs_files = self.rules.requires(ATTACHMENTS) or (
            # Nothing else of the section could be given.
            self.rules.requires(Section.NOTES)
            and self.rules.shows(ATTACHMENTS)
            and not self.answers.of_section(Section.NOTES)
        )
        if needs_files and not self.order.has_files and ATTACHMENTS not in self.order.without:
            found["files"] = _("Give at least one paper.")
        return found

    def _problems_of_stops(self) -> list[str]:
        """Deliveries come after a pick-up, and nothing before what is earlier on the way."""
        words = []
        if self.goods and len(self.stops) == 1:
            words.append(_("Goods need a second stop: where from, and where to."))
        # The last day on the way so far, and from when on the drive is, on that day.
        last_day, begun = None, None
        for position, stop in enumerate(self.stops, start=1):
            if not stop.is_valid():
                continue
            values = stop.cleaned_data
            day = values.get("day")
            begins = values["starts_at"] or values["ends_at"]
            latest = values["ends_at"] or values["starts_at"]
            if last_day is not None and day is not None and day < last_day:
                words.append(
                    _("Stop %(stop)s is on an earlier day than the stop before it.")
                    % {"stop": position}
                )
            elif begun is not None and latest is not None and latest < begun:
                words.append(
                    _("Stop %(stop)s is over before the stop before it begins.")
                    % {"stop": position}
                )
            if day is not None:
                known = [begins] if day != last_day else [begun, begins]
                last_day, begun = day, max(filter(None, known), default=None)
        kinds = [stop.cleaned_data.get("kind") for stop in self.stops]
        if OrderStop.Kind.PICKUP in kinds:
            brought = kinds[: kinds.index(OrderStop.Kind.PICKUP)]
            if OrderStop.Kind.DELIVERY in brought:
                words.append(
                    _("There is a delivery before the first pick-up. Give the pick-up first.")
                )
        return words

    def is_valid(self) -> bool:
        """Whether everything fits; every form is asked, so that all errors show at once."""
        checked = [form.is_valid() for form in self.forms]
        return self.is_checked and all(checked) and not (self.problems or self.missing)

    @property
    def kind_label(self) -> Any:
        """What a valid form is sent as."""
        return RequestKind(self.answers.cleaned_data["kind"]).label

    @property
    def told(self) -> list[tuple[Any, Any]]:
        """Label and value of every question that was answered, to be read."""
        told = []
        for name, field in self.answers.fields.items():
            value = self.answers.cleaned_data.get(name)
            if name != "kind" and _is_said(value):
                told.append((field.label, _in_words(field, value)))
        return told

    @property
    def typed_in_words(self) -> list[tuple[str, list[tuple[Any, Any]]]]:
        """What was typed, right or not, to be read: each part's heading with labels and texts.

        Rows that say nothing are left out.
        """
        parts = []
        for form in self.forms:
            called = getattr(form, "called", "")
            said = {name: value for name in form.fields if _is_said(value := form[name].value())}
            if said.keys() - getattr(form, "always_said", ()):
                parts.append(
                    (
                        called or str(_("Your answers")),
                        [
                            (form.fields[name].label, _in_words(form.fields[name], value))
                            for name, value in said.items()
                        ],
                    )
                )
        return parts

    @property
    def goods_wishes(self) -> list[GoodsWish]:
        return [row.wish() for row in self.goods]

    @property
    def weight(self) -> Decimal:
        """The gross weight of the rows that give one, in kg."""
        return sum(
            (
                row.cleaned_data.get("gross_weight") or Decimal(0)
                for row in self.goods
                if row.is_valid()
            ),
            Decimal(0),
        )

    def wish(
        self,
        *,
        sent_key: UUID,
        origin: OrderOrigin,
        customer_id: int,
        order_type_id: int | None,
        language: str,
        attachments: Sequence[tuple[int, str]] = (),
    ) -> Wish:
        """What a valid form wants."""
        values = self.answers.cleaned_data
        texts = ("contact_phone", "customer_reference", "payer_note")
        notes = ("note_to_planner", "note_to_driver", "note_on_invoice")
        return Wish(
            sent_key=sent_key,
            kind=RequestKind(values["kind"]),
            origin=origin,
            customer_id=customer_id,
            order_type_id=order_type_id,
            contact_name=values["contact_name"],
            contact_email=values["contact_email"],
            language=language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE,
            confirm_by=values.get("confirm_by") or OrderRequest.Channel.EMAIL,
            payer=values.get("payer") or OrderRequest.Payer.ORDERER,
            details={name: _stored(values[name]) for name in DETAILS if _is_said(values.get(name))},
            stops=[row.wish() for row in self.stops],
            goods=[row.wish() for row in self.goods],
            products=[row.wish() for row in self.products],
            attachments=attachments,
            **{name: values.get(name, "") for name in (*texts, *notes)},
        )


def answers_in_words(answers: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    """Label and value of answers as they are kept, in the order of the form.

    An answer to a question that is asked no more goes by its name, last.
    """
    asked = [
        (field.label, _in_words(field, _kept(field, answers[name])))
        for name, field in AnswersForm.base_fields.items()
        if name in answers
    ]
    others = answers.keys() - AnswersForm.base_fields.keys()
    return [*asked, *((name, str(answers[name])) for name in sorted(others))]


def _is_said(value: Any) -> bool:
    """Whether there is an answer; none children is one."""
    return value not in (None, "") and value is not False


def _in_words(field: forms.Field, value: Any) -> Any:
    if isinstance(field, forms.ChoiceField):
        return dict(cast("list[tuple[str, Any]]", field.choices)).get(value, value)
    if isinstance(field, forms.BooleanField):
        return _("Yes")
    if isinstance(value, date):
        return day_text(value)
    if field.widget.attrs.get("type") == "tel":
        return phones.shown(value)
    return localize(value)


def _kept(field: forms.Field, value: Any) -> Any:
    """The value that `_stored` has made JSON of."""
    if isinstance(field, forms.DateField):
        return date.fromisoformat(value)
    return Decimal(value) if isinstance(field, forms.DecimalField) else value


def _stored(value: Any) -> Any:
    """The value as JSON keeps it."""
    return str(value) if isinstance(value, Decimal | date) else value
