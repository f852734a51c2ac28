from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoices.ageing import Ageing, age
from tests.builders.papers import an_item

DAY = date(2026, 11, 16)


@pytest.mark.parametrize(
    ("days_late", "bucket"),
    [
        (-10, "not_due"),
        (0, "not_due"),
        (1, "to_30_days"),
        (30, "to_30_days"),
        (31, "to_60_days"),
        (60, "to_60_days"),
        (61, "to_90_days"),
        (90, "to_90_days"),
        (91, "over_90_days"),
        (3000, "over_90_days"),
    ],
)
def test_an_item_falls_into_the_bucket_of_its_days_late(days_late, bucket):
    item = an_item(due_on=DAY - timedelta(days=days_late), open_amount=Decimal(40))

    assert age([item], on=DAY) == {"EUR": Ageing(currency="EUR", **{bucket: Decimal(40)})}


def test_credit_to_use_hides_no_overdue_invoice():
    late = an_item(due_on=DAY - timedelta(days=5), open_amount=Decimal(40))
    credit = an_item(kind="credit_memo", due_on=DAY - timedelta(days=50), open_amount=Decimal(-100))

    found = age([late, credit], on=DAY)["EUR"]

    assert (found.overdue, found.credit, found.total) == (Decimal(40), Decimal(-100), Decimal(-60))


def test_currencies_are_never_added_up():
    items = [an_item(currency="EUR"), an_item(currency="SEK"), an_item(currency="EUR")]

    totals = {currency: each.total for currency, each in age(items, on=DAY).items()}

    assert totals == {"EUR": Decimal(200), "SEK": Decimal(100)}


@given(
    st.lists(
        st.tuples(
            st.integers(-400, 400),
            st.decimals("0.001", 10**9, places=3),
            st.sampled_from(["EUR", "JPY"]),
            st.booleans(),
        )
    )
)
def test_the_buckets_of_a_currency_add_up_to_what_is_open(drawn):
    items = [
        an_item(
            kind="credit_memo" if is_credit else "invoice",
            due_on=DAY + timedelta(days=days),
            currency=currency,
            open_amount=-amount if is_credit else amount,
        )
        for days, amount, currency, is_credit in drawn
    ]

    for currency, found in age(items, on=DAY).items():
        assert found.total == sum(item.open_amount for item in items if item.currency == currency)
