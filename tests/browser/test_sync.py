"""The office's pages about the sync, in every state a feed can be in."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from erp_bridge import looking
from erp_bridge.models import Cursor, SyncRun
from erp_bridge.ports import Feed, Unreadable
from tests.browser.conftest import PHONE, WITH_AND_WITHOUT_SCRIPT
from tests.builders.accounts import a_superuser
from tests.builders.erp_bridge import NOON, a_connection, a_customer_record, an_order_record
from tests.erp_bridge.scripted import ScriptedErp, read

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def laura():
    return a_superuser(email="laura@seller.example", first_name="Laura", last_name="Callahan")


@pytest.fixture
def erp():
    """An ERP with a feed in each state, two parked records and one that waits."""
    now = timezone.now()
    erp = a_connection(
        name="Northwind ERP",
        interval=300,
        tested_at=now,
        test_passed=True,
        test_words="Demo ERP 1.0",
        test_milliseconds=180,
    )
    connector = ScriptedErp(
        a_customer_record("C1"),
        an_order_record("O1", number="11018", customer="C9"),
        an_order_record("O2", number="11002", ship_to_name="x" * 5000),
        an_order_record("O3", number="10248"),
    )
    connector.put(a_customer_record("C7"))
    connector.unreadable[Feed.CUSTOMERS, "C7"] = Unreadable(
        remote_id="C7",
        number="10007",
        changed_at=NOON,
        reason="Name is missing.",
        raw="<Customer><Id>C7</Id></Customer>",
    )
    read(erp, connector)
    Cursor.objects.update(
        succeeded_at=now - timedelta(minutes=2), due_at=now + timedelta(minutes=3)
    )
    Cursor.objects.filter(feed=Feed.DOCUMENTS).update(interval_seconds=None)
    Cursor.objects.filter(feed=Feed.INVOICES).update(succeeded_at=now - timedelta(minutes=43))
    Cursor.objects.filter(feed=Feed.SETTLEMENTS).update(
        failures=3,
        failed_at=now - timedelta(minutes=25),
        last_error="The ERP cannot answer now (HTTP 503).",
    )
    SyncRun.objects.create(
        cursor=erp.cursors.get(feed=Feed.ORDERS),
        started_at=now,
        touched_at=now,
        expected=1240,
        read=806,
        written=41,
    )
    return erp


@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("/office/sync/", "Sync"),
        ("/office/sync/held/", "Held records"),
        ("/office/sync/held/?status=waiting&q=zz", "Held records"),
        ("/office/sync/records/", "Story of a record"),
        ("/office/sync/records/?q=11002", "Story of a record"),
        ("/office/sync/records/?q=C7", "Story of a record"),
        ("/office/sync/records/?q=nothing", "Story of a record"),
    ],
)
def test_a_page_of_the_sync_is_accessible_in_every_state(
    visit, page, look, erp, laura, path, heading
):
    visit(path, user=laura)

    expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
    look()


def test_the_page_of_a_feed_is_accessible_and_changes_its_schedule(visit, page, look, erp, laura):
    feed = erp.cursors.get(feed=Feed.ORDERS)
    visit(f"/office/sync/feeds/{feed.pk}/", user=laura)
    look()

    page.get_by_label("Read every").fill("-1")
    page.get_by_role("button", name="Save the schedule").click()
    expect(page.get_by_role("group", name="There is a problem in 1 place")).to_be_visible()
    look()
    page.get_by_label("Read every").fill("10")
    page.get_by_role("button", name="Save the schedule").click()

    expect(page.get_by_text("The schedule was changed.")).to_be_visible()
    feed.refresh_from_db()
    assert feed.interval_seconds == 600


def test_the_feeds_bring_themselves_up_to_date(visit, page, erp, laura):
    visit("/office/sync/", user=laura)
    expect(page.get_by_text("806 of 1,240 rows")).to_be_visible()

    SyncRun.objects.filter(read=806).update(read=1001)

    expect(page.get_by_text("1,001 of 1,240 rows")).to_be_visible(timeout=15_000)


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_script_a_feed_is_run_and_a_record_tried_again(visit, page, erp, laura):
    visit("/office/sync/", user=laura)
    page.set_viewport_size(PHONE)

    page.get_by_role("button", name="Run now: Customers").click()
    expect(page.get_by_text("Customers will be read at once.")).to_be_visible()
    page.get_by_role("button", name="Try 11002 again").click()

    expect(page.get_by_text("The ERP will be asked for 11002 again.")).to_be_visible()
    assert erp.cursors.get(feed=Feed.CUSTOMERS).wanted == Cursor.Wanted.RUN


@WITH_AND_WITHOUT_SCRIPT
def test_the_office_looks_what_the_erp_holds_beside_what_is_here(
    visit, page, look, erp, laura, script
):
    connector = ScriptedErp(
        an_order_record("O3", number="10248", lines=3, customer_reference="4500-1", at=NOON)
    )
    visit("/office/sync/records/?q=10248", user=laura)

    page.get_by_role("button", name="Look in the ERP Orders and lines 10248").click()
    expect(page.get_by_text("The ERP is being asked.")).to_be_visible()
    look()
    looking.answer_looks(connect=lambda _erp: connector, clock=timezone.now)
    if not script:
        page.get_by_role("link", name="Look again").click()

    expect(page.get_by_text("Not the same")).to_be_visible()
    expect(page.get_by_role("row", name="PO / reference")).to_contain_text("Differs")
    expect(page.get_by_role("row", name="Line 3: Quantity")).to_contain_text("Differs")
    page.get_by_text("As it was read").click()
    look()

    page.get_by_role("link", name="Story of a record").click()
    page.get_by_label("Kind of record").select_option("Products")
    page.get_by_role("button", name="Look in the ERP").last.click()
    expect(page.get_by_role("heading", name="Products O3")).to_be_visible()
    looking.answer_looks(connect=lambda _erp: connector, clock=timezone.now)
    if not script:
        page.get_by_role("link", name="Look again").click()
    expect(page.get_by_text("The ERP holds no such record")).to_be_visible()
    look()
