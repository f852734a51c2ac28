"""Each kind of paper, short and long, as a reader of the PDF finds it."""

import io
import re
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import page
import pytest
from pypdf import PdfReader

from tests.builders.papers import (
    SHEETS,
    a_credit_memo_paper,
    a_paper_of,
    a_party,
    a_statement_paper,
    an_invoice_paper,
    an_item,
    printed,
)

KINDS = sorted(SHEETS)
PAGES = {"en": "Page 1 of 1", "fi": "Sivu 1 / 1", "sv": "Sida 1 av 1", "de": "Seite 1 von 1"}
HEADS = {
    "confirmation": "Price EUR",
    "delivery_note": "Quantity",
    "invoice": "Price EUR",
    "credit_memo": "Price EUR",
    "statement": "Days late",
}
# What stands once in each row: the product number, or the invoice number.
KEYS = {"statement": r"^300\d{3}\b"}


def sheets(content):
    return [sheet.extract_text() for sheet in PdfReader(io.BytesIO(content)).pages]


def objections(content):
    """What the checker says against the file, as an archive and to a screen reader."""
    profiles = (page.ValidationProfile.PDF_A_3A, page.ValidationProfile.PDF_UA_1)
    return [
        str(failure)
        for profile in profiles
        for failure in page.validate_pdf_bytes(content, profile=profile).failures
    ]


