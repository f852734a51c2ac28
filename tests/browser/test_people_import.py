"""A file of people's rights, from the upload to what it did, as the office sees it."""

import pytest
from playwright.sync_api import expect

from accounts.models import Company
from accounts.services import company
from accounts.tasks import import_people
from tests.builders.accounts import a_clerk, a_customer, a_role, a_user

pytestmark = pytest.mark.django_db(transaction=True)

HEADS = "Customer Number;Email;First Name;Last Name;Account Admin;Allowed Sections;Action"
CONTENT = "\n".join(
    [
        HEADS,
        "10001;known@customer.example;;;;View Order History, View Invoice History, Place Orders;",
        "10001;new@customer.example;Jo;Park;Yes;;Set",
        "99999;typo@customer.example;Sam;Otter;perhaps;flights;Remove",
    ]
)


@pytest.fixture
def clerk():
    company.keep(company=Company(name="Northwind Freight"))
    a_customer("10001", name="Alfreds Futterkiste")
    a_user("known@customer.example")
    clerk = a_clerk(first_name="Aino", last_name="Laine")
    a_role("Users", clerk, users="process")
    return clerk


def upload(page, content=CONTENT):
    file = {"name": "rights.csv", "mimeType": "text/csv", "buffer": content.encode()}
    page.get_by_label("CSV file").set_input_files(file)
    page.get_by_role("button", name="Upload and check").click()


def test_a_file_is_uploaded_checked_confirmed_and_applied(visit, page, look, clerk):
    visit("/office/users/import/", user=clerk)
    look()
    upload(page)
    expect(page.get_by_text("You may close this page; the work goes on.")).to_be_visible()
    look()

    import_people()
    expect(page.get_by_role("button", name="Import 2 rows")).to_be_visible()
    look()
    page.get_by_role("button", name="Import 2 rows").click()
    expect(page.locator("[data-part=error-summary]")).to_be_focused()
    look()

    page.get_by_label("Skip: import the right rows").check()
    page.get_by_role("button", name="Import 2 rows").click()
    import_people()
    expect(page.get_by_role("heading", name="Wrong rows")).to_be_visible()
    expect(page.get_by_text("of them invited: 1")).to_be_visible()
    look()


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_all_of_it_works_without_script(visit, page, clerk):
    visit("/office/users/import/", user=clerk)
    upload(page)
    import_people()
    page.get_by_role("link", name="Look again").click()
    page.get_by_label("Skip: import the right rows").check()
    page.get_by_role("button", name="Import 2 rows").click()
    import_people()
    page.get_by_role("link", name="Look again").click()

    expect(page.get_by_text("of them invited: 1")).to_be_visible()


def test_a_file_that_is_none_is_told_at_its_field(visit, page, look, clerk):
    visit("/office/users/import/", user=clerk)

    upload(page, "Name;Address\nJo;jo@customer.example")

    expect(page.locator("[data-part=error-summary]")).to_be_focused()
    expect(page.locator("#id_file_error")).to_contain_text("Missing: Customer Number, Email.")
    look()
