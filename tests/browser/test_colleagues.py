"""Who may do what for a customer, as its account admin sees and changes it."""

import pytest
from playwright.sync_api import expect

from accounts.models import Company
from accounts.services import company
from tests.builders.accounts import (
    a_customer,
    a_family,
    a_member,
    a_user,
    an_admin,
    an_invitation,
    link_sent_to,
)
from tests.builders.orders import an_order

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def seller():
    company.keep(
        company=Company(name="Northwind Freight", email="office@northwind-freight.example")
    )


@pytest.fixture
def customer():
    return a_customer("10001", name="Alfreds Futterkiste", family=a_family("S7"))


@pytest.fixture
def admin(customer):
    names = {"first_name": "Hanna", "last_name": "Moos", "email": "hanna@alfreds.example"}
    return an_admin(customer, covers_family=True, **names)


@pytest.fixture
def sam(customer):
    names = {"first_name": "Sam", "last_name": "Otter", "email": "sam@alfreds.example"}
    return a_member(customer, "orders", "invoices", "pay_invoices", **names)


def test_the_people_of_a_customer_and_what_can_be_done_about_them(
    visit, page, look, customer, admin, sam
):
    a_member(customer, first_name="Wilhelmina", last_name="of-the-rather-long-name " * 2)
    a_member(customer, "orders", is_active=False, last_name="Gone")

    visit("/colleagues/", user=admin)
    look()
    page.get_by_role("button", name="Actions for Sam Otter").click()
    look()
    page.get_by_role("link", name="Change rights").click()
    expect(page.get_by_role("heading", name="Rights of Sam Otter")).to_be_visible()
    look()


def test_rights_are_limited_and_act_in_a_page_that_is_open(
    visit, page, context, live_server, customer, admin, sam
):
    an_order(customer, "10248")
    visit("/orders/", user=sam)
    visit_of_sam = page.context.browser.new_page()
    visit_of_sam.context.add_cookies(page.context.cookies())
    visit_of_sam.goto(f"{live_server.url}/orders/")
    expect(visit_of_sam.get_by_role("link", name="10248")).to_be_visible()

    visit("/colleagues/", user=admin)
    page.get_by_role("button", name="Actions for Sam Otter").click()
    page.get_by_role("link", name="Change rights").click()
    page.get_by_label("See orders").uncheck()
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("The rights of Sam Otter are saved.")).to_be_visible()
    visit_of_sam.get_by_role("link", name="10248").click()
    expect(
        visit_of_sam.get_by_role("heading", name="You have no right to open this page")
    ).to_be_visible()
    visit_of_sam.context.close()


def invite(page, email="jo@customer.example"):
    page.get_by_role("link", name="Invite somebody").click()
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("First name").fill("Jo")
    page.get_by_label("Last name").fill("Park")
    page.get_by_role("button", name="Send the invitation").click()


def accept(page):
    page.get_by_label("Password", exact=True).fill("Green bottles 7")
    page.get_by_role("button", name="Accept and set the password").click()


def limit(page, *, uncheck):
    page.get_by_role("button", name="Actions for Jo Park").click()
    page.get_by_role("link", name="Change rights").click()
    page.get_by_label(uncheck).uncheck()
    page.get_by_role("button", name="Save").click()


def journey(visit, page, browser, live_server, customer, admin, look, **context):
    """From the invitation to the withdrawal, in two browsers at once."""
    an_order(customer, "10248")
    visit("/colleagues/", user=admin)
    invite(page)
    expect(page.get_by_text("The invitation to jo@customer.example is on its way.")).to_be_visible()
    look()

    jo = browser.new_context(locale="en-GB", **context).new_page()
    jo.goto(f"{live_server.url}{link_sent_to('jo@customer.example')}")
    expect(jo.get_by_role("heading", name="You are invited")).to_be_visible()
    accept(jo)
    expect(jo.get_by_text("You are a member of 10001 Alfreds Futterkiste now.")).to_be_visible()
    main = jo.get_by_role("navigation", name="Main")
    expect(main.get_by_role("link")).to_have_text(["Home", "Orders", "Invoices"])
    jo.goto(f"{live_server.url}/colleagues/")
    expect(jo.get_by_role("heading", name="You have no right to open this page")).to_be_visible()
    jo.goto(f"{live_server.url}/orders/")
    expect(jo.get_by_role("link", name="10248")).to_be_visible()

    page.reload()
    limit(page, uncheck="See invoices")
    jo.reload()
    expect(main.get_by_role("link")).to_have_text(["Home", "Orders"])

    page.get_by_role("button", name="Actions for Jo Park").click()
    page.get_by_role("link", name="Withdraw every right").click()
    look()
    page.get_by_role("button", name="Withdraw every right").click()
    expect(page.get_by_text("Jo Park has no rights here any more.")).to_be_visible()
    jo.get_by_role("link", name="10248").click()
    expect(jo.get_by_role("heading", name="We cannot find that page")).to_be_visible()
    jo.goto(f"{live_server.url}/orders/")
    expect(jo.get_by_text("You are not a member of any customer yet")).to_be_visible()
    jo.context.close()


def test_a_colleague_is_invited_comes_in_is_limited_and_withdrawn(
    visit, page, browser, live_server, customer, admin, look
):
    journey(visit, page, browser, live_server, customer, admin, look)


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_all_of_it_works_without_script(visit, page, browser, live_server, customer, admin, look):
    journey(visit, page, browser, live_server, customer, admin, look, java_script_enabled=False)


def test_a_wrong_invitation_takes_the_focus_and_keeps_what_was_typed(visit, page, look, admin):
    visit("/colleagues/", user=admin)
    invite(page, email="hanna@alfreds.example")

    expect(page.locator("[data-part=error-summary]")).to_be_focused()
    expect(page.get_by_label("First name")).to_have_value("Jo")
    look()


def test_the_pages_of_an_invitation(visit, page, look, customer, admin, sam):
    an_invitation(customer, "jo@customer.example", by=admin, covers_family=True)
    link = link_sent_to("jo@customer.example")

    visit(link)
    look()
    page.get_by_label("Password", exact=True).fill("short")
    page.get_by_role("button", name="Accept and set the password").click()
    expect(page.locator("[data-part=error-summary]")).to_be_focused()
    look()
    visit(link, user=sam)
    look()
    a_user("ann@customer.example")
    an_invitation(customer, "ann@customer.example", by=admin)
    page.context.clear_cookies()
    visit(link_sent_to("ann@customer.example"))
    look()
    visit("/colleagues/", user=admin)
    page.get_by_role("button", name="Actions for ann@customer.example").click()
    look()


def test_giving_up_ones_own_rights_is_asked_back(visit, page, look, customer, admin):
    an_admin(customer, covers_family=True)
    visit("/colleagues/", user=admin)

    page.get_by_role("button", name="Actions for Hanna Moos").click()
    page.get_by_role("link", name="Change rights").click()
    page.get_by_label("Account admin").uncheck()
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("heading", name="Give up your own rights?")).to_be_visible()
    look()
    page.get_by_role("button", name="Give them up").click()
    expect(page.get_by_text("The rights of Hanna Moos are saved.")).to_be_visible()
