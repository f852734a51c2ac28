"""The folder a demo lives in: its lock, its secrets, its ports, and the files people read."""

import base64
import fcntl
import json
import os
import secrets
import shutil
import socket
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

FIRST_PORT = 8000
PORTS_TO_TRY = 100


class Taken(Exception):
    """Another demo runs in this folder; the message says where."""


class PortBusy(Exception):
    """The port that somebody asked for, or every port in reach, is in use."""


@dataclass(frozen=True)
class Place:
    """`var/` of a checkout. Everything in it is made by the demo and may be removed with it."""

    var: Path

    @property
    def card(self) -> Path:
        """What people and scripts need to use the demo; there when it is ready."""
        return self.var / "demo.json"

    @property
    def environment(self) -> Path:
        return self.var / "environment.json"

    @property
    def mail(self) -> Path:
        """The Maildir that every mail of the demo lands in."""
        return self.var / "mail"

    def log(self, name: str) -> Path:
        return self.var / "log" / f"{name}.log"

    def lock(self) -> IO[str]:
        """Hold the folder until the file is closed or the process ends, however it ends."""
        self.var.mkdir(parents=True, exist_ok=True)
        file = (self.var / "demo.lock").open("a+", encoding="utf-8")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            where = file.read().strip() or "a demo that is still starting"
            file.close()
            raise Taken(f"A demo runs in this folder already: {where}") from None
        file.truncate(0)
        return file

    def is_taken(self) -> bool:
        """Whether a demo runs here, however the last one ended."""
        try:
            self.lock().close()
        except Taken:
            return True
        return False

    def secrets(self) -> dict[str, str]:
        """The keys and passwords of this demo, made once."""
        path = self.var / "secrets.json"
        if not path.exists():
            made = {name: secrets.token_urlsafe(9) for name in ("office", "customers", "erp")}
            made["signing"] = secrets.token_urlsafe(48)
            made["sealing"] = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
            write_json(path, made)
        kept: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
        return kept

    def sockets(self) -> Path:
        """A new directory for unix sockets; that of a start that was killed is removed.

        It is elsewhere because a socket's path may have 107 bytes, whatever the checkout's path.
        """
        note = self.var / "sockets"
        if note.exists():
            shutil.rmtree(note.read_text(encoding="utf-8"), ignore_errors=True)
        made = tempfile.mkdtemp(prefix="portico-")
        note.write_text(made, encoding="utf-8")
        return Path(made)

    def turn_logs(self) -> None:
        """Keep the logs of the last start beside those of this one."""
        for log in self.var.glob("log/*.log"):
            log.replace(log.with_suffix(".log.1"))


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write the file in one step, readable by its owner alone."""
    making = path.with_name(f".{path.name}.{os.getpid()}")
    making.touch(mode=0o600)
    making.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    making.replace(path)


def listen(asked: int | None) -> socket.socket:
    """A listening socket on this machine: the port asked for, or the first free one from 8000.

    The socket is opened here and handed to the web server, so nobody can take the port in between,
    and a request that comes while the web server restarts waits instead of failing.
    """
    if asked is not None:
        try:
            return _listen(asked)
        except OSError as error:
            raise PortBusy(f"Port {asked} is not free: {error.strerror}.") from error
    for port in range(FIRST_PORT, FIRST_PORT + PORTS_TO_TRY):
        try:
            return _listen(port)
        except OSError:
            continue
    raise PortBusy(f"No port from {FIRST_PORT} to {FIRST_PORT + PORTS_TO_TRY - 1} is free.")


def free_port() -> int:
    with _listen(0) as found:
        return int(found.getsockname()[1])


def _listen(port: int) -> socket.socket:
    opened = socket.socket()
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind(("127.0.0.1", port))
        opened.listen(512)
    except OSError:
        opened.close()
        raise
    return opened
