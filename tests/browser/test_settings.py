"""What the office sets, and who changed what: on a desk and on a phone, with and without script."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from accounts.services import account_settings
from tests.builders.accounts import a_customer, a_superuser, an_admin

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def laura():
    return a_superuser(email="laura@seller.example", first_name="Laura", last_name="Callahan")


@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("/office/settings/", "Settings"),
        ("/office/settings/company/", "Company"),
        ("/office/settings/access/", "Access"),
        ("/office/audit/", "Audit"),
    ],
)
def test_a_page_of_the_settings_is_accessible(visit, page, look, laura, path, heading):
    account_settings.keep(restricted_groups=["CASH"], internal_domains=["seller.example"], now=NOON)
    visit(path, user=laura)

    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    look()


@pytest.mark.parametrize(
    "_script",
    [
        "script",
        pytest.param(
            "no script",
            marks=pytest.mark.browser_context_args(java_script_enabled=False),
        ),
    ],
)
def test_the_office_sets_who_gets_in_and_reads_it_in_the_audit(visit, page, look, laura, _script):
    visit("/office/settings/access/", user=laura)

    page.get_by_label("Internal domains").fill("gmail.com\nSeller.Example")
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_title("Error: Access · Portico")
    expect(page.get_by_role("link", name="Internal domains: Anybody")).to_be_visible()
    expect(page.get_by_label("Internal domains")).to_have_value("gmail.com\nSeller.Example")
    look()

    page.get_by_label("Internal domains").fill("Seller.Example")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The settings are saved.")).to_be_visible()
    page.get_by_role("link", name="Audit").click()

    row = page.get_by_role("row").filter(has_text="Settings changed")
    expect(row).to_contain_text("Laura Callahan (laura@seller.example)")
    expect(row).to_contain_text("Internal domains: seller.example")
    page.get_by_label("Who").fill("nobody")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("heading", name="No change matches")).to_be_visible()


def test_an_account_admin_opens_the_changes_from_my_account(visit, page, look):
    visit("/account/", user=an_admin(a_customer("10001")))

    page.get_by_role("link", name="Changes").click()

    expect(page.get_by_role("heading", name="Changes", level=1)).to_be_visible()
    look()
