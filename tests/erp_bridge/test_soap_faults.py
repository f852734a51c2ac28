"""The SOAP connector while the demo ERP does what its fault switchboard says."""

import time

import pytest

from erp_bridge.connectors.soap.connector import SoapConnector
from erp_bridge.ports import Feed, Rejected, Unavailable
from tests.erp_bridge.erps import PASSWORD, USERNAME, a_demo_erp


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with a_demo_erp(tmp_path_factory.mktemp("faulty-erp")) as erp:
        erp.tick(10)
        yield erp


@pytest.fixture
def erp(running):
    yield running
    running.switch_faults()


@pytest.fixture
def connector(erp):
    return SoapConnector(url=erp.url, username=USERNAME, password=PASSWORD, timeout_seconds=20)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("refuse", "cannot answer now"),
        ("reset", "broke off the connection"),
        ("unavailable", "nightly run"),
        ("cut", "cannot be read|broke off"),
    ],
)
def test_an_erp_that_cannot_answer_is_unavailable_and_then_is_not(erp, connector, kind, words):
    erp.switch_faults({"kind": kind, "count": 1})

    with pytest.raises(Unavailable, match=words):
        connector.list_changed(Feed.ORDERS, after=None, limit=100)

    assert len(connector.list_changed(Feed.ORDERS, after=None, limit=100).records) == 100


def test_an_erp_that_hangs_costs_no_more_than_the_time_out(erp):
    connector = SoapConnector(url=erp.url, username=USERNAME, password=PASSWORD, timeout_seconds=1)
    erp.switch_faults({"kind": "hang", "seconds": 60})

    started = time.monotonic()
    with pytest.raises(Unavailable, match="did not answer within 1 seconds"):
        connector.ping()

    assert time.monotonic() - started < 10


def test_a_slow_erp_is_waited_for(erp, connector):
    erp.switch_faults({"kind": "slow", "seconds": 0.3})

    assert connector.ping().system


@pytest.mark.parametrize("feed", Feed)
@pytest.mark.parametrize(
    "what",
    ["leave_out", "empty", "no_number", "long_name", "raw_control", "reference_control"],
)
def test_rows_that_cannot_be_read_leave_the_others_as_they_were(erp, connector, feed, what):
    listed = connector.list_changed(feed, after=None, limit=100)
    good = {row.remote_id: row for row in listed.records}
    erp.switch_faults({"kind": "wrong", "what": what, "rows": 3, "seed": 7})

    page = connector.list_changed(feed, after=None, limit=100)

    bad = {row.remote_id for row in page.unreadable}
    assert len(page.records) + len(bad) == len(good)
    assert bad <= set(good)
    assert all(row.reason and row.raw and row.changed_at for row in page.unreadable)
    assert [row for row in page.records if row != good[row.remote_id]] == []


@pytest.mark.parametrize(
    "what", ["unknown_parent", "changed_number", "same_number", "negative", "zero"]
)
def test_rows_that_are_wrong_but_readable_are_for_others_to_judge(erp, connector, what):
    good = connector.list_changed(Feed.INVOICES, after=None, limit=100)
    erp.switch_faults({"kind": "wrong", "what": what, "rows": 3, "seed": 7})

    page = connector.list_changed(Feed.INVOICES, after=None, limit=100)

    changed = [one for one, other in zip(page.records, good.records, strict=True) if one != other]
    assert page.unreadable == ()
    assert len(changed) == 3


def test_rows_may_come_twice_and_in_any_order(erp, connector):
    good = connector.list_changed(Feed.ORDERS, after=None, limit=100)
    erp.switch_faults({"kind": "duplicate", "rows": 5}, {"kind": "reorder"})

    page = connector.list_changed(Feed.ORDERS, after=None, limit=100)

    assert len(page.records) == 105
    assert set(page.records) == set(good.records)
    assert page.next == good.next


def test_a_document_that_the_archive_lost_is_rejected(erp, connector):
    document = connector.list_changed(Feed.DOCUMENTS, after=None, limit=1).records[0]
    erp.switch_faults({"kind": "missing_document"})

    with pytest.raises(Rejected, match="does not hold this document"):
        connector.fetch_document(document.remote_id)
