from decimal import Decimal
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders import pricing
from portal.lib.money import decimals_of


class Line(NamedTuple):
    net_amount: Decimal
    vat_rate: Decimal


@pytest.mark.parametrize(
    ("quantity", "unit_price", "discount", "currency", "net"),
    [
        ("4", "1120", "0", "EUR", "4480.00"),
        ("3", "0.335", "0", "EUR", "1.01"),
        ("1", "0.005", "0", "EUR", "0.01"),
        ("-1", "0.005", "0", "EUR", "-0.01"),
        ("7", "19.99", "12.5", "EUR", "122.44"),
        ("3", "33.4", "0", "JPY", "100"),
        ("3", "0.3335", "0", "KWD", "1.001"),
        ("2", "50", "100", "EUR", "0.00"),
    ],
)
def test_a_line_is_rounded_once_to_its_currency(quantity, unit_price, discount, currency, net):
    amount = pricing.net_of(
        quantity=Decimal(quantity),
        unit_price=Decimal(unit_price),
        discount_percent=Decimal(discount),
        currency=currency,
    )

    assert str(amount) == net


def test_vat_is_rounded_line_by_line():
    lines = [Line(Decimal("0.02"), Decimal("25.5"))] * 2

    assert pricing.sums(lines, currency="EUR") == (
        Decimal("0.04"),
        Decimal("0.02"),
        Decimal("0.06"),
    )


def test_nothing_costs_nothing():
    assert pricing.sums([], currency="EUR") == (0, 0, 0)


@given(
    amounts=st.lists(
        st.tuples(
            st.decimals(min_value=-10000, max_value=10000, places=2),
            st.sampled_from([Decimal(0), Decimal(10), Decimal("13.5"), Decimal("25.5")]),
        ),
        max_size=30,
    ),
    currency=st.sampled_from(["EUR", "KWD"]),
)
def test_sums_add_up_and_fit_their_currency(amounts, currency):
    lines = [Line(net, rate) for net, rate in amounts]

    found = pricing.sums(lines, currency=currency)

    assert found.net == sum(line.net_amount for line in lines)
    assert found.gross == found.net + found.vat
    assert -found.vat.as_tuple().exponent <= decimals_of(currency)
