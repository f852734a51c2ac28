"""Sending against a real mail server that refuses, hangs, drops and comes back."""

import threading
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.channels import NoAnswer, RefusedForNow, Unreachable
from accounts.channels.email import EmailLine
from accounts.channels.port import Parcel
from accounts.models import ChannelRest, MessageAttempt, OutgoingMessage
from accounts.services import delivery
from accounts.states import AttemptOutcome, MessageState
from tests.builders.certificates import a_certificate
from tests.builders.messages import LINK, a_message, a_recipient
from tests.mail_server import PASSWORD, USERNAME, a_mail_server
from tests.peers import a_peer, silent

NOON = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def smtp(settings):
    settings.EMAIL_PORT = 0
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_TIMEOUT = 5
    return settings


def send(server, *, at=NOON):
    """One turn of a worker that sends to this server at that moment."""
    _ask(server)
    return _turn(at=at)


def _turn(*, at):
    return delivery.send_due(clock=lambda: at)


def _ask(server):
    """Have mail sent to this server; the fixture above restores the settings."""
    settings.EMAIL_PORT = server.port


def states():
    return list(OutgoingMessage.objects.order_by("pk").values_list("state", flat=True))


def outcomes(message):
    return [(attempt.outcome, attempt.answer) for attempt in message.tries.order_by("pk")]


def a_parcel():
    return Parcel(
        recipient_name="Maria Anders",
        recipient_address="maria@customer.example",
        language="en",
        subject="Hello",
        text="Hello",
        html="",
        message_id="<1@example.com>",
        thread="",
    )


def test_a_batch_goes_over_one_connection():
    messages = [a_message(now=NOON) for _ in range(3)]

    with a_mail_server() as server:
        taken = send(server)

    assert (taken, server.connections) == (3, 1)
    assert [mail["Message-ID"] for mail in server.taken] == [m.message_id for m in messages]
    assert states() == [MessageState.SENT] * 3
    assert outcomes(messages[0]) == [(AttemptOutcome.ACCEPTED, "")]
    assert LINK in server.taken[0].get_body(("plain",)).get_content()


def test_a_turn_lasts_a_minute_and_the_next_one_goes_on():
    for _ in range(9):
        a_message(now=NOON)
    moments = (NOON + turn * timedelta(seconds=10) for turn in count())

    with a_mail_server() as server:
        _ask(server)
        taken = delivery.send_due(clock=lambda: next(moments))
        assert (0 < taken < 9, states().count(MessageState.QUEUED)) == (True, 9 - taken)
        send(server, at=NOON + HOUR)

    assert states() == [MessageState.SENT] * 9


def test_nobody_is_connected_to_without_need():
    with a_mail_server() as server:
        assert send(server) == 0

    assert server.connections == 0


