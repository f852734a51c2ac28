"""Asking for a change: the form of an order as it stands, and what a changed form wants.

Who orders, who pays and the e-mail address are not asked again: they are agreed anew. Files may go
along; those that are there stay.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy

from orders import attaching
from orders.attaching import Taken
from orders.contents import ANSWERS, MOMENTS, Content, said, with_clocks
from orders.form_fields import ATTACHMENTS, CATALOGUE, SECTIONS, Level, Rules, Section
from orders.forms.rows import GoodsForm, ProductForm, StopForm, as_typed
from orders.forms.wish import AnswersForm, OrderForm
from portal.lib import phones

__all__ = ["ASKING", "NOT_ASKED", "AnswerForm", "AskingForm", "proposed", "rules_of", "typed"]

NOT_ASKED = (frozenset(AnswersForm.base_fields) | {ATTACHMENTS}) - frozenset(ANSWERS)
MOST_FILES = 10
# The prefix of the form about who asks.
ASKING = "asking"
# Columns of a stop that no form asks for; they belong to its place.
_UNASKED = ("street_2", "region", "email")


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Files that go along, each looked at by its bytes; what is not taken is named.

    Gives the uploads with what they are, and keeps no bytes of them.
    """

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[tuple[UploadedFile, Taken]]:
        uploads = data or []
        if len(uploads) > MOST_FILES:
            raise ValidationError(gettext_lazy("At most ten files go along with a change."))
        taken, refused = [], []
        for upload in uploads:
            try:
                # One byte more than may be: a larger file is refused without being read.
                checked = attaching.check(upload.name or "", upload.read(attaching.LARGEST + 1))
            except attaching.NotTaken as refusal:
                refused.append(ValidationError(str(refusal.user_message)))
            else:
                taken.append((upload, replace(checked, content=b"")))
            upload.seek(0)
        if refused:
            raise ValidationError(refused)
        return taken


