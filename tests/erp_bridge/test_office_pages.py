from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from erp_bridge import looking
from erp_bridge.models import Connection, Cursor, HeldRecord, Look, SyncRun
from erp_bridge.ports import Feed
from tests.builders.accounts import a_clerk, a_superuser
from tests.builders.erp_bridge import (
    a_connection,
    a_customer_record,
    a_deletion_record,
    a_delivery_record,
    a_document_record,
    a_look,
    a_settlement_record,
    an_invoice_record,
    an_order_record,
)
from tests.erp_bridge.scripted import Clock, ScriptedErp, read

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief(client):
    client.force_login(a_superuser())
    return client


@pytest.fixture
def viewer(client):
    clerk = a_clerk()
    clerk.user_permissions.add(Permission.objects.get(codename="view_syncrun"))
    client.force_login(clerk)
    return client


def test_the_sync_page_lists_every_feed_with_its_state(chief):
    erp = a_connection(interval=60)
    Cursor.objects.filter(feed=Feed.ORDERS).update(
        succeeded_at=timezone.now(), due_at=timezone.now() + timedelta(minutes=1)
    )
    Cursor.objects.filter(feed=Feed.INVOICES).update(
        failures=2, failed_at=timezone.now(), last_error="The ERP is asleep."
    )
    Cursor.objects.filter(feed=Feed.DOCUMENTS).update(interval_seconds=None)
    Cursor.objects.filter(feed=Feed.PRODUCTS).update(
        succeeded_at=timezone.now() - timedelta(hours=1)
    )

    response = chief.get("/office/sync/")

    [connection] = response.context["connections"]
    assert connection.erp == erp
    assert [(feed.cursor.feed, feed.mark, feed.state) for feed in connection.feeds] == [
        ("customers", "wait", "Waiting"),
        ("addresses", "wait", "Waiting"),
        ("products", "look", "Late"),
        ("orders", "done", "Up to date"),
        ("deliveries", "wait", "Waiting"),
        ("invoices", "stop", "Failed"),
        ("settlements", "wait", "Waiting"),
        ("documents", "off", "Off"),
        ("deletions", "wait", "Waiting"),
    ]
    assert "The ERP is asleep." in response.text


@pytest.mark.parametrize("number_of_erps", [1, 3])
def test_the_sync_page_needs_as_many_queries_for_any_number_of_erps(
    chief, number_of_erps, django_assert_num_queries
):
    for _each in range(number_of_erps):
        a_connection()

    # Session, person, company, settings, six of the page, the bar.
    with django_assert_num_queries(11):
        chief.get("/office/sync/")


def test_htmx_gets_the_feeds_that_the_page_includes(chief):
    a_connection()

    page = chief.get("/office/sync/").text
    part = chief.get("/office/sync/", headers={"HX-Request": "true"}).text

    assert 'id="feeds"' in part
    assert "<html" not in part
    assert _without_tokens(part).strip() in _without_tokens(page)


def test_a_running_feed_shows_how_far_it_is(chief):
    erp = a_connection()
    cursor = erp.cursors.get(feed=Feed.ORDERS)
    now = timezone.now()
    SyncRun.objects.create(
        cursor=cursor, started_at=now, touched_at=now, expected=1240, read=806, written=800
    )

    text = chief.get("/office/sync/").text

    assert '<progress max="1240" value="806"' in text
    assert "806 of 1,240 rows" in text


def test_run_now_makes_the_feed_due(chief):
    erp = a_connection(interval=None)
    cursor = erp.cursors.get(feed=Feed.ORDERS)

    response = chief.post("/office/sync/run/", {"run": cursor.pk})

    cursor.refresh_from_db()
    assert response.headers["Location"] == "/office/sync/"
    assert cursor.wanted == Cursor.Wanted.RUN
    assert cursor.due_at <= timezone.now()


def test_a_run_from_the_start_forgets_the_place_of_an_earlier_one(chief):
    erp = a_connection()
    cursor = erp.cursors.get(feed=Feed.ORDERS)
    cursor.resume_at, cursor.resume_id = timezone.now(), "O7"
    cursor.watermark_at = timezone.now()
    cursor.save(update_fields=["resume_at", "resume_id", "watermark_at"])

    chief.post("/office/sync/run/", {"full": cursor.pk, "next": f"/office/sync/feeds/{cursor.pk}/"})

    cursor.refresh_from_db()
    assert (cursor.wanted, cursor.resume_at, cursor.resume_id) == ("full", None, "")


def test_buttons_lead_back_to_pages_of_the_portal_only(chief):
    cursor = a_connection().cursors.first()

    response = chief.post("/office/sync/run/", {"run": cursor.pk, "next": "https://evil.example/"})

    assert response.headers["Location"] == "/office/sync/"


@pytest.mark.parametrize("key", ["", "x", "٣", "99999999999999999999", "4711"])
def test_a_feed_that_does_not_exist_is_not_found(chief, key):
    assert chief.post("/office/sync/run/", {"run": key}).status_code == 404


