"""Choosing rows of a list and having their documents e-mailed, with and without JavaScript."""

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import expect

from accounts.sections import Section
from accounts.services import delivery, document_recipients, sending
from tests.browser.conftest import WITH_AND_WITHOUT_SCRIPT
from tests.builders.accounts import a_customer, a_member, a_superuser
from tests.builders.orders import NOON, PDF, a_paper, an_order

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def maria():
    """A member with two orders that have a confirmation, and one that has none."""
    customer = a_customer("10001", name="Alfreds Futterkiste", email="office@alfreds.example")
    for number in ("10952", "10951"):
        a_paper(an_order(customer, number), number=number, content=PDF)
    an_order(customer, "10950")
    document_recipients.add(
        customer_id=customer.pk,
        kinds=["confirmation"],
        email="goods@alfreds.example",
        language="de",
        now=NOON,
    )
    return a_member(customer, *Section, email="maria@alfreds.example")


@WITH_AND_WITHOUT_SCRIPT
def test_a_member_chooses_orders_and_has_their_confirmations_sent(visit, page, look, maria, script):
    visit("/orders/", user=maria)
    send = page.get_by_role("button", name="E-mail documents")
    expect(send).to_be_hidden()
    look()
    for number in ("10952", "10950"):
        page.get_by_role("checkbox", name=f"Choose order {number}").check()
    expect(send).to_be_visible()
    look()

    send.click()
    expect(page.get_by_role("heading", name="E-mail documents")).to_be_visible()
    expect(page.get_by_text("No documents available")).to_be_visible()
    expect(page.get_by_label("To me, maria@alfreds.example")).to_be_checked()
    look()
    page.get_by_label("Further addresses").fill("pat@elsewhere.example, nonsense")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("group", name="There is a problem")).to_contain_text(
        "Not an e-mail address: nonsense."
    )
    look()
    page.get_by_label("Further addresses").fill("pat@elsewhere.example")
    page.get_by_role("button", name="Send").click()

    expect(page.get_by_role("heading", name="My orders")).to_be_visible()
    expect(page.get_by_text("Order confirmation 10952 is on its way to")).to_be_visible()
    expect(page.get_by_text("No documents available: Order confirmation 10950.")).to_be_visible()
    sending.send_due(clock=timezone.now)
    delivery.send_due(clock=timezone.now)
    assert sorted(message.to for message in mail.outbox) == [
        ["Maria Anders <maria@alfreds.example>"],
        ["goods@alfreds.example"],
        ["pat@elsewhere.example"],
    ]
    page.get_by_role("link", name="10952", exact=True).click()
    expect(page.get_by_text("pat@elsewhere.example")).to_be_visible()
    look()


def test_the_office_sends_a_document_again(visit, page, look, maria):
    visit("/office/orders/10951/", user=a_superuser())
    page.get_by_role("link", name="E-mail documents").click()
    page.get_by_label("To the customer").check()
    look()

    page.get_by_role("button", name="Send").click()

    expect(page.get_by_text("Order confirmation 10951 is on its way to")).to_be_visible()
    expect(page.get_by_text("Waits for the documents")).to_be_visible()
