"""Rows by keyboard and mouse: one menu by every way, choosing, the sheet of keys, switching off."""

import re

import pytest
from playwright.sync_api import expect

from tests.builders.accounts import a_clerk, a_superuser
from tests.builders.wishes import a_request

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def guide(visit):
    laura = a_clerk()
    page = visit("/office/style-guide/", user=laura)
    page.evaluate("document.activeElement.blur()")
    return page


@pytest.fixture
def panel(visit):
    """A list whose rows can be chosen, handled, and acted on by a menu."""
    a_request()
    page = visit("/office/requests/", user=a_superuser())
    page.evaluate("document.activeElement.blur()")
    return page


# Every key that can be pressed, on the row and in its menu, and which of them the scripts take.
TAKEN = """() => {
    document.addEventListener("submit", event => event.preventDefault(), true);
    const row = document.querySelector("tbody tr");
    const typed = Array.from({length: 95}, (_, place) => String.fromCharCode(32 + place));
    const named = ["ContextMenu", "F10", "Shift+F10", "ArrowUp", "ArrowDown", "ArrowLeft",
        "ArrowRight", "Home", "End", "PageUp", "PageDown", "Enter", "Escape", "Delete"];
    const takes = (place, name) => {
        const key = name.replace(/^Shift\\+/, "");
        const event = new KeyboardEvent(
            "keydown", {key, shiftKey: key !== name, bubbles: true, cancelable: true});
        return !place.dispatchEvent(event);
    };
    const taken = new Set();
    for (const name of [...typed, ...named]) {
        row.querySelector(".key a").focus();
        if (takes(document.activeElement, name)) taken.add(name);
        document.querySelector("dialog[open]")?.close();
        const menu = row.querySelector(".menu");
        if (!menu.matches(":popover-open")) row.querySelector("[popovertarget]").click();
        if (takes(menu.querySelector("li > a"), name)) taken.add(name);
        document.querySelector("dialog[open]")?.close();
        if (menu.matches(":popover-open")) menu.hidePopover();
    }
    return [...taken];
}"""
# What browsers do by themselves; other tests here press them.
OF_BROWSERS = {"Enter", "Esc", "Shift+click"}
SPELLED = {"Menu key": "ContextMenu", "Shift + ": "Shift+", "↑": "ArrowUp", "↓": "ArrowDown"}


def told(page):
    """The keys that the sheet names, as scripts call them."""
    page.keyboard.press("?")
    text = " ".join(page.locator("[data-part=keys] dt:visible").all_inner_texts())
    page.keyboard.press("Escape")
    for spelled, name in SPELLED.items():
        text = text.replace(spelled, name)
    return {key.lower() if len(key) == 1 else key for key in text.split()}


def focused(page):
    return page.evaluate("document.activeElement.textContent.trim()")


def test_j_and_k_move_between_rows_and_stop_at_the_ends(guide):
    moves = [(guide.keyboard.press(key), focused(guide))[1] for key in "jjjjk"]

    assert moves == ["11011", "10952", "10938", "10938", "10952"]


def test_a_slash_goes_to_the_search_where_keys_are_only_typed(guide):
    guide.locator("main [type=search]").fill("")
    guide.evaluate("document.activeElement.blur()")

    guide.keyboard.press("/")
    guide.keyboard.type("jkxe.?/")

    expect(guide.locator("main [type=search]")).to_be_focused()
    expect(guide.locator("main [type=search]")).to_have_value("jkxe.?/")
    expect(guide.get_by_role("dialog", name="Keys")).to_be_hidden()


def test_a_slash_goes_to_the_search_of_the_list_before_that_of_the_bar(panel):
    hint = panel.locator(".bar .find kbd")
    expect(hint).to_be_hidden()

    panel.keyboard.press("/")
    expect(panel.locator("main [type=search]")).to_be_focused()

    panel.goto(panel.url.replace("requests", "settings"))
    expect(hint).to_be_visible()
    panel.keyboard.press("/")
    expect(panel.locator(".bar [type=search]")).to_be_focused()


@pytest.mark.parametrize("way", ["button", "right click", "dot", "Shift+F10"])
def test_every_way_opens_the_same_menu_and_escape_closes_it(guide, way):
    menu = guide.locator("#row-10952")
    row = guide.locator("tr", has_text="10952")

    if way == "button":
        row.get_by_role("button", name="Actions for 10952").click()
    elif way == "right click":
        row.get_by_role("cell", name="Delivered").click(button="right")
    else:
        row.get_by_role("link", name="10952", exact=True).focus()
        guide.keyboard.press("." if way == "dot" else way)

    expect(menu).to_be_visible()
    expect(menu.get_by_role("link", name="Open")).to_be_focused()
    guide.keyboard.press("ArrowDown")
    expect(menu.get_by_role("link", name="Cancel order")).to_be_focused()
    guide.keyboard.press("Escape")
    expect(menu).to_be_hidden()


def test_x_chooses_the_row_and_the_bar_says_how_many(guide):
    bar = guide.get_by_role("group", name="Chosen rows")
    expect(bar).to_be_hidden()

    guide.keyboard.press("j")
    guide.keyboard.press("x")

    expect(bar).to_contain_text("1 chosen")
    guide.get_by_role("button", name="Clear").click()
    expect(bar).to_be_hidden()


