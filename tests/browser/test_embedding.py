"""The order form in a frame of another origin: the snippet, the growing frame, no cookie."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from orders.models import OrderDraft, OrderLink
from tests.builders.wishes import an_order_link, an_order_type

pytestmark = pytest.mark.django_db(transaction=True)

# The page around the frame is told of the height, and answers when its turn comes.
AS_TALL_AS_ITS_FRAME = """async body => {
    const end = performance.now() + 15000;
    const fits = () => Math.abs(innerHeight - body.scrollHeight) <= 2;
    while (!fits() && performance.now() < end) await new Promise(requestAnimationFrame);
    return fits();
}"""


def test_a_form_in_another_sites_frame_grows_and_keeps_what_is_typed(
    context, live_server, homepage
):
    site, pages = homepage
    an_order_type(fields={"people": "hidden"})
    link = an_order_link(sites=[site])
    portal = f"http://localhost:{urlsplit(live_server.url).port}"
    pages["/order"] = (
        "<!doctype html><title>Shop</title><h1>Order here</h1>"
        f'<script src="{portal}/order-form/{link.code}/embed.js" data-title="Order"></script>'
    )
    page = context.new_page()

    page.goto(f"{site}/order")

    frame = page.frame_locator("iframe[title=Order]")
    expect(frame.get_by_role("heading", name="Transport order")).to_be_visible()
    assert frame.locator("body").evaluate(AS_TALL_AS_ITS_FRAME)
    tall = page.locator("iframe").evaluate("frame => frame.offsetHeight")
    frame.get_by_label("Company", exact=True).fill("Alfreds Futterkiste")
    frame.get_by_role("button", name="Add a goods row").click()
    expect(frame.locator("#goods-2")).to_be_visible()
    expect(frame.get_by_label("Company", exact=True)).to_have_value("Alfreds Futterkiste")
    expect(page.locator("iframe")).not_to_have_js_property("offsetHeight", tall)
    assert OrderDraft.objects.get().typed["answers"]["company_name"] == "Alfreds Futterkiste"
    assert context.cookies() == []


def test_a_site_that_is_not_named_sees_nothing(context, live_server, homepage):
    site, pages = homepage
    an_order_type()
    link = an_order_link(sites=["https://www.example.com"])
    portal = f"http://localhost:{urlsplit(live_server.url).port}"
    pages["/theft"] = f'<iframe title="Order" src="{portal}/order-form/{link.code}/"></iframe>'
    page = context.new_page()

    page.goto(f"{site}/theft")

    form = page.frame_locator("iframe[title=Order]").get_by_role("heading", name="Transport order")
    expect(form).to_have_count(0)
    OrderLink.objects.update(sites=[site])
    page.goto(f"{site}/theft")
    expect(form).to_be_visible()
