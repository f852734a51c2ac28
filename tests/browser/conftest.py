"""A real browser on the live server: signed in as anybody, wide or narrow, light or dark.

Debian's Chromium, driven by Playwright. Every page is watched: an error on the console, a refused
inline script or a request to a foreign host fails the test that caused it.
"""

import shutil
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect

WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}
# Patience for a busy machine; a test that passes does not wait for it.
expect.set_options(timeout=15_000)
# As the parameter `script`, for tests of what has to work either way.
WITH_AND_WITHOUT_SCRIPT = pytest.mark.parametrize(
    "script",
    [
        pytest.param(True, id="script"),
        pytest.param(
            False,
            id="no script",
            marks=pytest.mark.browser_context_args(java_script_enabled=False),
        ),
    ],
)
LOOKS = [(PHONE, "dark"), (WIDE, "light")]
AXE = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
    # axe would fetch imported stylesheets by itself, relative to the page.
    "preload": False,
}


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def base_url():
    """Tests open addresses through `visit`; the plugin's own fixture warns under pytest 9."""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    return {**browser_type_launch_args, "executable_path": chromium, "args": ["--no-sandbox"]}


@pytest.fixture
def browser_context_args(browser_context_args):
    return {
        **browser_context_args,
        "viewport": WIDE,
        "locale": "en-GB",
        "timezone_id": "Europe/Helsinki",
        "reduced_motion": "reduce",
    }


@pytest.fixture
def other_sites():
    """Sites besides the portal that a test leads the browser to on purpose."""
    return []


@pytest.fixture
def page(page, live_server, other_sites):
    """A page that fails its test for anything on the console and for any foreign request."""
    troubles = []
    page.on("console", lambda message: _note(troubles, message))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on(
        "request",
        lambda request: _note_foreign(troubles, request, [live_server.url, *other_sites]),
    )

    yield page

    assert troubles == []


def _note(troubles, message):
    # A page that says 404 is a page like any other.
    if message.type in ("error", "warning") and "the server responded with" not in message.text:
        troubles.append(message.text)


def _note_foreign(troubles, request, known):
    # The browser shows a PDF with an extension of its own.
    own = ("about:", "data:", "blob:", "chrome:", "chrome-extension:")
    if not request.url.startswith((*known, *own)):
        troubles.append(f"{request.method} {request.url}")


@pytest.fixture
def visit(page, live_server):
    """Open an address of the portal, as a user if one is given, and return the page."""

    def open_page(path, *, user=None, status=HTTPStatus.OK):
        if user is not None:
            sign_in(page, user, live_server.url)
        response = page.goto(f"{live_server.url}{path}")
        assert response.status == status
        return page

    return open_page


def sign_in(page, user, url):
    """Give the browser the session of a user who has signed in."""
    client = Client()
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": session.key, "value": session.value, "url": url}])


@pytest.fixture
def assert_accessible(request):
    """Check a page as it stands: axe finds nothing, pictures show, nothing scrolls sideways.

    axe needs JavaScript, so a test without it checks nothing here.
    """
    marker = request.node.get_closest_marker("browser_context_args")
    without_script = marker is not None and marker.kwargs.get("java_script_enabled") is False

    def check(page):
        if without_script:
            return
        page.wait_for_load_state()
        found = [
            (rule["id"], node["target"], node.get("failureSummary"))
            for rule in violations(page)
            for node in rule["nodes"]
        ]
        assert found == []
        broken = page.evaluate(
            "[...document.images].filter(i => i.complete && !i.naturalWidth).map(i => i.src)"
        )
        assert broken == [], f"{page.url} shows pictures that are none: {broken}"
        width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert width[0] <= width[1], f"{page.url} scrolls sideways: {width[0]} of {width[1]} px"

    return check


def violations(page):
    """What axe finds; the script, half a megabyte, is read once by each page."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return page.evaluate("options => axe.run(options).then(found => found.violations)", AXE)


@pytest.fixture
def look(page, assert_accessible):
    """Check the page that is open on a phone in the dark and on a desk in the light."""

    def check(*ways):
        for viewport, scheme in ways or LOOKS:
            page.set_viewport_size(viewport)
            page.emulate_media(color_scheme=scheme)
            assert_accessible(page)

    return check


@pytest.fixture
def homepage():
    """Somebody's homepage on 127.0.0.1: for a browser another site than localhost."""
    pages = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            body = pages.get(self.path)
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write((body or "").encode())

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", pages
    server.shutdown()
    server.server_close()
    thread.join()
