"""Calls to other people's HTTP servers: bounded in time and size, and never led elsewhere.

The only importer of requests. An `Endpoint` is one address, fixed when it is made: redirects are
handed back and not followed, cookies and proxy variables of the environment are not used, TLS
certificates are always verified, and link-local addresses (where clouds keep their keys) are
refused. Each call opens its own connection, so nothing of one call reaches the next and an
endpoint may be shared by threads.

requests' own time-outs bound one wait each: a server that sends a byte a second satisfies them for
ever. Here every wait of a call, the TLS handshake included, draws on one clock; the name look-up
alone is left to the resolver's own limits.
"""

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

__all__ = [
    "Answer",
    "BadAddress",
    "EncryptedSession",
    "Endpoint",
    "NoAnswer",
    "Timeouts",
    "UnusableAnswer",
    "require_encryption",
]

_CHUNK = 64 * 1024


class BadAddress(ValueError):
    """The address is not one that an endpoint may have."""


class NoAnswer(Exception):
    """No complete answer came: no connection, no time left, or cut off. `str()` says which."""


class UnusableAnswer(Exception):
    """An answer came that must not be read: it is larger than allowed or wrongly packed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Timeouts:
    """Seconds: to connect, between two pieces of the answer, and for the whole call."""

    connect: float = 5
    read: float = 30
    total: float = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    status: int
    media_type: str  # lower case, without parameters; empty when the server names none
    body: bytes = field(repr=False)


class Endpoint:
    """One address of one server, with the credentials for it.

    An address with credentials, another scheme than http and https, or no host is refused with
    BadAddress.
    """

    def __init__(
        self,
        url: str,
        *,
        max_bytes: int,
        username: str = "",
        password: str = "",
        timeouts: Timeouts | None = None,
    ) -> None:
        self._url = url
        self._name = _name_of(url)
        self._max_bytes = max_bytes
        self._timeouts = timeouts or Timeouts()
        self._auth = (
            HTTPBasicAuth(username.encode(), password.encode()) if username or password else None
        )

    def __repr__(self) -> str:
        return f"<Endpoint {self._name}>"

    def post(self, body: bytes, *, headers: Mapping[str, str]) -> Answer:
        """The server's answer whatever its status, at most `max_bytes` of it after unpacking.

        Raises NoAnswer or UnusableAnswer. After NoAnswer the server may or may not have acted.
        """
        response, content = _exchange(
            "POST",
            self._url,
            name=self._name,
            max_bytes=self._max_bytes,
            timeouts=self._timeouts,
            data=body,
            headers=headers,
            auth=self._auth,
        )
        return Answer(
            status=response.status_code, media_type=_media_type_of(response), body=content
        )


class EncryptedSession(requests.Session):
    """What a library that wants a session of requests calls with: bounded as an `Endpoint` is.

    Each call goes to an address of its own, which has to be https unless it is on this machine:
    what travels there are keys and secrets. Raises BadAddress, NoAnswer or UnusableAnswer.
    """

    def __init__(self, *, max_bytes: int, timeouts: Timeouts | None = None) -> None:
        super().__init__()
        self._max_bytes = max_bytes
        self._timeouts = timeouts or Timeouts()

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
        require_encryption(url)
        response, content = _exchange(
            method,
            url,
            name=_name_of(url),
            max_bytes=self._max_bytes,
            timeouts=self._timeouts,
            data=kwargs.get("data"),
            params=kwargs.get("params"),
            headers=kwargs.get("headers") or {},
            auth=kwargs.get("auth"),
        )
        response._content = content
        return response


def require_encryption(url: str) -> None:
    """Refuse an address with BadAddress that is neither https nor on this machine."""
    _name_of(url)
    parts = urlsplit(url)
    if parts.scheme != "https" and not _is_this_machine(str(parts.hostname)):
        raise BadAddress("The address has to start with https://.")


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _exchange(
    method: str,
    url: str,
    *,
    name: str,
    max_bytes: int,
    timeouts: Timeouts,
    headers: Mapping[str, str],
    **body: Any,
) -> tuple[requests.Response, bytes]:
    """One call and its whole answer; `body` holds data, params and auth as requests takes them."""
    clock = _Clock(timeouts)
    with requests.Session() as session:
        session.trust_env = False
        session.headers.clear()
        adapter = _Adapter(clock)
        session.mount("http://", adapter)
        session.mount("https://", adapter)
        try:
            with session.request(
                method,
                url,
                headers={"Accept-Encoding": "gzip", "User-Agent": "Portico", **headers},
                allow_redirects=False,
                stream=True,
                timeout=(timeouts.connect, timeouts.read),
                **body,
            ) as response:
                return response, _body_of(response, name=name, max_bytes=max_bytes)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise _plain(error, clock, name) from error


def _body_of(response: requests.Response, *, name: str, max_bytes: int) -> bytes:
    body = bytearray()
    while chunk := response.raw.read(_CHUNK, decode_content=True):
        body += chunk
        if len(body) > max_bytes:
            raise UnusableAnswer(f"{name} sent more than {max_bytes:,} bytes in one answer")
    return bytes(body)


def _plain(error: Exception, clock: "_Clock", name: str) -> NoAnswer | UnusableAnswer:
    causes = list(_causes_of(error))
    if any(isinstance(cause, urllib3.exceptions.DecodeError) for cause in causes):
        return UnusableAnswer(f"{name} sent an answer that cannot be unpacked")
    if clock.left() <= 0:
        return NoAnswer(f"{name} did not answer within {clock.total:g} seconds")
    for kind, words in _WORDS.items():
        if any(isinstance(cause, kind) for cause in causes):
            return NoAnswer(f"{name} {words}")
    return NoAnswer(f"{name} could not be reached")


# From the particular to the general: the first kind found among an error's causes speaks.
_WORDS: dict[type[BaseException], str] = {
    NameResolutionError: "is not a known host name",
    ssl.SSLCertVerificationError: "has no certificate that can be trusted",
    ssl.SSLError: "could not agree on an encrypted connection",
    ConnectionRefusedError: "refused the connection",
    NewConnectionError: "could not be reached",  # a kind of ConnectTimeoutError in urllib3
    ConnectTimeoutError: "did not accept a connection in time",
    TimeoutError: "stopped sending before its answer was complete",
    urllib3.exceptions.ReadTimeoutError: "stopped sending before its answer was complete",
    ConnectionError: "broke off the connection before its answer was complete",
    http.client.IncompleteRead: "broke off the connection before its answer was complete",
    http.client.HTTPException: "does not answer as a web server does",
}


class _Clock:
    """What is left of one call's time."""

    def __init__(self, timeouts: Timeouts) -> None:
        self.total = timeouts.total
        self._read = timeouts.read
        self._ends_at = time.monotonic() + timeouts.total

    def left(self) -> float:
        return self._ends_at - time.monotonic()

    def next_wait(self, longest: float | None = None) -> float:
        """Seconds that the next wait may take; TimeoutError when none are left."""
        left = self.left()
        if left <= 0:
            raise TimeoutError
        return min(left, self._read if longest is None else longest)


