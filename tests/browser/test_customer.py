"""A member's day: sign in, choose a customer, find an order, its papers, switch, leave.

Walked with and without JavaScript; every page on the way is checked at both widths and schemes.
"""

from datetime import timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, WITH_AND_WITHOUT_SCRIPT
from tests.builders.accounts import PASSWORD, a_customer, a_family, an_address, an_admin
from tests.builders.orders import (
    NOON,
    PDF,
    a_delivery,
    a_line,
    a_paper,
    a_shipment,
    an_event,
    an_order,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def maria():
    """An account admin of two customers of one family, with more orders than a page holds."""
    family = a_family()
    alfreds = a_customer(
        "10001",
        name="Alfreds Futterkiste",
        family=family,
        payment_terms="30 days net",
        credit_limit=Decimal(25000),
        credit_used=Decimal("7643.95"),
    )
    an_address(alfreds, "invoice", street="Obere Str. 57", postal_code="12209")
    an_address(alfreds, "delivery", name="Alfreds Lager", street="Am Hafen 3")
    berglunds = a_customer("10005", name="Berglunds snabbköp", family=family)
    words = ["received", "confirmed", "planned", "departed", "delivered", "cancelled"]
    for day in range(24):
        an_order(
            alfreds,
            f"{10900 + day}",
            customer_reference=f"4500-{2200 + day}",
            ordered_at=NOON + timedelta(days=day),
            status=words[day % len(words)],
            ship_to_name="Ernst Handel",
            ship_to_street="Kirchgasse 6",
            ship_to_city="Graz",
        )
    order = an_order(
        alfreds,
        "10952",
        customer_reference="4500-2247",
        ordered_at=NOON + timedelta(days=30),
        status="departed",
        ship_to_city="Graz",
    )
    a_line(order, description="Queso Cabrales", quantity=Decimal(6))
    for kind in ("received", "confirmed", "departed"):
        an_event(order, kind)
    delivery = a_delivery(order, "80952-1")
    a_shipment(delivery, forwarding_agent="Speedy Express", tracking_number="SPX 7719")
    a_paper(order, content=PDF)
    an_order(berglunds, "20001")
    return an_admin(alfreds, email="m.anders@alfreds.example", covers_family=True)


@WITH_AND_WITHOUT_SCRIPT
def test_a_member_walks_from_sign_in_to_sign_out(visit, page, look, maria, script):
    visit("/orders/")
    look()
    page.get_by_label("E-mail").fill("M.Anders@alfreds.example ")
    page.get_by_label("Password", exact=True).fill(f" {PASSWORD}")
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("heading", name="Select customer")).to_be_visible()
    look()
    page.get_by_role("row", name="10001").get_by_role("button").click()

    expect(page.get_by_role("heading", name="My orders")).to_be_visible()
    expect(page.locator("tbody .key")).to_have_count(10)
    look()
    page.get_by_role("link", name="Older").click()
    expect(page.locator("tbody .key").first).to_have_text("10914")

    page.locator("main [type=search]").fill("4500-2247")
    page.keyboard.press("Enter")
    expect(page.locator("tbody .key")).to_have_text(["10952"])
    page.get_by_role("link", name="Deliveries").click()
    expect(page.get_by_role("heading", name="Delivery 80952-1")).to_be_visible()
    look()

    page.get_by_role("link", name="Home", exact=True).click()
    expect(page.get_by_role("heading", name="Alfreds Futterkiste")).to_be_visible()
    look()
    page.get_by_role("link", name="10952", exact=True).click()
    expect(page.get_by_role("heading", name="Order 10952")).to_be_visible()
    look()
    paper = page.get_by_role("link", name="opens in a new tab").first
    expect(paper).to_have_attribute("target", "_blank")
    response = page.request.get(page.url.rsplit("/orders/")[0] + paper.get_attribute("href"))
    assert (response.status, response.headers["content-type"]) == (200, "application/pdf")
    assert response.body() == PDF

    for name in ("My account", "My addresses", "Profile"):
        page.get_by_role("button", name="your menu").click()
        page.get_by_role("link", name=name, exact=True).click()
        expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
        look()

    page.get_by_role("link", name="Active customer").click()
    page.get_by_role("row", name="10005").get_by_role("button").click()
    page.get_by_role("link", name="Orders", exact=True).click()
    expect(page.locator("tbody .key")).to_have_text(["20001"])

    page.get_by_role("button", name="your menu").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    look()


@pytest.mark.parametrize(
    "path", ["/orders/?q=nothing-like-this", "/orders/?status=nonsense&date_from=x"]
)
def test_lists_with_nothing_or_nonsense_are_pages_too(visit, page, look, maria, path):
    visit("/customers/", user=maria)
    page.get_by_role("row", name="10001").get_by_role("button").click()

    visit(path)

    look()


@pytest.mark.parametrize("language", ["fi", "sv", "de"])
def test_longer_words_fit_on_a_phone(visit, page, maria, language):
    maria.language = language
    maria.save(update_fields=["language"])
    page.set_viewport_size(PHONE)
    visit("/customers/", user=maria)
    page.get_by_role("row", name="10001").get_by_role("button").click()

    for path in ("/", "/orders/?deliveries=10952", "/orders/10952/", "/account/", "/profile/"):
        visit(path)
        assert page.locator("html").get_attribute("lang") == language
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path


def test_a_search_answers_while_one_types_and_lives_in_the_address(visit, page, live_server, maria):
    visit("/customers/", user=maria)
    page.get_by_role("row", name="10001").get_by_role("button").click()
    visit("/orders/")
    search, keys = page.locator("main [type=search]"), page.locator("tbody .key")

    search.fill("4500-2247")

    expect(keys).to_have_text(["10952"])
    expect(page.locator("#live")).to_have_text("1 order")
    expect(search).to_be_focused()
    assert page.url == f"{live_server.url}/orders/?q=4500-2247"

    search.fill("4500-22")
    expect(keys).to_have_count(10)
    page.go_back()
    expect(keys).to_have_text(["10952"])
    expect(search).to_have_value("4500-2247")
