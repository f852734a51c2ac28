"""What the office writes into an offer, and what a customer says to one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from orders import offering
from orders.models import OfferLine, OfferVersion
from orders.pricing import LARGEST, Sums, net_of
from orders.services.offer_texts import Texts
from orders.services.offers import LineInput, Terms
from portal.lib.forms import DayInput, NumberField, number_of

__all__ = [
    "MOST_LINES",
    "DecisionForm",
    "OfferLineForm",
    "OfferTextsForm",
    "SplitForm",
    "TermsForm",
    "TypedSums",
    "lines_of",
    "sums_of",
]

MOST_LINES = 200


@dataclass(frozen=True, slots=True)
class TypedLine:
    """What a line comes to as it is typed, for the sums of a draft that nobody has saved."""

    position: int
    kind: str
    instead_of: int | None
    net_amount: Decimal
    vat_rate: Decimal


class OfferLineForm(forms.Form):
    """One priced line. `others` is how many lines there are, for alternatives."""

    use_required_attribute = False

    description = forms.CharField(label=gettext_lazy("Service or product"), max_length=500)
    quantity = NumberField(
        label=gettext_lazy("Quantity"),
        max_digits=11,
        decimal_places=4,
        min_value=Decimal("0.0001"),
    )
    unit = forms.CharField(label=gettext_lazy("Unit"), max_length=40, required=False)
    unit_price = NumberField(
        label=gettext_lazy("Price"),
        max_digits=15,
        decimal_places=7,
    )
    discount_percent = NumberField(
        label=gettext_lazy("Discount, %"),
        max_digits=7,
        decimal_places=4,
        min_value=0,
        max_value=100,
        required=False,
    )
    vat_rate = NumberField(
        label=gettext_lazy("VAT, %"),
        max_digits=7,
        decimal_places=4,
        min_value=0,
        max_value=100,
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=OfferLine.Kind.choices)
    instead_of = forms.IntegerField(
        label=gettext_lazy("Instead of line"), min_value=1, required=False
    )
    product_number = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, number: int, others: int, currency: str, **kwargs: Any) -> None:
        self.prefix = f"line-{number}"
        super().__init__(*args, **kwargs)
        self.number, self.others, self.currency = number, others, currency

    @property
    def called(self) -> str:
        return _("Line %(number)s") % {"number": self.number}

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        is_alternative = values.get("kind") == OfferLine.Kind.ALTERNATIVE
        other = values.get("instead_of")
        if not is_alternative:
            values["instead_of"] = None
        elif not other or other > self.others or other == self.number:
            self.add_error(
                "instead_of",
                ValidationError(_("Say which other line it can take the place of."), "required"),
            )
        quantity, price = values.get("quantity"), values.get("unit_price")
        if quantity and price is not None and abs(quantity * price) >= LARGEST:
            self.add_error("unit_price", ValidationError(_("This amount is too large."), "large"))
        return values

    @cached_property
    def typed(self) -> TypedLine | None:
        """The line with what it comes to; nothing while that cannot be said."""
        values = self.cleaned_data if self.is_bound and self.errors is not None else self.initial
        quantity, price, rate = (
            values.get(name) for name in ("quantity", "unit_price", "vat_rate")
        )
        if not quantity or price is None or rate in (None, "") or "discount_percent" in self.errors:
            return None
        return TypedLine(
            position=self.number,
            kind=values.get("kind") or OfferLine.Kind.INCLUDED,
            instead_of=values.get("instead_of"),
            net_amount=net_of(
                quantity=quantity,
                unit_price=price,
                discount_percent=values.get("discount_percent") or Decimal(0),
                currency=self.currency,
            ),
            vat_rate=rate,
        )

    def unchecked(self) -> "OfferLineForm":
        """The line as it was typed, without what is wrong with it: nobody wants it saved yet."""
        if not self.is_bound:
            return self
        line = OfferLineForm(
            initial={name: self[name].data for name in self.fields},
            number=self.number,
            others=self.others,
            currency=self.currency,
        )
        line.typed = self.typed
        return line

    def line(self) -> LineInput:
        values = dict(self.cleaned_data)
        values["discount_percent"] = values["discount_percent"] or Decimal(0)
        return LineInput(**values)


@dataclass(frozen=True, slots=True)
class TypedSums:
    """What the lines come to: `most` with the dearest options, where that is more than without.

    `is_whole` says whether every line could be counted.
    """

    sums: Sums
    most: Decimal | None
    is_whole: bool


def sums_of(lines: Sequence[OfferLineForm], *, currency: str) -> TypedSums:
    """The sums of a draft as it is typed."""
    counted = [typed for line in lines if (typed := line.typed) is not None]
    sums = offering.worth(counted, currency=currency)
    chosen = offering.dearest(counted, currency=currency)
    most = offering.worth(counted, chosen, currency=currency).gross
    return TypedSums(sums, most if most > sums.gross else None, len(counted) == len(lines))


class TermsForm(forms.Form):
    """What a version says beside its lines; `today` is the seller's day."""

    use_required_attribute = False

    valid_on = forms.DateField(
        label=gettext_lazy("Valid until"),
        help_text=gettext_lazy("To the end of the day."),
        widget=DayInput,
    )
    remind_days = forms.IntegerField(
        label=gettext_lazy("Remind, days before"), min_value=1, max_value=60, required=False
    )
    send_to = forms.EmailField(label=gettext_lazy("Send to"), max_length=254, required=False)
    language = forms.ChoiceField(
        label=pgettext_lazy("offer", "Language"), choices=settings.LANGUAGES
    )
    text = forms.CharField(
        label=gettext_lazy("Opening text"),
        max_length=4000,
        required=False,
        widget=forms.Textarea({"rows": 4}),
    )
    terms = forms.CharField(
        label=gettext_lazy("Terms"),
        max_length=4000,
        required=False,
        widget=forms.Textarea({"rows": 4}),
    )
    closing = forms.CharField(
        label=gettext_lazy("Closing text"),
        max_length=4000,
        required=False,
        widget=forms.Textarea({"rows": 2}),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_valid_on(self) -> date:
        day: date = self.cleaned_data["valid_on"]
        if day < self.today:
            raise ValidationError(_("This day is over."), code="past")
        return day

    def given(self) -> Terms:
        return Terms(**self.cleaned_data)


class OfferTextsForm(forms.Form):
    """What new offers begin with, in every language at once; all of it may be empty."""

    use_required_attribute = False

    PARTS = (
        ("text", gettext_lazy("Opening text"), 4),
        ("terms", gettext_lazy("Terms"), 4),
        ("closing", gettext_lazy("Closing text"), 2),
    )

    def __init__(
        self, *args: Any, kept: Mapping[str, Texts], may_change: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for language, _name in settings.LANGUAGES:
            said = kept.get(language, Texts())
            for part, label, rows in self.PARTS:
                self.fields[f"{part}_{language}"] = forms.CharField(
                    label=label,
                    max_length=4000,
                    required=False,
                    initial=getattr(said, part),
                    disabled=not may_change,
                    widget=forms.Textarea({"rows": rows, "lang": language}),
                )

    @property
    def languages(self) -> list[tuple[Any, list[Any]]]:
        """Each language with its fields."""
        return [
            (name, [self[f"{part}_{language}"] for part, _label, _rows in self.PARTS])
            for language, name in settings.LANGUAGES
        ]

    def texts(self) -> dict[str, Texts]:
        return {
            language: Texts(
                **{part: self.cleaned_data[f"{part}_{language}"] for part, _l, _r in self.PARTS}
            )
            for language, _name in settings.LANGUAGES
        }


def lines_of(version: OfferVersion) -> list[dict[str, Any]]:
    """The version's lines as a form begins with them."""
    names = OfferLineForm.base_fields
    return [
        {name: _as_typed(getattr(line, name)) for name in names}
        for line in version.lines.order_by("position")
    ]


def _as_typed(value: Any) -> Any:
    """A number without the zeros that the database adds: 4 and not 4.0000."""
    return Decimal(f"{value.normalize():f}") if isinstance(value, Decimal) else value


class DecisionForm(forms.Form):
    """The answer to an offer: whose it is, which options, and what there is to say."""

    use_required_attribute = False

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        help_text=gettext_lazy("Kept with the decision, with time and version."),
        max_length=200,
        widget=forms.TextInput({"autocomplete": "name"}),
    )
    customer_reference = forms.CharField(
        label=gettext_lazy("PO number"), max_length=255, required=False
    )
    comment = forms.CharField(
        label=gettext_lazy("Comment"),
        max_length=2000,
        required=False,
        widget=forms.Textarea({"rows": 3}),
    )

    def __init__(
        self,
        *args: Any,
        asks_name: bool = True,
        needs_comment: bool = False,
        decides: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = decides
        if not asks_name:
            del self.fields["name"]
        self.fields["comment"].required = needs_comment

    def chosen(self, posted: Mapping[str, Any]) -> list[int]:
        """The positions that were ticked."""
        values = posted.getlist("option") if hasattr(posted, "getlist") else []
        return [number_of(value) for value in values[:MOST_LINES]]


class SplitForm(forms.Form):
    """How an approved offer becomes orders; only who may confirm orders is asked about that."""

    use_required_attribute = False

    how = forms.ChoiceField(
        label=gettext_lazy("Make"),
        choices=[
            ("whole", gettext_lazy("One order")),
            ("days", gettext_lazy("One order for each of these days")),
            ("stops", gettext_lazy("One order for each place of delivery")),
            ("parts", gettext_lazy("So many equal orders")),
        ],
        widget=forms.RadioSelect,
        initial="whole",
    )
    days = forms.CharField(
        label=gettext_lazy("Days"),
        help_text=gettext_lazy("Such as 2026-12-01, one a line. The first stop is on this day."),
        required=False,
        widget=forms.Textarea({"rows": 4}),
    )
    parts = forms.IntegerField(label=gettext_lazy("How many"), min_value=2, required=False)
    confirm = forms.BooleanField(
        label=gettext_lazy("Confirm the orders and send the confirmation"), required=False
    )

    def __init__(self, *args: Any, may_confirm: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_confirm:
            del self.fields["confirm"]

    def clean_days(self) -> list[date]:
        days = []
        for text in self.cleaned_data["days"].split():
            try:
                days.append(date.fromisoformat(text))
            except ValueError:
                raise ValidationError(
                    _("“%(text)s” is not a day, such as 2026-12-01."), params={"text": text[:40]}
                ) from None
        return days
