"""The order form of a link: filled in, corrected, checked and sent without an account."""

import re

import pytest
from playwright.sync_api import expect

from accounts.models import Company
from accounts.services import company
from orders.models import Order, OrderDraft, OrderType
from tests.browser.conftest import LOOKS
from tests.browser.filling import fill
from tests.builders.wishes import an_order_link, an_order_type

pytestmark = pytest.mark.django_db(transaction=True)


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
def form(visit):
    """The form of a link, with the order type that a new portal begins with."""
    an_order_type(fields={"people": "hidden", "goods": "required"})
    an_order_type("coach", names={"en": "Coach charter"}, position=2)
    link = an_order_link()
    return visit(f"/order-form/{link.code}/")


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_a_stranger_orders(form, page, assert_accessible, size, scheme):
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    assert_accessible(page)
    fill(page, email="m.anders@alfreds")

    page.get_by_role("button", name="Check before sending").click()

    expect(page.locator("[data-part=error-summary]")).to_be_focused()
    expect(page).to_have_title(re.compile("^Error: "))
    assert_accessible(page)
    page.get_by_role("link", name=re.compile("Write the e-mail address like")).click()
    email = page.get_by_label("E-mail", exact=True)
    expect(email).to_be_focused()
    expect(email).to_have_value("m.anders@alfreds")
    email.fill("maria@alfreds.example")
    page.get_by_role("button", name="Check before sending").click()
    expect(page.get_by_role("heading", name="Check and send")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Send").click()

    expect(page.get_by_role("heading", name=re.compile(r"Order W\d+ received"))).to_be_visible()
    assert_accessible(page)
    assert Order.objects.get().stops.count() == 2


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_the_form_works_without_script(form, page):
    fill(page)
    page.get_by_role("button", name="Add a goods row").click()
    expect(page.locator("#goods-2")).to_be_visible()
    expect(page.locator("#goods-1").get_by_label("What it is")).to_have_value("Tinned fish")
    page.get_by_role("button", name="Remove goods row 2").click()
    expect(page.locator("#goods-2")).to_have_count(0)

    page.get_by_role("button", name="Check before sending").click()
    page.get_by_role("button", name="Send").click()

    expect(page.get_by_role("heading", name=re.compile(r"Order W\d+ received"))).to_be_visible()


def test_the_form_is_saved_while_it_is_filled_in(form, page):
    page.get_by_label("Company", exact=True).fill("Alfreds Futterkiste")

    expect(page.locator("[data-part=saved]")).to_have_text(re.compile("^Draft saved"))
    # Where it is posted to names the draft, which a post too large to be read cannot.
    expect(page.locator("form[data-part=order-form]")).to_have_attribute(
        "action", re.compile("draft=")
    )
    page.reload()

    expect(page.get_by_label("Company", exact=True)).to_have_value("Alfreds Futterkiste")
    assert OrderDraft.objects.count() == 1


def test_another_language_keeps_what_was_saved_by_itself(form, page):
    page.get_by_label("Company", exact=True).fill("Alfreds Futterkiste")
    expect(page.locator("[data-part=saved]")).to_have_text(re.compile("^Draft saved"))

    page.get_by_role("link", name="Suomi").click()

    expect(page.locator("html")).to_have_attribute("lang", "fi")
    expect(page.locator("[name=answers-company_name]")).to_have_value("Alfreds Futterkiste")


def test_another_tab_is_told_and_loses_nothing(form, page, context):
    page.get_by_label("Company", exact=True).fill("Alfreds")
    page.get_by_role("button", name="Save the draft").click()
    other = context.new_page()
    other.goto(page.url)
    other.get_by_label("Company", exact=True).fill("Alfreds Futterkiste GmbH")
    other.get_by_role("button", name="Save the draft").click()

    page.get_by_label("Company", exact=True).fill("Alfreds KG")
    page.get_by_role("button", name="Save the draft").click()

    expect(page.get_by_text("changed in another window")).to_be_visible()
    expect(page.get_by_label("Company", exact=True)).to_have_value("Alfreds KG")


def test_a_form_that_closes_shows_what_was_typed(visit, page, look):
    kind = an_order_type("coach", names={"en": "Coach charter"}, fields={"equipment": "required"})
    link = an_order_link(order_type=kind)
    visit(f"/order-form/{link.code}/")
    fill(page)
    page.get_by_role("button", name="Check before sending").click()
    page.get_by_role("link", name=re.compile("Answer at least one question")).click()
    expect(page.get_by_label("Tail lift")).to_be_focused()
    look()

    OrderType.objects.update(is_active=False)
    page.get_by_role("button", name="Save the draft").click()

    expect(page.get_by_role("heading", name="This order form is closed")).to_be_visible()
    expect(page.get_by_text("Kirchgasse 6").first).to_be_visible()
    look()


def test_the_order_type_changes_what_is_asked(form, page):
    page.get_by_label("Order type").select_option("coach")
    page.get_by_role("button", name="Ask for this type").click()

    expect(page.get_by_role("heading", name="Coach charter")).to_be_visible()
