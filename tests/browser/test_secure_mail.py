"""Picking up a secure mail, and the office's page about text messages."""

import re

import pytest
from django.core import mail as outbox
from django.utils import timezone
from playwright.sync_api import expect

from accounts.kinds import SET_PASSWORD
from accounts.messaging import Attachment
from accounts.services import delivery, mail_passwords, notify, stored_files
from tests.builders.accounts import a_customer, a_superuser
from tests.builders.messages import LINK, a_recipient

pytestmark = pytest.mark.django_db(transaction=True)

WORD = "sininen hevonen 7"


@pytest.fixture
def address():
    """The private link of a mail that waits with a file."""
    customer = a_customer("10001", name="Alfreds Futterkiste")
    now = timezone.now()
    mail_passwords.keep(customer_id=customer.pk, password=WORD, now=now)
    file = stored_files.keep(content=b"%PDF-1.7", media_type="application/pdf", now=now)
    notify.compose(
        SET_PASSWORD,
        to=[a_recipient("maria@customer.example")],
        context={"link": LINK, "valid_until": "tomorrow"},
        customer_id=customer.pk,
        attachments=[Attachment(file=file, name="Invoice 300412.pdf")],
        now=now,
    )
    delivery.send_due(clock=timezone.now)
    return re.search(r"http://testserver(/p/[\w-]+/)", outbox.outbox[-1].body)[1]


def pick_up(page, word):
    page.get_by_label("Customer number").fill("10001")
    page.get_by_label("E-mail password", exact=True).fill(word)
    page.get_by_role("button", name="Open the message").click()


def test_a_secure_mail_is_picked_up(visit, page, look, address):
    visit(address)
    look()
    pick_up(page, "wrong")
    expect(page.locator("[data-part=error-summary]")).to_be_focused()
    expect(page.get_by_label("Customer number")).to_have_value("10001")
    look()

    pick_up(page, WORD)

    expect(page.get_by_role("heading", name="Set your password")).to_be_visible()
    expect(page.get_by_role("link", name="Invoice 300412.pdf")).to_be_visible()
    letter = page.frame_locator("iframe")
    expect(letter.get_by_text("Choose the password with which")).to_be_visible()
    look()


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_a_secure_mail_is_picked_up_without_script(visit, page, address):
    visit(address)

    pick_up(page, WORD)

    expect(page.get_by_role("link", name="Invoice 300412.pdf")).to_be_visible()


def test_the_office_chooses_when_text_messages_are_sent(visit, page, look, settings):
    settings.SMS_URL = "console://"
    visit("/office/settings/sms/", user=a_superuser())
    look()

    page.get_by_label("A secure mail waits").check()
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("The settings are saved.")).to_be_visible()
    expect(page.get_by_label("A secure mail waits")).to_be_checked()
