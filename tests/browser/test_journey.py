"""From a stranger's click on a company's homepage to the order among My orders."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Company
from accounts.services import company, delivery
from accounts.services import sending as documents
from orders.models import Order
from orders.services import papers
from tests.browser.conftest import PHONE, WIDE, sign_in
from tests.browser.filling import SOON, fill
from tests.builders.accounts import a_superuser
from tests.builders.wishes import an_order_link, an_order_type

pytestmark = pytest.mark.django_db(transaction=True)


def worker():
    """What the worker does when its bells have rung."""
    documents.send_due(clock=timezone.now)
    papers.print_wanted(clock=timezone.now)
    documents.send_due(clock=timezone.now)
    delivery.send_due(clock=timezone.now)


def links_of(letter):
    return re.findall(r"http://testserver(/p/[\w-]+/)", letter.body)


def letter_about(words):
    return next(each for each in reversed(mail.outbox) if words in each.subject)


def test_an_offer_asked_for_on_a_homepage_becomes_an_order_among_my_orders(
    context, live_server, homepage, look, page, visit
):
    company.keep(
        company=Company(name="Northwind Freight", email="office@northwind-freight.example")
    )
    site, pages = homepage
    an_order_type(fields={"people": "hidden", "goods": "required"})
    link = an_order_link(sites=[site])
    portal = f"http://localhost:{urlsplit(live_server.url).port}"
    pages["/"] = (
        "<!doctype html><title>Shop</title><h1>Transport</h1>"
        f'<script src="{portal}/order-form/{link.code}/embed.js" data-title="Order"></script>'
    )

    # A visitor of the homepage asks for an offer in the frame.
    shop = context.new_page()
    shop.goto(f"{site}/")
    frame = shop.frame_locator("iframe[title=Order]")
    fill(frame, kind="Offer request")
    frame.get_by_role("button", name="Check before sending").click()
    expect(frame.get_by_role("heading", name="Check and send")).to_be_visible()
    frame.get_by_role("button", name="Send").click()
    expect(frame.get_by_role("heading", name=re.compile("W\\d+ received"))).to_be_visible()
    order = Order.objects.get()
    worker()
    receipt = letter_about(order.number)

    # The office prices it and sends the offer.
    clerk = a_superuser()
    visit("/office/requests/", user=clerk)
    page.get_by_role("link", name=order.number).first.click()
    page.get_by_role("button", name="Write an offer").click()
    page.get_by_label("Service or product").last.fill("Run Berlin to Graz")
    page.get_by_label("Quantity").last.fill("1")
    page.get_by_label("Price").last.fill("1120")
    page.get_by_label("VAT, %").last.fill("20")
    page.get_by_label("Valid until").fill((SOON + timedelta(days=2)).isoformat())
    page.get_by_role("button", name="Send version 1").click()
    expect(page.get_by_text("is sent to maria@alfreds.example")).to_be_visible()
    worker()

    # The visitor approves it on a phone.
    page.context.clear_cookies()
    page.set_viewport_size(PHONE)
    visit(links_of(letter_about("Offer "))[0])
    page.get_by_label("Your name").fill("Maria Anders")
    page.get_by_role("button", name="Approve offer").click()
    expect(page.get_by_text("Approved by Maria Anders")).to_be_visible()
    page.set_viewport_size(WIDE)

    # The office makes the order and confirms it: the mail carries the paper.
    sign_in(page, clerk, live_server.url)
    visit(f"/office/offers/{order.number}/orders/")
    page.get_by_label("Confirm the orders and send the confirmation").check()
    page.get_by_role("button", name="Create orders").click()
    expect(page.get_by_text("Orders made:")).to_be_visible()
    worker()
    letter = letter_about("confirmed")
    assert letter.to == ["Maria Anders <maria@alfreds.example>"]
    [(name, content, media_type)] = letter.attachments
    assert (name.endswith(".pdf"), media_type) == (True, "application/pdf")
    assert content.startswith(b"%PDF-")

    # The visitor makes an account by the link of the receipt, and sees the order at home.
    page.context.clear_cookies()
    page.set_viewport_size(PHONE)
    visit(links_of(receipt)[-1])
    page.get_by_label("Password", exact=True).fill("correct horse 9")
    page.get_by_role("button", name="Set the password and see my orders").click()
    expect(page.get_by_text("your orders are here")).to_be_visible()
    visit("/orders/")
    page.get_by_role("link", name=order.number, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(order.number)
    expect(page.get_by_text("Confirmed").first).to_be_visible()
    look()
