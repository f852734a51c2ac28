import pytest

from erp_bridge.demo_erp.records import FEEDS
from tests.builders.demo_erp import Fault, text, texts

LISTS = {f"List{feed.capitalize()}": feed for feed in FEEDS}
GETS = {
    "GetCustomer": ("ALFKI", "10001"),
    "GetAddress": ("ALFKI-1", "1"),
    "GetProduct": ("11", "4011"),
    "GetOrder": ("O10248", "10248"),
    "GetDelivery": ("D80248-1", "80248-1"),
    "GetInvoice": ("I300001", "300001"),
    "GetSettlement": ("S500001", "500001"),
    "GetDocumentEntry": ("FO10249-1", "OC-10249-1"),
}


@pytest.mark.parametrize("operation", LISTS)
@pytest.mark.parametrize("limit", [7, 200])
def test_paging_walks_every_row_once_and_in_order(erp, records, operation, limit):
    walked = [(stamp, row_id) for stamp, row_id, _ in erp.rows(operation, limit=limit)]

    feed = LISTS[operation]
    assert sorted(row_id for _, row_id in walked) == sorted(
        record.id for record in records if record.feed == feed
    )
    assert walked == sorted(walked)


def test_a_position_without_an_id_stands_before_all_rows_of_its_stamp(erp):
    (stamp, _, _), *_ = erp.rows("ListProducts")

    page = erp.call("ListProducts", AfterChangedAt=stamp, Limit=100)

    assert text(page, "Total") == "77"


def test_a_position_may_be_given_with_another_offset(erp):
    page = erp.call("ListOrders", Limit=5)
    stamp = text(page, "NextChangedAt")
    moved = f"{int(stamp[11:13]) + 2:02}".join((stamp[:11], stamp[13:])).replace("Z", "+02:00")

    here = erp.call("ListOrders", AfterChangedAt=stamp, AfterId=text(page, "NextId"), Limit=1)
    there = erp.call("ListOrders", AfterChangedAt=moved, AfterId=text(page, "NextId"), Limit=1)

    assert text(here, "NextId") == text(there, "NextId")


def test_the_total_counts_what_stands_from_the_position_on(erp):
    page = erp.call("ListOrders", Limit=200)

    rest = erp.call(
        "ListOrders",
        AfterChangedAt=text(page, "NextChangedAt"),
        AfterId=text(page, "NextId"),
        Limit=200,
    )

    assert (text(page, "Total"), text(rest, "Total")) == ("830", "630")


def test_after_the_last_row_comes_an_empty_page(erp):
    *_, (stamp, row_id, _) = erp.rows("ListInvoices")

    page = erp.call("ListInvoices", AfterChangedAt=stamp, AfterId=row_id, Limit=10)

    assert [child.tag.partition("}")[2] for child in page] == ["More", "Total"]
    assert (text(page, "More"), text(page, "Total")) == ("false", "0")


def test_a_changed_row_moves_to_the_end(erp):
    *_, (stamp, row_id, _) = erp.rows("ListOrders")

    erp.tick()

    moved = list(erp.rows("ListOrders"))
    behind = [row for row in moved if (row[0], row[1]) > (stamp, row_id)]
    assert len(moved) == len({row_id for _, row_id, _ in moved})
    assert len({stamp for stamp, _, _ in behind}) == 1
    assert behind


@pytest.mark.parametrize(("operation", "known"), GETS.items(), ids=GETS)
def test_a_record_is_found_by_its_id_and_by_its_number(erp, operation, known):
    record_id, number = known

    by_id = erp.call(operation, Id=record_id)
    by_number = erp.call(operation, Number=number)

    assert texts(by_id[0], "Number") == [number]
    assert record_id in [text(row, "Id") for row in by_number]


def test_a_number_that_repeats_finds_all_its_records(erp):
    found = erp.call("GetAddress", Number="2")

    assert len(found) == 89


def test_what_is_not_there_is_found_as_nothing(erp):
    assert len(erp.call("GetOrder", Number="99999")) == 0


@pytest.mark.parametrize("asked", [{}, {"Id": "O10248", "Number": "10248"}])
def test_a_get_needs_exactly_one_selector(erp, asked):
    with pytest.raises(Fault) as refused:
        erp.call("GetOrder", **asked)

    assert (refused.value.kind, refused.value.code) == ("ValidationFault", "selector")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"Limit": 0}, "Limit"),
        ({"Limit": 1001}, "Limit"),
        ({"Limit": "many"}, "Limit"),
        ({"AfterChangedAt": "yesterday", "Limit": 1}, "AfterChangedAt"),
        ({"AfterChangedAt": "2026-03-18T10:00:00", "Limit": 1}, "AfterChangedAt"),
        ({"AfterChangedAt": "1800-01-01T00:00:00Z", "Limit": 1}, "AfterChangedAt"),
        ({"Limit": 1, "Colour": "red"}, "Colour"),
    ],
)
def test_what_does_not_fit_the_schema_is_refused_by_field(erp, values, field):
    with pytest.raises(Fault) as refused:
        erp.call("ListOrders", **values)

    assert refused.value.kind == "ValidationFault"
    assert [name for name, _ in refused.value.issues] == [field]


def test_an_id_without_its_stamp_is_no_position(erp):
    with pytest.raises(Fault) as refused:
        erp.call("ListOrders", AfterId="O10248", Limit=1)

    assert refused.value.code == "position"
