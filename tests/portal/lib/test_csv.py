from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from portal.lib.csv import cell, download, lines


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("4500-2247", "4500-2247"),
        (Decimal("-1234.500"), "-1234.500"),
        (Decimal("1E+3"), "1000"),
        (date(2026, 11, 16), "2026-11-16"),
        (datetime(2026, 11, 16, 8, 5, 9, 123, tzinfo=UTC), "2026-11-16T08:05:09+00:00"),
        (12, "12"),
    ],
)
def test_values_are_written_for_machines(value, text):
    assert cell(value) == text


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"]
)
def test_a_text_that_starts_like_a_formula_gets_an_apostrophe(start):
    assert cell(f"{start}1+1") == f"'{start}1+1"


def test_a_table_has_a_mark_commas_and_windows_line_ends():
    text = "".join(
        lines(["Order", "Note"], [("10952", 'say "hi", please'), ("10953", "two\nlines")])
    )

    assert text == ('\ufeffOrder,Note\r\n10952,"say ""hi"", please"\r\n10953,"two\nlines"\r\n')


def test_a_table_without_rows_has_its_heads():
    assert list(lines(["Order"], [])) == ["\ufeffOrder\r\n"]


def test_rows_are_read_while_they_are_sent():
    read = []

    def rows():
        for number in range(1000):
            read.append(number)
            yield (number,)

    pieces = lines(["Number"], rows())
    first = next(pieces)

    assert read == list(range(first.count("\r\n") - 1))
    assert len(read) < 1000
    assert "".join(pieces).endswith("\r\n999\r\n")


def test_a_download_is_a_file_to_keep_and_not_cached():
    response = download(name="orders.csv", heads=["Order"], rows=[("10952",)])

    assert b"".join(response) == b"\xef\xbb\xbfOrder\r\n10952\r\n"
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="orders.csv"'
    assert response["Cache-Control"] == "private, no-store"