def test_shift_click_chooses_every_row_between(guide):
    guide.get_by_label("Choose 11011").click()
    guide.get_by_label("Choose 10938").click(modifiers=["Shift"])

    expect(guide.get_by_label("Choose 10952")).to_be_checked()
    expect(guide.get_by_label("Choose all on this page")).to_be_checked()


def test_choose_all_is_half_checked_while_some_are_chosen(guide):
    everything = guide.get_by_label("Choose all on this page")

    everything.check()
    expect(guide.get_by_role("group", name="Chosen rows")).to_contain_text("3 chosen")

    guide.get_by_label("Choose 10952").uncheck()
    assert everything.evaluate("box => box.indeterminate")


def test_a_question_mark_shows_the_keys_and_the_menu_of_the_person_does_too(guide):
    sheet = guide.get_by_role("dialog", name="Keys")

    guide.keyboard.press("?")
    expect(sheet).to_be_visible()
    guide.keyboard.press("Escape")
    expect(sheet).to_be_hidden()

    guide.get_by_role("button", name="your menu").click()
    guide.get_by_role("button", name="Keys").click()
    expect(sheet).to_be_visible()


def test_the_sheet_names_the_keys_that_work_and_no_others(panel):
    names = told(panel)

    assert names >= OF_BROWSERS
    assert names - OF_BROWSERS == set(panel.evaluate(TAKEN))


def test_the_sheet_of_a_page_without_rows_names_no_keys_of_rows(visit):
    page = visit("/office/settings/", user=a_superuser())
    page.evaluate("document.activeElement.blur()")

    assert told(page) == {"/", "?", "Esc"}


def test_keys_with_a_modifier_still_work_where_single_ones_are_off(visit):
    a_request()
    page = visit("/office/requests/", user=a_superuser(shortcuts=False))

    assert set(page.evaluate(TAKEN)) == {"Shift+F10", "ContextMenu", "ArrowUp", "ArrowDown"}


def test_enter_opens_the_row(panel):
    panel.keyboard.press("j")
    number = focused(panel)
    panel.keyboard.press("Enter")

    expect(panel).to_have_url(re.compile(f"/office/orders/{number}/"))


def test_escape_leads_back_from_the_menu_to_the_row(panel):
    panel.keyboard.press("j")
    row = focused(panel)
    panel.keyboard.press("Shift+F10")
    expect(panel.locator(".menu:popover-open")).to_be_visible()

    panel.keyboard.press("Escape")

    expect(panel.locator(".menu:popover-open")).to_have_count(0)
    assert focused(panel) == row


def test_letting_the_menu_key_go_opens_no_second_menu(panel):
    panel.evaluate("addEventListener('keyup', event => { window.left = !event.defaultPrevented })")
    panel.keyboard.press("j")

    panel.keyboard.press("ContextMenu")

    expect(panel.locator(".menu:popover-open")).to_be_visible()
    assert panel.evaluate("window.left") is False


def test_shift_and_right_click_leave_the_browsers_own_menu(guide):
    guide.evaluate(
        "addEventListener('contextmenu', event => { window.left = !event.defaultPrevented })"
    )
    cell = guide.locator("tr", has_text="10952").get_by_role("cell", name="Delivered")

    cell.click(button="right", modifiers=["Shift"])
    assert guide.evaluate("window.left") is True
    expect(guide.locator("#row-10952")).to_be_hidden()
    cell.click(button="right")
    assert guide.evaluate("window.left") is False


def test_single_keys_can_be_switched_off(visit):
    quiet = a_clerk(shortcuts=False)
    page = visit("/office/style-guide/", user=quiet)
    page.evaluate("document.activeElement.blur()")

    page.keyboard.press("j")
    page.keyboard.press("?")

    assert page.evaluate("document.activeElement === document.body")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="your menu").click()
    expect(page.get_by_role("button", name="Keys")).to_have_count(0)


def test_an_appearance_shows_while_it_is_chosen(guide):
    root = guide.locator("html")

    guide.get_by_label("Dark").first.check()
    expect(root).to_have_attribute("data-theme", "dark")

    guide.get_by_label("As the device").first.check()
    expect(root).not_to_have_attribute("data-theme", re.compile(".*"))


def test_the_error_summary_has_the_focus(visit):
    laura = a_clerk()

    page = visit("/office/style-guide/", user=laura)

    expect(page.get_by_role("group", name="There are problems")).to_be_focused()


@pytest.mark.parametrize("opened", ["menu of a row", "menu of the person", "keys"])
def test_what_opens_over_a_page_is_accessible_too(guide, look, opened):
    if opened == "menu of a row":
        guide.get_by_role("button", name="Actions for 10952").click()
    elif opened == "menu of the person":
        guide.get_by_role("button", name="your menu").click()
    else:
        guide.keyboard.press("?")

    look()


def test_focus_is_not_hidden_under_the_bars(guide):
    guide.evaluate("scrollTo(0, document.body.scrollHeight)")
    guide.locator("main [type=search]").focus()

    bar = guide.locator(".bar").bounding_box()
    field = guide.locator("main [type=search]").bounding_box()
    assert field["y"] >= bar["y"] + bar["height"]
