"""Saved filters of the office's panel: saved, applied, renamed, opened first and deleted."""

import re

import pytest
from playwright.sync_api import expect

from accounts.models import SavedFilter
from accounts.services import saved_filters
from orders.states import RequestKind
from tests.browser.conftest import WITH_AND_WITHOUT_SCRIPT
from tests.builders.accounts import a_customer, a_superuser
from tests.builders.wishes import a_request

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/office/requests/"
FILTERS = "/office/filters/requests/"


@pytest.fixture
def laura():
    return a_superuser(email="laura@seller.example", first_name="Laura", last_name="Callahan")


@pytest.fixture
def incoming():
    customer = a_customer("10001", name="Alfreds Futterkiste")
    return [a_request(customer), a_request(customer, kind=RequestKind.OFFER)]


def saved_by(user, name="Offers", **fields):
    return saved_filters.keep(
        owner_id=user.pk, of_list="requests", name=name, query="kind=offer", **fields
    )


def saved(page):
    return page.get_by_role("navigation", name="Saved filters")


def shown(page):
    """The numbers in the list."""
    return page.locator("tbody .key a")


@WITH_AND_WITHOUT_SCRIPT
def test_what_is_filtered_is_saved_applied_renamed_and_deleted(
    visit, page, laura, incoming, script
):
    visit(LIST, user=laura)
    page.get_by_label("Kind").select_option("Offer request")
    page.get_by_role("button", name="Apply").click()
    expect(shown(page)).to_have_text([incoming[1].order.number])
    saved(page).get_by_role("link", name="Save these filters").click()
    page.get_by_label("Name").fill("Offers")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("Saved as “Offers”.")).to_be_visible()
    page.get_by_role("link", name="Clear all").click()
    expect(shown(page)).to_have_count(2)
    saved(page).get_by_role("link", name="Offers", exact=True).click()
    expect(shown(page)).to_have_text([incoming[1].order.number])
    link = saved(page).get_by_role("link", name="Offers", exact=True)
    expect(link).to_have_attribute("aria-current", "page")

    saved(page).get_by_role("link", name="Change saved filters").click()
    page.get_by_role("link", name="Change “Offers”").click()
    page.get_by_label("Name").fill("To be priced")
    page.get_by_label("Open the list with it").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name="To be priced")).to_contain_text("Start")
    page.get_by_role("link", name="Incoming", exact=True).first.click()
    expect(page).to_have_url(re.compile("kind=offer"))
    expect(shown(page)).to_have_count(1)

    visit(FILTERS)
    page.get_by_role("link", name="Change “To be priced”").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("“To be priced” is deleted.")).to_be_visible()
    visit(LIST)
    expect(shown(page)).to_have_count(2)
    expect(saved(page)).to_have_count(0)


def test_by_keyboard_alone_filters_are_saved_and_applied(visit, page, laura, incoming):
    visit(LIST, user=laura)

    page.keyboard.press("/")
    page.keyboard.type("Alfreds")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("q=Alfreds"))
    go_to(page, "Save these filters")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Save these filters")).to_be_visible()
    go_to(page, "Name")
    page.keyboard.type("Alfreds alone")
    go_to(page, "Open the list with it")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")

    expect(page.get_by_text("Saved as “Alfreds alone”.")).to_be_visible()
    assert SavedFilter.objects.get().is_start
    visit(f"{LIST}?status=all")
    go_to(page, "Alfreds alone")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("q=Alfreds"))
    expect(shown(page)).to_have_count(2)


NAMED = """words => {
    const here = document.activeElement;
    return [here, ...here.labels ?? []].some(each => each.textContent.trim().startsWith(words));
}"""


def go_to(page, words):
    """Press Tab until what these words name has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(NAMED, words):
            return
    raise AssertionError(f"Tab never comes to {words!r}")


def test_the_pages_of_saved_filters_are_accessible(visit, page, look, laura, incoming):
    saved_by(laura, is_start=True)
    saved_by(a_superuser(first_name="Mary", last_name="Saveley"), "Of the team", is_shared=True)

    visit(f"{LIST}?kind=offer", user=laura)
    expect(saved(page).get_by_role("link", name="Of the team")).to_be_visible()
    look()
    visit(FILTERS)
    expect(page.get_by_role("heading", name="Shared by colleagues")).to_be_visible()
    look()
    visit(f"{FILTERS}new/?kind=order")
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_title(re.compile("Error: Save these filters"))
    expect(page.locator("[data-part=error-summary]")).to_be_focused()
    look()


def test_who_has_saved_nothing_reads_how_to(visit, page, look, laura):
    visit(FILTERS, user=laura)

    expect(page.get_by_text("Nothing saved yet")).to_be_visible()
    look()
