import pytest
from django.contrib.auth.password_validation import (
    password_validators_help_texts,
    validate_password,
)
from django.core.exceptions import ValidationError

from accounts.forms import SetPasswordForm
from accounts.models import Company, User
from accounts.services import company
from portal.lib.passwords import classes
from tests.builders.accounts import PASSWORD, a_customer, a_user, an_admin

pytestmark = pytest.mark.django_db


def codes(password, user=None):
    try:
        validate_password(password, user)
    except ValidationError as refusal:
        return [error.code for error in refusal.error_list]
    return []


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        "Tulip-42",
        "Blå båt 7",
        "вЕсна семь",
        "密码保护好吗9!",
        "Zaq 9 Wsx",
        "seven Green bottles on a wall",
        "A1" + "x" * 126,
    ],
)
def test_good_passwords_are_taken(password):
    assert codes(password) == []


@pytest.mark.parametrize(
    ("password", "wrong"),
    [
        ("Tulp-42", ["short"]),
        ("   Tulp-42   ", ["short"]),
        ("A1" + "x" * 127, ["long"]),
        ("A1" + "x" * 100_000, ["long"]),
        ("seven green bottles on a long wall", ["classes"]),
        ("HVORFOR2468X", ["classes"]),
        ("vkxqpjwz", ["classes"]),
        ("Password1!", ["common"]),
        ("P@ssw0rd123!", ["common"]),
        ("pA55word??", ["common"]),
        ("Summer2024!", ["common"]),
        ("12345678aA!", ["common"]),
        ("Qwertyuiop1!", ["common"]),
        ("Dragon1 Dragon1", ["common"]),
        ("password", ["classes", "common"]),
        ("", ["short", "classes"]),
    ],
)
def test_bad_passwords_are_refused_for_what_they_lack(password, wrong):
    assert codes(password) == wrong


def test_a_common_word_may_be_the_smaller_part_of_a_password():
    assert codes("Dragon flies over 3 lakes") == []


@pytest.mark.parametrize(
    ("password", "held"),
    [
        ("aB", {"lower", "upper"}),
        ("ß9", {"lower", "digit"}),
        ("Ж٣", {"upper", "digit"}),
        ("文 字", {"lower", "special"}),
        ("e\u0301", {"lower"}),
        ("नमस्ते", {"lower"}),
        ("🙂", {"special"}),
        (" a ", {"lower"}),
    ],
)
def test_classes_are_counted_in_every_script(password, held):
    assert classes(password) == held


@pytest.mark.parametrize(
    "password",
    [
        "Alfreds2024",
        "MariaAnders1!",
        "M4r14-4nd3r5",
        "Anders.Maria",
        "futterkiste 1",
        "Alfreds-Maria-77",
        "NorthWind 22",
    ],
)
def test_a_password_made_of_what_everybody_knows_about_a_person_is_refused(password):
    company.keep(company=Company(name="Northwind Freight"))
    user = an_admin(a_customer(name="Alfreds Futterkiste"), email="maria@alfreds.example")

    assert codes(password, user) == ["personal"]


def test_own_words_may_be_the_smaller_part_of_a_password_and_others_may_use_them():
    user = a_user("maria@alfreds.example")

    assert codes("Maria sings in 3 choirs", user) == []
    assert codes("MariaAnders1!", a_user(first_name="Jo", last_name="Ek")) == []
    assert codes("Futter-2024", User(email="futter@new.example")) == ["personal"]


def test_spaces_around_do_not_count_and_composed_letters_are_the_same():
    user = a_user()
    form = SetPasswordForm({"password": "  Cafe\u0301-latte 9 "}, user=user)

    assert form.is_valid()
    user.set_password(form.cleaned_data["password"])
    assert user.check_password("Caf\u00e9-latte 9")
    assert user.check_password("\tCafe\u0301-latte 9")


@pytest.mark.parametrize("bad", ["", "   ", "\x00Tulip-42", "x" * 5000])
def test_nonsense_is_refused_with_words_and_never_shown_again(bad):
    form = SetPasswordForm({"password": bad}, user=a_user())

    assert not form.is_valid()
    assert form.errors.keys() == {"password"}
    assert "xxxx" not in str(form)


def test_each_rule_says_what_it_asks_for():
    assert len(set(password_validators_help_texts())) == 4
