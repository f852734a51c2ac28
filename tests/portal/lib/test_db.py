"""Bulk writing, tried on the tables of products, customers and families."""

import threading
from decimal import Decimal

import pytest
from django.db import connection, connections, transaction
from django.db.utils import DataError, IntegrityError

from accounts.models import Family
from orders.models import OrderLine, Product
from portal.lib.db import Fit, merge, next_ids, replace_children
from tests.builders.accounts import a_customer
from tests.builders.orders import an_order

pytestmark = pytest.mark.django_db

COLUMNS = ("id", "source", "statistics_id")
PRODUCT = ("number", "name", "unit_price", "currency")
LINE = (
    *("order_id", "position", "product_number", "description", "quantity", "unit", "unit_price"),
    *("discount_percent", "vat_rate", "net_amount", "delivered_quantity", "invoiced_quantity"),
)


def families():
    return list(Family.objects.order_by("pk").values_list("pk", "source", "statistics_id"))


def lines(order):
    rows = OrderLine.objects.filter(order=order).order_by("position")
    return list(rows.values_list("position", "description"))


def a_line(order, position, description):
    numbers = (Decimal(1), "pcs", Decimal(5), Decimal(0), Decimal(0), Decimal(5))
    return (order.pk, position, "", description, *numbers, Decimal(0), Decimal(0))


def test_new_rows_are_inserted_and_known_ones_updated():
    [first, second] = next_ids(Family, 2)
    merge(Family, COLUMNS, [(first, "erp", "A")])

    written = merge(Family, COLUMNS, [(first, "erp", "B"), (second, "erp", "C")])

    assert written == 2
    assert families() == [(first, "erp", "B"), (second, "erp", "C")]


def test_rows_that_are_there_as_they_are_are_not_written():
    rows = [(key, "erp", f"S{key}") for key in next_ids(Family, 3)]
    merge(Family, COLUMNS, rows)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, xmin FROM accounts_family ORDER BY id")
        before = cursor.fetchall()

    assert merge(Family, COLUMNS, rows) == 0

    with connection.cursor() as cursor:
        cursor.execute("SELECT id, xmin FROM accounts_family ORDER BY id")
        assert cursor.fetchall() == before


def test_stamps_alone_are_no_difference_and_kept_columns_stay():
    [key] = next_ids(Family, 1)
    merge(Family, COLUMNS, [(key, "erp", "A")])

    by_stamp = merge(Family, COLUMNS, [(key, "other", "A")], stamps=("source",))
    by_value = merge(Family, COLUMNS, [(key, "other", "B")], keep=("source",))

    assert (by_stamp, by_value) == (0, 1)
    assert families() == [(key, "erp", "B")]


def test_values_arrive_as_they_are():
    texts = ["tab\tnew\nline", "\\N", "back\\slash", "'quote'", "Käyttäjä €", ""]
    keys = next_ids(Family, len(texts))

    merge(Family, COLUMNS, [(key, text, f"{key}") for key, text in zip(keys, texts, strict=True)])

    assert [source for _key, source, _id in families()] == texts


def test_merging_nothing_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert merge(Family, COLUMNS, []) == 0
        replace_children(OrderLine, LINE, [], parent="order_id", within="position", of=[])


def test_a_row_that_the_database_refuses_leaves_nothing_behind():
    keys = next_ids(Family, 2)

    with pytest.raises(IntegrityError), transaction.atomic():
        merge(Family, COLUMNS, [(keys[0], "erp", "A"), (keys[1], "erp", "A")])
    with pytest.raises(DataError), transaction.atomic():
        merge(Family, COLUMNS, [(keys[0], "x" * 99, "A")])
    merge(Family, COLUMNS, [(keys[0], "erp", "A")])

    assert families() == [(keys[0], "erp", "A")]


