"""A post whose end got lost on the way is not taken for a whole one."""

import importlib
import io
from urllib.parse import urlencode

import pytest
from django.core.exceptions import BadRequest
from django.core.handlers.wsgi import WSGIRequest
from django.test import RequestFactory
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from portal.lib.whole_bodies import whole_bodies
from tests.builders.order_forms import answers, stop

KINDS = {
    "application/x-www-form-urlencoded": lambda posted: urlencode(posted).encode(),
    MULTIPART_CONTENT: lambda posted: encode_multipart(BOUNDARY, posted),
}
POSTED = {f"answers-{name}": value for name, value in answers().items()} | {
    f"stops-{number}-{name}": value for number in (1, 2) for name, value in stop().items()
}


def received(body, *, kind, arrives):
    """What Django reads of a form when so many bytes of it arrive."""
    environ = RequestFactory().generic("POST", "/", body, content_type=kind).environ
    environ["wsgi.input"] = io.BytesIO(body[:arrives])
    return whole_bodies(lambda environ, _start: WSGIRequest(environ).POST)(environ, None)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("part", [0, 0.6, 1])
def test_half_a_form_is_a_bad_request(kind, part):
    body = KINDS[kind](POSTED)

    with pytest.raises(BadRequest):
        received(body, kind=kind, arrives=min(int(part * len(body)), len(body) - 1))


@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_form_is_read(kind):
    body = KINDS[kind](POSTED)

    assert received(body, kind=kind, arrives=len(body)).dict() == POSTED


def test_a_page_that_is_only_read_has_no_body():
    environ = RequestFactory().get("/").environ

    assert not whole_bodies(lambda environ, _start: WSGIRequest(environ).POST)(environ, None)


@pytest.mark.parametrize(("arrives", "lines"), [(b"one\ntwo", 2), (b"one\ntw", 1), (b"one\n", 1)])
def test_a_body_that_is_read_by_lines_ends_early_too(arrives, lines):
    read = []

    def application(environ, _start):
        read.append(environ["wsgi.input"].readline())
        read.append(environ["wsgi.input"].readline(20))
        return []

    environ = {"CONTENT_LENGTH": "7", "wsgi.input": io.BytesIO(arrives)}
    if lines == 2:
        whole_bodies(application)(environ, None)
    else:
        with pytest.raises(BadRequest):
            whole_bodies(application)(environ, None)

    assert len(read) == lines


def test_the_web_process_takes_whole_bodies_alone(monkeypatch):
    monkeypatch.setenv("STATEMENT_TIMEOUT", "5")

    application = importlib.import_module("portal.wsgi").application

    assert application.__qualname__.startswith(whole_bodies.__name__)
