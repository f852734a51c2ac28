"""Amounts as people type them off a paper."""

from decimal import Decimal

import pytest
from django.utils import translation

from portal.lib.amounts import NotAnAmount, read_amount
from portal.lib.money import money_text


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("1234.5", ["1234.5"]),
        ("1234,50", ["1234.50"]),
        ("1 234,50", ["1234.50"]),
        ("1\u00a0234,50", ["1234.50"]),
        ("1\u202f234,50", ["1234.50"]),
        ("1,234.50", ["1234.50"]),
        ("1.234,50", ["1234.50"]),
        ("1'234.50", ["1234.50"]),
        ("1\u2019234.50", ["1234.50"]),
        ("12,345,678.90", ["12345678.90"]),
        ("12.345.678", ["12345678"]),
        ("1234", ["1234"]),
        ("1,234", ["1234", "1.234"]),
        ("1.234", ["1234", "1.234"]),
        ("0.234", ["0.234"]),
        ("1234.567", ["1234.567"]),
        (".50", ["0.50"]),
        ("50.", ["50"]),
        ("-125,50", ["125.50"]),
        ("\u2212125,50", ["125.50"]),
        ("125,50-", ["125.50"]),
        ("+7", ["7"]),
        ("€ 1.234,50", ["1234.50"]),
        ("1 234,50 kr", ["1234.50"]),
        ("\uff11\uff12\uff0c\uff15", ["12.5"]),
        ("١٢٣", ["123"]),
        ("0", ["0"]),
    ],
)
def test_an_amount_is_read_as_it_is_written(text, readings):
    read = read_amount(text)

    assert (read.readings, read.currency) == (tuple(map(Decimal, readings)), "")


@pytest.mark.parametrize(
    ("text", "currency"),
    [("1234.5 EUR", "EUR"), ("EUR 1.234,5", "EUR"), ("usd1,234.5", "USD"), ("1 234,5eur", "EUR")],
)
def test_a_currency_may_stand_on_either_side(text, currency):
    read = read_amount(text)

    assert (read.readings, read.currency) == ((Decimal("1234.5"),), currency)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", ";", ",", ".", "-", "EUR", "abc", "NaN", "Infinity", "1e9", "0x10", "1/2"),
        *("--5", "5--", "-5-", "1,23,456.7", "1.234,5.6", "1,234,5", "1,234.", "12 apples"),
        *("1234 XXQ", "1" * 16, "½", "1\x002", "<b>1</b>"),
    ],
)
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(NotAnAmount):
        read_amount(text)


@pytest.mark.parametrize("language", ["en", "fi", "sv", "de"])
@pytest.mark.parametrize("amount", ["0.05", "125.5", "1234.5", "1234567.89"])
@pytest.mark.parametrize("currency", ["EUR", "SEK"])
def test_what_the_portal_writes_in_any_of_its_languages_is_read_back(language, amount, currency):
    with translation.override(language):
        written = money_text(Decimal(amount), currency)

    assert read_amount(written).means(Decimal(amount), currency)


def test_amounts_are_compared_to_the_last_decimal_and_by_their_currency():
    typed = read_amount("1,234 EUR")

    assert typed.means(Decimal("1234.000"), "EUR")
    assert typed.means(Decimal("-1.234"), "EUR")
    assert not typed.means(Decimal("1234.01"), "EUR")
    assert not typed.means(Decimal(1234), "USD")
