"""How the office puts the order form on a homepage."""

import io
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import expect

from orders.models import OrderLink
from tests.browser.conftest import WITH_AND_WITHOUT_SCRIPT
from tests.builders.accounts import a_superuser
from tests.builders.wishes import an_order_link, an_order_type

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_links_page_shows_its_snippets_and_its_qr_code(visit, page, look):
    link = an_order_link(name="Homepage")
    visit(f"/office/order-links/{link.pk}/", user=a_superuser())

    expect(page.get_by_role("heading", level=1)).to_have_text("Homepage")
    expect(page.get_by_role("img", name="QR code with the address of the form")).to_be_visible()
    look()


@pytest.mark.parametrize("path", ["", "new/"])
def test_the_pages_of_the_links_are_accessible(visit, page, look, path):
    visit(f"/office/order-links/{path}", user=a_superuser())

    expect(page.get_by_role("heading", level=1)).to_be_visible()
    look()


def a_file(content, name="logo.png"):
    return {"name": name, "mimeType": "image/png", "buffer": content}


def a_picture():
    content = io.BytesIO()
    Image.new("RGB", (120, 40), "#0b6bcb").save(content, "PNG")
    return content.getvalue()


@WITH_AND_WITHOUT_SCRIPT
def test_a_logo_shows_on_the_form_and_in_the_frame_of_another_site(
    visit, page, look, live_server, homepage, other_sites, script
):
    site, pages = homepage
    an_order_type()
    link = an_order_link(sites=[site])
    visit(f"/office/order-links/{link.pk}/", user=a_superuser())
    page.get_by_label("Logo").set_input_files(a_file(a_picture()))
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("img", name="The logo as it is now")).to_be_visible()
    look()

    visit(f"/order-form/{link.code}/")
    assert is_drawn(page.locator("img.logo"))
    look()

    # Only the frame's own name for the portal is another site than the homepage's.
    portal = f"http://localhost:{urlsplit(live_server.url).port}"
    other_sites += [site, portal]
    pages["/order"] = (
        "<!doctype html><html lang=en><title>Shop</title><main><h1>Order here</h1>"
        f'<iframe title="Order" src="{portal}/order-form/{link.code}/"></iframe></main>'
    )
    page.goto(f"{site}/order")
    frame = page.frame_locator("iframe[title=Order]")
    expect(frame.get_by_role("heading", name="Transport order")).to_be_visible()
    assert is_drawn(frame.locator("img.logo"))


def is_drawn(picture):
    expect(picture).to_be_visible()
    return picture.bounding_box()["width"] > 100


def test_a_program_that_is_called_a_picture_is_refused_and_the_rest_stays(visit, page, look):
    link = an_order_link(name="Homepage")
    visit(f"/office/order-links/{link.pk}/", user=a_superuser())

    page.get_by_label("Name", exact=True).first.fill("Footer")
    page.get_by_label("Logo").set_input_files(a_file(b"MZ\x90\x00" + bytes(512)))
    page.get_by_role("button", name="Save").click()

    expect(page.locator("[data-part=error-summary]")).to_be_focused()
    expect(page.locator("[data-part=error-summary]")).to_contain_text("Upload a valid image")
    expect(page.get_by_label("Name", exact=True).first).to_have_value("Footer")
    look()
    assert OrderLink.objects.get().logo is None
