"""The office's log of messages."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from accounts.messaging import Attachment
from accounts.models import AuditEntry, ChannelRest, OutgoingMessage
from accounts.services import delivery, stored_files
from accounts.states import AttemptOutcome, MessageState
from tests.builders.accounts import a_clerk, a_customer, a_superuser
from tests.builders.messages import LINK, a_message, a_recipient

NOON = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
LIST = "/office/messages/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief(client):
    client.force_login(a_superuser())
    return client


@pytest.fixture
def viewer(client):
    clerk = a_clerk()
    clerk.user_permissions.add(Permission.objects.get(codename="view_outgoingmessage"))
    client.force_login(clerk)
    return client


def a_failed_message(address="n/a", **fields):
    message = a_message(to=a_recipient(address), now=NOON, **fields)
    OutgoingMessage.objects.filter(pk=message.pk).update(
        state=MessageState.FAILED, failure="550 5.1.1 No such user"
    )
    return message


def listed(client, query=""):
    response = client.get(f"{LIST}{query}")
    return [message.pk for message in response.context["listing"].rows]


def act(client, what, *messages):
    return client.post(
        f"{LIST}act/",
        {"do": what, "chosen": [str(message.pk) for message in messages], "next": LIST},
        follow=True,
    )


def told(response):
    return [str(message) for message in response.context["messages"]]


def states():
    return list(OutgoingMessage.objects.order_by("pk").values_list("state", flat=True))


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_whatever_its_length(chief, rows, django_assert_num_queries):
    for _ in range(rows):
        a_message(customer_id=a_customer().pk, now=NOON)
    chief.get(LIST)

    # Session, user, what rests, the page, and the bar.
    with django_assert_num_queries(5):
        assert len(listed(chief)) == rows


def test_the_newest_message_comes_first(chief):
    first = a_message(now=NOON)
    second = a_message(now=NOON + timedelta(minutes=1))

    assert listed(chief) == [second.pk, first.pk]
    assert listed(chief, "?sort=oldest") == [first.pk, second.pk]


@pytest.mark.parametrize(
    "query",
    [
        *("q=MARIA.a", "q=anders", "q=your+password", "status=queued", "kind=set_password"),
        *("customer=10001", "customer=alfreds", "date_from=2026-03-02&date_to=2026-03-02"),
    ],
)
def test_a_message_is_found_by_what_is_known_of_it(chief, query):
    customer = a_customer("10001", name="Alfreds Futterkiste")
    found = a_message(
        to=a_recipient("maria.anders@alfreds.example"), customer_id=customer.pk, now=NOON
    )
    other = a_message(
        to=a_recipient("sam@other.example", name="Sam Otter"),
        customer_id=a_customer("100010").pk,
        now=NOON - timedelta(days=3),
    )
    OutgoingMessage.objects.filter(pk=other.pk).update(
        kind="invitation", subject="Welcome", state=MessageState.CANCELLED, sealed_links=""
    )

    assert listed(chief, f"?{query}") == [found.pk]
    assert listed(chief) == [found.pk, other.pk]


def test_a_kind_that_the_portal_had_once_still_shows(chief):
    message = a_message(now=NOON)
    OutgoingMessage.objects.filter(pk=message.pk).update(kind="telegram", channel="telegraph")

    assert "telegram" in chief.get(LIST).text
    assert "telegraph" in chief.get(f"{LIST}{message.pk}/").text


def test_the_page_tells_what_was_said_and_what_became_of_it(viewer):
    customer = a_customer("10001", name="Alfreds")
    stored = stored_files.keep(content=b"%PDF-1.7", media_type="application/pdf", now=NOON)
    message = a_message(
        to=a_recipient("maria@alfreds.example"),
        customer_id=customer.pk,
        attachments=[Attachment(file=stored, name="Invoice 7.pdf")],
        now=NOON,
    )
    message.tries.create(at=NOON, outcome=AttemptOutcome.LATER, answer="450 4.2.1 Come again")
    message.tries.create(at=NOON, outcome=AttemptOutcome.UNKNOWN, answer=delivery.NEVER_NOTED)

    page = viewer.get(f"{LIST}{message.pk}/").text

    for words in (
        *("Set your password", "maria@alfreds.example", "Maria Anders", "10001 Alfreds"),
        *("Invoice 7.pdf", "Asked to wait: 450 4.2.1 Come again", delivery.NEVER_NOTED),
        "/p/…/link/",
    ):
        assert words in page
    assert LINK not in page
    assert "Try again" not in page
    assert 'name="do"' not in page


def test_our_own_words_about_a_failure_are_in_the_readers_language(client):
    client.force_login(a_superuser(language="de"))
    message = a_message(to=a_recipient("n/a"), now=NOON)

    assert (
        "An diese Adresse kann nichts gesendet werden." in client.get(f"{LIST}{message.pk}/").text
    )


def test_the_mail_is_shown_in_a_frame_that_can_do_nothing(viewer):
    message = a_message(now=NOON)

    response = viewer.get(f"{LIST}{message.pk}/mail/")

    policy = response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert {part.strip() for part in policy.split(";")} == {
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
        "sandbox",
    }
    assert "Dear Maria Anders," in response.text
    assert LINK not in response.text


def test_an_attachment_opens_from_its_own_message_alone(viewer):
    stored = stored_files.keep(content=b"%PDF-1.7", media_type="application/pdf", now=NOON)
    message = a_message(attachments=[Attachment(file=stored, name="Invoice 7.pdf")], now=NOON)
    other = a_message(now=NOON)
    attached = message.attachments.get()

    response = viewer.get(f"{LIST}{message.pk}/files/{attached.pk}/")

    assert b"".join(response.streaming_content) == b"%PDF-1.7"
    assert 'filename="Invoice 7.pdf"' in response["Content-Disposition"]
    assert viewer.get(f"{LIST}{other.pk}/files/{attached.pk}/").status_code == 404


def test_a_message_that_was_not_sent_is_tried_again(chief):
    failed = a_failed_message("maria@alfreds.example")
    waiting = a_message(now=NOON)

    response = act(chief, "again", failed, waiting)

    assert told(response) == ["1 message will be sent."]
    failed.refresh_from_db()
    assert (failed.state, failed.failure, failed.attempts) == (MessageState.QUEUED, "", 0)
    assert failed.retry_until - failed.due_at == timedelta(days=3)
    assert [(entry.kind, entry.subject) for entry in AuditEntry.objects.all()] == [
        ("message_retried", "Set your password, maria@alfreds.example")
    ]


def test_a_message_of_no_use_is_not_tried_again(chief):
    without_address = a_failed_message("n/a")
    ended = a_failed_message("maria@alfreds.example", expires_at=NOON)

    response = act(chief, "again", without_address, ended)

    assert told(response) == [
        "2 messages stay: they have no good address, or what they say has ended."
    ]
    assert states() == [MessageState.FAILED] * 2


def test_what_waits_or_failed_can_be_cancelled_and_the_rest_not(chief):
    failed, waiting, sent = a_failed_message(), a_message(now=NOON), a_message(now=NOON)
    OutgoingMessage.objects.filter(pk=sent.pk).update(
        state=MessageState.SENT, sent_at=NOON, sealed_links=""
    )

    response = act(chief, "cancel", failed, waiting, sent)

    assert told(response) == ["2 messages are cancelled."]
    assert states() == [MessageState.CANCELLED, MessageState.CANCELLED, MessageState.SENT]
    assert act(chief, "cancel", sent).status_code == 200
    assert told(act(chief, "cancel", sent)) == [
        "Only messages that wait or were not sent can be cancelled."
    ]


@pytest.mark.parametrize("chosen", ["", "x", "-1", "9" * 30, "٣"])
def test_what_is_no_message_chooses_nothing(chief, chosen):
    waiting = a_message(now=NOON)

    response = chief.post(f"{LIST}act/", {"do": "cancel", "chosen": chosen}, follow=True)

    assert (response.status_code, states()) == (200, [MessageState.QUEUED])
    assert chief.post(f"{LIST}act/", {"do": "burn", "chosen": waiting.pk}).status_code == 404


def test_whoever_may_only_look_cannot_act(viewer):
    message = a_message(now=NOON)

    assert act(viewer, "cancel", message).status_code == 403
    assert states() == [MessageState.QUEUED]


def test_a_server_that_is_away_is_told_on_the_list_and_at_home(chief):
    a_failed_message()
    ChannelRest.objects.create(
        channel="email", failing_since=NOON, rests_until=NOON, failure="Connection refused"
    )

    page, home = chief.get(LIST).text, chief.get(reverse("office:home")).text

    assert "E-mail cannot be sent now." in page
    assert "Since 2 Mar 2026, 12:00: Connection refused" in page
    assert "Messages cannot be sent now" in home
    assert "1 message was not sent" in home


def test_a_home_with_nothing_to_do_says_nothing_of_messages(chief):
    a_message(now=NOON)

    assert "office/messages/?status" not in chief.get(reverse("office:home")).text
