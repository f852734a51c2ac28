"""The PostgreSQL and Valkey of one test run, in a directory of its own.

The first process of a run picks the directory and tells its children (xdist's workers, a
portal under test) through the environment; the same code starts the servers of `make demo`.
"""

import os
import secrets
import tempfile
from pathlib import Path

from portal.demo.postgres import Postgres
from portal.demo.valkey import Valkey

RUN = Path(
    os.environ.setdefault(
        "PORTICO_TEST_RUN", f"{tempfile.gettempdir()}/portico-test-{secrets.token_hex(8)}"
    )
)
POSTGRES = Postgres(data=RUN / "data", sockets=RUN / "s", log=RUN / "postgres.log", durable=False)
VALKEY = Valkey(sockets=RUN / "v", log=RUN / "valkey.log")
