"""An offer in two versions: what differs, read by the office, the member and behind the link."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Company
from accounts.sections import Section
from accounts.services import company, delivery
from orders.models import Offer, OfferDecision
from orders.services import offer_mail, offers
from portal.lib.dates import day_of
from tests.browser.conftest import LOOKS, PHONE
from tests.builders.accounts import a_customer, a_member, a_superuser
from tests.builders.offers import a_draft, a_priced_line

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def version():
    """Version 1 of an offer with an option, sent to the customer."""
    company.keep(
        company=Company(name="Northwind Freight", email="office@northwind-freight.example")
    )
    draft = a_draft(
        a_customer("10001", name="Alfreds Futterkiste"),
        lines=[
            a_priced_line(
                "Weekly run Berlin to Graz, up to 8 pallets, with tail lift at both ends"
            ),
            a_priced_line(
                "Cargo insurance", quantity=Decimal(1), unit_price=Decimal(96), kind="optional"
            ),
        ],
        now=timezone.now(),
        valid_on=day_of(timezone.now()) + timedelta(days=offers.VALID_DAYS),
        language="en",
        text="Dear Maria,\nthank you for asking.",
    )
    return offer_mail.send(
        order_id=draft.offer_id, revision=draft.revision, user_id=None, now=timezone.now()
    )


def a_member_of(version, *sections):
    return a_member(version.offer.order.customer, *sections, email="maria@alfreds.example")


def test_a_member_finds_the_offer_at_home_and_approves_it_with_an_option(
    visit, page, look, version
):
    maria = a_member_of(version, Section.ORDERS, Section.APPROVE_OFFERS)
    page.set_viewport_size(PHONE)
    visit("/", user=maria)
    look()
    page.get_by_role("link", name="Read and answer").click()
    look(*LOOKS)
    page.set_viewport_size(PHONE)
    page.get_by_role("button", name="Decline").click()
    expect(page.locator("[data-part=error-summary]")).to_be_focused()
    look()
    page.get_by_label("2. Cargo insurance").check()
    page.get_by_role("button", name="Total with these options").click()
    expect(page.locator(".totals .sum")).to_contain_text("5,491.20")
    page.get_by_role("button", name="Approve offer").click()
    expect(page.get_by_text("Version 1: Approved by Maria Anders")).to_be_visible()
    look(*LOOKS)
    assert OfferDecision.objects.get().user == maria

    page.get_by_role("button", name="Take the approval of version 1 back").click()
    expect(page.get_by_text("Version 1: Approval taken back by Maria Anders")).to_be_visible()
    look()


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_a_member_answers_without_script(visit, page, version):
    visit(
        f"/orders/{version.offer.order.number}/offer/",
        user=a_member_of(version, Section.APPROVE_OFFERS),
    )
    page.get_by_label("Comment").fill("Two days later, please")
    page.get_by_role("button", name="Ask for a change").click()

    expect(page.get_by_text("Version 1: Change asked for by Maria Anders")).to_be_visible()
    assert Offer.objects.get().state == "change_asked"


def test_who_may_not_approve_reads_whom_to_ask(visit, page, look, version):
    visit(f"/orders/{version.offer.order.number}/offer/", user=a_member_of(version, Section.ORDERS))

    expect(page.get_by_text("To answer it takes the right")).to_be_visible()
    expect(page.get_by_role("button", name="Approve offer")).to_have_count(0)
    look(*LOOKS)


def test_what_differs_between_versions_is_read_by_office_member_and_guest(
    visit, page, look, version
):
    number = version.offer.order.number
    visit(f"/office/offers/{number}/", user=a_superuser())
    page.get_by_role("button", name="Write a new version").click()
    expect(page.get_by_text("Nothing that the customer sees differs.")).to_be_visible()
    page.get_by_label("Price").first.fill("1100")
    page.get_by_label("Service or product").last.fill("Insurance of the cargo up to 50,000 EUR")
    page.get_by_label("Opening text").fill("Dear Maria,\nhere is the better price.")
    page.get_by_role("button", name="Save the draft").click()

    changes = page.get_by_role("table", name="What changed")
    expect(page.get_by_role("columnheader", name="Draft of version 2")).to_be_visible()
    for row in (
        re.compile("Weekly run.*Price.*1,120.00.*1,100.00"),
        re.compile("Offer.*Total.*5,376.00.*5,280.00"),
        re.compile("Opening text.*thank you for asking.*here is the better price"),
    ):
        expect(changes.get_by_role("row", name=row)).to_be_visible()
    look(*LOOKS)
    page.get_by_role("button", name="Send version 2").click()
    expect(page.get_by_text("Version 2 is sent")).to_be_visible()

    delivery.send_due(clock=timezone.now)
    link = re.search(r"http://testserver(/p/[\w-]+/)", mail.outbox[-1].body)[1]
    page.context.clear_cookies()
    visit(link)
    expect(page.get_by_role("heading", name="What changed since version 1")).to_be_visible()
    expect(page.get_by_text("It replaces version 1, whose total was 5,376.00")).to_be_visible()
    expect(changes.get_by_role("row", name=re.compile("1,120.00.*1,100.00"))).to_be_visible()
    look(*LOOKS)

    visit(
        f"/orders/{number}/offer/",
        user=a_member_of(version, Section.ORDERS, Section.APPROVE_OFFERS),
    )
    expect(page.get_by_role("heading", name="What changed since version 1")).to_be_visible()
    expect(changes.get_by_role("row", name=re.compile("1,120.00.*1,100.00"))).to_be_visible()
    look(*LOOKS)
