"""The ERP on HTTP: `POST /soap`, `GET /soap?wsdl`, and the switches under `/control/`.

A thread serves each connection. Whatever is asked, but for the WSDL, needs the one user's name and
password, by HTTP Basic or as a WS-Security UsernameToken.
"""

import base64
import binascii
import hmac
import json
import logging
import socket
import struct
import time
from collections.abc import Callable
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from lxml import etree

from erp_bridge.demo_erp import reading
from erp_bridge.demo_erp.codec import Wire, to_document
from erp_bridge.demo_erp.damage import damage, damaged_bytes, duplicated
from erp_bridge.demo_erp.faults import KINDS, BadFault, Switchboard
from erp_bridge.demo_erp.refusals import Invalid, NotAllowed, NotFound, NotNow
from erp_bridge.demo_erp.store import Store
from erp_bridge.demo_erp.tick import tick
from erp_bridge.demo_erp.writing import WRITES
from erp_bridge.demo_erp.writing.once import once
from portal.lib import soap, xml

__all__ = ["CONTRACT", "DemoErp", "serve"]

log = logging.getLogger("demo_erp")

CONTRACT = Path(__file__).parents[1] / "contract" / "erp.wsdl"
PATH = "/soap"
LIMITS = xml.Limits(size=2_000_000)
SOCKET_SECONDS = 60
MOST_TICKS = 1000


class Answer(NamedTuple):
    """`content` is what goes out of what was announced: less when an answer is cut."""

    status: int
    media_type: str
    content: bytes
    length: int
    headers: dict[str, str]


class BrokenOff(Exception):
    """The connection ends without an answer."""


