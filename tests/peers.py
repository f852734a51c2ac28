"""Servers of the tests' own that misbehave as a script says."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Script = Callable[["Peer", socket.socket], None]


@dataclass
class Peer:
    """One listening socket. `requests` are the complete requests that were read from it."""

    host: str
    port: int
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}/soap"

    def read_request(self, connection: socket.socket) -> bytes:
        request = b""
        while b"\r\n\r\n" not in request:
            request += connection.recv(65536) or _gone()
        head, _, body = request.partition(b"\r\n\r\n")
        lengths = [
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        ]
        while len(body) < sum(lengths):
            body += connection.recv(65536) or _gone()
        self.requests.append(head + b"\r\n\r\n" + body)
        return body

    def drip(self, connection: socket.socket, content: bytes, *, every: float) -> None:
        for position in range(len(content)):
            connection.sendall(content[position : position + 1])
            if self.closing.wait(every):
                return


@contextlib.contextmanager
def a_peer(script: Script, *, host: str = "127.0.0.1") -> Iterator[Peer]:
    """Runs the script once for each connection, in a thread; its socket errors end it quietly."""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(socket.create_server((host, 0)))
        peer = Peer(host=host, port=server.getsockname()[1])
        threads: list[threading.Thread] = []

        def serve(connection: socket.socket) -> None:
            with connection, contextlib.suppress(OSError):
                script(peer, connection)

        def listen() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                peer.connections += 1
                thread = threading.Thread(target=serve, args=[connection], daemon=True)
                thread.start()
                threads.append(thread)

        listener = threading.Thread(target=listen, daemon=True)
        listener.start()
        try:
            yield peer
        finally:
            peer.closing.set()
            server.shutdown(socket.SHUT_RDWR)
            listener.join(timeout=5)
            for thread in threads:
                thread.join(timeout=5)


def http_answer(
    body: bytes = b"",
    *,
    status: str = "200 OK",
    media_type: str = "text/xml; charset=utf-8",
    length: int | None = None,
    headers: tuple[str, ...] = (),
) -> bytes:
    """A whole HTTP answer; a `length` of its own promises more or less than there is."""
    lines = [
        f"HTTP/1.1 {status}",
        f"Content-Type: {media_type}",
        f"Content-Length: {len(body) if length is None else length}",
        *headers,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def saying(answer: bytes) -> Script:
    """Reads a request and answers always the same."""

    def script(peer: Peer, connection: socket.socket) -> None:
        peer.read_request(connection)
        connection.sendall(answer)

    return script


def silent(peer: Peer, _connection: socket.socket) -> None:
    peer.closing.wait(30)


def _gone() -> bytes:
    raise ConnectionError
