import io

import pytest

from portal.lib import csv
from portal.lib.csv_reading import NotReadable, read


def rows(content):
    table = read(io.BytesIO(content))
    return table.heads, [(row.number, row.cells) for row in table]


PLAIN = (["Name", "Email"], [(2, {"Name": "Jöhn, Ab", "Email": "j@x.example"})])


@pytest.mark.parametrize(
    "content",
    [
        'Name,Email\r\n"Jöhn, Ab",j@x.example\r\n'.encode(),
        'Name,Email\r\n"Jöhn, Ab",j@x.example\r\n'.encode("utf-8-sig"),
        "Name;Email\nJöhn, Ab;j@x.example\n".encode("cp1252"),
        "Name\tEmail\r\nJöhn, Ab\tj@x.example".encode("utf-16"),
        b'\xef\xbb\xbf Name , Email \n"J\xc3\xb6hn, Ab" , j@x.example ',
    ],
)
def test_the_usual_spreadsheets_are_read_alike(content):
    assert rows(content) == PLAIN


def test_rows_without_text_are_left_out_but_counted():
    assert rows(b"A,B\n\n,\n1,2\n") == (["A", "B"], [(4, {"A": "1", "B": "2"})])


def test_a_row_of_several_lines_counts_as_one():
    assert rows(b'A,B\n"1\n2",3\n4,5\n')[1] == [
        (2, {"A": "1\n2", "B": "3"}),
        (3, {"A": "4", "B": "5"}),
    ]


def test_short_rows_are_filled_and_surplus_is_counted():
    table = read(io.BytesIO(b"A,B\n1\n1,2,,\n1,2,3,4\n"))

    assert [(row.cells, row.surplus) for row in table] == [
        ({"A": "1", "B": ""}, 0),
        ({"A": "1", "B": "2"}, 0),
        ({"A": "1", "B": "2"}, 2),
    ]


@pytest.mark.parametrize("text", ["=1+1", "+358 9 1234", "-", "@home", "plain", "'quoted'"])
def test_what_the_portal_wrote_is_read_back(text):
    written = "".join(csv.lines(["A"], [[text]])).encode()

    assert rows(written) == (["A"], [(2, {"A": text})])


def test_an_empty_file_has_no_heads():
    assert rows(b"") == ([], [])


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"PK\x03\x04rest", "spreadsheet"), (b'A,B\n"' + b"x" * 200_000, "quotation mark")],
)
def test_what_is_no_table_is_refused_with_words(content, words):
    with pytest.raises(NotReadable) as refusal:
        rows(content)

    assert words in str(refusal.value.user_message)


def test_bytes_of_no_known_letter_stay_visible():
    [(_number, cells)] = rows(b"A\n\x81\xff\n")[1]

    assert "\N{REPLACEMENT CHARACTER}" in cells["A"]
