"""The office's log of messages, and the mails themselves as a reader sees them."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.channels import channel_of
from accounts.messaging import every_kind
from accounts.models import ChannelRest, OutgoingMessage
from accounts.services import wordings
from accounts.states import MessageState
from tests.builders.accounts import a_customer, a_member, a_superuser
from tests.builders.messages import a_message, a_message_with_a_file, a_recipient

pytestmark = pytest.mark.django_db(transaction=True)

EMAIL = channel_of("email")


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


TEXT = "/office/settings/messages/set_password/email/en/"


@pytest.mark.parametrize("path", ["/office/settings/messages/", TEXT])
def test_a_page_of_the_texts_is_accessible(visit, look, laura, path):
    visit(path, user=laura)
    look()


@pytest.mark.parametrize(
    "script",
    [
        True,
        pytest.param(False, marks=pytest.mark.browser_context_args(java_script_enabled=False)),
    ],
)
def test_the_office_sees_its_words_before_it_saves_them(visit, look, laura, script):
    page = visit(TEXT, user=laura)
    mail = page.frame_locator("iframe")
    expect(mail.get_by_role("heading", name="Set your password")).to_be_visible()

    page.get_by_label("Body").fill("# Welcome aboard\n\n{{ password }}")
    page.get_by_role("button", name="Preview").click()
    expect(mail.get_by_text("{{ password }} cannot stand here.")).to_be_visible()

    page.get_by_label("Body").fill("# Welcome aboard\n\n[Go]({{ link }})\n\n{{ valid_until }}")
    page.get_by_role("button", name="Preview").click()
    expect(mail.get_by_role("heading", name="Welcome aboard")).to_be_visible()
    page.get_by_role("button", name="As plain text").click()
    expect(mail.get_by_text("Set your password\n\nWelcome aboard\n\nGo:")).to_be_visible()

    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The words are saved and used from now on.")).to_be_visible()
    expect(mail.get_by_role("heading", name="Welcome aboard")).to_be_visible()
    look()

    page.get_by_role("button", name="Back to the original").click()
    expect(mail.get_by_role("heading", name="Set your password")).to_be_visible()


def test_an_error_in_a_text_keeps_what_was_typed(visit, look, laura):
    page = visit(TEXT, user=laura)
    page.get_by_label("Body").fill("No link")

    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("group", name="There is a problem in 1 place")).to_be_visible()
    expect(page.get_by_label("Body")).to_have_value("No link")
    look()


@pytest.mark.parametrize(
    "kind",
    [kind for kind in every_kind() if EMAIL.code in kind.channels],
    ids=lambda kind: kind.code,
)
def test_a_mail_is_accessible_and_fits_a_phone(page, look, kind):
    """Outside its frame, which lets no script in, and so no axe."""
    words = wordings.originals(kind, "en", EMAIL.parts)
    letter = wordings.write(
        kind, to=a_recipient(), words=words, language="en", context=kind.sample()
    )

    page.set_content(EMAIL.write(letter).html)

    look()


@pytest.mark.parametrize(
    "script",
    [
        True,
        pytest.param(False, marks=pytest.mark.browser_context_args(java_script_enabled=False)),
    ],
)
def test_a_member_chooses_what_to_be_told(visit, look, script):
    page = visit("/profile/", user=a_member(a_customer("10001")))
    page.get_by_role("link", name="What we write about").click()
    look()

    page.get_by_role("group", name="Your rights were changed").get_by_label("E-mail").uncheck()
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("Your choice is saved.")).to_be_visible()
    box = page.get_by_role("group", name="Your rights were changed").get_by_label("E-mail")
    expect(box).not_to_be_checked()
