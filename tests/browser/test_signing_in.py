"""Getting in: links by mail, the second step, passkeys, and where one is signed in."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Company
from accounts.services import company, delivery, second_steps, sign_in_help
from tests.browser.conftest import PHONE, WIDE
from tests.builders.accounts import PASSWORD, a_customer, a_link, an_admin, an_app, app_code

pytestmark = pytest.mark.django_db(transaction=True)

NEW = "Green bottles 7"


@pytest.fixture(autouse=True)
def seller():
    company.keep(
        company=Company(name="Northwind Freight", email="office@northwind-freight.example")
    )


@pytest.fixture
def maria():
    return an_admin(a_customer(name="Alfreds Futterkiste"), email="maria@alfreds.example")


@pytest.fixture
def passkeys(page):
    """A device that makes passkeys and knows its owner, as Chromium plays one."""
    browser = page.context.new_cdp_session(page)
    browser.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    return browser.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def sign_in(page, user, password=PASSWORD):
    page.get_by_label("E-mail").fill(user.email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def mailed_path():
    sign_in_help.answer_waiting(clock=timezone.now)
    delivery.send_due(clock=timezone.now)
    letter = mail.outbox.pop()
    return re.search(r"/p/[\w-]+/", letter.body)[0]


def test_a_forgotten_password_is_renewed_by_mail(visit, page, look, maria):
    visit("/accounts/login/")
    look()
    page.get_by_role("link", name="Forgotten password").click()
    look()
    page.get_by_label("E-mail").fill(maria.email)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()
    look()

    visit(mailed_path())
    look()
    password = page.get_by_label("New password")
    password.press_sequentially("short")
    expect(page.get_by_text("Too short")).to_be_visible()
    password.fill("greenbottles")
    expect(page.get_by_text("More kinds of characters are needed")).to_be_visible()
    page.get_by_role("button", name="Set the password").click()
    expect(page.locator("[data-part=error-summary]")).to_be_focused()
    look()
    page.get_by_label("New password").fill(NEW)
    expect(page.get_by_text("Good", exact=True)).to_be_visible()
    look()
    page.get_by_role("button", name="Set the password").click()

    expect(page.get_by_text("Your password is set.")).to_be_visible()


def test_a_wrong_password_sends_a_link_that_signs_in(visit, page, look, maria):
    referers = []
    visit("/accounts/login/")
    sign_in(page, maria, "wrong")
    expect(page.get_by_text("do not belong together")).to_be_visible()

    path = mailed_path()
    page.on("request", lambda request: referers.append(request.headers.get("referer", "")))
    visit(path)
    look()
    page.get_by_role("button", name="Sign in", exact=True).click()

    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    assert [referer for referer in referers if path.strip("/") in referer] == []
    page.context.clear_cookies()
    visit(path, status=410)
    look()
    visit("/p/unknown/", status=404)
    look()


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_links_and_the_second_step_work_without_script(visit, page, maria):
    secret, _codes = an_app(maria, now=timezone.now() - timedelta(minutes=5))

    visit(f"/p/{a_link(maria)}/")
    page.get_by_label("New password").fill(NEW)
    page.get_by_role("button", name="Set the password").click()
    page.get_by_label("Code").fill(app_code(secret, timezone.now()))
    page.get_by_role("button", name="Continue").click()

    expect(page.get_by_role("navigation", name="Main")).to_be_visible()


def test_an_authenticator_app_is_set_up_and_asked_for(visit, page, look, maria):
    visit("/accounts/login/?next=/accounts/2fa/")
    sign_in(page, maria)
    expect(page.get_by_role("heading", name="Sign-in and security")).to_be_visible()
    look()
    page.get_by_role("link", name="Set up an authenticator app").click()
    picture = page.get_by_role("img", name="The secret below")
    expect(picture).to_be_visible()
    # It has its size before it is there.
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.naturalWidth > 0")
    look()
    secret = page.locator("code.secret").inner_text()
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("[data-part=error-summary]")).to_be_focused()
    look()
    page.get_by_label("Code").fill(app_code(secret, timezone.now()))
    page.get_by_role("button", name="Continue").click()

    expect(page.locator("code.secret")).to_have_count(10)
    look()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    code = page.locator("code.secret").first.inner_text()
    assert download.value.suggested_filename == "recovery-codes.txt"
    assert code in download.value.path().read_text()
    page.get_by_role("link", name="I have kept them").click()
    look()

    page.context.clear_cookies()
    visit("/accounts/login/")
    sign_in(page, maria)
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    look()
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()


def test_a_passkey_is_made_and_signs_in(visit, page, look, maria, passkeys):
    visit("/accounts/login/?next=/accounts/2fa/webauthn/add/")
    sign_in(page, maria)
    look()
    page.get_by_label("Name").fill("Grey laptop")
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("Passkey: Grey laptop")).to_be_visible()
    look()

    page.context.clear_cookies()
    visit("/accounts/login/")
    look()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()

    page.context.clear_cookies()
    visit("/accounts/login/")
    sign_in(page, maria)
    look()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()

    visit("/accounts/reauthenticate/")
    look()


def test_a_device_that_refuses_says_so_on_the_page(visit, page, look, maria, passkeys):
    visit("/accounts/login/")

    page.get_by_role("button", name="Use a passkey").click()

    expect(page.get_by_text("The browser gave no passkey.")).to_be_visible()
    look()


def test_whoever_has_to_have_a_second_step_is_told_what_to_do(visit, page, look, maria):
    second_steps.require(user_id=maria.pk, required=True, now=timezone.now())

    visit("/accounts/login/")
    sign_in(page, maria)

    expect(page.get_by_text("You need a second step to sign in.")).to_be_visible()
    look()


def test_password_address_and_sessions_are_kept_by_the_person(visit, page, look, maria):
    visit("/accounts/login/?next=/accounts/password/change/")
    sign_in(page, maria)
    look()
    page.get_by_label("Password until now").fill(PASSWORD)
    page.get_by_label("New password").fill(NEW)
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_text("Your password is changed.")).to_be_visible()

    page.get_by_role("link", name="Change the e-mail address").click()
    page.get_by_label("New e-mail address").fill("maria@new.example")
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_text("is on its way to maria@new.example")).to_be_visible()
    look()

    page.goto(page.url.replace("/accounts/email/", "/accounts/sessions/"))
    expect(page.get_by_text("this one")).to_be_visible()
    look((PHONE, "dark"), (WIDE, "light"))


@pytest.mark.parametrize("path", ["totp/deactivate/", "recovery-codes/generate/"])
def test_questions_before_a_step_is_changed(visit, page, look, maria, path):
    _secret, codes = an_app(maria)
    visit(f"/accounts/login/?next=/accounts/2fa/{path}")
    sign_in(page, maria)
    page.get_by_label("Code").fill(codes[0])
    page.get_by_role("button", name="Continue").click()

    expect(page.get_by_role("link", name="Cancel")).to_be_visible()
    look()
