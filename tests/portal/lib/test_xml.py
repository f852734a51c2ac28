import contextlib
import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from portal.lib import xml

ROOMY = xml.Limits(size=1_000_000)

BILLION_LAUGHS = b"""<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><lolz>&b;</lolz>"""


def parse(content, **changes):
    return xml.parse(content, limits=xml.Limits(**{"size": 1_000_000, **changes}))


def test_text_comes_whole_and_without_comments():
    root = parse(b"<a>one<!-- two --><?three?> four<b/></a>")

    assert (root.text, len(root)) == ("one four", 1)


@pytest.mark.parametrize(
    "content",
    [
        BILLION_LAUGHS,
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd"><a/>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        b'<!DOCTYPE a [<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;]><a/>',
        b'<!DOCTYPE a [<!ATTLIST a b CDATA "default">]><a/>',
        b"<!DOCTYPE a><a/>",
        b"\n <!-- a --> <?b c?>\n<!DOCTYPE a><a/>",
        b"<!doctype html><html/>",
        b"\xef\xbb\xbf<!DOCTYPE a><a/>",
        "\ufeff<!DOCTYPE a><a/>".encode("utf-16-le"),
        "\ufeff<!DOCTYPE a><a/>".encode("utf-16-be"),
        b'<?xml version="1.0" encoding="iso-8859-1"?><!DOCTYPE a><a/>',
    ],
)
def test_a_document_type_is_refused(content):
    with pytest.raises(xml.ForbiddenXml):
        parse(content)


@pytest.mark.parametrize(
    "content",
    [
        b"<!--" + b"<!DOCTYPE a>" * 3 + b"--><a/>",
        b"<a><![CDATA[<!DOCTYPE a>]]></a>",
        b"<a>&lt;!DOCTYPE a&gt;</a>",
    ],
)
def test_talk_about_document_types_is_no_document_type(content):
    assert parse(content).tag == "a"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"   ",
        b"no xml",
        b"<a>",
        b"<a></b>",
        b"<a/><b/>",
        b"<!-- <a/>",
        b"<?xml",
        b"<a>\x01</a>",
        b"<a>&#1;</a>",
        b"<a>\xff\xfe</a>",
        b"<a>&undefined;</a>",
        b'<?xml version="1.0" encoding="utf-7"?><a/>',
        b'<?xml version="1.0" encoding="ebcdic-cp-us"?><a/>',
        b'<?xml version="1.0" encoding="no-such"?><a/>',
        b'<?xml version="1.0" encoding="ascii"?><a>\xe4</a>',
        "<a/>".encode("utf-32"),
        b"\xff\xfe<",
        b'<a b="1" b="2"/>',
    ],
)
def test_what_is_not_well_formed_is_told_as_such(content):
    with pytest.raises(xml.NotWellFormed):
        parse(content)


@pytest.mark.parametrize(
    "content",
    [
        "<a>Köln</a>".encode(),
        "\ufeff<a>Köln</a>".encode(),
        "\ufeff<a>Köln</a>".encode("utf-16-le"),
        "\ufeff<?xml version='1.0' encoding='UTF-16'?><a>Köln</a>".encode("utf-16-be"),
        "<?xml version='1.0' encoding='ISO-8859-1'?><a>Köln</a>".encode("latin-1"),
        "<?xml version='1.0' encoding='windows-1252'?><a>Köln</a>".encode("cp1252"),
    ],
)
def test_common_encodings_are_understood(content):
    assert parse(content).text == "Köln"


@pytest.mark.parametrize(
    ("content", "limits"),
    [
        (b"<a>" + b"x" * 100 + b"</a>", {"size": 100}),
        (b"<a>" + b"<b/>" * 100 + b"</a>", {"elements": 100}),
        (b"<a " + b" ".join(b'b%d="1"' % n for n in range(101)) + b"/>", {"attributes": 100}),
        (b"<a>" * 9 + b"</a>" * 9, {"depth": 8}),
        (b"<a>" * 300 + b"</a>" * 300, {"depth": 1000}),
    ],
)
def test_more_than_is_allowed_is_refused(content, limits):
    with pytest.raises((xml.TooMuchXml, xml.NotWellFormed)):
        parse(content, **limits)


@pytest.mark.parametrize(
    ("content", "limits"),
    [
        (b"<a>" + b"<b/>" * 99 + b"</a>", {"elements": 100}),
        (b"<a " + b" ".join(b'b%d="1"' % n for n in range(100)) + b"/>", {"attributes": 100}),
        (b"<a>" * 8 + b"</a>" * 8, {"depth": 8}),
    ],
)
def test_as_much_as_is_allowed_is_read(content, limits):
    assert parse(content, **limits).tag == "a"


def test_a_flood_of_elements_is_refused_before_it_takes_memory():
    flood = b"<a>" + b"<b/>" * 5_000_000 + b"</a>"
    tracemalloc.start()
    started = time.monotonic()
    with pytest.raises(xml.TooMuchXml):
        parse(flood, size=50_000_000)
    elapsed = time.monotonic() - started
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert elapsed < 2
    assert peak < 1_000_000


def test_one_text_of_a_file_may_be_longer_than_the_parsers_own_bound():
    long = b"<a>" + b"x" * 11_000_000 + b"</a>"
    with pytest.raises(xml.NotWellFormed):
        parse(long, size=20_000_000)

    assert len(parse(long, size=20_000_000, long_texts=True).text) == 11_000_000


@pytest.mark.parametrize(
    "damage", [b"\x00", b"\x01", b"\x1f", b"&#0;", b"&#x1f;", b"&#31;", b"\xff", b"\xef\xbf\xbf"]
)
def test_characters_that_xml_excludes_can_be_marked_instead(damage):
    content = b"<a><b>one" + damage + b"two</b><b>three &#233;</b></a>"

    root = xml.parse(content, limits=ROOMY, replace_excluded=True)

    assert [b.text.strip(xml.REPLACED) for b in root] == [root[0].text, "three é"]
    assert set(root[0].text.removeprefix("one").removesuffix("two")) == {xml.REPLACED}


def test_marking_does_not_mend_a_cut_answer():
    with pytest.raises(xml.NotWellFormed):
        xml.parse(b"<a>\x01<b>", limits=ROOMY, replace_excluded=True)


def test_the_reason_quotes_nothing_of_the_text():
    with pytest.raises(xml.NotWellFormed) as caught:
        parse(b"<a>Maria Anders</b>")

    assert "Maria" not in str(caught.value)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content):
    with contextlib.suppress(xml.BadXml):
        assert parse(content) is not None


@given(st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc", "Cn"])))
def test_any_text_survives_the_way_there_and_back(text):
    element = etree.Element("a")
    element.text = text

    assert (parse(etree.tostring(element, encoding="utf-8")).text or "") == text
