"""Ordering signed in: from the first click to My orders, again, and with what was kept."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Company
from accounts.sections import Section
from accounts.services import company
from orders.models import Order, OrderDraft, OrderTemplate, OrderType, SavedAddress
from tests.builders.accounts import a_customer, a_member, an_address
from tests.builders.wishes import a_request, an_order_link, an_order_type

pytestmark = pytest.mark.django_db(transaction=True)

SOON = (timezone.now() + timedelta(days=8)).date()


@pytest.fixture
def customer():
    company.keep(company=Company(name="Northwind Freight", email="office@northwind.example"))
    an_order_type(fields={"people": "hidden", "goods": "required"})
    an_order_type("coach", names={"en": "Coach charter"}, position=2)
    customer = a_customer("10001", name="Alfreds Futterkiste", country="DE")
    an_address(
        customer,
        name="Alfreds, warehouse",
        street="Obere Str. 57",
        postal_code="12209",
        phone="+49300074321",
    )
    return customer


@pytest.fixture
def maria(customer):
    sections = (Section.ORDERS, Section.PLACE_ORDERS)
    return a_member(customer, *sections, phone="+49 30 0074321")


def order(page):
    """Fill in the form from the address book and by hand, and send it."""
    first = page.locator("#stops-1")
    first.get_by_text("Address book").click()
    choice = first.get_by_label("Address for stop 1")
    choice.select_option(label="Alfreds, warehouse, Obere Str. 57, 12209 Berlin, DE")
    first.get_by_role("button", name="Use this address").click()
    expect(first.get_by_label("Street")).to_have_value("Obere Str. 57")
    second = page.locator("#stops-2")
    for label, value in {
        "Company or name": "Ernst Handel",
        "Street": "Kirchgasse 6",
        "Postal code": "8010",
        "City": "Graz",
    }.items():
        second.get_by_label(label).fill(value)
    second.get_by_label("Country").select_option("AT")
    second.get_by_text("Address book").click()
    second.get_by_role("button", name="Save this address").click()
    expect(page.get_by_text("“Ernst Handel” is in the address book now.")).to_be_visible()
    for number in (1, 2):
        day = (SOON + timedelta(days=number)).isoformat()
        page.locator(f"#stops-{number}").get_by_label("Day").fill(day)
    goods = page.locator("#goods-1")
    goods.get_by_label("Quantity", exact=True).fill("2")
    goods.get_by_label("Package").select_option("eur_pallet")
    goods.get_by_label("What it is").fill("Tinned fish")
    goods.get_by_label("Gross weight").fill("640")
    page.get_by_label("Order", exact=True).check()


def test_a_member_orders_follows_it_and_orders_again(visit, page, look, maria):
    visit("/", user=maria)
    page.get_by_role("main").get_by_role("link", name="New order").click()
    expect(page.get_by_role("heading", name="What do you need?")).to_be_visible()
    look()
    page.get_by_role("link", name="Transport order").click()
    expect(page.get_by_label("Your name")).to_have_value("Maria Anders")
    page.locator("#stops-1").get_by_text("Address book").click()
    look()
    page.locator("#stops-1").get_by_text("Address book").click()
    order(page)
    page.get_by_role("button", name="Check before sending").click()
    expect(page.get_by_role("heading", name="Check and send")).to_be_visible()
    look()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name=re.compile(r"Order W\d+ received"))).to_be_visible()
    look()
    page.get_by_role("link", name="Follow it here").click()
    number = Order.objects.get().number
    expect(page.get_by_role("heading", name=re.compile(number))).to_be_visible()
    look()

    page.get_by_role("link", name="My orders").click()
    page.get_by_role("link", name=f"Order {number} again").click()
    expect(page.get_by_text(f"Filled in from order {number}.")).to_be_visible()
    look()
    page.get_by_label("Day of the first stop").fill(SOON.isoformat())
    page.get_by_role("button", name="Fill in the days").click()
    expect(page.locator("#stops-1").get_by_label("Day")).to_have_value(SOON.isoformat())
    expect(page.locator("#stops-2").get_by_label("City")).to_have_value("Graz")
    assert Order.objects.count() == 1


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_ordering_signed_in_works_without_script(visit, page, maria):
    visit("/orders/new/form/?type=transport", user=maria)
    order(page)

    page.get_by_role("button", name="Check before sending").click()
    page.get_by_role("button", name="Send").click()

    expect(page.get_by_role("heading", name=re.compile(r"Order W\d+ received"))).to_be_visible()
    assert SavedAddress.objects.get().label == "Ernst Handel"


def test_a_public_link_leads_a_member_to_its_own_way(visit, page, look, maria, customer):
    customer.phone = maria.phone = "(5) 555-1340"
    customer.country = "MX"
    customer.save()
    maria.save()
    kind = OrderType.objects.get(code="coach")
    link = an_order_link(
        order_type=kind,
        prefilled={"stops": [{"kind": "pickup", "name": "Our yard"}, {"kind": "delivery"}]},
        sites=["https://www.example.com"],
    )
    visit(f"/order-form/{link.code}/", user=maria)
    expect(page.get_by_label("Company", exact=True)).to_have_value("Alfreds Futterkiste")
    look()
    page.get_by_role("link", name="Order as Alfreds Futterkiste").click()

    expect(page.get_by_role("heading", name="Coach charter")).to_be_visible()
    expect(page.locator("#stops-1").get_by_label("Company or name")).to_have_value("Our yard")
    phone = page.locator("[name=answers-contact_phone]")
    expect(phone).to_have_value("")
    expect(phone).to_have_accessible_description(re.compile("“.5. 555-1340” was left out"))
    look()


def test_templates_and_drafts_are_begun_with_and_kept_in_order(visit, page, look, customer, maria):
    kept = a_request(customer).order
    visit(f"/orders/{kept.number}/", user=maria)
    page.get_by_role("link", name="Save as template").click()
    look()
    page.get_by_label("Name").fill("Every Monday")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The template is saved.")).to_be_visible()
    look()

    page.get_by_role("link", name="Every Monday", exact=True).click()
    expect(page.get_by_text("Filled in from the template “Every Monday”.")).to_be_visible()
    page.get_by_label("Your PO number").fill("4500-2291")
    expect(page.locator("[data-part=saved]")).to_have_text(re.compile("^Draft saved"))
    page.goto(page.url.split("/form/")[0] + "/")
    draft = page.get_by_role("region", name="Go on with what you began")
    look()
    draft.get_by_role("link").click()
    expect(page.get_by_label("Your PO number")).to_have_value("4500-2291")
    page.go_back()
    draft.get_by_role("button", name="Delete the draft").click()
    expect(page.get_by_text("The draft is deleted.")).to_be_visible()
    assert not OrderDraft.objects.exists()

    page.get_by_role("link", name="Rename or delete Every Monday").click()
    look()
    page.get_by_role("button", name="Delete the template").click()
    expect(page.get_by_text("is deleted.")).to_be_visible()
    assert not OrderTemplate.objects.exists()


def test_the_address_book_is_looked_through(visit, page, look, customer, maria):
    visit("/orders/new/form/?type=transport", user=maria)
    page.locator("#stops-2").get_by_text("Address book").click()
    page.locator("#stops-2").get_by_role("button", name="All addresses").click()
    expect(page.get_by_text("Nothing saved yet")).to_be_visible()
    look()
    page.get_by_role("link", name="In our register").click()
    page.get_by_label("Name, street, code or city").fill("warehouse")
    expect(page.get_by_text("1 address", exact=True)).to_be_visible()
    look()
    page.get_by_role("button", name=re.compile("^Use")).click()
    expect(page.locator("#stops-2").get_by_label("City")).to_have_value("Berlin")

    SavedAddress.objects.create(
        customer=customer, label="Yard", city="Graz", saved_at=timezone.now(), saved_by=maria
    )
    page.get_by_role("link", name="New order").click()
    page.get_by_role("link", name="Address book").click()
    look()
    page.get_by_role("link", name="Rename or remove Yard").click()
    look()
    page.get_by_label("Name in the address book").fill("South yard")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("rowheader", name="South yard")).to_be_visible()
