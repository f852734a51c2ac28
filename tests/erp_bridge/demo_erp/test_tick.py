import shutil
from collections import Counter
from contextlib import closing
from decimal import Decimal

from erp_bridge.demo_erp import papers
from erp_bridge.demo_erp.codec import to_wire
from erp_bridge.demo_erp.records import FEEDS, Deletion, Document, Invoice, Order, Settlement
from erp_bridge.demo_erp.store import Store
from erp_bridge.demo_erp.tick import tick


def everything(store):
    with store.reading() as reader:
        return [to_wire(record) for kind in FEEDS.values() for record in reader.where(kind)]


def ticked(data_file, path, clock, times):
    shutil.copy(data_file, path)
    with closing(Store(path, clock=clock)) as store:
        done = [tick(store) for _ in range(times)]
        return done, everything(store)


def test_the_same_file_clock_and_ticks_give_the_same_data(data_file, tmp_path, clock):
    first = ticked(data_file, tmp_path / "first", clock, 8)
    second = ticked(data_file, tmp_path / "second", clock, 8)

    assert first == second


def test_ticks_bring_every_kind_of_news(data, clock):
    with closing(Store(data, clock=clock)) as store:
        done = [tick(store) for _ in range(60)]

    words = Counter(
        " ".join(word for word in news.split() if not any(c.isdigit() for c in word))
        for one in done
        for news in one.did
    )
    assert words.keys() >= {
        "entered order",
        "confirmed order",
        "planned order",
        "sent delivery",
        "issued invoice",
        "delivered",
        "received for invoice",
        "issued credit memo",
        "set credit memo against invoice",
        "drafted order",
        "deleted the draft",
        "changed customer",
        "changed product",
        "changed address of customer",
    }


def test_the_books_balance_after_many_ticks(data, clock):
    with closing(Store(data, clock=clock)) as store:
        for _ in range(40):
            tick(store)
        with store.reading() as reader:
            settled = Counter()
            for settlement in reader.where(Settlement):
                settled[settlement.invoice_id] += settlement.amount
            invoices = reader.where(Invoice)
            used = Counter()
            for invoice in invoices:
                used[invoice.pays_as] += invoice.open_amount
            customers = reader.where(FEEDS["customers"])

    assert len(invoices) > 930
    assert all(i.open_amount == i.gross_amount - settled[i.id] for i in invoices)
    payers = [customer for customer in customers if not customer.payer_id]
    assert all(Decimal(used[customer.id]) == customer.credit_used for customer in payers)


def test_all_rows_of_a_tick_share_a_stamp_later_than_every_other(data, clock):
    with closing(Store(data, clock=clock)) as store:
        first = tick(store)
        second = tick(store)
        with store.reading() as reader:
            newest = max(o.changed_at for o in reader.where(Order))

    assert first.stamp < second.stamp
    assert newest == second.stamp


def test_a_deleted_draft_is_told_as_a_deletion(data, clock):
    with closing(Store(data, clock=clock)) as store:
        while True:
            if any("deleted the draft" in news for news in tick(store).did):
                break
        with store.reading() as reader:
            (deletion,) = reader.where(Deletion)
            gone = reader.get(Order, deletion.deleted_id)

    assert (deletion.about, deletion.deleted_id, gone) == ("orders", f"O{deletion.number}", None)


def test_papers_keep_their_size_when_the_world_moves_on(data, clock):
    with closing(Store(data, clock=clock)) as store:
        for _ in range(15):
            tick(store)
        with store.reading() as reader:
            sizes = {
                document.id: (document.size, len(papers.content(document, reader.require)))
                for document in reader.where(Document)
            }

    assert len(sizes) > 1700
    assert {document: both for document, both in sizes.items() if both[0] != both[1]} == {}
