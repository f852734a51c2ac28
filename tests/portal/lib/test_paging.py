"""Pages by key, on customers: the smallest table that has names to sort by."""

import pytest

from accounts.models import Customer
from portal.lib.paging import Ordering, PageKeys, count_up_to, in_batches, page_of
from tests.builders.accounts import a_customer

pytestmark = pytest.mark.django_db

# Names repeat, so only the key at the end makes the order a whole one.
NAMES = ["Ernst", "Alfreds", "Ernst", "Wartian", "Alfreds", "Ernst", "Folk"]
ORDERINGS = [Ordering(("name", "id")), Ordering(("name", "id"), descending=True)]


@pytest.fixture
def customers():
    for name in NAMES:
        a_customer(name=name)
    return Customer.objects.all()


def in_order(ordering):
    rows = sorted(Customer.objects.all(), key=lambda row: (row.name, row.pk))
    return rows[::-1] if ordering.descending else rows


@pytest.mark.parametrize("size", [1, 2, 3, 7, 10])
@pytest.mark.parametrize("ordering", ORDERINGS)
def test_walking_forward_shows_every_row_once(customers, ordering, size):
    seen = []
    page = page_of(customers, ordering, size)
    seen += page.rows
    while page.has_next:
        page = page_of(customers, ordering, size, after=ordering.place_of(page.rows[-1]))
        seen += page.rows

    assert seen == in_order(ordering)


@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.parametrize("ordering", ORDERINGS)
def test_walking_back_ends_at_a_full_first_page(customers, ordering, size):
    expected = in_order(ordering)
    page = page_of(customers, ordering, size, after=ordering.place_of(expected[-2]))
    while page.has_previous:
        page = page_of(customers, ordering, size, before=ordering.place_of(page.rows[0]))

    assert page.rows == expected[:size]
    assert (page.has_previous, page.has_next) == (False, True)


def test_the_page_before_the_second_row_is_the_first_page_and_not_one_row(customers):
    ordering = ORDERINGS[0]
    expected = in_order(ordering)

    page = page_of(customers, ordering, 3, before=ordering.place_of(expected[1]))

    assert page.rows == expected[:3]


def test_a_place_goes_on_where_its_row_was_after_the_row_has_gone(customers):
    ordering = ORDERINGS[0]
    expected = in_order(ordering)
    place = ordering.place_of(expected[2])
    expected[2].delete()

    page = page_of(customers, ordering, 2, after=place)

    assert page.rows == expected[3:5]


def test_after_the_last_row_there_is_nothing(customers):
    ordering = ORDERINGS[0]

    page = page_of(customers, ordering, 3, after=ordering.place_of(in_order(ordering)[-1]))

    assert (page.rows, page.has_previous, page.has_next) == ([], True, False)


def test_a_deep_page_compares_rows_and_does_not_skip_them(customers):
    ordering = ORDERINGS[1]

    sql = str(ordering.apply(ordering.beyond(customers, ("Ernst", 3))).query)

    assert '("accounts_customer"."name", "accounts_customer"."id") < (Ernst, 3)' in sql
    assert "OFFSET" not in sql


@pytest.mark.parametrize("size", [1, 3, 7, 100])
def test_batches_hold_every_row_in_order(customers, size):
    ordering = ORDERINGS[0]

    assert list(in_batches(customers, ordering, size=size)) == in_order(ordering)


@pytest.mark.parametrize(("limit", "counted"), [(3, 4), (6, 7), (7, 7), (1000, 7)])
def test_counting_ends_one_beyond_the_limit(customers, limit, counted):
    assert count_up_to(customers, limit) == counted


def test_of_no_rows_none_are_counted(customers):
    assert count_up_to(customers.none()) == 0


def test_a_key_leads_back_to_the_place_of_its_row():
    customer = a_customer(name="Königlich | Essen")
    keys = PageKeys(Customer, ORDERINGS[0])

    assert keys.read(keys.write(customer)) == ["Königlich | Essen", customer.pk]


@pytest.mark.parametrize(
    "key",
    [
        "x",
        ".",
        "..",
        "a.b",
        "\x00",
        "\ud83d",
        "' OR 1=1 --",
        "W10.c2ln",
        "🗝" * 50,
        "A" * 100_000,
    ],
)
def test_a_key_that_was_not_written_here_names_no_place(key):
    assert PageKeys(Customer, ORDERINGS[0]).read(key) is None


def test_a_changed_key_names_no_place():
    keys = PageKeys(Customer, ORDERINGS[0])
    key = keys.write(a_customer())

    changed = [
        f"{key[:at]}{'x' if key[at] != 'x' else 'y'}{key[at + 1 :]}" for at in range(len(key))
    ]

    assert {place for place in map(keys.read, changed) if place is not None} == set()


def test_a_key_of_another_list_or_ordering_names_no_place():
    customer = a_customer()
    key = PageKeys(Customer, ORDERINGS[0]).write(customer)

    assert PageKeys(Customer, ORDERINGS[1]).read(key) is None
    assert PageKeys(Customer, Ordering(("number", "id"))).read(key) is None
