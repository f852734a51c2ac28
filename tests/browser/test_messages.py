"""The office's log of messages, and the mails themselves as a reader sees them."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import ChannelRest, OutgoingMessage
from accounts.states import MessageState
from tests.builders.accounts import a_customer, a_superuser
from tests.builders.messages import a_message, a_message_with_a_file, a_recipient

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def laura():
    return a_superuser(email="laura@seller.example", first_name="Laura", last_name="Callahan")


@pytest.fixture
def log():
    """A failed message, one that waits and one with a file, while the server is away."""
    customer = a_customer("10001", name="Alfreds Futterkiste")
    a_message(to=a_recipient("a-very-long-address-of-somebody@alfreds-futterkiste.example"))
    a_message(to=a_recipient("n/a"), customer_id=customer.pk)
    ChannelRest.objects.create(
        channel="email",
        failing_since=timezone.now(),
        rests_until=timezone.now(),
        failure="ConnectionRefusedError: [Errno 111] Connection refused",
    )
    return a_message_with_a_file(pk=900005)


@pytest.mark.parametrize(
    "path",
    [
        "/office/messages/",
        "/office/messages/?status=failed&kind=set_password&customer=10001",
        "/office/messages/?q=nothing",
        "/office/messages/900005/",
    ],
)
def test_a_page_of_the_log_is_accessible(visit, look, log, laura, path):
    visit(path, user=laura)
    look()


def test_a_message_is_read_and_cancelled_from_the_log(visit, log, laura):
    page = visit("/office/messages/?q=reader", user=laura)
    page.get_by_role("link", name="Set your password").first.click()

    mail = page.frame_locator("iframe")
    expect(mail.get_by_role("heading", name="Set your password")).to_be_visible()
    expect(page.get_by_role("link", name="Invoice 7.pdf")).to_be_visible()

    page.get_by_role("button", name="Cancel the message").click()

    expect(page.get_by_text("1 message is cancelled.")).to_be_visible()
    expect(page.locator("h1 .status")).to_have_text("Cancelled")


def test_chosen_rows_are_acted_on_together(visit, log, laura):
    page = visit("/office/messages/", user=laura)
    page.get_by_role("checkbox", name="Choose all on this page").check()

    page.get_by_role("group", name="Chosen rows").get_by_role("button", name="Cancel").click()

    expect(page.get_by_text("3 messages are cancelled.")).to_be_visible()
    assert set(OutgoingMessage.objects.values_list("state", flat=True)) == {MessageState.CANCELLED}
