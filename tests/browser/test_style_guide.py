"""Every part in every state is accessible in each layout, scheme and width."""

import pytest

from tests.browser.conftest import PHONE, WIDE
from tests.builders.accounts import a_clerk

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("layout", ["office", "customer", "public", "embed", "plain"])
@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_part_is_accessible(visit, assert_accessible, page, layout, viewport, scheme):
    page.set_viewport_size(viewport)
    page.emulate_media(color_scheme=scheme)
    user = a_clerk()

    visit(f"/office/style-guide/{layout}/", user=user)

    assert_accessible(page)
