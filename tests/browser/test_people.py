"""Customers and users in the office: on a desk and on a phone, with and without script."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from accounts.sections import Section
from accounts.services import account_settings, document_recipients, mail_passwords
from tests.builders.accounts import (
    a_customer,
    a_family,
    a_member,
    a_superuser,
    a_user,
    an_address,
    an_admin,
)

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def laura():
    return a_superuser(email="laura@seller.example", first_name="Laura", last_name="Callahan")


@pytest.fixture
def alfreds():
    family = a_family("S77")
    alfreds = a_customer(
        "10001",
        pk=900001,
        name="Alfreds Futterkiste",
        group="CASH",
        family=family,
        country="DE",
        contact="Maria Anders",
        email="m.anders@alfreds.example",
        payment_terms="30 days net",
        credit_limit=1000,
        is_blocked=True,
        removed_at=NOON,
    )
    a_customer("10002", name="Donaudampfschifffahrtselektrizitätenhauptbetriebswerk", family=family)
    an_address(alfreds, street="Obere Str. 57")
    an_admin(alfreds, pk=900001, first_name="Maria", last_name="Anders", covers_family=True)
    a_member(alfreds, Section.ORDERS, pk=900002, is_active=False)
    account_settings.keep(restricted_groups=["CASH"], now=NOON)
    mail_passwords.keep(customer_id=alfreds.pk, password="Correct horse 1", now=NOON)
    document_recipients.add(
        customer_id=alfreds.pk,
        kinds=["invoice", "statement"],
        email="a.very.long.address.of.accounts.payable@alfreds-futterkiste.example",
        language="de",
        now=NOON,
    )
    return alfreds


@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("/office/customers/?status=all", "Customers"),
        ("/office/customers/?q=nobody", "Customers"),
        ("/office/customers/900001/", "10001 Alfreds Futterkiste"),
        ("/office/customers/900001/recipients/", "Recipients of papers"),
        ("/office/customers/900001/mail-password/", "E-mail password"),
        ("/office/users/", "Users"),
        ("/office/users/new/", "New user"),
        ("/office/users/900001/", "Maria Anders"),
        ("/office/users/900001/edit/", "Edit user"),
        ("/office/users/900001/access/", "Close the access of Maria Anders?"),
        ("/office/users/900002/access/", "Open the access of Maria Anders again?"),
        ("/office/users/900001/second-step/", "Remove every second step of Maria Anders?"),
        ("/office/users/900001/customers/", "Give rights at a customer"),
        ("/office/users/900001/customers/900001/", "Rights of Maria Anders"),
        ("/office/users/900001/customers/900001/withdraw/", "Withdraw every right of Maria"),
    ],
)
def test_a_page_about_people_is_accessible(visit, page, look, laura, alfreds, path, heading):
    visit(path, user=laura)

    expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
    look()


WITHOUT_SCRIPT = pytest.mark.parametrize(
    "script",
    [
        "script",
        pytest.param(
            "no script", marks=pytest.mark.browser_context_args(java_script_enabled=False)
        ),
    ],
)


@WITHOUT_SCRIPT
def test_the_office_finds_a_customer_and_sets_who_gets_its_papers(visit, page, look, laura, script):
    a_customer("10001", name="Alfreds Futterkiste")
    a_customer("10002", name="Berglunds")
    visit("/office/customers/", user=laura)

    page.get_by_placeholder("Customer number or name").fill("alfreds")
    page.get_by_role("button", name="Apply").click()
    page.get_by_role("link", name="10001").click()
    page.get_by_role("link", name="Change recipients of papers").click()
    page.get_by_label("E-mail").fill("books")
    page.get_by_role("button", name="Add").click()
    expect(page).to_have_title("Error: Recipients of papers · Portico")
    expect(page.get_by_label("E-mail")).to_have_value("books")
    look()
    page.get_by_label("E-mail").fill("Books@Alfreds.Example")
    page.get_by_label("Invoice", exact=True).check()
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("books@alfreds.example gets the papers.")).to_be_visible()
    page.get_by_role("button", name="Remove books@alfreds.example from Invoice").click()
    expect(page.get_by_text("gets these papers no more.")).to_be_visible()


@WITHOUT_SCRIPT
def test_the_office_gives_a_person_rights_and_closes_the_access(visit, page, look, laura, script):
    an_admin(a_customer("10001", name="Alfreds Futterkiste"))
    a_user("hans@alfreds.example", first_name="Hans", last_name="Zimmer")
    visit("/office/users/?q=zimmer", user=laura)

    page.get_by_role("link", name="Hans Zimmer").click()
    page.get_by_role("link", name="Give rights at a customer").click()
    page.get_by_role("link", name="Give rights 10001 Alfreds Futterkiste").click()
    page.get_by_label("See orders").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name="10001")).to_contain_text("See orders")
    page.get_by_role("button", name="Send a link to set the password").click()
    expect(page.get_by_text("A link is on its way to hans@alfreds.example.")).to_be_visible()
    page.get_by_role("link", name="Close access").click()
    page.get_by_role("button", name="Close access").click()
    expect(page.get_by_text("Hans Zimmer may not sign in any more.")).to_be_visible()
    expect(page.get_by_role("link", name="Open access")).to_be_visible()
    look()
