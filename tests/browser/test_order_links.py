"""How the office puts the order form on a homepage."""

import pytest
from playwright.sync_api import expect

from tests.builders.accounts import a_superuser
from tests.builders.wishes import an_order_link

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
