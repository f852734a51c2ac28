"""Every part in every state is accessible in each layout, and prints on white paper."""

import pytest

from tests.browser.conftest import PHONE, WIDE
from tests.builders.accounts import a_clerk

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("layout", ["office", "customer", "public", "embed", "plain"])
def test_every_part_is_accessible(visit, look, layout):
    visit(f"/office/style-guide/{layout}/", user=a_clerk())

    look(*[(viewport, scheme) for viewport in (PHONE, WIDE) for scheme in ("dark", "light")])


def test_paper_is_white_in_a_dark_room(visit, page):
    page.emulate_media(color_scheme="dark", media="print")

    visit("/office/style-guide/", user=a_clerk())

    colours = page.evaluate(
        "['backgroundColor', 'color'].map((name) => getComputedStyle(document.body)[name])"
    )
    assert colours[0] == "rgb(255, 255, 255)"
    assert "oklch(0.23" in colours[1]