@pytest.mark.parametrize("language", ["en", "fi", "sv", "de"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_paper_of_one_row_fits_one_sheet_in_every_language(kind, language):
    content = printed(kind, a_paper_of(kind, language=language))

    (text,) = sheets(content)
    assert PAGES[language] in text
    assert PdfReader(io.BytesIO(content)).trailer["/Root"]["/Lang"] == language
    assert objections(content) == []


@pytest.mark.parametrize("kind", KINDS)
def test_three_hundred_rows_run_over_sheets_that_stay_readable(kind):
    content = printed(kind, a_paper_of(kind, 300))

    texts = sheets(content)
    rows = [re.findall(KEYS.get(kind, r"\bP-1\d{3}\b"), text, re.MULTILINE) for text in texts]
    all_rows = [row for of_sheet in rows for row in of_sheet]
    assert len(all_rows) == len(set(all_rows)) == 300
    assert [HEADS[kind] in text for text in texts] == [bool(of_sheet) for of_sheet in rows]
    assert [f"Page {place} of {len(texts)}" in text for place, text in enumerate(texts, 1)] == [
        True
    ] * len(texts)
    assert objections(content) == []


@pytest.mark.parametrize(
    ("kind", "closing"),
    [("invoice", "To pay"), ("delivery_note", "Signature"), ("statement", "BIC")],
)
def test_what_closes_a_paper_is_on_a_sheet_with_a_row(kind, closing):
    """At every length up to two sheets, so that the last row lands everywhere on one."""
    alone = []
    for rows in range(10, 30):
        last = sheets(printed(kind, a_paper_of(kind, rows)))[-1]
        found = re.findall(KEYS.get(kind, r"\bP-1\d{3}\b"), last, re.MULTILINE)
        if not found or closing not in last:
            alone.append(rows)

    assert alone == []


def test_words_without_room_in_a_line_are_broken():
    word = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
    code = "PO-2026-ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789"
    paper = an_invoice_paper(2, customer_reference=code)
    lines = tuple(replace(line, description=word, product_number=code) for line in paper.lines)
    paper = replace(paper, recipient=a_party(name=word), lines=lines)

    (text,) = sheets(printed("invoice", paper))

    assert (word in text, code in text) == (False, False)
    whole = text.replace("\n", "").replace(" ", "")
    assert (whole.count(word), whole.count(code)) == (3, 3)


@pytest.mark.parametrize(
    ("language", "amount", "day"),
    [
        ("en", "1,234.50", "16 Nov 2026"),
        ("fi", "1\xa0234,50", "16.11.2026"),
        ("sv", "1\xa0234,50", "16 nov. 2026"),
        ("de", "1.234,50", "16.11.2026"),
    ],
)
def test_figures_and_days_follow_the_language(language, amount, day):
    items = [an_item(gross_amount=Decimal("1234.500"), open_amount=Decimal("1234.500"))]
    (text,) = sheets(printed("statement", a_statement_paper(items=items, language=language)))

    assert (amount in text, day in text) == (True, True)


def test_an_invoice_in_a_currency_without_decimals_shows_none():
    (text,) = sheets(printed("invoice", an_invoice_paper(3, currency="JPY")))

    assert re.findall(r"[\d,]+\.\d+\xa0JPY", text) == []
    assert re.search(r"[\d,]+\xa0JPY", text)


def test_an_invoice_without_lines_has_its_totals():
    paper = an_invoice_paper(0)

    (text,) = sheets(printed("invoice", paper))

    assert ("To pay" in text, "Price EUR" in text) == (True, False)


def test_a_credit_memo_credits_positive_amounts_and_asks_for_no_payment():
    paper = a_credit_memo_paper(2)

    (text,) = sheets(printed("credit_memo", paper))

    assert "Credit memo 390012" in text
    assert "Corrects invoice 300400, 16 Nov 2026" in text
    assert ("Credited" in text, "IBAN" in text, "30 days" in text) == (True, False, False)
    assert [line.quantity > 0 for line in paper.lines] == [True, True]
    assert paper.totals.gross_amount > 0


def test_an_invoice_tells_how_to_pay_it():
    (text,) = sheets(printed("invoice", an_invoice_paper()))

    assert "FI21 1234 5600 0007 85" in text
    assert "RF20 3004 12" in text


def test_a_draft_says_so_on_every_sheet():
    content = printed("invoice", replace(an_invoice_paper(60), is_draft=True))

    assert [text.count("Draft") for text in sheets(content)] == [1] * len(sheets(content))
    assert objections(content) == []


def test_a_statement_has_a_part_for_each_currency():
    items = [
        an_item(number="300001", currency="EUR", open_amount=Decimal("10.350")),
        an_item(number="300002", currency="JPY", open_amount=Decimal("2000.000")),
    ]

    (text,) = sheets(printed("statement", a_statement_paper(items=items)))

    assert ("10.35\xa0EUR" in text, "2,000\xa0JPY" in text) == (True, True)


def test_a_crowded_table_leaves_room_for_every_column():
    item = an_item(
        number="SO-2026-300001",
        kind="credit_memo",
        order_number="ORDER-2026-000041",
        customer_reference="Kostenstelle 4711",
        gross_amount=Decimal("-123456789.250"),
        open_amount=Decimal("-123456789.250"),
    )

    content = printed("statement", a_statement_paper(items=[item] * 3, language="de"))

    (sheet,) = PdfReader(io.BytesIO(content)).pages
    starts = {}
    sheet.extract_text(
        visitor_text=lambda text, place, *_: starts.setdefault(text.strip(), place[4])
    )
    row = ["ORDER-2026-000041", "Kostenstelle 4711", "17.10.2026", "16.11.2026"]
    # A letter of the smallest size takes some 3.4 points, and columns have a gap between them.
    assert all(starts[right] - starts[left] > 3.4 * len(left) + 5 for left, right in pairwise(row))


def test_a_family_s_statement_names_each_customer():
    items = [
        an_item(number="300001"),
        an_item(number="300002", customer_number="10044", customer_name="Ernst Handel"),
    ]

    paper = a_statement_paper(items=items, names_customers=True, family="S7")
    (text,) = sheets(printed("statement", paper))

    assert ("Alfreds Futterkiste, 10001" in text, "Ernst Handel, 10044" in text) == (True, True)


def test_an_empty_statement_says_that_nothing_is_open():
    (text,) = sheets(printed("statement", a_statement_paper(items=[])))

    assert "Nothing is open." in text


def test_text_from_an_erp_is_never_markup():
    paper = an_invoice_paper(customer_reference="<b>4500</b> & <script>")

    (text,) = sheets(printed("invoice", paper))

    assert "<b>4500</b> & <script>" in text