class DemoErp:
    """The program behind the socket: credentials, operations and switches."""

    def __init__(self, store: Store, *, username: str, password: str) -> None:
        self.store = store
        self.switchboard = Switchboard(store)
        self._credentials = f"{username}:{password}".encode()
        self._contract = soap.Contract(CONTRACT)
        self.wsdl = self._contract.wsdl("")
        self._operations: dict[str, reading.Operation] = {
            **reading.OPERATIONS,
            **{
                name: once(name, write, hide=partial(self.switchboard.hidden_until, name))
                for name, write in WRITES.items()
            },
        }

    def publish(self, url: str) -> None:
        """Name the address in the WSDL, which is known once a socket is bound."""
        self.wsdl = self._contract.wsdl(url)

    def answer(self, content: bytes, authorization: str) -> Answer:
        """The answer to a SOAP message. BrokenOff when a fault swallows it."""
        operation = "?"
        try:
            call = soap.read_call(content, limits=LIMITS)
            operation = soap.local_name(call.body)
            self._let_in(authorization, call.token)
            return self._answer_to(operation, call.body)
        except NotAllowed as refusal:
            challenge = {"WWW-Authenticate": 'Basic realm="Demo ERP", charset="UTF-8"'}
            return _soap(401, soap.fault_answer(refusal), challenge)
        except soap.SoapFault as fault:
            log.info("%s refused: %s", operation, fault.message)
            return _soap(500, soap.fault_answer(fault))

    def is_allowed(self, authorization: str) -> bool:
        scheme, _, credentials = authorization.partition(" ")
        if scheme.lower() != "basic":
            return False
        try:
            given = base64.b64decode(credentials, validate=True)
        except (binascii.Error, ValueError):
            return False
        return hmac.compare_digest(given, self._credentials)

    def tick(self, times: int = 1) -> list[dict[str, Any]]:
        hide = partial(self.switchboard.hidden_until, "tick")
        return [
            {"tick": done.number, "stamp": done.stamp.isoformat(), "did": done.did}
            for done in (tick(self.store, hide=hide) for _ in range(times))
        ]

    def _let_in(self, authorization: str, token: soap.UsernameToken | None) -> None:
        if token is not None:
            given = f"{token.username}:{token.password}".encode()
            allowed = hmac.compare_digest(given, self._credentials)
        else:
            allowed = self.is_allowed(authorization)
        if not allowed:
            raise NotAllowed("credentials", "The user name or the password is not right.")

    def _answer_to(self, operation: str, body: etree._Element) -> Answer:
        if operation not in self._operations:
            raise soap.SoapFault(soap.FaultCode.CLIENT, f"There is no operation {operation}.")
        early = self._stumble(operation)
        if early is not None:
            return early
        issues = self._contract.check(body)
        if issues:
            raise Invalid("schema", "The message does not fit the schema.", issues=issues)
        name, content = self._performed(operation, body)
        answer = _soap(200, soap.answer(_response(operation, name, content)))
        if operation in reading.FEED_OF:
            content_bytes = damaged_bytes(answer.content)
            answer = answer._replace(content=content_bytes, length=len(content_bytes))
        if self.switchboard.draw(operation, "cut"):
            answer = answer._replace(content=answer.content[: answer.length // 2])
        return answer

    def _performed(self, operation: str, body: etree._Element) -> tuple[str, Wire]:
        perform = self._operations[operation]
        try:
            name, content = perform(self.store, body)
        except ValueError as error:
            raise Invalid("value", f"A value cannot be used: {error}.") from error
        if operation in reading.FEED_OF:
            self._disturb(operation, content)
        if operation == "GetDocument" and self.switchboard.draw(operation, "corrupt_document"):
            content = {**content, "Content": base64.b64encode(b"\x00not a PDF\x00").decode()}
        return name, content

    def _stumble(self, operation: str) -> Answer | None:
        """Faults that strike before anything is done."""
        for fault in self.switchboard.draw(operation, "slow"):
            self.switchboard.wait(fault.seconds)
        for fault in self.switchboard.draw(operation, "hang"):
            self.switchboard.wait(fault.seconds)
            raise BrokenOff
        if self.switchboard.draw(operation, "reset"):
            raise BrokenOff
        if self.switchboard.draw(operation, "refuse"):
            page = b"<html><body><h1>503 Service Unavailable</h1></body></html>"
            return Answer(503, "text/html", page, len(page), {})
        if self.switchboard.draw(operation, "unavailable"):
            raise NotNow("maintenance", "The nightly run is under way. Try again later.")
        if operation == "GetDocument" and self.switchboard.draw(operation, "missing_document"):
            raise NotFound("no_document", "The archive does not hold this document.")
        return None

    def _disturb(self, operation: str, page: Wire) -> None:
        """Faults in the rows of a page; its position and total stay right."""
        element = next(iter(page))
        for fault in self.switchboard.draw(operation, "wrong"):
            rows = page[element]
            ids = damage(rows, count=fault.rows, what=fault.what, dice=fault.dice)
            with self.store.writing() as writer:
                writer.mark_served_wrong(reading.FEED_OF[operation], ids)
        for fault in self.switchboard.draw(operation, "duplicate"):
            page[element] = duplicated(page[element], count=fault.rows, dice=fault.dice)
        for fault in self.switchboard.draw(operation, "reorder"):
            fault.dice.shuffle(page[element])


def _response(operation: str, name: str, content: Wire) -> etree._Element:
    return to_document(f"{operation}Response", {name: content})


def _soap(status: int, content: bytes, headers: dict[str, str] | None = None) -> Answer:
    return Answer(status, soap.MEDIA_TYPE, content, len(content), headers or {})


def _json(status: int, content: Any) -> Answer:
    body = json.dumps(content, indent=1).encode() + b"\n"
    return Answer(status, "application/json", body, len(body), {})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "DemoERP/1"
    timeout = SOCKET_SECONDS
    disable_nagle_algorithm = True
    erp: DemoErp

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        if address.path == PATH and address.query.lower() == "wsdl":
            wsdl = self.erp.wsdl
            self._send(Answer(200, soap.MEDIA_TYPE, wsdl, len(wsdl), {}))
        else:
            self._control("GET", address.path, b"")

    def do_POST(self) -> None:
        content = self._body()
        if content is None:
            return
        address = urlsplit(self.path)
        if address.path != PATH:
            self._control("POST", address.path, content)
            return
        started = time.monotonic()
        try:
            answer = self.erp.answer(content, self.headers.get("Authorization", ""))
        except BrokenOff:
            self._break_off()
            return
        self._send(answer)
        log.debug("%d in %.0f ms", answer.status, (time.monotonic() - started) * 1000)

    def log_message(self, format: str, *args: Any) -> None:
        log.debug(format, *args)

    def _control(self, method: str, path: str, content: bytes) -> None:
        if not self.erp.is_allowed(self.headers.get("Authorization", "")):
            self._send(_json(401, {"error": "name and password, please"}))
            return
        act = _CONTROLS.get((method, path))
        if act is None:
            self._send(_json(404, {"error": f"{method} {path} is not here"}))
            return
        try:
            given = json.loads(content or b"{}")
            if not isinstance(given, dict):
                raise ValueError("an object is expected")
            answer = act(self.erp, given)
        except ValueError as error:
            self._send(_json(400, {"error": str(error)}))
            return
        self._send(_json(200, answer))

    def _body(self) -> bytes | None:
        """The request's body; None when it was too large or unreadable and has been answered."""
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            content = self._chunks()
        else:
            length = self.headers.get("Content-Length", "0")
            content = b""
            if not length.isdecimal() or int(length) > LIMITS.size:
                content = None
            else:
                content = self.rfile.read(int(length))
        if content is None:
            self.close_connection = True
            fault = soap.SoapFault(soap.FaultCode.CLIENT, "The message is too large.")
            self._send(_soap(500, soap.fault_answer(fault)))
        return content

    def _chunks(self) -> bytes | None:
        content = bytearray()
        while True:
            try:
                size = int(self.rfile.readline(100).partition(b";")[0], 16)
            except ValueError:
                return None
            if size < 0 or len(content) + size > LIMITS.size:
                return None
            content += self.rfile.read(size)
            self.rfile.readline(100)
            if size == 0:
                return bytes(content)

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.media_type)
        self.send_header("Content-Length", str(answer.length))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer.content)
        if len(answer.content) < answer.length:
            self.close_connection = True

    def _break_off(self) -> None:
        """Close so that the other side sees a reset rather than an end."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


def _do_ticks(erp: DemoErp, given: dict[str, Any]) -> Any:
    times = given.get("times", 1)
    if not isinstance(times, int) or not 1 <= times <= MOST_TICKS:
        raise ValueError(f"times is between 1 and {MOST_TICKS}")
    return {"ticks": erp.tick(times)}


def _show_faults(erp: DemoErp, given: dict[str, Any]) -> Any:
    return {
        "faults": [fault.as_json() for fault in erp.switchboard.faults()],
        "kinds": KINDS,
    }


def _switch_faults(erp: DemoErp, given: dict[str, Any]) -> Any:
    faults = given.get("faults")
    if not isinstance(faults, list) or not all(isinstance(fault, dict) for fault in faults):
        raise BadFault("faults is a list of objects")
    erp.switchboard.switch(faults)
    return {"faults": [fault.as_json() for fault in erp.switchboard.faults()]}


_CONTROLS: dict[tuple[str, str], Callable[[DemoErp, dict[str, Any]], Any]] = {
    ("POST", "/control/tick"): _do_ticks,
    ("GET", "/control/faults"): _show_faults,
    ("POST", "/control/faults"): _switch_faults,
}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Callers break off; what fails here, in the server itself, is in the trace."""
        log.info("the connection from %s ended early", client_address[0], exc_info=True)  # noqa: LOG014


def serve(erp: DemoErp, host: str, port: int) -> ThreadingHTTPServer:
    """A server for this ERP on a bound socket, to be run by `serve_forever`."""
    handler = type("_BoundHandler", (_Handler,), {"erp": erp})
    return _Server((host, port), handler)
