import socket
import stat

import pytest

from portal.demo.place import Place, PortBusy, Taken, free_port, listen, write_json


@pytest.fixture
def place(tmp_path):
    (tmp_path / "var").mkdir()
    return Place(tmp_path / "var")


def test_a_second_demo_in_the_folder_is_told_where_the_first_one_runs(place):
    with place.lock() as lock:
        lock.write("http://localhost:8000 (process 1)\n")
        lock.flush()

        with pytest.raises(Taken, match=r"already: http://localhost:8000 \(process 1\)"):
            place.lock()
        assert place.is_taken()

    assert not place.is_taken()
    with place.lock() as lock:
        assert lock.read() == ""


def test_the_default_port_moves_on_and_says_so_by_its_address(monkeypatch):
    taken = free_port()
    monkeypatch.setattr("portal.demo.place.FIRST_PORT", taken)

    with listen(None) as first, listen(None) as second:
        assert first.getsockname()[1] == taken
        assert second.getsockname()[1] > taken


def test_a_port_that_somebody_asked_for_is_never_exchanged_for_another():
    with listen(free_port()) as first:
        port = first.getsockname()[1]

        with pytest.raises(PortBusy, match=f"Port {port} is not free"):
            listen(port)


def test_a_request_that_comes_before_the_web_server_waits_for_it():
    with listen(free_port()) as opened, socket.create_connection(opened.getsockname()) as request:
        request.sendall(b"hello")
        answering, _ = opened.accept()

        with answering:
            assert answering.recv(5) == b"hello"


def test_keys_and_passwords_are_made_once_and_are_nobody_elses_to_read(place):
    made = place.secrets()

    assert place.secrets() == made
    assert len(set(made.values())) == 5
    assert stat.S_IMODE((place.var / "secrets.json").stat().st_mode) == 0o600


def test_a_file_is_replaced_in_one_step_and_leaves_nothing_beside_it(place):
    write_json(place.card, {"url": "http://localhost:8000"})
    write_json(place.card, {"url": "http://localhost:8001", "name": "Östermalm"})

    assert [path.name for path in place.var.iterdir()] == ["demo.json"]
    assert place.card.read_text(encoding="utf-8") == (
        '{\n  "url": "http://localhost:8001",\n  "name": "Östermalm"\n}\n'
    )


def test_sockets_are_near_the_root_however_deep_the_checkout(tmp_path):
    deep = tmp_path / ("d" * 100)
    deep.mkdir()
    place = Place(deep)

    first = place.sockets()
    second = place.sockets()

    assert len(str(second / "postgres" / ".s.PGSQL.5432")) < 107
    assert (first.exists(), second.exists()) == (False, True)
    second.rmdir()


def test_the_logs_of_the_last_start_are_kept_beside_the_new_ones(place):
    place.log("web").parent.mkdir()
    place.log("web").write_text("then")
    place.turn_logs()
    place.log("web").write_text("now")

    assert (place.log("web").read_text(), (place.var / "log/web.log.1").read_text()) == (
        "now",
        "then",
    )