def test_testing_pausing_and_resuming_a_connection(chief):
    erp = a_connection()

    chief.post("/office/sync/connection/", {"test": erp.pk})
    chief.post("/office/sync/connection/", {"pause": erp.pk})

    erp.refresh_from_db()
    assert erp.test_wanted_at is not None
    assert not erp.is_active
    assert "Being tested" not in chief.get("/office/sync/").text

    chief.post("/office/sync/connection/", {"resume": erp.pk})

    assert Connection.objects.get().is_active
    assert "Being tested" in chief.get("/office/sync/").text


def test_the_schedule_of_a_feed_can_be_changed(chief):
    cursor = a_connection(interval=90).cursors.get(feed=Feed.ORDERS)
    page = f"/office/sync/feeds/{cursor.pk}/"

    shown = chief.get(page).context["form"]
    response = chief.post(
        page, {"every": "2", "unit": "hours", "from_date": "2026-01-01", "max_rows": "500"}
    )

    cursor.refresh_from_db()
    assert (shown["every"].value(), shown["unit"].value()) == (90, "seconds")
    assert response.headers["Location"] == page
    assert (cursor.interval_seconds, str(cursor.from_date), cursor.max_rows) == (
        7200,
        "2026-01-01",
        500,
    )


def test_a_feed_without_an_interval_is_off(chief):
    cursor = a_connection().cursors.get(feed=Feed.ORDERS)

    chief.post(f"/office/sync/feeds/{cursor.pk}/", {"every": "", "unit": "minutes"})

    cursor.refresh_from_db()
    assert (cursor.interval_seconds, cursor.due_at) == (None, None)


def test_a_schedule_that_cannot_be_is_told_at_its_field(chief):
    cursor = a_connection().cursors.get(feed=Feed.ORDERS)

    response = chief.post(f"/office/sync/feeds/{cursor.pk}/", {"every": "9000", "unit": "hours"})

    assert response.context["form"].errors == {"every": ["At least once in 30 days."]}


def test_who_may_view_but_not_change_gets_no_buttons(viewer):
    cursor = a_connection().cursors.get(feed=Feed.ORDERS)
    page = f"/office/sync/feeds/{cursor.pk}/"

    assert "<button" not in _main(viewer.get("/office/sync/").text)
    assert viewer.get(page).context["form"] is None
    assert viewer.post(page, {"every": "1", "unit": "hours"}).status_code == 403
    assert viewer.post("/office/sync/run/", {"run": cursor.pk}).status_code == 403


def test_held_records_are_listed_with_their_reason_and_can_be_tried_again(chief):
    erp = a_connection()
    read(
        erp,
        ScriptedErp(
            a_customer_record("C1"),
            an_order_record("O1", customer="C9"),
            an_order_record("O2", currency="XXY"),
        ),
    )

    parked = chief.get("/office/sync/held/").context["listing"].rows
    everything = chief.get("/office/sync/held/?status=all&q=N-O1").context["listing"].rows
    response = chief.post(
        "/office/sync/held/again/", {"again": parked[0].pk, "next": "/office/sync/held/"}
    )

    assert [held.remote_id for held in parked] == ["O2"]
    assert [held.remote_id for held in everything] == ["O1"]
    assert response.headers["Location"] == "/office/sync/held/"
    assert HeldRecord.objects.get(pk=parked[0].pk).due_at <= timezone.now()


def test_trying_a_record_that_is_not_held_any_more_is_no_error(chief):
    response = chief.post("/office/sync/held/again/", {"again": "4711"}, follow=True)

    assert "not held any more" in response.text


def test_the_story_of_a_record_is_found_by_number_and_by_id(chief):
    erp = a_connection()
    clock = Clock()
    read(
        erp,
        ScriptedErp(
            a_customer_record("C1"),
            an_order_record("O1", number="10248"),
            an_order_record("O2", number="10249"),
            an_invoice_record("I1", number="10248", customer="C9"),
            a_deletion_record(Feed.ORDERS, "O2", at=clock.now),
        ),
        clock=clock,
    )

    def found(text):
        response = chief.get("/office/sync/records/", {"q": text})
        return [(each.label, each.number, each.state) for each in response.context["found"]]

    assert found("10248") == [
        ("Orders and lines", "10248", "Here"),
        ("Invoices and credit memos", "10248", "Waiting"),
    ]
    assert found(" O2 ") == [("Orders and lines", "10249", "Deleted in the ERP")]
    assert found("nothing") == found("") == found("x" * 5000) == found("\x00") == []


def test_each_record_leads_to_the_page_that_shows_it(chief):
    read(
        a_connection(),
        ScriptedErp(
            a_customer_record("C1"),
            an_order_record("O1", number="10248"),
            a_delivery_record("D1", number="80248-1"),
            an_invoice_record("I1", number="300412"),
            a_settlement_record("S1"),
            a_document_record("X1"),
            a_document_record("X2", about=Feed.INVOICES, about_id="I1"),
        ),
    )

    def page_of(text):
        [record] = chief.get("/office/sync/records/", {"q": text}).context["found"]
        return record.href

    assert page_of("C1") == ""
    for text in ("10248", "80248-1", "300412", "S1"):
        assert chief.get(page_of(text)).status_code == 200
    # The papers are fetched when they are opened.
    assert [chief.get(page_of(text)).status_code for text in ("X1", "X2")] == [202, 202]


