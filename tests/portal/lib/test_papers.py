from datetime import date
from decimal import Decimal

import pytest

from portal.lib.papers import PaperLine, VatRow, address_lines, fingerprint, in_groups, totals


def a_line(net, rate, category=""):
    return PaperLine(
        position=1,
        quantity=Decimal(1),
        vat_rate=Decimal(rate),
        vat_category=category,
        net_amount=Decimal(net),
    )


def totals_of(lines, net, vat, currency="EUR"):
    net, vat = Decimal(net), Decimal(vat)
    return totals(lines, currency=currency, net_amount=net, vat_amount=vat, gross_amount=net + vat)


def test_vat_is_shown_by_rate_with_the_highest_first():
    found = totals_of(
        [a_line("100", "14.0000"), a_line("50.10", "25.5"), a_line("49.90", "25.50")],
        "200",
        "39.50",
    )

    assert found.vat_rows == (
        VatRow(
            category="",
            rate=Decimal("25.5"),
            net_amount=Decimal("100.00"),
            vat_amount=Decimal("25.50"),
        ),
        VatRow(category="", rate=Decimal(14), net_amount=Decimal(100), vat_amount=Decimal("14.00")),
    )


def test_the_row_with_the_most_vat_takes_the_difference_of_rounding_line_by_line():
    found = totals_of([a_line("10.01", "25.5"), a_line("0.99", "14")], "11.00", "2.70")

    assert [row.vat_amount for row in found.vat_rows] == [Decimal("2.56"), Decimal("0.14")]


def test_lines_that_do_not_add_up_to_the_net_amount_get_no_breakdown():
    found = totals_of([a_line("90", "25.5")], "100", "25.50")

    assert found.vat_rows == ()


def test_an_invoice_without_lines_has_totals_alone():
    found = totals_of([], "100", "25.50")

    assert (found.vat_rows, found.notes, found.gross_amount) == ((), [], Decimal("125.50"))


def test_vat_of_a_currency_without_decimals_has_none():
    found = totals_of([a_line("1005", "10")], "1005", "101", currency="JPY")

    assert [row.vat_amount for row in found.vat_rows] == [Decimal(101)]


@pytest.mark.parametrize(
    ("category", "words"),
    [("AE", "Reverse charge"), ("K", "intra-Community supply"), ("G", "export outside the EU")],
)
def test_the_law_is_named_for_sales_without_vat(category, words):
    notes = totals_of([a_line("100", "0", category)], "100", "0").notes

    assert [words in note for note in notes] == [True]


def test_a_standard_sale_names_no_law():
    assert totals_of([a_line("100", "25.5", "S")], "100", "25.5").notes == []


@pytest.mark.parametrize(
    ("country", "region", "lines"),
    [
        ("FI", "", ("Obere Str. 57", "12209 Berlin")),
        ("DE", "", ("Obere Str. 57", "12209 Berlin", "GERMANY")),
        ("US", "WA", ("Obere Str. 57", "Berlin WA 12209", "UNITED STATES")),
        ("ZZ", "", ("Obere Str. 57", "12209 Berlin", "UNKNOWN REGION")),
    ],
)
def test_an_address_names_the_country_only_abroad(country, region, lines):
    found = address_lines(
        street="Obere Str. 57",
        postal_code="12209",
        city="Berlin",
        region=region,
        country=country,
        home="FI",
        language="en",
    )

    assert found == lines


@pytest.mark.parametrize(
    ("code", "read"),
    [
        ("RF20300412", "RF20 3004 12"),
        ("FI2112345600000785", "FI21 1234 5600 0007 85"),
        ("1234561", "12 34561"),
        ("12345 67890", "12345 67890"),
        ("", ""),
    ],
)
def test_codes_are_written_in_the_groups_people_read(code, read):
    assert in_groups(code) == read


def test_a_fingerprint_ignores_the_scale_of_decimals():
    assert fingerprint([Decimal("1.50"), date(2026, 1, 2)]) == fingerprint(
        [Decimal("1.500"), date(2026, 1, 2)]
    )


def test_a_fingerprint_tells_neighbouring_values_apart():
    assert fingerprint(["12", "3"]) != fingerprint(["1", "23"])