class _OnTheClock:
    """A socket that asks its clock before every wait."""

    clock: _Clock

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self.settimeout(self.clock.next_wait())  # type: ignore[attr-defined]
        return super().recv_into(*args, **kwargs)  # type: ignore[misc]

    def send(self, *args: Any, **kwargs: Any) -> int:
        self.settimeout(self.clock.next_wait())  # type: ignore[attr-defined]
        return super().send(*args, **kwargs)  # type: ignore[misc]

    def sendall(self, *args: Any, **kwargs: Any) -> None:
        self.settimeout(self.clock.next_wait())  # type: ignore[attr-defined]
        super().sendall(*args, **kwargs)  # type: ignore[misc]


class _PlainSocket(_OnTheClock, socket.socket):
    pass


class _TlsSocket(_OnTheClock, ssl.SSLSocket):
    pass


class _Connecting:
    """Connects an urllib3 connection by its clock, and to no link-local address."""

    clock: _Clock
    sock: Any

    def _new_conn(self) -> socket.socket:
        connection: Any = self
        host = connection._dns_host
        try:
            found = socket.getaddrinfo(host, connection.port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as error:
            raise NameResolutionError(host, connection, error) from error  # type: ignore[arg-type]
        failure: Exception = OSError("no address")
        for family, kind, protocol, _canonical, address in found:
            if _is_out_of_bounds(str(address[0])):
                failure = OSError("a link-local address")
                continue
            sock = _PlainSocket(family, kind, protocol)
            sock.clock = self.clock
            try:
                sock.settimeout(self.clock.next_wait(connection.timeout))
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                sock.connect(address)
                sock.settimeout(self.clock.next_wait())
            except OSError as error:
                sock.close()
                failure = error
            else:
                return sock
        if isinstance(failure, TimeoutError):
            raise ConnectTimeoutError(connection, "no connection in time") from failure
        raise NewConnectionError(connection, str(failure)) from failure


class _PlainConnection(_Connecting, HTTPConnection):
    def __init__(self, *args: Any, clock: _Clock, **kwargs: Any) -> None:
        self.clock = clock
        super().__init__(*args, **kwargs)


class _TlsConnection(_Connecting, HTTPSConnection):
    def __init__(self, *args: Any, clock: _Clock, **kwargs: Any) -> None:
        self.clock = clock
        super().__init__(*args, **kwargs)

    def connect(self) -> None:
        super().connect()
        self.sock.clock = self.clock


class _Adapter(HTTPAdapter):
    def __init__(self, clock: _Clock) -> None:
        self._clock = clock
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, ssl_context=_tls_context())

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        kind = _TlsConnection if pool.scheme == "https" else _PlainConnection
        pool.ConnectionCls = partial(kind, clock=self._clock)
        return pool

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Leaves it to the TLS context, which verifies always and knows the system's roots."""


@cache
def _tls_context() -> ssl.SSLContext:
    """Certificate and host name are required. Trusts the system's roots and certifi's."""
    context = ssl.create_default_context()
    context.load_verify_locations(requests.certs.where())  # type: ignore[attr-defined]
    context.sslsocket_class = _TlsSocket
    return context


def _name_of(url: str) -> str:
    """Host and port for messages; BadAddress when the address is not allowed."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadAddress("The address cannot be read.") from error
    if parts.scheme not in ("http", "https"):
        raise BadAddress("The address has to start with http:// or https://.")
    if not parts.hostname:
        raise BadAddress("The address has to name a host.")
    if parts.username is not None or parts.password is not None:
        raise BadAddress("The address must not contain a user name or password.")
    if parts.fragment:
        raise BadAddress("The address must not contain a fragment.")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{host}:{port}" if port else host


def _is_out_of_bounds(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return ip.is_link_local or ip.is_multicast or ip.is_unspecified


def _media_type_of(response: requests.Response) -> str:
    return str(response.headers.get("Content-Type", "")).partition(";")[0].strip().lower()


def _causes_of(error: BaseException) -> Iterator[BaseException]:
    """The error, what it wraps in its arguments or `reason`, and what it was raised from."""
    seen: set[int] = set()
    queue: list[object] = [error]
    while queue:
        current = queue.pop()
        if not isinstance(current, BaseException) or id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        queue += [current.__cause__, current.__context__, getattr(current, "reason", None)]
        queue += current.args
