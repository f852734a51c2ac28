from datetime import date
from decimal import Decimal

import pytest

from invoices.states import MARKS, InvoiceKind, Standing, standing

TODAY = date(2026, 3, 10)


@pytest.mark.parametrize(
    ("kind", "gross", "still_open", "due_on", "expected"),
    [
        ("invoice", 100, 100, date(2026, 3, 10), Standing.OPEN),
        ("invoice", 100, 40, date(2026, 3, 10), Standing.PARTLY_PAID),
        ("invoice", 100, 100, date(2026, 3, 9), Standing.OVERDUE),
        ("invoice", 100, 40, date(2026, 3, 9), Standing.OVERDUE),
        ("invoice", 100, 0, date(2026, 3, 9), Standing.PAID),
        ("invoice", 0, 0, date(2026, 3, 20), Standing.PAID),
        ("credit_memo", -50, -50, date(2026, 1, 1), Standing.CREDIT_TO_USE),
        ("credit_memo", -50, -10, date(2026, 1, 1), Standing.CREDIT_TO_USE),
        ("credit_memo", -50, 0, date(2026, 1, 1), Standing.CREDIT_USED),
    ],
)
def test_an_invoice_stands_by_its_amounts_and_the_day(kind, gross, still_open, due_on, expected):
    assert (
        standing(
            kind=InvoiceKind(kind),
            gross_amount=Decimal(gross),
            open_amount=Decimal(still_open),
            due_on=due_on,
            today=TODAY,
        )
        == expected
    )


def test_every_standing_has_a_mark():
    assert set(MARKS) == set(Standing)
