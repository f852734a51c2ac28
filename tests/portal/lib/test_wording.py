"""The small language of messages: what each paragraph becomes, in HTML's pieces and plain text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib.wording import (
    Block,
    Fact,
    Piece,
    broken_placeholders,
    fill_line,
    in_plain_text,
    read,
    used_in,
)

LINK = "https://portal.example.com/orders/10248/"


def filled(text, *, links=("link",), **values):
    return read(text).fill({"link": LINK, **values}, links=frozenset(links))


def words(*lines, is_small=False):
    return Block("words", tuple((Piece(line),) for line in lines), is_small=is_small)


def test_paragraphs_are_parted_by_empty_lines_and_keep_their_lines():
    assert filled("One\ntwo\n\n\n  \nThree") == [words("One", "two"), words("Three")]


def test_a_line_with_a_cross_is_the_heading():
    assert filled("# Order {{ number }}", number="10248") == [
        Block("heading", ((Piece("Order "), Piece("10248")),))
    ]


def test_a_label_with_a_link_is_the_button_and_small_print_follows_it():
    assert filled("[See {{ number }}]({{ link }})\n\nIt is private.", number="10248") == [
        Block("button", ((Piece("See 10248"),),), href=LINK),
        words("It is private.", is_small=True),
    ]


def test_only_a_link_can_be_the_address_of_a_button():
    (block,) = filled("[See]({{ number }})", number="javascript:alert(1)")

    assert (block.shape, block.href) == ("words", "")
    assert [piece.href for line in block.lines for piece in line] == ["", "", ""]


def test_a_link_in_a_sentence_is_a_link():
    assert filled("See {{ link }} first.") == [
        Block("words", ((Piece("See "), Piece(LINK, href=LINK), Piece(" first.")),))
    ]


def test_a_list_of_labels_and_values_is_facts():
    assert filled("- Order: {{ number }}\n- Total: 5.00 EUR", number="10248") == [
        Block("facts", rows=(Fact("Order", "10248"), Fact("Total", "5.00 EUR")))
    ]


def test_a_fact_in_asterisks_stands_out():
    assert filled("- *Total*: {{ number }}\n- *: {{ number }}", number="7") == [
        Block("facts", rows=(Fact("Total", "7", is_strong=True), Fact("*", "7")))
    ]


def test_another_list_stays_a_list():
    (block,) = filled("- First\n- Then {{ number }}", number="10248")

    assert (block.shape, block.text) == ("list", "First\nThen 10248")


def test_rows_are_facts_of_their_own():
    assert filled("{{ lines }}", lines=(("Invoice", "7"), ("Due", "1 May"))) == [
        Block("facts", rows=(Fact("Invoice", "7"), Fact("Due", "1 May")))
    ]


@pytest.mark.parametrize(
    "text", ["Dear {{ name }},", "- Note: {{ name }}", "{{ name }}", "# {{ name }}", "{{ rows }}"]
)
def test_what_has_nothing_to_say_is_left_out(text):
    assert filled(f"{text}\n\nHello", name="", rows=()) == [words("Hello")]


def test_a_sentence_with_one_value_of_two_is_said():
    assert filled("{{ name }} {{ number }}", name="", number="7")[0].text == " 7"


def test_an_empty_fact_leaves_the_others():
    assert filled("- A: {{ name }}\n- B: {{ number }}", name="", number="7") == [
        Block("facts", rows=(Fact("B", "7"),))
    ]


def test_a_value_of_several_lines_keeps_them():
    assert filled("{{ note }}", note="One\n# Two\n- Three: {{ link }}") == [
        words("One", "# Two", "- Three: {{ link }}")
    ]


@given(st.text())
def test_no_value_becomes_markup(value):
    blocks = filled("Note: {{ note }} end\n\n- Note: {{ note }}", note=value)

    assert {block.shape for block in blocks} <= {"words", "facts"}
    assert [p.href for block in blocks for line in block.lines for p in line if p.href] == []


@given(st.text())
def test_every_text_can_be_read(text):
    values = dict.fromkeys(used_in(text), "x")

    assert isinstance(in_plain_text(read(text).fill(values, links=frozenset())), str)


def test_a_subject_is_one_line_whatever_its_values_hold():
    assert fill_line("About  {{ note }}", {"note": "one\r\nBcc: two"}) == "About one Bcc: two"


@pytest.mark.parametrize(
    "text", ["{{ Name }}", "{{name", "name }}", "{% now %}", "{{ a.b }}", "{{}}"]
)
def test_braces_that_are_no_placeholder_are_found(text):
    assert broken_placeholders(text)
    assert not broken_placeholders("{{ name }} {{link}} { } %")


def test_plain_text_aligns_facts_breaks_lines_and_keeps_addresses_whole():
    blocks = filled(
        "# Ready\n\n" + "word " * 20 + "\n\n- Order: 7\n- Valid until: {{ long }}\n\n"
        "- one {{ link }}\n- two\n\n[See]({{ link }})",
        long="31 May " * 12,
        link=LINK + "x" * 80,
    )

    text = in_plain_text(blocks)

    assert text == (
        "Ready\n\n"
        + " ".join(["word"] * 14)
        + "\n"
        + " ".join(["word"] * 6)
        + "\n\n"
        + "Order        7\n"
        + "Valid until  "
        + " ".join(["31 May"] * 8)
        + " 31\n             May "
        + " ".join(["31 May"] * 3)
        + f"\n\n- one\n  {LINK}{'x' * 80}\n- two\n\nSee:\n{LINK}{'x' * 80}"
    )
