"""Which options come to what."""

from dataclasses import dataclass
from decimal import Decimal

import pytest

from orders import offering


@dataclass
class Line:
    position: int
    kind: str
    net_amount: Decimal
    instead_of: int | None = None
    vat_rate: Decimal = Decimal(20)


def lines(*rows):
    """Lines from what each is: a kind with its amount, and what it is instead of."""
    return [
        Line(position, kind, Decimal(amount), *instead)
        for position, (kind, amount, *instead) in enumerate(rows, start=1)
    ]


@pytest.mark.parametrize(
    ("rows", "chosen"),
    [
        ([("included", 100)], []),
        ([("included", 100), ("optional", 10), ("optional", 20)], [2, 3]),
        ([("included", 100), ("optional", -10)], []),
        ([("included", 100), ("alternative", 90, 1)], []),
        ([("included", 100), ("alternative", 110, 1), ("alternative", 120, 1)], [3]),
        ([("included", 1), ("optional", 10), ("alternative", 20, 2)], [3]),
        ([("included", 1), ("optional", 10), ("alternative", 5, 2)], [2]),
        ([("included", 1), ("optional", -10), ("alternative", -5, 2)], []),
        ([("included", 1), ("alternative", 5, 9)], []),
    ],
)
def test_the_dearest_options_are_those_that_raise_the_total_most(rows, chosen):
    found = lines(*rows)

    assert offering.dearest(found, currency="EUR") == chosen
    offering.worth(found, chosen, currency="EUR")


def test_with_vat_the_dearer_line_may_be_the_one_with_less_net():
    found = lines(("included", 100), ("alternative", 105, 1))
    found[1].vat_rate = Decimal(0)

    assert offering.dearest(found, currency="EUR") == []
