"""The ERP on HTTP: `POST /soap`, `GET /soap?wsdl`, and the switches under `/control/`.

A thread serves each connection. Whatever is asked, but for the WSDL, needs the one user's name and
password, by HTTP Basic or as a WS-Security UsernameToken.
"""

import json
import logging
import socket
import struct
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from erp_bridge.demo_erp.faults import KINDS, BadFault
from erp_bridge.demo_erp.program import LIMITS, Answer, BrokenOff, DemoErp, soap_answer
from portal.lib import soap

__all__ = ["PATH", "serve"]

log = logging.getLogger("demo_erp")

PATH = "/soap"
SOCKET_SECONDS = 60
MOST_TICKS = 1000


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
            self._send(soap_answer(500, soap.fault_answer(fault)))
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


def _json(status: int, content: Any) -> Answer:
    body = json.dumps(content, indent=1).encode() + b"\n"
    return Answer(status, "application/json", body, len(body), {})


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
