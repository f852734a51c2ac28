"""Signing in through the identity provider, with its own pages in between."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from accounts.models import Company
from accounts.services import account_settings, company
from portal.lib.domains import normalise
from tests.builders.accounts import a_role
from tests.conftest import connect_provider

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def provider(oidc_server, settings, live_server, other_sites):
    connect_provider(oidc_server, settings, portal=live_server.url)
    oidc_server.lie()
    other_sites.append(oidc_server.issuer)
    company.keep(company=Company(name="Northwind Freight", email="help@northwind.example"))
    domains = ["seller.example", normalise("töissä.example")]
    account_settings.keep(internal_domains=domains, now=NOON)
    a_role("Planner", orders="display", claims=["planner"])
    return oidc_server


def type_address(page, address="laura@seller.example"):
    page.get_by_label("E-mail").fill(address)


def test_typing_an_internal_address_leads_through_sign_in_and_consent(visit, page, look, provider):
    visit("/accounts/login/?next=/office/orders/")
    password = page.get_by_label("Password", exact=True)
    expect(password).to_be_visible()

    type_address(page)
    expect(password).to_be_hidden()
    expect(page.get_by_text("sign in through Seller ID")).to_be_visible()
    look()
    page.get_by_role("button", name="Continue to Seller ID").click()

    expect(page.get_by_role("heading", name="Sign in at Seller ID")).to_be_visible()
    expect(page.get_by_label("Hint")).to_have_value("laura@seller.example")
    page.get_by_label("Person").fill("laura")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Allow").click()

    # In the language that the provider says is hers.
    expect(page.get_by_role("heading", name="Tilaukset", level=1)).to_be_visible()
    expect(page.get_by_role("button", name="Laura Callahan")).to_be_visible()


def test_refusing_consent_ends_at_a_page_that_says_whom_to_ask(visit, page, look, provider):
    visit("/accounts/login/")
    type_address(page)
    page.keyboard.press("Enter")
    page.get_by_label("Person").fill("laura")
    page.get_by_role("button", name="Continue").click()

    page.get_by_role("button", name="Refuse").click()

    expect(page.get_by_role("heading", name="Authentication failed")).to_be_visible()
    expect(page.get_by_role("link", name="help@northwind.example").first).to_be_visible()
    look()
    page.get_by_role("button", name="Deutsch").click()
    expect(page.get_by_role("heading", name="Anmelden")).to_be_visible()
    page.get_by_role("link", name="help@northwind.example").first.focus()


def test_the_password_comes_back_for_an_address_of_others(visit, page, provider):
    visit("/accounts/login/")
    password = page.get_by_label("Password", exact=True)
    hidden = ["laura@seller.example", " Laura@SELLER.example ", "a@TÖISSÄ.example"]
    shown = ["laura@seller.example.com", "laura@notseller.example", "seller.example", "a@", ""]

    for address in hidden:
        type_address(page, address)
        expect(password).to_be_hidden()
    for address in shown:
        type_address(page, "laura@seller.example")
        type_address(page, address)
        expect(password).to_be_visible()
        expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    expect(password).to_be_enabled()


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_script_the_form_leads_there_just_as_well(visit, page, provider):
    visit("/accounts/login/")
    type_address(page)
    page.get_by_label("Password", exact=True).fill("whatever it is")
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("heading", name="Sign in at Seller ID")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("heading", name="Authentication failed")).to_be_visible()


def test_a_provider_that_is_away_is_said_so(visit, page, look, provider):
    provider.lie(status={"/.well-known/openid-configuration": 500})
    visit("/accounts/login/")
    type_address(page)
    page.get_by_role("button", name="Continue to Seller ID").click()

    expect(page.get_by_text("Seller ID does not answer at the moment.")).to_be_visible()
    look()
