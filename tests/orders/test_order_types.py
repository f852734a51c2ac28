"""The order types that a new portal begins with."""

from importlib import import_module

import pytest
from django.apps import apps
from django.conf import settings

from orders.form_fields import CATALOGUE, Level, Rules, Section
from orders.models import OrderType
from tests.builders.order_forms import a_form, typed

planted = import_module("orders.migrations.0007_first_order_types")
TYPES = {fields["code"]: fields for fields in planted.TYPES}


@pytest.mark.parametrize("code", TYPES)
def test_a_first_type_speaks_every_language_and_knows_its_questions(code):
    fields = TYPES[code]

    assert set(fields["names"]) == {language for language, _name in settings.LANGUAGES}
    assert set(fields["fields"]) <= {*CATALOGUE, *Section.values}
    assert set(fields["fields"].values()) <= set(Level.values)
    rules = Rules(fields["fields"])
    assert {name: rules._levels[name] for name in fields["fields"]} == fields["fields"]


def test_the_first_types_ask_for_what_their_names_say():
    sections = {
        code: {section.value for section in Section if Rules(fields["fields"]).requires(section)}
        for code, fields in TYPES.items()
    }

    assert sections == {
        "transport": {"who", "stops", "goods"},
        "courier": {"who", "stops", "goods"},
        "coach": {"who", "stops", "people"},
        "products": {"who", "stops", "products"},
    }


def test_a_transport_order_is_right_for_the_first_type():
    form = a_form(typed(), words=[TYPES["transport"]["fields"]])

    assert form.is_valid()


@pytest.mark.django_db
def test_planting_again_leaves_what_the_office_has_made_of_them():
    planted.plant(apps, None)
    OrderType.objects.filter(code="coach").update(is_active=False)

    planted.plant(apps, None)

    assert OrderType.objects.count() == len(TYPES)
    assert [row.code for row in OrderType.objects.offered()] == ["transport", "courier", "products"]