def test_why_a_record_is_held_is_told_in_the_readers_language(client):
    read(
        a_connection(),
        ScriptedErp(
            a_customer_record("C1"),
            an_order_record("O1", customer="C9"),
            an_order_record("O2", ship_to_name="x" * 5000),
        ),
    )
    # Kept before a sentence knew what it is made of.
    HeldRecord.objects.create(
        connection=Connection.objects.get(),
        feed=Feed.ORDERS,
        remote_id="O3",
        state="parked",
        reason="It was odd.",
        held_at=timezone.now(),
        tried_at=timezone.now(),
    )
    client.force_login(a_superuser(language="fi"))

    page = client.get("/office/sync/held/", {"status": "all"}).text
    story = client.get("/office/sync/records/", {"q": "O1"}).text

    for words in (
        "Odottaa: asiakas C9 ei ole vielä täällä.",
        "Kentän Toimitusosoite pituus on 5000 merkkiä; 255 mahtuu.",
        "It was odd.",
    ):
        assert words in page
    assert "Odottaa: asiakas C9 ei ole vielä täällä." in story


def test_a_waiting_record_leads_to_the_story_of_what_it_waits_for(chief):
    read(a_connection(), ScriptedErp(an_order_record("O1", customer="C 9")))

    page = chief.get("/office/sync/records/", {"q": "O1"}).text

    assert 'href="/office/sync/records/?q=C%209"' in page


def test_anybody_who_sees_the_sync_may_look_into_the_erp(viewer):
    erp = a_connection()
    connector = ScriptedErp(a_customer_record("C1", name="Alfreds"))
    read(erp, connector)
    connector.put(a_customer_record("C1", name="Alfreds Futterkiste", at=Clock().now))
    story = viewer.get("/office/sync/records/", {"q": "C1"}).text

    asked = viewer.post(
        "/office/sync/looks/", {"connection": erp.pk, "feed": "customers", "remote_id": "C1"}
    )
    page = asked.headers["Location"]
    waiting, poll = viewer.get(page).text, viewer.get(page, headers={"HX-Request": "true"}).text
    looking.answer_looks(connect=lambda _erp: connector, clock=Clock())
    answer = viewer.get(page).text

    assert 'action="/office/sync/looks/"' in story
    assert "The ERP is being asked." in waiting
    assert 'hx-trigger="every 1s"' in poll
    assert "<html" not in poll
    assert "Alfreds Futterkiste" in answer
    assert "Not the same" in answer
    assert "2 differences" in answer
    assert "hx-trigger" not in answer


@pytest.mark.parametrize(
    "fields",
    [
        {"connection": ""},
        {"connection": "x"},
        {"connection": "4711"},
        {"feed": "deletions"},
        {"feed": "nonsense"},
        {"remote_id": ""},
        {"remote_id": "", "number": " "},
        {"remote_id": "x" * 101},
        {"remote_id": "", "number": "a\nb"},
    ],
)
def test_what_cannot_be_looked_at_is_not_found(chief, fields):
    post = {"connection": a_connection().pk, "feed": "customers", "remote_id": "C1"} | fields

    assert chief.post("/office/sync/looks/", post).status_code == 404
    assert Look.objects.count() == 0


def test_what_is_not_here_can_be_asked_for_by_its_kind(chief):
    erp = a_connection()
    text = "10 248"

    page = chief.get("/office/sync/records/", {"q": text})
    response = chief.post(
        "/office/sync/looks/", {"connection": erp.pk, "feed": "orders", "number": text}
    )

    assert "Neither here nor held" in page.text
    assert 'value="10 248"' in page.text
    assert (Look.objects.get().number, response.status_code) == (text, 302)
    assert chief.get("/office/sync/records/", {"q": "\x00"}).context["form"] is None


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"failure": "No answer in 30 s."}, "No answer in 30 s."),
        ({}, "The ERP holds no such record"),
        (
            {
                "unreadable": [
                    {"remote_id": "", "number": "", "reason": "No id.", "raw": "<Order/>"}
                ]
            },
            "&lt;Order/&gt;",
        ),
    ],
)
def test_no_answer_none_and_a_spoilt_one_are_told(chief, fields, told):
    now = timezone.now()
    look = a_look(answered_at=now, milliseconds=12, **fields)

    assert told in chief.get(f"/office/sync/looks/{look.pk}/").text


def test_a_page_that_waits_too_long_stops_asking(chief):
    look = a_look(asked_at=timezone.now() - timedelta(minutes=3))

    page = chief.get(f"/office/sync/looks/{look.pk}/").text

    assert "This takes longer than it should." in page
    assert "hx-trigger" not in _main(page)


def _main(text):
    return text[text.index("<main") : text.index("</main>")]


def _without_tokens(text):
    lines = [line.strip() for line in text.splitlines()]
    return "\n".join(line for line in lines if line and "csrfmiddlewaretoken" not in line)
