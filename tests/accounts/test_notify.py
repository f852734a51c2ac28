"""Writing messages: who gets which words, and what is kept."""

from datetime import UTC, datetime, timedelta
from email.utils import parseaddr

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from accounts.kinds import SET_PASSWORD
from accounts.messaging import Attachment, Recipient
from accounts.models import Company, OutgoingMessage
from accounts.services import company, delivery, notify, stored_files
from accounts.services.wordings import WrongContext
from accounts.states import MessageState
from tests.builders.accounts import a_user
from tests.builders.messages import LINK, a_message, a_recipient

NOON = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def compose(*recipients, **fields):
    context = {"link": LINK, "valid_until": NOON + timedelta(days=1)}
    return notify.compose(SET_PASSWORD, to=recipients, now=NOON, **{"context": context, **fields})


def test_each_recipient_gets_a_message_in_its_own_language():
    messages = compose(
        a_recipient("maria@customer.example"), a_recipient("aino@customer.example", language="fi")
    )

    assert [(message.recipient_address, message.language) for message in messages] == [
        ("maria@customer.example", "en"),
        ("aino@customer.example", "fi"),
    ]
    assert messages[0].subject == "Set your password"
    assert messages[1].subject == "Aseta salasanasi"
    assert '<html lang="fi">' in messages[1].body_html


def test_one_address_gets_one_message():
    assert (
        len(compose(a_recipient("maria@customer.example"), a_recipient("maria@customer.example")))
        == 1
    )


def test_a_recipient_whose_language_is_unknown_reads_the_companys():
    company.keep(company=Company(name="Northwind", language="sv"))

    (message,) = compose(Recipient(email="maria@customer.example", language="ru"))

    assert message.language == "sv"


def test_a_user_is_written_to_as_its_profile_says():
    user = a_user("maria@customer.example", language="de")

    (message,) = compose(Recipient.of(user))

    assert (message.user, message.recipient_name, message.language) == (user, "Maria Anders", "de")


def test_moments_are_told_in_the_companys_time_zone():
    company.keep(company=Company(name="Northwind", time_zone="America/New_York"))

    (message,) = compose(a_recipient())

    assert "3 Mar 2026, 05:00" in message.body_text


def test_messages_are_gone_with_the_transaction_they_were_written_in():
    with transaction.atomic():
        compose(a_recipient())
        transaction.set_rollback(True)

    assert not OutgoingMessage.objects.exists()


def test_a_context_that_does_not_fit_is_refused():
    with pytest.raises(WrongContext):
        compose(a_recipient(), context={"link": LINK})
    with pytest.raises(WrongContext):
        compose(a_recipient(), context={"link": "/p/half/", "valid_until": NOON})
    with pytest.raises(WrongContext):
        compose(a_recipient(), context={"link": LINK, "valid_until": [("a", "b")]})


def test_an_address_that_cannot_be_written_to_fails_in_the_log_alone():
    (message,) = compose(a_recipient("n/a"))

    assert (message.state, message.failure) == (MessageState.FAILED, notify.NO_ADDRESS)


def test_a_recipient_without_an_address_gets_nothing():
    assert compose(Recipient(name="Maria Anders", phone="+358401234567")) == []


@pytest.mark.parametrize(
    "name", ["Maria\r\nBcc: all@example.com", "Maria\nX: y", "Maria\x00", "Maria\u2028Bcc: x"]
)
def test_nothing_in_a_name_can_begin_another_header(name):
    compose(a_recipient("maria@customer.example", name=name))

    delivery.send_due(clock=lambda: NOON)

    (sent,) = mail.outbox
    assert sent.message()["Bcc"] is None
    assert sent.to[0].isprintable()
    assert parseaddr(sent.to[0])[1] == "maria@customer.example"


def test_the_database_takes_no_header_of_two_lines():
    message = a_message()

    for field in ("subject", "recipient_name", "recipient_address", "thread", "message_id"):
        with pytest.raises(IntegrityError), transaction.atomic():
            OutgoingMessage.objects.filter(pk=message.pk).update(**{field: "one\r\nBcc: two"})


def test_markup_in_a_name_stays_text():
    (message,) = compose(a_recipient(name="<b>Maria</b> {{ link }} [x]({{ link }})"))

    assert "Dear &lt;b&gt;Maria&lt;/b&gt; {{ link }} [x]({{ link }})," in message.body_html
    assert "<b>" not in message.body_html


def test_a_private_link_is_sealed_until_it_is_sent_and_forgotten_then():
    (message,) = compose(a_recipient())
    assert LINK not in f"{message.body_text}{message.body_html}{message.sealed_links}"
    assert "/p/…/link/" in message.body_text

    delivery.send_due(clock=lambda: NOON)

    (sent,) = mail.outbox
    html = sent.alternatives[0].content
    assert (sent.body.count(LINK), html.count(f'href="{LINK}"')) == (1, 1)
    assert "…" not in sent.body
    message.refresh_from_db()
    assert (message.state, message.sealed_links) == (MessageState.SENT, "")


def test_files_go_along_under_the_name_their_reader_sees():
    stored = stored_files.keep(content=b"%PDF-1.7", media_type="application/pdf", now=NOON)

    compose(a_recipient(), attachments=[Attachment(file=stored, name="Invoice 7.pdf")])
    delivery.send_due(clock=lambda: NOON)

    assert mail.outbox[0].attachments == [("Invoice 7.pdf", b"%PDF-1.7", "application/pdf")]


def test_a_mail_says_what_programs_want_to_know_about_it():
    company.keep(company=Company(name="Northwind", email="office@northwind.example"))
    (message,) = compose(a_recipient("maria@customer.example"), thread="order-10248")

    delivery.send_due(clock=lambda: NOON)

    sent = mail.outbox[0].message()
    assert {
        name: sent[name]
        for name in (
            *("From", "To", "Reply-To", "Subject", "Message-ID"),
            *("References", "In-Reply-To", "Auto-Submitted", "Content-Language"),
        )
    } == {
        "From": "Portal <portal@example.com>",
        "To": "Maria Anders <maria@customer.example>",
        "Reply-To": "office@northwind.example",
        "Subject": "Set your password",
        "Message-ID": message.message_id,
        "References": "<order-10248.thread@example.com>",
        "In-Reply-To": "<order-10248.thread@example.com>",
        "Auto-Submitted": "auto-generated",
        "Content-Language": "en",
    }
    assert [part.get_content_type() for part in sent.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]


def test_a_mail_asks_no_server_for_anything():
    """No picture that tells who has read it, no style sheet, no font."""
    (message,) = compose(a_recipient())

    assert [
        word for word in ("<img", "<link", "@import", "url(") if word in message.body_html
    ] == []


def test_a_mail_is_of_no_use_after_its_time():
    (message,) = compose(a_recipient(), expires_at=NOON + timedelta(minutes=10))

    delivery.send_due(clock=lambda: NOON + timedelta(minutes=10))

    message.refresh_from_db()
    assert (message.state, message.sealed_links) == (MessageState.CANCELLED, "")
    assert mail.outbox == []