class AskingForm(forms.Form):
    """Who asks, and why, and the files that go along."""

    use_required_attribute = False
    LONGEST_NAME = 200

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        help_text=gettext_lazy("Kept with what you ask for, with the time."),
        max_length=LONGEST_NAME,
        widget=forms.TextInput({"autocomplete": "name"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"), max_length=2000, widget=forms.Textarea({"rows": 3})
    )
    papers = FilesField(
        label=gettext_lazy("Papers"),
        help_text=gettext_lazy(
            "PDF, pictures, Word, Excel or text, at most 10 MB each and ten in all. They stay with"
            " the order. Choose them last: after an error they have to be chosen again."
        ),
        required=False,
        widget=FilesInput({"accept": attaching.ACCEPTED}),
    )

    def __init__(
        self,
        *args: Any,
        asks_name: bool,
        needs_reason: bool,
        takes_files: bool = False,
        **kwargs: Any,
    ) -> None:
        kwargs["prefix"] = ASKING
        super().__init__(*args, **kwargs)
        if not asks_name:
            del self.fields["name"]
        if not takes_files:
            del self.fields["papers"]
        self.fields["reason"].required = needs_reason


class AnswerForm(forms.Form):
    """What the office says to it."""

    use_required_attribute = False

    answer = forms.CharField(
        label=gettext_lazy("Answer"),
        help_text=gettext_lazy("Goes to whoever asked. A refusal needs one."),
        max_length=2000,
        required=False,
        widget=forms.Textarea({"rows": 3}),
    )

    def __init__(self, *args: Any, needs_answer: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answer"].required = needs_answer


def rules_of(words: Sequence[Mapping[str, str]], content: Content) -> Rules:
    """What a form about this content asks: what its form asked, and all that is answered.

    `words` are the levels of the order type and of the link. Answered in one row, it is asked for
    in all, or the answer would be lost; what some row leaves open stays optional, because the type
    may ask for more today than it did then.
    """
    asked = Rules(*words)
    levels: dict[str, str] = {}
    for section, rows in _rows_by_section(content).items():
        levels[section] = Level.REQUIRED if asked.requires(section) and rows else Level.OPTIONAL
        if not rows and (section == Section.PRODUCTS or not asked.shows(section)):
            levels[section] = Level.HIDDEN
    for section in (Section.PEOPLE, Section.EQUIPMENT, Section.NOTES):
        was_answered = any(
            each.name in content["answers"]
            for each in CATALOGUE.values()
            if each.section == section
        )
        if asked.requires(section) and was_answered:
            levels[section] = Level.REQUIRED
        elif asked.shows(section) or was_answered:
            levels[section] = Level.OPTIONAL
    for name in CATALOGUE:
        answered = _answered(name, content)
        if name in NOT_ASKED or not (any(answered) or asked.shows(name)):
            levels[name] = Level.HIDDEN
        else:
            is_whole = bool(answered) and all(answered)
            level = Level.REQUIRED if is_whole and asked.requires(name) else Level.OPTIONAL
            levels[name] = level
    for section in SECTIONS:
        levels.setdefault(section, Level.HIDDEN)
    return Rules(levels)


def typed(content: Content, zone: ZoneInfo) -> dict[str, Any]:
    """The content as somebody would type it into the form, in the current language."""
    return {
        "answers": as_typed(content["answers"], AnswersForm),
        "stops": [as_typed(with_clocks(row, zone), StopForm) for row in content["stops"]],
        "goods": [as_typed(row, GoodsForm) for row in content["goods"]],
        "products": [as_typed(row, ProductForm) for row in content.get("products", ())],
    }


def proposed(form: OrderForm, standing: Content) -> Content:
    """The content that a valid form wants instead; what it does not ask for stays."""
    answers = dict(standing["answers"])
    for name in form.answers.fields:
        answers[name] = form.answers.cleaned_data.get(name)
    _keep_number(answers, standing["answers"], "contact_phone")
    content = dict(standing) | {"answers": said(answers)}
    if form.rules.shows(Section.STOPS):
        rows = [said(asdict(row.wish())) for row in form.stops]
        content["stops"] = [
            _at_its_place(row, standing["stops"], zone=form.order.zone) for row in rows
        ]
    if form.rules.shows(Section.GOODS):
        content["goods"] = [said(asdict(row)) for row in form.goods_wishes]
    if form.rules.shows(Section.PRODUCTS):
        ordered = {row["number"].upper(): row for row in standing.get("products", ())}
        content["products"] = [_product(row, ordered) for row in form.products]
    return content


def _product(row: ProductForm, ordered: Mapping[str, Content]) -> Content:
    """The row as it stands in the order, whatever the register says of it today; else as new."""
    number = row.cleaned_data["number"].upper()
    product = row.products[number]
    said_of_it = {"number": product.number, "name": product.name, "unit": product.unit}
    return said(ordered.get(number, said_of_it) | {"quantity": row.cleaned_data["quantity"]})


def _rows_by_section(content: Content) -> dict[Section, Sequence[Content]]:
    return {
        Section.STOPS: content["stops"],
        Section.GOODS: content["goods"],
        Section.PRODUCTS: content.get("products", ()),
    }


_COLUMNS = {
    "stop": StopForm.questions | {"starts": ("starts_at",), "ends": ("ends_at",)},
    "goods": GoodsForm.questions,
    "product": {},
}
_SECTION_OF = {"stop": "stops", "goods": "goods", "product": "products"}


def _answered(name: str, content: Content) -> list[bool]:
    """Whether the question is answered, in each row where it is asked for rows."""
    prefix, _dot, question = name.rpartition(".")
    if not prefix:
        return [name in content["answers"]]
    columns = _COLUMNS[prefix].get(question, (question,))
    rows = content.get(_SECTION_OF[prefix], ())
    return [any(column in row for column in columns) for row in rows]


def _at_its_place(row: Content, before: Sequence[Content], *, zone: tzinfo) -> Content:
    """The stop with what no form asks for, where it stays at the place where it was."""
    place = ("name", "street", "city")
    there = [old for old in before if all(old.get(name) == row.get(name) for name in place)]
    for old in there[:1]:
        row |= {name: old[name] for name in _UNASKED if name in old}
        _keep_number(row, old, "phone")
    # In the hour that the clocks have twice a form means the first; what stood stays what it was.
    for name in MOMENTS & row.keys():
        shown = _by_the_clock(row[name], zone)
        stood = (old[name] for old in there if name in old)
        row[name] = next((each for each in stood if _by_the_clock(each, zone) == shown), row[name])
    return row


def _by_the_clock(moment: str, zone: tzinfo) -> datetime:
    return datetime.fromisoformat(moment).astimezone(zone).replace(tzinfo=None, fold=0)


def _keep_number(values: Content, before: Content, name: str) -> None:
    """Leave a phone number as it was written where only the form's writing of it is another."""
    old, new = before.get(name), values.get(name)
    if old and new and phones.shown(old) == phones.shown(new):
        values[name] = old
