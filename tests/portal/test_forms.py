"""Forms say what is wrong at its place, tie it by ids, and keep what was typed."""

import re
from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.template import Context, Template
from django.utils import translation

from portal.lib.forms import DayInput, NumberField


class ContactForm(forms.Form):
    name = forms.CharField(label="Name", help_text="As on the invoice")
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea)
    day = forms.DateField(label="Day", required=False, widget=DayInput(attrs={"class": "w-m"}))
    way = forms.ChoiceField(
        label="Way", choices=[("road", "Road"), ("rail", "Rail")], widget=forms.RadioSelect
    )
    agreed = forms.BooleanField(label="Agreed", required=False)
    token = forms.CharField(widget=forms.HiddenInput)


def tag(html, element, **attributes):
    """The attributes of the one such element that has these."""
    found = [
        dict(re.findall(r'([\w-]+)="([^"]*)"', text))
        for text in re.findall(rf"<{element}\b[^>]*>", html)
    ]
    (one,) = [given for given in found if attributes.items() <= given.items()]
    return one


def test_a_field_is_tied_to_its_label_and_its_hint():
    html = str(ContactForm())

    assert tag(html, "label", **{"for": "id_name"})
    assert tag(html, "div", id="id_name_helptext")
    control = tag(html, "input", name="name")
    assert control["aria-describedby"] == "id_name_helptext"
    assert "aria-invalid" not in control


def test_an_error_stands_at_its_field_and_is_announced_with_it():
    html = str(ContactForm({"name": "", "way": "road", "token": "t"}))

    control = tag(html, "input", name="name")
    assert control["aria-describedby"] == "id_name_helptext id_name_error"
    assert control["aria-invalid"] == "true"
    assert tag(html, "p", id="id_name_error")


def test_the_summary_takes_the_focus_and_links_to_each_field_with_the_same_words():
    html = str(ContactForm({"name": "", "day": "31.31.2026", "token": "t"}))

    summary = tag(html, "div", **{"data-part": "error-summary"})
    assert summary["tabindex"] == "-1"
    assert re.findall(r'<a href="#(\w+)">([^<]+)</a>', html) == [
        ("id_name", "Name: This field is required."),
        ("id_day", "Day: Enter a valid date."),
        ("id_way", "Way: This field is required."),
    ]
    assert html.count("Enter a valid date.") == 2


def test_an_error_of_the_whole_form_is_in_the_summary():
    form = ContactForm({"name": "A", "way": "road", "token": "t"})
    form.add_error(None, "The order was placed meanwhile.")

    html = str(form)

    assert "There is a problem in 1 place" in html
    assert html.count("The order was placed meanwhile.") == 1


def test_what_was_typed_is_kept():
    html = str(ContactForm({"name": "", "note": "a < b", "day": "yesterday", "token": "t"}))

    assert "a &lt; b" in html
    day = tag(html, "input", name="day")
    assert (day["type"], day["value"]) == ("text", "yesterday")


@pytest.mark.parametrize(
    ("language", "text", "number"),
    [
        ("en", "1.5", "1.5"),
        ("en", "1,500.25", "1500.25"),
        ("en", "-1,500,000", "-1500000"),
        ("en", "1,5", None),
        ("en", "0,5", None),
        ("en", "1500,000", None),
        ("en", "1,500,00", None),
        ("en", ",500", None),
        ("fi", "1,5", "1.5"),
        ("fi", "1 500,5", "1500.5"),
        ("fi", "1\xa0500", "1500"),
        ("fi", " 12,25 ", "12.25"),
        ("fi", "1 5", None),
        ("fi", "1.5", "1.5"),
        ("sv", "2 50", None),
        ("de", "1.500,5", "1500.5"),
        ("de", "1.5", "1.5"),
        ("de", "1.5.000", None),
        ("de", "1.500.000", "1500000"),
    ],
)
def test_what_parts_thousands_parts_three_digits(language, text, number):
    with translation.override(language):
        try:
            read = NumberField().clean(text)
        except ValidationError as refusal:
            read = None
            [words] = refusal.messages

    assert read == (number and Decimal(number))
    if number is None and language == "en":
        assert words == "Write decimals like 1.5."


def test_a_form_without_errors_has_no_summary():
    assert "error-summary" not in str(ContactForm())


def test_optional_fields_say_so_and_required_ones_have_no_star():
    html = str(ContactForm())

    assert re.findall(r"<(?:label|legend)[^>]*>(Name|Note|Day|Way)([^/]*)<", html) == [
        ("Name", ""),
        ("Note", ' <span class="opt">(optional)'),
        ("Day", ' <span class="opt">(optional)'),
        ("Way", ""),
    ]
    assert "*" not in html


def test_controls_carry_the_class_of_their_kind_after_their_own():
    html = str(ContactForm())

    assert tag(html, "input", name="name")["class"] == "input"
    assert tag(html, "input", name="day")["class"] == "w-m input"
    assert tag(html, "textarea", name="note")["class"] == "area"
    assert "class" not in tag(html, "input", name="token")
    assert "class" not in tag(html, "input", name="agreed")


def test_a_group_of_choices_is_a_fieldset_that_holds_its_error():
    html = str(ContactForm({"name": "A", "token": "t"}))

    assert tag(html, "fieldset", id="id_way")["aria-describedby"] == "id_way_error"
    assert re.search(r"<legend>Way</legend>", html)


def test_a_day_is_asked_for_as_browsers_understand_it(settings):
    form = ContactForm({"name": "A", "way": "road", "token": "t", "day": "2026-11-23"})

    assert form.is_valid()
    field = tag(str(form), "input", name="day")
    assert (field["type"], field["value"]) == ("date", "2026-11-23")


def test_the_title_of_a_page_with_errors_says_so():
    page = Template('{% extends "base.html" %}{% block title %}Profile{% endblock %}')

    fresh = page.render(Context({"form": ContactForm()}))
    wrong = page.render(Context({"form": ContactForm({})}))

    assert "<title>Profile · Portico</title>" in fresh
    assert "<title>Error: Profile · Portico</title>" in wrong
