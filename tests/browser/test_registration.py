"""Registering as a person does it: the form, each error, the wait for the ERP, the mailed link."""

import threading

import pytest
from django.db import connections
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Company, Customer, Membership, PrivateLink, RegistrationAttempt
from accounts.services import account_settings, company, registration
from accounts.states import Refusal
from tests.builders.accounts import a_customer, a_user
from tests.builders.invoices import an_invoice
from tests.builders.orders import an_order
from tests.builders.registration import mailed_token

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/accounts/register/"
EMAIL = "sam@customer.example"


@pytest.fixture(autouse=True)
def seller():
    company.keep(
        company=Company(
            name="Northwind Freight",
            email="office@northwind-freight.example",
            phone="+358 9 555 0100",
        )
    )


@pytest.fixture
def invoice():
    return an_invoice(a_customer("70001", name="Alfreds Futterkiste"), "300412")


def fill(page, number="70001", document="300412", amount="125.50", email=EMAIL):
    for label, value in {
        "Customer number": number,
        "Invoice or order number": document,
        "Its amount": amount,
        "First name": "Sam",
        "Last name": "Otter",
        "E-mail": email,
        "E-mail again": email,
    }.items():
        page.get_by_label(label, exact=True).fill(value)


def send(page):
    page.get_by_role("button", name="Register").click()


@pytest.mark.parametrize("build", [an_invoice, an_order])
def test_from_the_sign_in_to_the_first_page_by_an_invoice_or_an_order(
    visit, page, look, mailoutbox, build
):
    build(a_customer("70001", name="Alfreds Futterkiste"), "300412")
    visit("/accounts/login/")
    page.get_by_role("main").get_by_role("link", name="Register").click()
    look()

    fill(page)
    send(page)
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()
    expect(page.get_by_text(EMAIL)).to_be_visible()
    look()

    visit(f"/p/{mailed_token(mailoutbox)}/")
    look()
    page.get_by_label("New password", exact=True).fill("Green bottles 7")
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_text("Welcome. Your password is set.")).to_be_visible()
    expect(page.get_by_text("Alfreds Futterkiste").first).to_be_visible()
    assert Membership.objects.get().is_admin


@pytest.mark.parametrize("language", ["fi", "sv", "de"])
def test_longer_languages_fit_on_a_phone_too(visit, page, look, live_server, language):
    page.context.add_cookies(
        [{"name": "django_language", "value": language, "url": live_server.url}]
    )
    visit(PAGE)
    expect(page.locator("html")).to_have_attribute("lang", language)
    page.locator("form[action='/accounts/register/'] button").click()
    expect(page.locator("[data-part=error-summary]")).to_be_focused()
    look()


def test_an_address_may_be_pasted_twice(visit, page, invoice):
    visit(PAGE)
    fill(page)
    first, again = page.locator("[name=email]"), page.locator("[name=email_again]")

    first.press("Control+a")
    first.press("Control+c")
    again.fill("")
    again.press("Control+v")

    expect(again).to_have_value(EMAIL)


def test_an_amount_that_is_not_right_takes_the_focus_and_nothing_is_lost(
    visit, page, look, invoice
):
    visit(PAGE)
    fill(page, amount="99.00")
    send(page)

    expect(page.locator("[data-part=error-summary]")).to_be_focused()
    expect(page).to_have_title("Error: Register · Northwind Freight")
    page.get_by_role("link", name=str(Refusal.OTHER_AMOUNT.label)).click()
    expect(page.locator("[name=amount]")).to_be_focused()
    for name, value in {"first_name": "Sam", "email_again": EMAIL, "amount": "99.00"}.items():
        expect(page.locator(f"[name={name}]")).to_have_value(value)
    look()


