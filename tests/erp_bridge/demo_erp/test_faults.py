import http.client
import json
import threading
import time
from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest

from erp_bridge.demo_erp.damage import DAMAGES
from erp_bridge.demo_erp.faults import KINDS
from portal.lib import xml
from tests.builders.demo_erp import Fault, an_order_draft, envelope, text

LISTING = envelope("ListOrders", {"Limit": 20})


def served(erp, operation):
    return {row_id: (stamp, tuple(row.itertext())) for stamp, row_id, row in erp.rows(operation)}


def ask_in_vain(erp):
    with pytest.raises(ConnectionResetError):
        erp.post(LISTING)


def test_a_refusing_erp_answers_503_without_soap(erp):
    erp.fault("refuse", count=1)

    status, content = erp.post(LISTING)

    assert (status, content[:6]) == (503, b"<html>")
    assert erp.post(LISTING)[0] == 200


def test_an_erp_under_maintenance_says_so_in_a_fault(erp):
    erp.fault("unavailable", count=1)

    with pytest.raises(Fault) as refused:
        erp.call("Ping")

    assert (refused.value.kind, refused.value.code) == ("UnavailableFault", "maintenance")


def test_a_reset_ends_the_connection_without_an_answer(erp):
    erp.fault("reset", count=1)

    with pytest.raises(ConnectionResetError):
        erp.post(LISTING)


def test_a_cut_answer_is_shorter_than_announced(erp):
    erp.fault("cut", count=1)

    with pytest.raises(http.client.IncompleteRead) as cut:
        erp.post(LISTING)

    assert len(cut.value.partial) > 1000


def test_a_cut_write_has_happened_and_its_repetition_is_answered(erp):
    request = envelope("PutOrder", {"Key": uuid4(), "Order": an_order_draft()})
    erp.fault("cut", count=1)
    with pytest.raises(http.client.IncompleteRead):
        erp.post(request)

    status, _ = erp.post(request)

    assert status == 200
    assert len(list(erp.rows("ListOrders"))) == 831


def test_a_slow_erp_answers_late(erp):
    erp.fault("slow", seconds=0.2, count=1)

    started = time.monotonic()
    erp.call("Ping")

    assert time.monotonic() - started >= 0.2


def test_a_hanging_erp_says_nothing_until_it_is_repaired(erp):
    erp.fault("hang")
    asking = threading.Thread(target=ask_in_vain, args=(erp,))
    asking.start()
    while not erp.erp.switchboard.faults()[0].fired:
        asking.join(0.01)
    assert asking.is_alive()
    erp.repair()
    asking.join(5)

    assert not asking.is_alive()
    assert erp.post(LISTING)[0] == 200


def test_others_are_served_while_one_call_hangs(erp):
    erp.fault("hang", operations=["ListOrders"], seconds=5)
    asking = threading.Thread(target=ask_in_vain, args=(erp,))
    asking.start()
    while not erp.erp.switchboard.faults()[0].fired:
        asking.join(0.01)

    assert text(erp.call("ListCustomers", Limit=1), "Total") == "91"
    erp.repair()
    asking.join(5)


def test_rows_come_twice_while_the_position_stays_right(erp):
    whole = erp.call("ListOrders", Limit=20)
    erp.fault("duplicate", rows=3, count=1)

    page = erp.call("ListOrders", Limit=20)

    ids = Counter(text(row, "Id") for row in page if len(row))
    assert sorted(ids.values()) == [1] * 17 + [2] * 3
    assert text(page, "NextId") == text(whole, "NextId")


def test_rows_come_in_any_order_while_the_position_stays_right(erp):
    whole = erp.call("ListOrders", Limit=20)
    erp.fault("reorder", count=1)

    page = erp.call("ListOrders", Limit=20)

    ids = [text(row, "Id") for row in page if len(row)]
    assert ids != [text(row, "Id") for row in whole if len(row)]
    assert sorted(ids) == sorted(text(row, "Id") for row in whole if len(row))
    assert text(page, "NextId") == text(whole, "NextId")


@pytest.mark.parametrize("what", DAMAGES.keys() - {"raw_control", "reference_control"})
def test_a_damaged_row_is_listed_once_more_as_it_is_after_the_repair(erp, what):
    right = served(erp, "ListOrders")
    erp.fault("wrong", what=what, rows=2, count=1)
    page = erp.call("ListOrders", wild=True, Limit=200)
    sent = {tuple(row.itertext()) for row in page if len(row)}
    listed = sorted(right, key=lambda row_id: (right[row_id][0], row_id))[:200]
    wrong = {row_id for row_id in listed if right[row_id][1] not in sent}

    erp.repair()

    after = served(erp, "ListOrders")
    again = {row_id for row_id in after if after[row_id][0] != right[row_id][0]}
    assert len(sent) == 200
    assert len(wrong) == 2
    assert again == wrong
    newest = max(stamp for stamp, _ in right.values())
    assert all(after[row_id][0] > newest for row_id in wrong)
    settled = {row_id: row[1][3:] for row_id, row in after.items()}
    assert settled == {row_id: row[1][3:] for row_id, row in right.items()}


