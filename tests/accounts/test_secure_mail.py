import re
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from django.core import mail as outbox
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.kinds import SET_PASSWORD
from accounts.messaging import Attachment
from accounts.models import OutgoingMessage, SecureMail, SecureMailOpening, StoredFile
from accounts.services import (
    account_settings,
    delivery,
    mail_passwords,
    notify,
    secure_mail,
    stored_files,
    throttling,
)
from tests.builders.accounts import a_customer
from tests.builders.messages import LINK, a_recipient

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7 a secret"
WORD = "sininen hevonen 7"
NOW = timezone.now()


@pytest.fixture
def customer():
    customer = a_customer("10001")
    mail_passwords.keep(customer_id=customer.pk, password=WORD, now=NOW)
    return customer


def compose(customer, *, now=None, to=None, **fields):
    now = now or timezone.now()
    file = stored_files.keep(content=PDF, media_type="application/pdf", now=NOW)
    return notify.compose(
        SET_PASSWORD,
        to=[to or a_recipient("maria@customer.example", phone="040 1234567")],
        context={"link": LINK, "valid_until": "tomorrow"},
        customer_id=customer.pk,
        attachments=[Attachment(file=file, name="Invoice 300412.pdf")],
        now=now,
        **fields,
    )


def link_in_the_mail():
    delivery.send_due(clock=timezone.now)
    return re.search(r"http://testserver(/p/[\w-]+/)", outbox.outbox[-1].body)[1]


def outcomes():
    return [row.outcome for row in SecureMailOpening.objects.order_by("pk")]


def open_it(client, address, number="10001", password=WORD):
    return client.post(address, {"number": number, "password": password}, follow=True)


def test_nothing_of_the_letter_is_sent(customer):
    (notice,) = compose(customer)

    address = link_in_the_mail()
    sent = outbox.outbox[-1]
    assert (notice.kind, notice.channel) == ("secure_mail_waits", "email")
    assert (sent.attachments, LINK in sent.body) == ([], False)
    assert "Choose the password" not in sent.body
    kept = SecureMail.objects.get()
    assert (kept.customer, kept.notice, kept.subject) == (customer, notice, "Set your password")
    assert "Choose the password" not in kept.sealed_text
    assert address.startswith("/p/")


def test_number_and_word_open_it_with_its_files(customer):
    compose(customer)
    address = link_in_the_mail()
    client = Client()
    assert "Choose the password" not in client.get(address).content.decode()

    page = open_it(client, address, " 10001 ", f" {WORD} ")

    words = page.content.decode()
    assert "Choose the password" in words
    assert LINK in words
    framed = client.get(f"{address}letter/mail/")
    assert LINK in framed.content.decode()
    assert "sandbox" in framed["Content-Security-Policy"]
    file = client.get(f"{address}letter/files/{SecureMail.objects.get().files.get().pk}/")
    assert b"".join(file.streaming_content) == PDF
    assert outcomes() == ["opened", "file"]


@pytest.mark.parametrize(
    ("number", "password"), [("10002", WORD), ("10001", "wrong"), ("", ""), ("1" * 41, "x" * 129)]
)
def test_wrong_number_or_word_opens_nothing_and_does_not_say_which(customer, number, password):
    other = a_customer("10002")
    mail_passwords.keep(customer_id=other.pk, password=WORD, now=NOW)
    compose(customer)
    address = link_in_the_mail()
    client = Client()

    page = open_it(client, address, number, password)

    words = page.content.decode()
    assert "Error:" in words
    assert "Choose the password" not in words
    assert client.get(f"{address}letter/").status_code == 302
    assert client.get(f"{address}letter/mail/").status_code == 404
    if 0 < len(number) <= 40:
        assert "Number and password do not belong together" in words
        assert outcomes() == ["refused"]


def test_another_browser_has_to_know_the_word_too(customer):
    compose(customer)
    address = link_in_the_mail()
    open_it(Client(), address)
    mail = SecureMail.objects.get()

    stranger = Client()

    assert stranger.get(f"{address}letter/").url == address
    assert stranger.get(f"{address}letter/files/{mail.files.get().pk}/").url == address


def test_guessing_is_slowed_down_and_the_right_word_too(customer):
    compose(customer)
    address = link_in_the_mail()
    client = Client()
    for guess in range(5):
        open_it(client, address, password=f"guess {guess}")

    page = open_it(client, address)

    assert page.status_code == 429
    words = "There were too many tries. Wait 1 minute, then try again."
    assert words in page.content.decode()
    assert outcomes() == ["refused"] * 5 + ["slowed"]
    later = timezone.now() + timedelta(minutes=2)
    mail = SecureMail.objects.get()
    secure_mail.pick_up(mail_id=mail.pk, number="10001", password=WORD, address=None, now=later)
    with pytest.raises(secure_mail.WrongWord):
        secure_mail.pick_up(mail_id=mail.pk, number="10001", password="x", address=None, now=later)


