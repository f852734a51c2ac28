from datetime import UTC, datetime

import pytest
from django.core.files.base import ContentFile
from django.test import RequestFactory

from portal.lib.files import serve

CONTENT = bytes(range(256)) * 4
SHA = "ab" * 32
MADE = datetime(2026, 11, 16, 10, tzinfo=UTC)
STAMP = "Mon, 16 Nov 2026 10:00:00 GMT"


def ask(
    method="get", *, name="Order confirmation 10952.pdf", media_type="application/pdf", **headers
):
    request = getattr(RequestFactory(), method)("/file", headers=headers)
    return serve(
        request,
        ContentFile(CONTENT),
        name=name,
        media_type=media_type,
        size=len(CONTENT),
        sha256=SHA,
        modified=MADE,
    )


def body(response):
    return b"".join(response) if response.streaming else response.content


def test_a_pdf_opens_in_the_browser_under_its_name_and_may_do_nothing():
    response = ask()

    assert body(response) == CONTENT
    assert response.status_code == 200
    assert {name: response[name] for name in response.headers} == {
        "Content-Type": "application/pdf",
        "Content-Length": "1024",
        "Content-Disposition": 'inline; filename="Order confirmation 10952.pdf"',
        "Content-Security-Policy": (
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
        ),
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-cache",
        "Accept-Ranges": "bytes",
        "ETag": f'"{SHA}"',
        "Last-Modified": STAMP,
    }


@pytest.mark.parametrize("media_type", ["text/html", "image/svg+xml", "application/xml", ""])
def test_a_type_that_could_carry_a_script_is_downloaded(media_type):
    response = ask(media_type=media_type)

    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment; ")
    assert response["Content-Security-Policy"].endswith("; sandbox")


def test_a_name_beyond_ascii_is_encoded():
    response = ask(name='Auftrag "Größe"\r\n.pdf')

    assert response["Content-Disposition"] == (
        "inline; filename*=utf-8''Auftrag%20%22Gr%C3%B6%C3%9Fe%22%0D%0A.pdf"
    )


@pytest.mark.parametrize(
    "headers",
    [
        {"If-None-Match": f'"{SHA}"'},
        {"If-None-Match": f'W/"{SHA}"'},
        {"If-Modified-Since": STAMP},
    ],
)
def test_a_browser_that_has_it_gets_nothing_again(headers):
    response = ask(**headers)

    assert (response.status_code, body(response)) == (304, b"")
    assert response["ETag"] == f'"{SHA}"'
    assert response["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize(
    "headers",
    [{"If-None-Match": '"other"'}, {"If-Modified-Since": "Mon, 16 Nov 2026 09:59:59 GMT"}],
)
def test_a_browser_with_another_version_gets_this_one(headers):
    assert body(ask(**headers)) == CONTENT


@pytest.mark.parametrize(
    ("wanted", "part", "told"),
    [
        ("bytes=0-9", CONTENT[:10], "bytes 0-9/1024"),
        ("bytes=1000-", CONTENT[1000:], "bytes 1000-1023/1024"),
        ("bytes=1000-99999", CONTENT[1000:], "bytes 1000-1023/1024"),
        ("bytes=-24", CONTENT[-24:], "bytes 1000-1023/1024"),
        ("bytes=-99999", CONTENT, "bytes 0-1023/1024"),
        ("bytes=1023-1023", CONTENT[-1:], "bytes 1023-1023/1024"),
    ],
)
def test_a_part_is_sent_alone(wanted, part, told):
    response = ask(Range=wanted)

    assert (response.status_code, body(response)) == (206, part)
    assert response["Content-Range"] == told
    assert response["Content-Length"] == str(len(part))
    assert response["Content-Type"] == "application/pdf"


@pytest.mark.parametrize("wanted", ["bytes=1024-", "bytes=5000-6000", "bytes=-0"])
def test_a_part_beyond_the_end_is_refused(wanted):
    response = ask(Range=wanted)

    assert (response.status_code, response["Content-Range"]) == (416, "bytes */1024")


@pytest.mark.parametrize(
    "wanted",
    ["bytes=0-1,5-6", "bytes=9-3", "bytes=-", "bytes=a-b", "lines=1-2", f"bytes={'9' * 40}-"],
)
def test_a_range_that_is_none_gets_the_whole(wanted):
    response = ask(Range=wanted)

    assert (response.status_code, body(response)) == (200, CONTENT)


@pytest.mark.parametrize(
    ("condition", "status"),
    [(f'"{SHA}"', 206), (STAMP, 206), ('"other"', 200), ("Mon, 16 Nov 2026 09:00:00 GMT", 200)],
)
def test_a_part_of_another_version_is_never_mixed_in(condition, status):
    assert ask(**{"Range": "bytes=0-9", "If-Range": condition}).status_code == status


def test_the_heads_alone_know_the_length():
    response = ask("head", Range="bytes=0-9")

    assert (response.status_code, response["Content-Length"]) == (200, "1024")