def test_children_are_replaced_as_a_whole():
    first, second = an_order(a_customer(), "1"), an_order(a_customer(), "2")
    OrderLine.objects.all().delete()

    def replace(rows, of):
        replace_children(OrderLine, LINE, rows, parent="order_id", within="position", of=of)

    replace([a_line(first, 1, "A"), a_line(first, 2, "B"), a_line(second, 1, "C")], of=[])
    kept = OrderLine.objects.get(order=first, position=2).pk
    replace([a_line(first, 2, "B"), a_line(first, 3, "D")], of=[first.pk])

    assert (lines(first), lines(second)) == ([(2, "B"), (3, "D")], [(1, "C")])
    assert OrderLine.objects.get(order=first, position=2).pk == kept

    replace([], of=[first.pk])

    assert (lines(first), lines(second)) == ([], [(1, "C")])


@pytest.mark.django_db(transaction=True)
def test_two_merges_of_the_same_rows_do_not_lock_each_other_out():
    keys = next_ids(Family, 200)
    with transaction.atomic():
        merge(Family, COLUMNS, [(key, "erp", f"S{key}") for key in keys])
    together = threading.Barrier(2, timeout=10)
    errors = []

    def run(rows):
        try:
            for _round in range(10):
                together.wait()
                with transaction.atomic():
                    merge(Family, COLUMNS, rows)
        except Exception as error:
            errors.append(error)
            together.abort()
        finally:
            connections.close_all()

    up = [(key, "up", f"S{key}") for key in keys]
    down = [(key, "down", f"S{key}") for key in reversed(keys)]
    threads = [threading.Thread(target=run, args=[rows]) for rows in (up, down)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert errors == []


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("1", "Chai", Decimal("1.1234567"), "EUR"), ""),
        (("1", "Chai", None, ""), ""),
        (("", "Chai", None, ""), "Product number is missing."),
        (("1", "x" * 256, None, ""), "Name is 256 characters long; 255 fit."),
        (("1", "a\x00b", None, ""), "Name contains control characters."),
        (("1", "a\x85b", None, ""), "Name contains control characters."),
        (("1", "a\ud800b", None, ""), "Name contains control characters."),
        (("1", "two\nlines\tand a tab", None, ""), ""),
        (
            ("1", "Chai", Decimal("0.12345678"), ""),
            "Unit price is 0.12345678; 12 digits and 7 decimals fit.",
        ),
        (("1", "Chai", Decimal("1e12"), ""), "Unit price is 1E+12; 12 digits and 7 decimals fit."),
        (
            ("1", "Chai", Decimal("Infinity"), ""),
            "Unit price is Infinity; 12 digits and 7 decimals fit.",
        ),
        (("1", "Chai", Decimal("NaN"), ""), "Unit price is NaN; 12 digits and 7 decimals fit."),
        (("1", "Chai", Decimal("sNaN"), ""), "Unit price is sNaN; 12 digits and 7 decimals fit."),
        (("1", "Chai", Decimal("1.50000000000"), ""), ""),
    ],
)
def test_rows_are_checked_against_their_columns(row, words):
    assert Fit(Product, PRODUCT).objection(row) == words


def test_a_lookup_takes_any_number_of_values_as_one_parameter():
    keys = next_ids(Family, 3)
    merge(Family, COLUMNS, [(key, "erp", f"S{key}") for key in keys])

    found = Family.objects.filter(pk__any_of=keys[:2], statistics_id__any_of=[f"S{keys[1]}", "x'y"])

    assert [family.pk for family in found] == [keys[1]]
    assert not Family.objects.filter(pk__any_of=[]).exists()


def test_rows_that_are_said_to_be_new_are_inserted_beside_the_others():
    [first, second, third] = next_ids(Family, 3)
    merge(Family, COLUMNS, [(first, "erp", "A")])

    written = merge(
        Family,
        COLUMNS,
        [(first, "erp", "B"), (second, "erp", "C"), (third, "erp", "D")],
        new={second, third},
    )

    assert written == 3
    assert families() == [(first, "erp", "B"), (second, "erp", "C"), (third, "erp", "D")]


def test_a_row_that_is_wrongly_said_to_be_new_is_refused():
    [key] = next_ids(Family, 1)
    merge(Family, COLUMNS, [(key, "erp", "A")])

    with pytest.raises(IntegrityError), transaction.atomic():
        merge(Family, COLUMNS, [(key, "erp", "B")], new={key})

    assert families() == [(key, "erp", "A")]
