from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from portal.lib import money


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("1.005", "EUR", "1.01"),
        ("-1.005", "EUR", "-1.01"),
        ("1.5", "JPY", "2"),
        ("1.0005", "KWD", "1.001"),
        ("2.344", "XXQ", "2.34"),
    ],
)
def test_amounts_round_half_away_from_zero_at_the_currencys_scale(amount, currency, rounded):
    assert money.round_amount(Decimal(amount), currency) == Decimal(rounded)


def test_nothing_has_no_sign():
    assert money.amount_text(Decimal("-0.001"), "EUR") == "0.00"
    assert money.amount_text(-1 * Decimal("0.000"), "JPY") == "0"


@given(st.decimals(min_value=-(10**11), max_value=10**11, places=3))
def test_a_rounded_amount_fits_its_scale_and_is_at_most_half_a_cent_away(amount):
    rounded = money.round_amount(amount, "EUR")

    assert money.fits_scale(rounded, "EUR")
    assert abs(rounded - amount) <= Decimal("0.005")


def test_too_many_decimals_are_refused_in_plain_words():
    with pytest.raises(ValidationError) as refusal:
        money.validate_scale(Decimal("1.234"), "EUR")

    assert refusal.value.messages == ["EUR amounts have at most 2 decimals."]


def test_a_yen_amount_without_decimals_is_accepted():
    assert money.validate_scale(Decimal(120), "JPY") is None