def test_damaged_rows_are_repaired_by_a_tick_too(erp):
    right = served(erp, "ListProducts")
    erp.fault("wrong", what="zero", rows=2, count=1)
    erp.call("ListProducts", wild=True, Limit=200)

    erp.tick()

    after = served(erp, "ListProducts")
    assert sum(after[row_id][0] != right[row_id][0] for row_id in after) >= 2


@pytest.mark.parametrize(
    ("what", "sent"), [("raw_control", b"\x01"), ("reference_control", b"&#x2;")]
)
def test_control_characters_go_out_as_ordered(erp, what, sent):
    erp.fault("wrong", what=what, count=1)

    status, content = erp.post(envelope("ListCustomers", {"Limit": 5}))

    assert status == 200
    assert b"before" + sent + b"after" in content
    with pytest.raises(xml.NotWellFormed):
        xml.parse(content, limits=xml.Limits(size=1_000_000))


@pytest.mark.parametrize("operation", ["ListCustomers", "ListAddresses", "ListDeliveries"])
def test_every_feed_can_be_damaged(erp, operation):
    right = served(erp, operation)
    erp.fault("wrong", operations=[operation], rows=5, count=1)

    status, content = erp.post(envelope(operation, {"Limit": 200}))
    erp.repair()

    after = served(erp, operation)
    assert status == 200
    assert content
    assert sum(after[row_id][0] != right[row_id][0] for row_id in right) == 5


def test_a_late_row_shows_later_under_the_stamp_it_had(erp, clock):
    erp.fault("late", operations=["PutOrder"], seconds=30, count=1)
    late = text(erp.call("PutOrder", Key=uuid4(), Order=an_order_draft()), "Id")
    clock.now += timedelta(seconds=10)
    prompt = text(erp.call("PutOrder", Key=uuid4(), Order=an_order_draft()), "Id")

    before = served(erp, "ListOrders")
    clock.now += timedelta(seconds=20)
    after = served(erp, "ListOrders")

    assert prompt in before
    assert late not in before
    assert after[late][0] < after[prompt][0]


def test_a_repair_shows_late_rows_at_once(erp):
    erp.fault("late", seconds=100)
    erp.tick()
    hidden = len(list(erp.rows("ListInvoices")))

    erp.repair()

    assert len(list(erp.rows("ListInvoices"))) > hidden


def test_documents_go_missing_and_come_corrupt(erp):
    document = text(erp.call("ListDocuments", Limit=1)[0], "Id")
    erp.fault("missing_document", count=1)
    with pytest.raises(Fault) as missing:
        erp.call("GetDocument", Id=document)

    erp.fault("corrupt_document", count=1)
    corrupt = text(erp.call("GetDocument", Id=document), "Content")
    right = text(erp.call("GetDocument", Id=document), "Content")

    assert missing.value.code == "no_document"
    assert right.startswith("JVBERi")
    assert not corrupt.startswith("JVBERi")


def test_the_same_seed_strikes_the_same_calls(erp):
    def struck():
        erp.fault("refuse", probability=0.4, seed=7)
        return [erp.post(LISTING)[0] for _ in range(20)]

    first = struck()

    assert struck() == first
    assert {200, 503} == set(first)


def test_the_switchboard_shows_what_is_on_and_how_often_it_struck(erp):
    erp.fault("refuse", operations=["Ping"], count=2)
    erp.post(envelope("Ping", {}))
    erp.post(LISTING)

    status, shown = erp.get("/control/faults")

    assert status == 200
    assert shown["kinds"].keys() == KINDS.keys()
    (fault,) = shown["faults"]
    assert (fault["kind"], fault["operations"], fault["fired"]) == ("refuse", ["Ping"], 1)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"faults": {}}',
        b'{"faults": [1]}',
        b'{"faults": [{"kind": "party"}]}',
        b'{"faults": [{"kind": "wrong", "what": "colour"}]}',
        b'{"faults": [{"kind": "slow", "speed": 1}]}',
        b'{"faults": [{"kind": "slow", "seconds": "long"}]}',
        b"not json",
    ],
)
def test_a_switch_that_is_not_understood_changes_nothing(erp, content):
    erp.fault("slow", operations=["GetProduct"], seconds=9)

    status, answer = erp.post(content, path="/control/faults")

    assert status == 400
    assert json.loads(answer)["error"]
    assert [fault.kind for fault in erp.erp.switchboard.faults()] == ["slow"]