def test_a_server_with_starttls_and_sign_in_is_spoken_to_in_secret(smtp, tmp_path, monkeypatch):
    certificate = a_certificate(tmp_path / "server.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    smtp.EMAIL_USE_TLS = True
    smtp.EMAIL_HOST_USER, smtp.EMAIL_HOST_PASSWORD = USERNAME, PASSWORD
    a_message(now=NOON)

    with a_mail_server(certificate=certificate, signs_in=True) as server:
        send(server)

    assert states() == [MessageState.SENT]


@pytest.mark.parametrize("fault", ["certificate", "password"])
def test_a_server_that_is_not_ours_gets_nothing_and_costs_no_try(
    smtp, tmp_path, monkeypatch, fault
):
    certificate = a_certificate(tmp_path / "server.pem")
    if fault != "certificate":
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    smtp.EMAIL_USE_TLS = True
    smtp.EMAIL_HOST_USER, smtp.EMAIL_HOST_PASSWORD = USERNAME, "wrong"
    message = a_message(now=NOON)

    with a_mail_server(certificate=certificate, signs_in=True) as server:
        send(server)

    message.refresh_from_db()
    assert (message.state, message.attempts) == (MessageState.QUEUED, 0)
    assert ("CERTIFICATE_VERIFY_FAILED" if fault == "certificate" else "535") in (
        ChannelRest.objects.get(channel="email").failure
    )
    assert server.taken == []


def test_a_recipient_refused_for_good_is_parked_and_the_others_go_on():
    unknown = a_message(to=a_recipient("nobody@customer.example"), now=NOON)
    a_message(now=NOON)

    with a_mail_server(refusals={"nobody@customer.example": "550 5.1.1 No such user"}) as server:
        send(server)

    assert states() == [MessageState.FAILED, MessageState.SENT]
    unknown.refresh_from_db()
    assert unknown.failure == "550 5.1.1 No such user"
    assert outcomes(unknown) == [(AttemptOutcome.REFUSED, "550 5.1.1 No such user")]
    assert server.connections == 1


def test_a_content_refused_for_good_is_parked():
    a_message(now=NOON)

    with a_mail_server(data_answers=["554 5.7.1 We do not like it"]) as server:
        send(server)

    assert states() == [MessageState.FAILED]


@pytest.mark.parametrize("step", ["recipient", "content"])
def test_who_is_asked_to_wait_comes_again_later_with_the_same_message(step):
    message = a_message(to=a_recipient("maria@customer.example"), now=NOON)
    wait = "450 4.2.1 Come again"
    behaviour = (
        {"refusals": {"maria@customer.example": wait}}
        if step == "recipient"
        else {"data_answers": [wait]}
    )

    with a_mail_server(**behaviour) as server:
        send(server)
        message.refresh_from_db()
        assert (message.state, message.attempts) == (MessageState.QUEUED, 1)
        assert timedelta(seconds=60) <= message.due_at - NOON <= timedelta(seconds=72)
        server.refusals.clear()
        assert send(server, at=NOON + timedelta(seconds=59)) == 0
        send(server, at=message.due_at)

    assert states() == [MessageState.SENT]
    assert server.ids == {message.message_id: 1}
    assert outcomes(message) == [(AttemptOutcome.LATER, wait), (AttemptOutcome.ACCEPTED, "")]


def test_waits_grow_to_four_hours_and_end_after_three_days():
    message = a_message(to=a_recipient("maria@customer.example"), now=NOON)
    waits, now = [], NOON

    with a_mail_server(refusals={"maria@customer.example": "450 4.2.1 Come again"}) as server:
        while message.state == MessageState.QUEUED:
            send(server, at=now)
            message.refresh_from_db()
            waits.append((message.due_at - now) / timedelta(minutes=1))
            now = message.due_at

    assert message.state == MessageState.FAILED
    assert [round(wait / 1.2) <= 2**turn <= wait for turn, wait in enumerate(waits[:8])] == [
        True
    ] * 8
    assert all(240 <= wait <= 288 for wait in waits[8:-1])
    assert 2.7 * DAY < now - NOON <= 3 * DAY
    assert message.failure == "450 4.2.1 Come again"


def test_a_sender_that_is_refused_parks_nothing():
    """The operator has to mend it, and then everything goes out."""
    message = a_message(now=NOON)

    with a_mail_server(sender_refusal="550 5.7.1 Not from you") as server:
        send(server)
        server.sender_refusal = ""
        message.refresh_from_db()
        assert (message.state, message.failure) == (MessageState.QUEUED, "550 5.7.1 Not from you")
        send(server, at=message.due_at)

    assert states() == [MessageState.SENT]


def test_a_server_that_hangs_is_left_and_asked_again(smtp):
    smtp.EMAIL_TIMEOUT = 0.3
    message = a_message(now=NOON)

    with a_mail_server(hangs=True) as server:
        send(server)

    message.refresh_from_db()
    assert message.state == MessageState.QUEUED
    assert [outcome for outcome, _answer in outcomes(message)] == [AttemptOutcome.UNKNOWN]


def test_a_message_taken_without_an_answer_comes_once_more_under_the_same_id():
    message = a_message(now=NOON)

    with a_mail_server(drops=1) as server:
        send(server)
        message.refresh_from_db()
        assert message.state == MessageState.QUEUED
        send(server, at=message.due_at)

    assert states() == [MessageState.SENT]
    assert server.ids == {message.message_id: 2}
    assert [outcome for outcome, _answer in outcomes(message)] == [
        AttemptOutcome.UNKNOWN,
        AttemptOutcome.ACCEPTED,
    ]


def test_a_server_that_closes_in_between_is_connected_to_anew():
    for _ in range(7):
        a_message(now=NOON)

    with a_mail_server(closes_after=3) as server:
        send(server)

    assert states() == [MessageState.SENT] * 7
    assert set(server.ids.values()) == {1}
    assert server.connections == 3


def test_an_hour_without_a_server_loses_nothing_and_sends_nothing_twice(smtp):
    with a_mail_server() as server:
        smtp.EMAIL_PORT = server.port
    messages = [a_message(now=NOON) for _ in range(5)]
    for turn in range(240):
        _turn(at=NOON + turn * timedelta(seconds=15))

    assert set(OutgoingMessage.objects.values_list("state", "attempts")) == {("queued", 0)}
    rest = ChannelRest.objects.get()
    assert (rest.failing_since, rest.failures < 20) == (NOON, True)

    with a_mail_server() as server:
        send(server, at=rest.rests_until)

    assert server.ids == {message.message_id: 1 for message in messages}
    assert states() == [MessageState.SENT] * 5
    assert not ChannelRest.objects.exists()


def test_whoever_is_resting_is_not_asked(smtp):
    a_message(now=NOON)
    with a_peer(silent) as peer:
        smtp.EMAIL_TIMEOUT = 0.2
        send(peer)
        send(peer, at=NOON + timedelta(seconds=14))
        asked = peer.connections
        send(peer, at=NOON + timedelta(seconds=15))

        assert (asked, peer.connections) == (1, 2)


def test_workers_that_fail_at_the_same_time_make_one_failure():
    channel = delivery.registered()[0]

    for _ in range(3):
        delivery.let_rest(channel=channel, failure="Connection refused", now=NOON)

    rest = ChannelRest.objects.get()
    assert (rest.failures, rest.rests_until - NOON) == (1, timedelta(seconds=15))


def test_three_days_without_a_server_park_what_waited(smtp):
    with a_mail_server() as server:
        smtp.EMAIL_PORT = server.port
    a_message(now=NOON)
    a_message(now=NOON + DAY)

    delivery.send_due(clock=lambda: NOON + 3 * DAY + HOUR)

    assert states() == [MessageState.FAILED, MessageState.QUEUED]


def test_a_claim_whose_worker_died_is_released_and_noted():
    message = a_message(now=NOON)
    channel = delivery.registered()[0]
    assert delivery.claim(channel=channel, now=NOON, lease=delivery.LEASE) == message
    assert delivery.claim(channel=channel, now=NOON, lease=delivery.LEASE) is None

    with a_mail_server() as server:
        assert send(server, at=NOON + delivery.LEASE) == 0
        assert send(server, at=NOON + delivery.LEASE + timedelta(seconds=1)) == 1

    assert outcomes(message) == [
        (AttemptOutcome.UNKNOWN, delivery.NEVER_NOTED),
        (AttemptOutcome.ACCEPTED, ""),
    ]


def test_an_answer_that_comes_after_the_claim_counts_all_the_same():
    message = a_message(now=NOON)
    delivery.claim(channel=delivery.registered()[0], now=NOON, lease=timedelta(0))
    delivery.release_lost(now=NOON + HOUR)

    delivery.record_success(message_id=message.pk, now=NOON + HOUR)

    assert states() == [MessageState.SENT]


def test_a_refusal_that_comes_after_the_claim_does_not_count():
    message = a_message(now=NOON)
    claimed = delivery.claim(channel=delivery.registered()[0], now=NOON, lease=timedelta(0))
    delivery.release_lost(now=NOON + HOUR)

    delivery.record_refusal(
        message_id=message.pk, claimed_until=claimed.claimed_until, answer="550", now=NOON + HOUR
    )

    assert states() == [MessageState.QUEUED]


def test_a_message_that_cannot_be_put_together_is_parked_and_the_others_go_on(caplog):
    OutgoingMessage.objects.filter(pk=a_message(now=NOON).pk).update(sealed_links="no seal")
    a_message(now=NOON)

    with a_mail_server() as server:
        send(server)

    assert states() == [MessageState.FAILED, MessageState.SENT]
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == [
        "message cannot be sent"
    ]


def test_a_server_that_answers_letter_by_letter_is_cut_off(smtp):
    def drip(peer, conversation):
        conversation.sendall(b"220 slow\r\n")
        for _ in range(2):
            conversation.recv(1000)
            conversation.sendall(b"250 OK\r\n")
        conversation.recv(1000)
        peer.drip(conversation, b"250-" + b"x" * 1000, every=0.05)

    with a_peer(drip) as peer:
        _ask(peer)
        line = EmailLine(longest=timedelta(seconds=0.5))
        line.ready()
        started = timezone.now()
        with pytest.raises(NoAnswer):
            line.send(a_parcel())
        assert timezone.now() - started < timedelta(seconds=4)


@pytest.mark.parametrize("code", ["421", "451"])
def test_a_server_that_has_had_enough_is_no_refusal(smtp, code):
    with a_mail_server(sender_refusal=f"{code} Too many") as server:
        _ask(server)
        line = EmailLine()
        line.ready()
        with pytest.raises(RefusedForNow):
            line.send(a_parcel())
        server.sender_refusal = ""
        line.ready()
        line.send(a_parcel())
        line.close()


def test_nobody_listening_is_unreachable(smtp):
    with a_mail_server() as server:
        _ask(server)
    with pytest.raises(Unreachable):
        EmailLine().ready()


@pytest.mark.django_db(transaction=True)
def test_three_workers_at_once_send_each_message_once():
    messages = [a_message() for _ in range(40)]

    def work():
        try:
            delivery.send_due(clock=timezone.now)
        finally:
            connection.close()

    with a_mail_server() as server:
        _ask(server)
        workers = [threading.Thread(target=work) for _ in range(3)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

    assert server.ids == {message.message_id: 1 for message in messages}
    assert MessageAttempt.objects.count() == 40
