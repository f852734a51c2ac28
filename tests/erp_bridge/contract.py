"""What every connector must do, whatever ERP is behind it.

A connector's test module subclasses `ConnectorContract` and gives the fixtures at its top: an ERP
at rest that holds rows in every feed, and two ways of not reaching it.
"""

import dataclasses
import types
import typing
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache

import pytest

from erp_bridge import ports
from erp_bridge.ports import Feed, Page, Position, Rejected, Unavailable

EVERY_FEED = pytest.mark.parametrize("feed", Feed)
LONG = 1000


class ConnectorContract:
    @pytest.fixture
    def connector(self):
        """Connected to an ERP at rest."""
        raise NotImplementedError

    @pytest.fixture
    def stranger(self):
        """Connected to the same ERP with a wrong password."""
        raise NotImplementedError

    @pytest.fixture
    def nobody(self):
        """Connected to an address where nothing listens."""
        raise NotImplementedError

    def test_a_ping_tells_who_answers_and_the_erps_clock(self, connector):
        pong = connector.ping()

        assert pong.system
        assert pong.version
        assert pong.time.tzinfo is UTC

    @EVERY_FEED
    def test_a_feed_lists_records_of_its_kind_and_nothing_unreadable(self, connector, feed):
        page = connector.list_changed(feed, after=None, limit=LONG)

        assert {type(record) for record in page.records} == {ports.TYPE_OF_RECORD[feed]}
        assert page.unreadable == ()

    @EVERY_FEED
    def test_values_are_of_the_types_that_the_port_names(self, connector, feed):
        for record in connector.list_changed(feed, after=None, limit=50).records:
            assert list(misfits(record)) == []

    @EVERY_FEED
    def test_rows_come_oldest_change_first(self, connector, feed):
        rows = walk(connector, feed, limit=LONG)

        assert positions(rows) == sorted(set(positions(rows)))

    @EVERY_FEED
    def test_short_pages_and_long_ones_hold_the_same_rows(self, connector, feed):
        rows = walk(connector, feed, limit=LONG)

        assert walk(connector, feed, limit=len(rows) // 3 + 1) == rows

    @EVERY_FEED
    def test_a_page_is_no_longer_than_asked_and_tells_what_is_left(self, connector, feed):
        page = connector.list_changed(feed, after=None, limit=1)
        following = connector.list_changed(feed, after=page.next, limit=LONG)

        assert len(page.records) == 1
        assert page.total in (None, len(walk(connector, feed, limit=LONG)))
        assert following.total in (None, page.total - 1)

    @EVERY_FEED
    def test_nothing_comes_after_the_last_row(self, connector, feed):
        last = walk(connector, feed, limit=LONG)[-1]

        page = connector.list_changed(feed, after=position(last), limit=LONG)

        assert (page.records, page.next) == ((), None)

    @EVERY_FEED
    def test_the_start_of_a_stamp_is_before_all_its_rows(self, connector, feed):
        rows = walk(connector, feed, limit=LONG)
        middle = rows[len(rows) // 2]

        page = connector.list_changed(
            feed, after=Position(changed_at=middle.changed_at), limit=LONG
        )

        expected = [row for row in rows if row.changed_at >= middle.changed_at]
        assert list(page.records) == expected[: len(page.records)]
        assert page.records

    @EVERY_FEED
    def test_the_future_is_empty(self, connector, feed):
        tomorrow = connector.ping().time + timedelta(days=1)

        page = connector.list_changed(feed, after=Position(changed_at=tomorrow), limit=10)

        assert page == Page(records=(), total=page.total)
        assert page.total in (None, 0)

    @EVERY_FEED
    def test_a_record_is_found_by_its_id_and_by_its_number(self, connector, feed):
        listed = connector.list_changed(feed, after=None, limit=1).records[0]

        by_id = connector.get(feed, remote_id=listed.remote_id)
        by_number = connector.get(feed, number=listed.number)

        assert by_id.records == (listed,)
        assert listed in by_number.records
        assert {record.number for record in by_number.records} == {listed.number}

    @EVERY_FEED
    def test_what_the_erp_does_not_hold_is_not_found(self, connector, feed):
        assert connector.get(feed, remote_id="no such id") == Page(records=())
        assert connector.get(feed, number="no such number") == Page(records=())

    def test_a_credit_memos_amounts_are_negative(self, connector):
        invoices = walk(connector, Feed.INVOICES, limit=LONG)
        signs = {(one.is_credit_memo, one.gross_amount > 0) for one in invoices}

        assert signs == {(True, False), (False, True)}

    def test_records_name_each_other_by_their_ids(self, connector):
        rows = {feed: walk(connector, feed, limit=LONG) for feed in Feed}
        ids = {feed: {row.remote_id for row in rows[feed]} for feed in Feed}

        for address in rows[Feed.ADDRESSES]:
            assert address.customer_id in ids[Feed.CUSTOMERS]
        for order in rows[Feed.ORDERS]:
            assert order.customer_id in ids[Feed.CUSTOMERS]
            assert {line.product_id for line in order.lines} <= ids[Feed.PRODUCTS] | {""}
        for delivery in rows[Feed.DELIVERIES]:
            assert delivery.order_id in ids[Feed.ORDERS]
        for invoice in rows[Feed.INVOICES]:
            assert invoice.order_id in ids[Feed.ORDERS] | {""}
        for settlement in rows[Feed.SETTLEMENTS]:
            assert settlement.invoice_id in ids[Feed.INVOICES]
        for document in rows[Feed.DOCUMENTS]:
            assert document.about_id in ids[document.about]
        for deletion in rows[Feed.DELETIONS]:
            assert deletion.deleted_id not in ids[deletion.about]

    def test_a_documents_bytes_are_those_that_were_listed(self, connector):
        listed = connector.list_changed(Feed.DOCUMENTS, after=None, limit=1).records[0]

        file = connector.fetch_document(listed.remote_id)

        assert file.media_type == listed.media_type
        assert len(file.content) == listed.size
        assert file == connector.fetch_document(listed.remote_id)

    def test_a_document_that_is_not_there_is_rejected(self, connector):
        with pytest.raises(Rejected):
            connector.fetch_document("no such document")

    def test_a_connector_may_be_used_by_threads(self, connector):
        alone = [connector.list_changed(feed, after=None, limit=20) for feed in Feed]

        with ThreadPoolExecutor(6) as pool:
            together = [
                pool.submit(connector.list_changed, feed, after=None, limit=20)
                for _ in range(3)
                for feed in Feed
            ]

        assert [call.result() for call in together] == alone * 3

    def test_a_wrong_password_is_rejected(self, stranger):
        with pytest.raises(Rejected, match="password"):
            stranger.ping()
        with pytest.raises(Rejected, match="password"):
            stranger.list_changed(Feed.ORDERS, after=None, limit=1)

    def test_an_erp_that_is_not_there_is_unavailable(self, nobody):
        with pytest.raises(Unavailable):
            nobody.ping()
        with pytest.raises(Unavailable):
            nobody.get(Feed.ORDERS, number="1")
        with pytest.raises(Unavailable):
            nobody.fetch_document("1")


def walk(connector, feed, *, limit):
    """Every row of a feed, page by page."""
    rows, after = [], None
    while True:
        page = connector.list_changed(feed, after=after, limit=limit)
        rows += page.records
        if page.next is None:
            return rows
        assert after is None or page.next > after
        after = page.next


def position(row):
    return Position(changed_at=row.changed_at, remote_id=row.remote_id)


def positions(rows):
    return [position(row) for row in rows]


def misfits(record):
    """The fields whose values are not what the port says, those of lines included."""
    hints = hints_of(type(record))
    for name, kinds in hints.items():
        value = getattr(record, name)
        if isinstance(value, tuple):
            for part in value:
                yield from misfits(part)
        elif dataclasses.is_dataclass(value):
            yield from misfits(value)
        elif not isinstance(value, kinds) or not is_tidy(value):
            yield name, value


def is_tidy(value):
    if isinstance(value, datetime):
        return value.tzinfo is UTC
    if isinstance(value, Decimal):
        return value.is_finite()
    return not isinstance(value, str) or value == value.strip()


@cache
def hints_of(record_type):
    return {
        name: tuple(typing.get_origin(part) or part for part in parts(hint))
        for name, hint in typing.get_type_hints(record_type).items()
    }


def parts(hint):
    return typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
