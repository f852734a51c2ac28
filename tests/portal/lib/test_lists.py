"""Reading lists from their addresses, with orders as the rows."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.test import RequestFactory
from django.utils import timezone, translation

from orders.filters import ORDERINGS, OrderFilter
from orders.models import Order
from portal.lib import lists
from tests.builders.accounts import a_customer
from tests.builders.orders import NOON, an_order

pytestmark = pytest.mark.django_db

PATH = "/orders/"


@pytest.fixture(autouse=True)
def helsinki():
    with timezone.override(ZoneInfo("Europe/Helsinki")):
        yield


@pytest.fixture
def customer():
    return a_customer()


@pytest.fixture
def seven(customer):
    """Seven orders, 1 to 7, the last the newest."""
    for number in range(1, 8):
        an_order(customer, f"{number}", ordered_at=NOON + timedelta(days=number))


def read(query=None, *, size=10):
    """The list for a query, given as names and values, as pairs, or as an address of the list."""
    if isinstance(query, str):
        query = parse_qsl(urlsplit(query).query)
    return lists.read(
        request := RequestFactory().get(PATH, query),
        OrderFilter(request.GET, Order.objects.all()),
        orderings=ORDERINGS,
        size=size,
    )


def numbers(listing):
    return [order.number for order in listing.rows]


def test_the_newest_come_first_and_ties_by_what_came_last(customer):
    an_order(customer, "1", ordered_at=NOON)
    an_order(customer, "2", ordered_at=NOON + timedelta(hours=1))
    an_order(customer, "3", ordered_at=NOON)

    assert numbers(read()) == ["2", "3", "1"]
    assert numbers(read({"sort": "oldest"})) == ["1", "3", "2"]


@pytest.mark.parametrize(
    "text",
    [
        "4500-2247",
        "45002247",
        "4500 2247",
        " 4500\u20132247 ",
        "4500\u22122247",
        "4500\u00a02247",
        "2247",
        "wh/10952",
        "WH/1",
        "9 5 2",
    ],
)
def test_a_search_forgives_case_spaces_and_dashes(customer, text):
    an_order(customer, "wh/10952", customer_reference="4500-2247")
    an_order(customer, "10953", customer_reference="4500-2248")

    assert numbers(read({"q": text})) == ["wh/10952"]


@pytest.mark.parametrize(
    "reference", ["4500\u20132247", "4500\u00a02247", "4500 \u2212 2247", "45002247"]
)
@pytest.mark.parametrize("text", ["4500-2247", "4500\u20132247", "4500 2247", "45002247"])
def test_every_dash_and_space_is_forgiven_on_both_sides(customer, reference, text):
    an_order(customer, "10952", customer_reference=reference)

    assert numbers(read({"q": text})) == ["10952"]


def test_a_long_text_has_to_be_there_as_a_whole_and_not_its_end_alone(customer):
    an_order(customer, "1", customer_reference="4500-002247")
    an_order(customer, "2", customer_reference="4600-002247")
    an_order(customer, "3", customer_reference="002247-4500")

    assert numbers(read({"q": "4500002247"})) == ["1"]
    assert sorted(numbers(read({"q": "002247"}))) == ["1", "2", "3"]


@pytest.mark.parametrize(
    "text", ["1%", "%1", "10_52", "10\\52", "10952\\", "1'", '"1', "952))))))"]
)
def test_what_means_something_to_the_database_is_searched_for_as_it_is(customer, text):
    an_order(customer, "10952")

    listing = read({"q": text})

    assert (numbers(listing), listing.notices) == ([], [])


@pytest.mark.parametrize(
    ("reference", "text"),
    [
        ("100%_sure\\", "0%_S"),
        ("Straße 7", "straße7"),
        ("İzmir", "İzm"),
        ("Ærø", "ærø"),
        ("ΣΟΦΙΑ", "σοφ"),
    ],
)
def test_letters_of_every_kind_are_found(customer, reference, text):
    an_order(customer, "10952", customer_reference=reference)

    assert numbers(read({"q": text})) == ["10952"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("7", ["71", "7"]),
        ("a1", ["8"]),
        ("A", ["8"]),
        ("1", ["7"]),
        ("0", []),
    ],
)
def test_one_or_two_letters_have_to_start_the_number_or_the_reference(customer, text, found):
    an_order(customer, "7", customer_reference="170")
    an_order(customer, "8", customer_reference="A-1")
    an_order(customer, "71", customer_reference="")

    assert numbers(read({"q": text})) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"date_from": "2026-11-16"}, ["late", "day"]),
        ({"date_to": "2026-11-16"}, ["day", "early"]),
        ({"date_from": "2026-11-16", "date_to": "2026-11-16"}, ["day"]),
        ({"date_from": "16 Nov 2026", "date_to": "16/11/2026"}, ["day"]),
        ({"date_from": "2026-11-18"}, []),
    ],
)
def test_days_are_whole_days_of_the_zone(customer, query, found):
    an_order(customer, "early", ordered_at=datetime(2026, 11, 15, 21, 59, 59, tzinfo=UTC))
    an_order(customer, "day", ordered_at=datetime(2026, 11, 15, 22, tzinfo=UTC))
    an_order(customer, "late", ordered_at=datetime(2026, 11, 16, 22, tzinfo=UTC))

    assert numbers(read(query)) == found


def test_the_status_narrows_to_what_is_open_or_done(customer):
    an_order(customer, "received")
    an_order(customer, "delivered", status="delivered", invoicing="partly")
    an_order(customer, "done", status="delivered", invoicing="fully")
    an_order(customer, "cancelled", status="cancelled")

    assert sorted(numbers(read({"status": "open"}))) == ["delivered", "received"]
    assert numbers(read({"status": "invoiced"})) == ["done"]
    assert len(numbers(read({"status": "all"}))) == 4


NOT_A_DAY = "“{}” is not a day and was left out."


@pytest.mark.parametrize(
    ("query", "notice"),
    [
        ({"status": "paid"}, "“paid” is not a status of this list and was left out."),
        ({"sort": "-id"}, "“-id” is not an order of this list and was left out."),
        ({"date_from": "0000-00-00"}, NOT_A_DAY.format("0000-00-00")),
        ({"date_from": "99999-01-01"}, NOT_A_DAY.format("99999-01-01")),
        ({"date_to": "2026-02-31"}, NOT_A_DAY.format("2026-02-31")),
        ({"date_to": "0001-01-01"}, NOT_A_DAY.format("0001-01-01")),
        ({"date_to": "9999-12-31"}, NOT_A_DAY.format("9999-12-31")),
        ({"date_from": "tomorrow'--"}, NOT_A_DAY.format("tomorrow'--")),
        ({"date_from": "x\x00\x1b"}, NOT_A_DAY.format("x" + 2 * "\N{REPLACEMENT CHARACTER}")),
        ({"q": "a" * 5000}, f"“{'a' * 40}…” cannot be searched for and was left out."),
        (
            {"q": "109\x0052"},
            "“109\N{REPLACEMENT CHARACTER}52” cannot be searched for and was left out.",
        ),
        ({"q": " - \u2013"}, "“ - \u2013” cannot be searched for and was left out."),
        ({"q": "%"}, "“%” cannot be searched for and was left out."),
        ({"q": "|_))🗝"}, "“|_))🗝” cannot be searched for and was left out."),
        (
            {"date_from": "2026-11-17", "date_to": "2026-11-16"},
            "17 Nov 2026 is after 16 Nov 2026, so both days were left out.",
        ),
        ({"after": "nonsense"}, "That page is not there any more, so this is the first one."),
        ({"before": "\x00"}, "That page is not there any more, so this is the first one."),
    ],
)
def test_what_cannot_be_understood_is_left_out_with_a_notice(seven, query, notice):
    listing = read(query)

    assert listing.notices == [notice]
    assert len(listing.rows) == 7
    assert (listing.chips, listing.is_filtered, listing.state) == ([], False, {})


def test_names_that_mean_nothing_here_say_nothing(seven):
    listing = read({"page": "2", "utm_source": "mail", "id": "1; DROP TABLE orders_order"})

    assert (len(listing.rows), listing.notices) == (7, [])


def test_a_name_given_twice_counts_once_and_the_last_time(seven):
    listing = read([("q", "100"), ("q", "7"), ("status", "invoiced"), ("status", "open")])

    assert (numbers(listing), listing.notices) == (["7"], [])


def test_pages_follow_each_other_both_ways_and_keep_the_filters(seven):
    first = read({"status": "open", "date_from": "2026-11-01"}, size=3)
    second = read(first.older, size=3)
    third = read(second.older, size=3)

    assert [numbers(page) for page in (first, second, third)] == [
        ["7", "6", "5"],
        ["4", "3", "2"],
        ["1"],
    ]
    assert (first.newer, third.older) == ("", "")
    assert numbers(read(third.newer, size=3)) == ["4", "3", "2"]
    assert numbers(read(read(third.newer, size=3).newer, size=3)) == ["7", "6", "5"]
    assert second.state == {"status": "open", "date_from": "2026-11-01"}


def test_oldest_first_the_next_page_is_the_newer_one(seven):
    first = read({"sort": "oldest"}, size=3)

    assert numbers(first) == ["1", "2", "3"]
    assert (first.older, numbers(read(first.newer, size=3))) == ("", ["4", "5", "6"])


def test_a_key_of_the_other_order_is_left_out(seven):
    key = dict(parse_qsl(urlsplit(read(size=3).older).query))["after"]

    listing = read({"sort": "oldest", "after": key}, size=3)

    assert numbers(listing) == ["1", "2", "3"]
    assert len(listing.notices) == 1


def test_a_page_whose_rows_have_gone_is_told_and_the_first_one_shown(seven):
    address = read(size=3).older
    Order.objects.filter(number__in=["1", "2", "3", "4"]).delete()

    listing = read(address, size=3)

    assert numbers(listing) == ["7", "6", "5"]
    assert len(listing.notices) == 1


def test_of_two_keys_the_one_forward_counts(seven):
    older = dict(parse_qsl(urlsplit(read(size=3).older).query))["after"]

    assert numbers(read({"after": older, "before": older}, size=3)) == ["4", "3", "2"]


@pytest.mark.parametrize(("rows", "text"), [(0, "0 orders"), (1, "1 order"), (3, "3 orders")])
def test_the_count_is_told_in_words(customer, rows, text):
    for _ in range(rows):
        an_order(customer)

    assert read(size=2).count_text == text


@pytest.mark.parametrize(
    ("language", "text"), [("en", "1,000+ orders"), ("de", "1.000+"), ("fi", "1\u00a0000+")]
)
def test_a_count_beyond_a_thousand_is_not_finished(customer, language, text):
    order = an_order(customer)
    Order.objects.bulk_create(
        [
            Order(
                source="erp",
                number=f"n{number}",
                customer=customer,
                payer=customer,
                ordered_at=order.ordered_at,
                currency="EUR",
                net_amount=0,
                vat_amount=0,
                gross_amount=0,
            )
            for number in range(1000)
        ]
    )

    with translation.override(language):
        assert read().count_text.startswith(text)


def test_a_page_that_holds_everything_needs_no_count(seven, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert read().count_text == "7 orders"
    with django_assert_num_queries(2):
        assert read(size=3).count_text == "7 orders"


def test_chips_name_the_filters_and_lead_to_the_list_without_each(seven):
    listing = read({"q": "7", "status": "open", "date_from": "2026-11-16", "sort": "oldest"})

    assert listing.chips == [
        ("Search: 7", "/orders/?date_from=2026-11-16&status=open&sort=oldest"),
        ("Open", "/orders/?q=7&date_from=2026-11-16&sort=oldest"),
        ("From 16 Nov 2026", "/orders/?q=7&status=open&sort=oldest"),
    ]
    assert listing.is_filtered


def test_the_heads_turn_the_order_round(seven):
    newest, oldest = read({"q": "7"}), read({"q": "7", "sort": "oldest"})

    assert newest.heads == {"ordered_at": lists.Head("descending", "/orders/?q=7&sort=oldest")}
    assert oldest.heads == {"ordered_at": lists.Head("ascending", "/orders/?q=7")}


def test_the_choices_of_status_keep_everything_else(seven):
    listing = read({"q": "7", "status": "open"})

    assert [(choice.href, choice.is_current) for choice in listing.statuses] == [
        ("/orders/?q=7", False),
        ("/orders/?q=7&status=open", True),
        ("/orders/?q=7&status=invoiced", False),
    ]
    assert listing.kept == [("status", "open")]


def test_the_page_itself_and_its_export_have_addresses(seven):
    listing = read(read({"q": "7", "status": "open"}, size=10).here(deliveries="7&8"))
    deep = read(read({"status": "open"}, size=3).older, size=3)

    assert listing.here(deliveries="7&8") == "/orders/?q=7&status=open&deliveries=7%268"
    assert deep.elsewhere("/orders/export.csv") == "/orders/export.csv?status=open"
    assert numbers(read(deep.here(deliveries="3"), size=3)) == numbers(deep)


def test_what_is_no_key_chooses_nothing():
    keys = ["7", "", "-1", "1.5", "٣", "9" * 19, "nonsense", "8", "9"]

    assert lists.chosen(keys, most=8) == [7, 8]


@pytest.mark.parametrize(
    ("address", "leads_to"),
    [
        ("/office/orders/?q=7", "/office/orders/?q=7"),
        ("", "/office/messages/"),
        ("//evil.example/", "/office/messages/"),
        ("https://evil.example/", "/office/messages/"),
        ("javascript:alert(1)", "/office/messages/"),
    ],
)
def test_a_button_leads_back_to_pages_of_ours_alone(rf, address, leads_to):
    request = rf.post("/", {"next": address})

    assert lists.back(request, otherwise="office:message-list").url == leads_to
