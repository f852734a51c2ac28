"""The two servers as `make demo` runs them; the suite itself stands on their quick variant."""

import shutil
import signal
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from portal.demo.postgres import Postgres
from portal.demo.processes import end
from portal.demo.valkey import Valkey


@pytest.fixture
def sockets():
    made = Path(tempfile.mkdtemp(prefix="portico-"))
    yield made
    shutil.rmtree(made)


@pytest.fixture
def server(tmp_path, sockets):
    """A cluster deep inside a folder that only its owner may enter."""
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    tmp_path.chmod(0o700)
    return Postgres(data=deep / "data", sockets=sockets / "s", log=tmp_path / "postgres.log")


def until_it_answers(server):
    deadline = time.monotonic() + 60
    while not server.answers():
        assert time.monotonic() < deadline, server.log.read_text()
        time.sleep(0.05)


def started_again(server):
    """The server refuses while something of the killed one still ends; then one tries anew."""
    deadline = time.monotonic() + 60
    process = server.start()
    while not server.answers():
        assert time.monotonic() < deadline, server.log.read_text()
        if process.poll() is not None:
            process = server.start()
        time.sleep(0.1)
    return process


def test_rows_survive_the_death_of_the_server(server):
    server.prepare()
    first = server.start()
    until_it_answers(server)
    server.create_database("portico")
    server.create_database("portico")
    with psycopg.connect(server.url("portico"), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'Åland' AS name")
    first.send_signal(signal.SIGKILL)
    first.wait()

    server.prepare()
    second = started_again(server)

    with psycopg.connect(server.url("portico")) as connection:
        found = connection.execute("SELECT name FROM kept WHERE name ILIKE 'åL%'").fetchall()
    assert found == [("Åland",)]
    end(second, by=signal.SIGINT)


def test_a_cluster_that_was_half_made_is_made_anew(server):
    half = server.data.with_name("data.making")
    half.mkdir()
    (half / "PG_VERSION").write_text("18")

    server.prepare()

    assert (server.data / "PG_VERSION").exists()
    assert not half.exists()


def test_valkey_answers_only_while_it_runs(tmp_path, sockets):
    server = Valkey(sockets=sockets, log=tmp_path / "valkey.log")
    assert not server.answers()

    process = server.start()
    deadline = time.monotonic() + 10
    while not server.answers():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    end(process)

    assert not server.answers()