def test_an_empty_form_says_what_is_missing_at_each_place(visit, page, look):
    visit(PAGE)
    send(page)

    expect(page.get_by_text("There are problems in 7 places")).to_be_visible()
    look()


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"number": "70009"}, Refusal.UNKNOWN_CUSTOMER),
        ({"document": "300499"}, Refusal.OTHER_DOCUMENT),
    ],
)
def test_what_nobody_knows_is_told_on_the_page_that_waits(
    visit, page, look, invoice, fields, refusal
):
    visit(PAGE)
    fill(page, **fields)
    send(page)
    expect(page.get_by_role("heading", name="Your details are being checked")).to_be_visible()
    look()

    decide_as_the_worker_does()

    expect(page.locator("[data-part=error-summary]")).to_contain_text(str(refusal.label))
    expect(page.locator("[name=first_name]")).to_have_value("Sam")
    expect(page.locator("[name=email_again]")).to_have_value(EMAIL)
    look()


def decide_as_the_worker_does():
    """In a thread, because the browser's own may not be held up."""

    def work():
        try:
            registration.settle(
                attempt_id=RegistrationAttempt.objects.get().pk, heard=True, now=timezone.now()
            )
        finally:
            connections.close_all()

    worker = threading.Thread(target=work)
    worker.start()
    worker.join(20)


def test_a_customer_that_may_not_register_and_an_address_that_has_an_account(
    visit, page, look, invoice
):
    a_user(EMAIL)
    visit(PAGE)
    fill(page)
    send(page)
    expect(page.locator("[data-part=error-summary]")).to_contain_text(
        str(Refusal.ACCOUNT_EXISTS.label)
    )
    expect(page.get_by_role("link", name="Get a new password")).to_have_attribute(
        "href", "/accounts/password/reset/"
    )
    look()

    account_settings.keep(restricted_groups=["CASH"], now=timezone.now())
    Customer.objects.update(group="CASH")
    send(page)
    expect(page.locator("[data-part=error-summary]")).to_contain_text(str(Refusal.NOT_OPEN.label))
    look()


def test_after_some_guesses_the_person_is_told_to_wait(visit, page, look, invoice):
    visit(PAGE)
    fill(page, amount="1")
    for _ in range(6):
        with page.expect_navigation():
            send(page)

    expect(page.get_by_text("Wait 1 minute")).to_be_visible()
    expect(page.locator("[name=amount]")).to_have_value("1")
    look()


def test_an_answer_that_takes_long_comes_by_mail(visit, page, look, invoice):
    visit(PAGE)
    fill(page, number="70009")
    send(page)
    RegistrationAttempt.objects.update(created_at=timezone.now() - registration.PATIENCE)

    expect(page.get_by_text("The answer comes by mail to")).to_be_visible()
    look()
    RegistrationAttempt.objects.update(created_at=timezone.now() - registration.GIVEN_UP_AFTER)
    registration.settle(
        attempt_id=RegistrationAttempt.objects.get().pk, heard=False, now=timezone.now()
    )
    page.get_by_role("link", name="Look again").click()
    expect(page.get_by_role("heading", name="We could not check your details")).to_be_visible()
    look()


def test_an_expired_link_offers_a_new_one(visit, page, look, mailoutbox, invoice):
    visit(PAGE)
    fill(page)
    send(page)
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()
    token = mailed_token(mailoutbox)
    PrivateLink.objects.update(created_at=timezone.now() - registration.LINK_LASTS * 2)
    PrivateLink.objects.update(expires_at=timezone.now() - registration.LINK_LASTS)

    visit(f"/p/{token}/", status=410)
    look()
    page.get_by_role("button", name="Send a new link").click()
    expect(page.get_by_text(f"A new link is on its way to {EMAIL}.")).to_be_visible()
    visit(f"/p/{mailed_token(mailoutbox)}/")


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_everything_works_without_script(visit, page, mailoutbox, invoice):
    visit(PAGE)
    fill(page, number="70009")
    send(page)
    expect(page.get_by_text("ask our order system")).to_be_visible()

    decide_as_the_worker_does()
    page.get_by_role("link", name="Look again").click()
    expect(page.get_by_text(str(Refusal.UNKNOWN_CUSTOMER.label)).first).to_be_visible()
    page.get_by_label("Customer number", exact=True).fill("70001")
    send(page)
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()

    visit(f"/p/{mailed_token(mailoutbox)}/")
    page.get_by_label("New password", exact=True).fill("Green bottles 7")
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_text("Welcome. Your password is set.")).to_be_visible()
