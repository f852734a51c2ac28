import os
import signal
import subprocess
import sys
import time

import pytest

from portal.demo.processes import spawn
from portal.demo.supervisor import AskedToStop, DidNotStart, KeepsDying, Program, Supervisor

READY = "import pathlib, sys, time; pathlib.Path(sys.argv[1]).touch(); "


@pytest.fixture
def said():
    return []


@pytest.fixture
def supervisor(said):
    supervisor = Supervisor(say=said.append, first_wait=0.01)
    yield supervisor
    supervisor.stop()


def a_program(tmp_path, name="clock", code="time.sleep(600)", **about):
    """A Python program that touches a file of its name once it runs, and then does `code`."""
    ready = tmp_path / f"{name}.ready"
    log = tmp_path / f"{name}.log"
    command = [sys.executable, "-c", READY + code, ready]
    about.setdefault("answers", ready.exists)
    return Program(name=name, start=lambda: spawn(command, log=log), log=log, **about)


def is_alive(pid):
    """Whether the process runs; one that has ended and waits for its parent does not."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
            return stat.read().rpartition(") ")[2][0] != "Z"
    except FileNotFoundError:
        return False


def until(condition, *, within=10, meanwhile=lambda: None):
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        meanwhile()
        time.sleep(0.02)


def test_a_program_is_up_when_it_answers(tmp_path, supervisor, said):
    supervisor.bring_up(a_program(tmp_path))

    assert (tmp_path / "clock.ready").exists()
    assert is_alive(supervisor.processes()["clock"])
    assert said == ["clock is up"]


def test_a_program_that_never_answers_is_named_with_its_log(tmp_path, supervisor):
    silent = a_program(tmp_path, answers=lambda: False, ready_within=0.3)

    with pytest.raises(DidNotStart, match=r"clock does not answer; see .*clock\.log"):
        supervisor.bring_up(silent)


def test_a_killed_program_is_started_again_while_another_one_starts(tmp_path, supervisor, said):
    supervisor.bring_up(a_program(tmp_path))
    before = supervisor.processes()["clock"]
    os.kill(before, signal.SIGKILL)

    supervisor.bring_up(a_program(tmp_path, "bell", "time.sleep(600)"))
    until(
        lambda: supervisor.processes()["clock"] != before,
        meanwhile=lambda: supervisor.run([sys.executable, "-c", ""], name="a moment", env={}),
    )

    assert is_alive(supervisor.processes()["clock"])
    assert "clock ended (SIGKILL); starting it again" in said


def test_a_program_that_keeps_dying_takes_the_rest_down(tmp_path, supervisor, said):
    supervisor.bring_up(a_program(tmp_path, code="print('no spring'); sys.exit(3)"))

    with pytest.raises(KeepsDying, match="clock ended 6 times within a minute") as raised:
        supervisor.watch()

    assert str(raised.value).endswith("\nno spring\nno spring\nno spring")
    deaths = [line for line in said if "ended" in line]
    assert len(deaths) == 5
    assert deaths[0] == "clock ended (exit code 3); starting it again"


def test_programs_stop_in_the_opposite_order(tmp_path, supervisor):
    ends = tmp_path / "ends"
    note_the_end = (
        "import signal, os\n"
        "def end(*_):\n"
        f"    open({str(ends)!r}, 'a').write(os.path.basename(sys.argv[1]) + ' ')\n"
        "    sys.exit()\n"
        "signal.signal(signal.SIGTERM, end)\n"
        "pathlib.Path(sys.argv[1] + '.listens').touch()\n"
        "while True: time.sleep(0.05)"
    )
    for name in ("first", "second", "third"):
        supervisor.bring_up(a_program(tmp_path, name, f"\n{note_the_end}"))
        until((tmp_path / f"{name}.ready.listens").exists)

    supervisor.stop()

    assert ends.read_text() == "third.ready second.ready first.ready "


def test_a_program_that_will_not_stop_is_killed(tmp_path, supervisor):
    deaf = (
        "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "pathlib.Path(sys.argv[1] + '.deaf').touch()\n"
        "while True: time.sleep(600)"
    )
    supervisor.bring_up(a_program(tmp_path, code=f"\n{deaf}", stop_within=0.2))
    until((tmp_path / "clock.ready.deaf").exists)
    pid = supervisor.processes()["clock"]

    supervisor.stop()

    assert not is_alive(pid)


def test_what_a_dead_program_left_behind_is_ended(tmp_path, supervisor):
    with_a_child = (
        "import subprocess\n"
        "child = subprocess.Popen(['sleep', '600'])\n"
        "pathlib.Path(sys.argv[1] + '.child').write_text(str(child.pid) + ' ')\n"
        "time.sleep(600)"
    )
    supervisor.bring_up(a_program(tmp_path, code=f"\n{with_a_child}"))
    note = tmp_path / "clock.ready.child"
    until(lambda: note.exists() and note.read_text().endswith(" "))
    child = int(note.read_text())
    os.kill(supervisor.processes()["clock"], signal.SIGKILL)

    until(
        lambda: not is_alive(child),
        meanwhile=lambda: supervisor.run([sys.executable, "-c", ""], name="a moment", env={}),
    )


def test_a_signal_while_a_program_starts_stops_everything(tmp_path, supervisor):
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    kept[signal.SIGHUP] = signal.getsignal(signal.SIGHUP)
    supervisor.listen()
    try:
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(AskedToStop):
            supervisor.run(["sleep", "600"], name="a long one", env=dict(os.environ))
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


def test_a_foreground_command_that_fails_is_named(supervisor):
    with pytest.raises(DidNotStart, match="filling failed"):
        supervisor.run([sys.executable, "-c", "raise SystemExit(1)"], name="filling", env={})


def test_a_supervisor_that_is_killed_takes_its_programs_along(tmp_path):
    note = tmp_path / "child"
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import pathlib, sys, time\n"
            "from portal.demo.processes import spawn\n"
            "child = spawn(['sleep', '600'], log=None)\n"
            "pathlib.Path(sys.argv[1]).write_text(f'{child.pid} ')\n"
            "time.sleep(600)",
            note,
        ]
    )
    until(lambda: note.exists() and note.read_text().endswith(" "))
    child = int(note.read_text())
    assert is_alive(child)

    parent.kill()
    parent.wait()

    until(lambda: not is_alive(child))