def test_a_word_that_was_taken_away_opens_nothing(customer):
    compose(customer)
    address = link_in_the_mail()
    mail_passwords.clear(customer_id=customer.pk, now=NOW)

    assert "Choose the password" not in open_it(Client(), address).content.decode()
    assert outcomes() == ["refused"]


@pytest.mark.parametrize("word", [None, "punainen hevonen 8"])
def test_another_word_or_none_shuts_the_mail_at_once_where_it_is_open(customer, word):
    compose(customer)
    address = link_in_the_mail()
    client = Client()
    open_it(client, address)
    early = client.get(f"{address}letter/").status_code

    if word:
        mail_passwords.keep(customer_id=customer.pk, password=word, now=timezone.now())
    else:
        mail_passwords.clear(customer_id=customer.pk, now=timezone.now())

    assert (early, client.get(f"{address}letter/").url) == (200, address)
    assert client.get(f"{address}letter/mail/").status_code == 404


def test_a_file_that_is_not_on_the_disk_is_no_page_and_was_not_taken(customer):
    compose(customer)
    address = link_in_the_mail()
    client = Client()
    open_it(client, address)
    kept = SecureMail.objects.get().files.get()
    kept.file.content.storage.delete(str(kept.file.content))

    file = client.get(f"{address}letter/files/{kept.pk}/")

    assert file.status_code == 404
    assert outcomes() == ["opened"]


def test_a_customer_with_a_new_number_uses_it(customer):
    compose(customer)
    address = link_in_the_mail()
    customer.number = "20001"
    customer.save()

    assert "Choose the password" not in open_it(Client(), address, "10001").content.decode()
    assert "Choose the password" in open_it(Client(), address, "20001").content.decode()


def test_after_its_time_words_and_files_are_gone_and_the_log_stays(customer):
    compose(customer)
    address = link_in_the_mail()
    client = Client()
    open_it(client, address)
    StoredFile.objects.update(kept_at=NOW - timedelta(days=1))
    ended = timezone.now() + secure_mail.KEPT + timedelta(minutes=1)

    assert secure_mail.drop_ended(now=timezone.now()) == 0
    assert secure_mail.drop_ended(now=ended) == 1
    assert secure_mail.drop_ended(now=ended) == 0

    mail = SecureMail.objects.get()
    assert (mail.sealed_text, mail.sealed_html, mail.files.count()) == ("", "", 0)
    assert not StoredFile.objects.exists()
    assert outcomes() == ["opened"]
    assert client.get(f"{address}letter/").status_code == 404


def test_without_a_word_files_are_attached():
    customer = a_customer("10001")

    (message,) = compose(customer)

    assert (message.kind, message.attachments.count()) == ("set_password", 1)
    assert not SecureMail.objects.exists()


def test_without_files_a_mail_is_sent_as_it_is(customer):
    (message,) = notify.compose(
        SET_PASSWORD,
        to=[a_recipient()],
        context={"link": LINK, "valid_until": "tomorrow"},
        customer_id=customer.pk,
        now=NOW,
    )

    assert message.kind == "set_password"


def test_a_text_message_reminds_where_the_office_wants_it(customer, settings):
    settings.SMS_URL = "console://"
    account_settings.keep(now=NOW, sms_situations=["secure_mail_waits"])

    notices = compose(customer)

    assert [(row.channel, row.recipient_address) for row in notices] == [
        ("email", "maria@customer.example"),
        ("sms", "+358401234567"),
    ]
    assert "waits for you" in OutgoingMessage.objects.get(channel="sms").body_text


def test_getting_a_mail_never_opens_it(customer):
    compose(customer)
    address = link_in_the_mail()

    statuses = [Client().get(address).status_code for _ in range(3)]

    assert (statuses, outcomes()) == ([200, 200, 200], [])
    assert not throttling.Throttle.objects.exists()


def test_the_words_follow_a_change_of_keys(customer, settings, capsys):
    old, new, gone = (Fernet.generate_key().decode() for _ in range(3))
    settings.PORTICO_SECRETS_KEYS = [gone]
    compose(customer)
    lost = SecureMail.objects.get()
    settings.PORTICO_SECRETS_KEYS = [old]
    compose(customer)
    kept = SecureMail.objects.latest("pk")
    before = secure_mail.words_of(kept)
    OutgoingMessage.objects.update(sealed_links="")
    settings.PORTICO_SECRETS_KEYS = [new, old]

    call_command("reseal_secrets")

    settings.PORTICO_SECRETS_KEYS = [new]
    assert secure_mail.words_of(SecureMail.objects.get(pk=kept.pk)) == before
    assert SecureMail.objects.get(pk=lost.pk).sealed_text == lost.sealed_text
    assert capsys.readouterr().out == "1 sealed.\n"
