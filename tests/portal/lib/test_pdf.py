import io
import subprocess
import sys
from dataclasses import replace

import page
import pytest
from pypdf import PdfReader

from portal.lib import pdf
from tests.builders.papers import TEMPLATES, a_paper_of

PROFILES = [page.ValidationProfile.PDF_A_3A, page.ValidationProfile.PDF_UA_1]


@pytest.fixture(scope="module")
def invoice():
    paper = a_paper_of("invoice", 3)
    return pdf.render_pdf(TEMPLATES["invoice"], {"paper": paper})


@pytest.mark.parametrize("profile", PROFILES, ids=str)
def test_a_paper_conforms_to_archiving_and_to_accessibility(invoice, profile):
    report = page.validate_pdf_bytes(invoice, profile=profile)

    assert [str(failure) for failure in report.failures] == []


def test_the_same_paper_is_the_same_bytes(invoice):
    again = pdf.render_pdf(TEMPLATES["invoice"], {"paper": a_paper_of("invoice", 3)})

    assert again == invoice


def test_another_process_makes_the_same_bytes(invoice, settings, tmp_path):
    program = (
        "import django; django.setup()\n"
        "from portal.lib.pdf import render_pdf\n"
        "from tests.builders.papers import TEMPLATES, a_paper_of\n"
        "import pathlib, sys\n"
        "content = render_pdf(TEMPLATES['invoice'], {'paper': a_paper_of('invoice', 3)})\n"
        "pathlib.Path(sys.argv[1]).write_bytes(content)\n"
    )
    made = tmp_path / "invoice.pdf"

    subprocess.run(  # the program above and a path of this test
        [sys.executable, "-c", program, made], check=True, cwd=settings.BASE_DIR
    )

    assert made.read_bytes() == invoice


def test_another_paper_has_another_identifier(invoice):
    other = pdf.render_pdf(TEMPLATES["invoice"], {"paper": a_paper_of("invoice", 4)})

    def identifier(content):
        return PdfReader(io.BytesIO(content)).trailer["/ID"][0]

    assert identifier(other) != identifier(invoice)


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

    assert names == {"Paper", "Paper-Medium", "Paper-Semi-Bold"}
    assert all("/FontFile2" in font["/FontDescriptor"] for font in fonts)


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "http://localhost/logo.png",
        "data:image/png;base64,AAAA",
        "print:../css/site.css",
        "print:nothing.png",
        "asset:other",
        "logo.png",
    ],
)
def test_a_paper_that_asks_for_another_file_is_refused(address, settings, tmp_path):
    (tmp_path / "evil.html").write_text(f'<html lang="en"><img src="{address}" alt="">')
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]

    with pytest.raises(pdf.ForbiddenAsset, match=r"evil\.html"):
        pdf.render_pdf("evil.html", {}, assets={"logo": b""})


def test_a_logo_stands_for_the_name_and_says_so(settings):
    logo = (settings.BASE_DIR / "static" / "img" / "mark.svg").read_bytes()
    paper = a_paper_of("invoice")
    paper = replace(paper, letterhead=replace(paper.letterhead, name="The Brand", logo=logo))

    content = pdf.render_pdf(TEMPLATES["invoice"], {"paper": paper}, assets={"logo": logo})

    assert "The Brand" not in PdfReader(io.BytesIO(content)).pages[0].extract_text()
    assert [page.validate_pdf_bytes(content, profile=each).is_compliant for each in PROFILES] == [
        True,
        True,
    ]
