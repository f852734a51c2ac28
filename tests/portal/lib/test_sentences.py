import json
from decimal import Decimal

import pytest
from django.utils import translation
from django.utils.translation import gettext_lazy

from portal.lib.sentences import again, kept, label
from portal.lib.sentences import sentence as _


def made():
    """One of each: plain, with a text, with values, and sentences within sentences."""
    amounts = {"net": Decimal("1.50"), "vat": 2, "gross": "\u20ac 3"}
    missing = _("%(field)s is missing.") % {"field": label(gettext_lazy("currency"))}
    return [
        _("The database refuses it."),
        _("customer %s") % "C9",
        _("The amounts do not add up: %(net)s + %(vat)s is not %(gross)s.") % amounts,
        _("Waits for %(what)s, which is not here yet.") % {"what": _("customer %s") % "C 100%"},
        _("Line %(position)s: %(words)s") % {"position": 3, "words": missing},
    ]


ENGLISH = [
    "The database refuses it.",
    "customer C9",
    "The amounts do not add up: 1.50 + 2 is not € 3.",
    "Waits for customer C 100%, which is not here yet.",
    "Line 3: Currency is missing.",
]
FINNISH = [
    "Tietokanta hylkää sen.",
    "asiakas C9",
    "Summat eivät täsmää: 1.50 + 2 ei ole € 3.",
    "Odottaa: asiakas C 100% ei ole vielä täällä.",
    "Rivi 3: Valuutta puuttuu.",
]


@pytest.mark.parametrize(("language", "words"), [("en", ENGLISH), ("fi", FINNISH)])
def test_a_sentence_is_a_text_in_the_language_of_the_moment(language, words):
    with translation.override(language):
        assert made() == words


@pytest.mark.parametrize("written_in", ["en", "fi"])
def test_what_is_kept_is_said_again_in_any_language(written_in):
    with translation.override(written_in):
        column = json.loads(json.dumps([kept(words) for words in made()]))

    for language, words in (("fi", FINNISH), ("en", ENGLISH)):
        with translation.override(language):
            assert [again(made_of) for made_of in column] == words


def test_words_of_others_are_not_kept():
    assert kept("CustomerId is empty") is None


def test_an_endless_value_is_cut():
    assert len(_("customer %s") % ("9" * 10_000)) == len("customer ") + 200
