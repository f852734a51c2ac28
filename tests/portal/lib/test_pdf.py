import io
import subprocess
import sys
from dataclasses import replace

import page
import pytest
from pypdf import PdfReader

from tests.builders.papers import a_paper_of, printed

PROFILES = [page.ValidationProfile.PDF_A_3A, page.ValidationProfile.PDF_UA_1]


@pytest.fixture(scope="module")
def invoice():
    return printed("invoice", a_paper_of("invoice", 3))


@pytest.mark.parametrize("profile", PROFILES, ids=str)
def test_a_paper_conforms_to_archiving_and_to_accessibility(invoice, profile):
    report = page.validate_pdf_bytes(invoice, profile=profile)

    assert [str(failure) for failure in report.failures] == []


def test_the_same_paper_is_the_same_bytes(invoice):
    assert printed("invoice", a_paper_of("invoice", 3)) == invoice


def test_another_process_makes_the_same_bytes(invoice, settings, tmp_path):
    program = (
        "import django; django.setup()\n"
        "from tests.builders.papers import a_paper_of, printed\n"
        "import pathlib, sys\n"
        "content = printed('invoice', a_paper_of('invoice', 3))\n"
        "pathlib.Path(sys.argv[1]).write_bytes(content)\n"
    )
    made = tmp_path / "invoice.pdf"

    subprocess.run(  # the program above and a path of this test
        [sys.executable, "-c", program, made], check=True, cwd=settings.BASE_DIR
    )

    assert made.read_bytes() == invoice


def test_another_version_of_a_paper_says_so_in_its_identifier(invoice):
    def identifier(content):
        return PdfReader(io.BytesIO(content)).trailer["/ID"]

    paper, version = identifier(invoice)
    same_paper, other_version = identifier(printed("invoice", a_paper_of("invoice", 4)))

    assert (same_paper == paper, other_version == version) == (True, False)


def test_another_paper_has_another_identifier(invoice):
    other = printed("invoice", a_paper_of("invoice", 3, number="300413"))

    assert (
        PdfReader(io.BytesIO(other)).trailer["/ID"][0]
        != PdfReader(io.BytesIO(invoice)).trailer["/ID"][0]
    )


def test_title_language_and_day_stand_in_the_file(invoice):
    reader = PdfReader(io.BytesIO(invoice))

    assert reader.metadata.title == "Invoice 300412"
    assert reader.metadata.author == "Northwind Freight Oy"
    assert reader.trailer["/Root"]["/Lang"] == "en"
    assert reader.metadata.creation_date_raw.startswith("D:20261116")


def test_every_font_is_embedded(invoice):
    fonts = [
        font["/DescendantFonts"][0]
        for sheet in PdfReader(io.BytesIO(invoice)).pages
        for font in (each.get_object() for each in sheet["/Resources"]["/Font"].values())
    ]
    names = {font["/BaseFont"].partition("+")[2] for font in fonts}

    assert names == {"Inter-Regular", "Inter-SemiBold"}
    assert all("/FontFile2" in font["/FontDescriptor"] for font in fonts)


def test_the_tags_tell_headings_tables_and_lists_apart(invoice):
    def kinds(element):
        element = element.get_object()
        if isinstance(element, list):
            return [kind for child in element for kind in kinds(child)]
        if not isinstance(element, dict) or "/S" not in element:
            return []
        return [element["/S"], *kinds(element.get("/K", []))]

    found = kinds(PdfReader(io.BytesIO(invoice)).trailer["/Root"]["/StructTreeRoot"]["/K"])

    # The lines with a head and three rows of six cells, and the VAT with a head and a row of three.
    assert [found.count(kind) for kind in ("/Table", "/THead", "/TH", "/TD")] == [2, 2, 9, 21]
    # Facts, totals, and both halves of how to pay.
    assert found.count("/LI") == found.count("/Lbl") == found.count("/LBody") == 7 + 3 + 4 + 3
    assert [found.count(kind) for kind in ("/H1", "/H2")] == [1, 1]


def test_what_stands_on_a_paper_is_never_code():
    paper = a_paper_of("invoice", customer_reference='#image("/etc/passwd") *b* $x$ \\')

    (sheet,) = PdfReader(io.BytesIO(printed("invoice", paper))).pages

    assert '#image("/etc/passwd") *b* $x$ \\' in sheet.extract_text()


def test_letters_that_the_fonts_lack_do_not_stop_a_paper():
    paper = a_paper_of("invoice", customer_reference="中4500\u200d\x07é ΩЖ")

    content = printed("invoice", paper)

    assert "\N{WHITE SQUARE}4500 é ΩЖ" in (PdfReader(io.BytesIO(content)).pages[0].extract_text())
    assert is_accepted(content)


def test_long_papers_leave_no_memory_behind(settings):
    program = (
        "import django; django.setup()\n"
        "import pathlib\n"
        "from tests.builders.papers import a_paper_of, printed\n"
        "for rows in (1500, 1501, 1502, 1503):\n"
        "    printed('statement', a_paper_of('statement', rows))\n"
        "    pages = pathlib.Path('/proc/self/statm').read_text().split()[1]\n"
        "    print(int(pages) * 4096)\n"
    )

    run = subprocess.run(
        [sys.executable, "-c", program],
        check=True,
        capture_output=True,
        cwd=settings.BASE_DIR,
        text=True,
    )

    first, *later = (int(line) for line in run.stdout.split())
    assert max(later) < first * 1.3


def test_a_logo_stands_for_the_name_and_says_so(settings):
    logo = (settings.BASE_DIR / "static" / "img" / "mark.svg").read_bytes()
    paper = a_paper_of("invoice")
    paper = replace(paper, letterhead=replace(paper.letterhead, name="The Brand", logo=logo))

    content = printed("invoice", paper)

    assert "The Brand" not in PdfReader(io.BytesIO(content)).pages[0].extract_text()
    assert is_accepted(content)


def is_accepted(content):
    return all(page.validate_pdf_bytes(content, profile=each).is_compliant for each in PROFILES)
