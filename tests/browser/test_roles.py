"""The role grid by keyboard, on a phone and in the dark."""

import pytest
from playwright.sync_api import expect

from accounts.models import Role
from tests.builders.accounts import a_clerk, a_role, a_superuser

pytestmark = pytest.mark.django_db(transaction=True)

ROLES = "/office/settings/roles/"


def test_a_role_is_made_by_keyboard_alone(visit, page, look):
    visit(ROLES, user=a_superuser())
    expect(page.get_by_role("heading", name="No roles yet")).to_be_visible()
    look()

    page.get_by_role("link", name="New role").first.press("Enter")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.locator("[data-part=error-summary]")).to_be_focused()
    look()

    page.get_by_label("Name", exact=True).fill("Planner")
    page.get_by_label("Names at the identity provider").fill("portal.planner")
    page.get_by_role("radio", name="Orders and deliveries No access").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="Orders and deliveries Display")).to_be_checked()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")

    expect(page.get_by_text("The role Planner is added.")).to_be_visible()
    expect(page.get_by_role("radio", name="Orders and deliveries Process")).to_be_checked()
    look()
    assert list(Role.objects.get().rights.values_list("section", "level")) == [
        ("orders", "process")
    ]


def test_people_are_given_a_role_and_lose_it(visit, page, look):
    a_clerk(email="sam@seller.example", first_name="Sam", last_name="Otter")
    role = a_role("Planner", a_clerk(), orders="process", invoices="display", claims=["plan"])
    visit(f"{ROLES}{role.pk}/", user=a_superuser())

    page.get_by_label("E-mail").fill("nobody@seller.example")
    page.get_by_role("button", name="Give", exact=True).click()
    expect(page.get_by_text("Nobody in the office has this e-mail address.").first).to_be_visible()
    look()
    page.get_by_label("E-mail").fill("sam@seller.example")
    page.get_by_role("button", name="Give", exact=True).click()
    expect(page.get_by_text("Sam Otter has the role now.")).to_be_visible()
    look()
    page.get_by_role("button", name="Take the role from Sam Otter").click()
    expect(page.get_by_role("rowheader", name="Sam Otter")).to_have_count(0)

    page.get_by_role("link", name="Remove").click()
    look()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("The role Planner is removed.")).to_be_visible()


def test_the_list_the_open_sections_and_the_grid_to_read(visit, page, look):
    reader = a_clerk()
    a_role("Apprentice", reader, roles="display", orders="display", invoices="display")
    a_role("Chief", orders="process", invoices="process", roles="process", claims=["a", "b"])
    visit(f"{ROLES}sections/", user=a_superuser())
    look()
    page.get_by_label("Audit").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Closed to everybody in the office:")).to_be_visible()
    look()

    visit(ROLES, user=reader)
    page.get_by_role("link", name="Chief").click()
    expect(page.get_by_role("radio")).to_have_count(0)
    look()
