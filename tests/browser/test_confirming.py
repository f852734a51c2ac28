"""Order confirmations of many orders, chosen in the list of what came in."""

import pytest
from django.core import mail
from playwright.sync_api import expect

from accounts.models import Company
from accounts.services import company
from orders.models import Order
from orders.states import RequestKind
from tests.browser.conftest import LOOKS
from tests.builders.accounts import a_superuser
from tests.builders.wishes import a_request
from tests.worker import work

pytestmark = pytest.mark.django_db(transaction=True)


def test_confirmations_of_many_are_sent_from_the_list(visit, page, look):
    company.keep(
        company=Company(name="Northwind Freight", email="office@northwind-freight.example")
    )
    for kind in (RequestKind.ORDER, RequestKind.ORDER, RequestKind.OFFER):
        a_request(kind=kind, language="en")
    visit("/office/requests/", user=a_superuser())
    page.get_by_label("Choose all on this page").check()
    page.get_by_role("button", name="Order confirmation").click()
    expect(page.get_by_role("heading", name="Send order confirmations")).to_be_visible()
    expect(page.get_by_text("It is confirmed, and the confirmation sent.")).to_have_count(2)
    expect(page.get_by_text("It is not ordered yet.")).to_be_visible()
    look(*LOOKS)

    page.get_by_role("button", name="Send").click()

    expect(page.get_by_text("2 order confirmations are on their way.")).to_be_visible()
    look()
    work()
    assert [len(letter.attachments) for letter in mail.outbox] == [1, 1]
    assert Order.objects.filter(status="confirmed").count() == 2
