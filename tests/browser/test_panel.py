"""The office's panel: what came in, by mouse, by keyboard alone, and by touch."""

import re

import pytest
from playwright.sync_api import expect

from orders.models import OrderRequest
from orders.states import RequestKind
from tests.browser.conftest import PHONE
from tests.builders.accounts import a_customer, a_superuser
from tests.builders.wishes import a_request

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/office/requests/"


@pytest.fixture
def laura():
    return a_superuser(email="laura@seller.example", first_name="Laura", last_name="Callahan")


@pytest.fixture
def incoming():
    customer = a_customer("10001", name="Alfreds Futterkiste")
    return [a_request(customer), a_request(customer, kind=RequestKind.OFFER)]


def dock(page):
    return page.get_by_role("navigation", name="Waiting for the office")


def test_the_panel_is_accessible(visit, page, look, laura, incoming):
    visit(LIST, user=laura)

    expect(page.get_by_role("heading", name="Incoming", level=1)).to_be_visible()
    look()
    page.get_by_label(f"Choose {incoming[0].order.number}").check()
    look()


def test_by_mouse_a_row_is_handled_from_its_menu_and_put_back(visit, page, laura, incoming):
    number = incoming[0].order.number
    visit(LIST, user=laura)
    expect(page).to_have_title(re.compile(r"^\(2\) Incoming"))

    page.locator("tr", has_text=number).get_by_role("cell", name="Berlin to Graz").click(
        button="right"
    )
    page.get_by_role("button", name="Mark as handled E").click()

    expect(page.get_by_text(f"{number} is handled.")).to_be_visible()
    expect(page.locator("tr", has_text=number)).to_have_count(0)
    expect(dock(page).get_by_role("link", name="New orders")).to_contain_text("0")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("tr", has_text=number)).to_have_count(1)


def test_by_keyboard_alone_rows_are_handled(visit, page, laura, incoming):
    visit(LIST, user=laura)

    page.keyboard.press("j")
    page.keyboard.press("e")

    expect(page.get_by_text(f"{incoming[1].order.number} is handled.")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press(".")
    expect(page.get_by_role("link", name="Open Enter")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"{incoming[0].order.number} is handled.")).to_be_visible()
    assert OrderRequest.objects.filter(handled_by=laura).count() == 2


@pytest.mark.browser_context_args(has_touch=True)
def test_by_touch_many_are_handled(visit, page, laura, incoming):
    page.set_viewport_size(PHONE)
    visit(LIST, user=laura)

    for request in incoming:
        page.get_by_label(f"Choose {request.order.number}").tap()
    page.get_by_role("group", name="Chosen rows").get_by_role(
        "button", name="Mark as handled"
    ).tap()

    expect(page.get_by_text("2 requests are handled.")).to_be_visible()
    dock(page).get_by_role("link", name="Approved").tap()
    expect(page).to_have_url(re.compile("status=approved"))


def test_what_comes_in_announces_itself_and_moves_nothing(visit, page, laura, incoming):
    visit(LIST, user=laura)
    row = page.locator("tr", has_text=incoming[0].order.number)
    before = row.bounding_box()
    late = a_request(incoming[0].order.customer)

    # Coming back to the tab asks at once.
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    news = page.get_by_role("link", name="1 new since you opened this list: show it")
    expect(news).to_be_visible()
    expect(page).to_have_title(re.compile(r"^\(3\) "))
    expect(page.locator("#live")).to_have_text("1 new thing waits for the office.")
    assert row.bounding_box() == before
    news.click()
    expect(page.locator("tr", has_text=late.order.number)).to_have_count(1)


def test_a_page_without_the_list_hears_of_it_too(visit, page, laura, incoming):
    visit("/office/orders/", user=laura)
    a_request(incoming[0].order.customer)

    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    expect(page).to_have_title(re.compile(r"^\(3\) "))


def test_a_hidden_tab_asks_nothing(visit, page, laura, incoming):
    visit(LIST, user=laura)
    asked = []
    page.on(
        "request", lambda request: asked.append(request.url) if "/bar/" in request.url else None
    )

    turn(page, hidden="true")
    # By the time another page has come, a question would have been on its way.
    page.evaluate("fetch(location.href).then(page => page.text())")
    assert asked == []
    with page.expect_request(lambda request: "/bar/" in request.url):
        turn(page, hidden="false")


def turn(page, *, hidden):
    page.evaluate(
        f"Object.defineProperty(document, 'hidden', {{value: {hidden}, configurable: true}});"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )
