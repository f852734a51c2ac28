"""Keeps a handful of programs running: up in the order in which they are needed, restarted when
they die, and down again in the opposite order.

A program that dies is started again, at once the first time and later and later after that. One
that keeps dying takes everything down, because a half-working demo is worse than none.
"""

import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from portal.demo.processes import end, spawn, sweep

TICK = 0.1
RESTARTS = 5
RESTART_WINDOW = 60.0
LAST_LINES = 12
Say = Callable[[str], None]


class DidNotStart(Exception):
    """A program did not answer in time, or a command failed; the message shows its last words."""


class KeepsDying(Exception):
    """A program used up its restarts; the message shows its last words."""


class AskedToStop(Exception):
    """Somebody pressed Ctrl-C or sent a signal while a program was starting."""


@dataclass(frozen=True, kw_only=True)
class Program:
    """What to start, how to see that it is ready, and how to ask it to stop."""

    name: str
    start: Callable[[], subprocess.Popen[bytes]]
    answers: Callable[[], bool]
    log: Path
    ready_within: float = 60
    stop_by: signal.Signals = signal.SIGTERM
    stop_within: float = 10


@dataclass
class _Running:
    program: Program
    process: subprocess.Popen[bytes]
    deaths: list[float] = field(default_factory=list)
    start_at: float | None = None


class Supervisor:
    """`say` gets one line for a person whenever something happens.

    `first_wait` seconds pass before a program's second restart within a minute, then twice as long.
    """

    def __init__(self, *, say: Say, first_wait: float = 1) -> None:
        self._say = say
        self._first_wait = first_wait
        self._running: list[_Running] = []
        self._stopping = False

    def listen(self) -> None:
        """From now on Ctrl-C, TERM and a closed terminal mean: stop in order."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def bring_up(self, *programs: Program) -> None:
        """Start the programs together and return once all answer; the others are looked after."""
        for program in programs:
            self._running.append(_Running(program, program.start()))
        for program in programs:
            deadline = time.monotonic() + program.ready_within
            while not program.answers():
                if time.monotonic() > deadline:
                    raise DidNotStart(f"{program.name} does not answer{_last_words(program)}")
                self._tick()
            self._say(f"{program.name} is up")

    def run(self, command: Sequence[object], *, name: str, env: dict[str, str]) -> None:
        """Run a command to its end in the foreground while the programs are looked after."""
        process = spawn(command, log=None, env=env)
        try:
            while process.poll() is None:
                self._tick()
        finally:
            end(process)
        if process.returncode != 0:
            raise DidNotStart(f"{name} failed")

    def watch(self) -> None:
        """Look after the programs until somebody asks to stop."""
        with suppress(AskedToStop):
            while True:
                self._tick()

    def stop(self) -> None:
        """End every program, the last one first. May be called at any time, also twice."""
        while self._running:
            running = self._running.pop()
            end(running.process, by=running.program.stop_by, within=running.program.stop_within)

    def processes(self) -> dict[str, int]:
        """The process id of every program, by name."""
        return {running.program.name: running.process.pid for running in self._running}

    def _on_signal(self, number: int, frame: object) -> None:
        self._stopping = True

    def _tick(self) -> None:
        if self._stopping:
            raise AskedToStop
        for running in self._running:
            self._look_after(running)
        time.sleep(TICK)

    def _look_after(self, running: _Running) -> None:
        program, now = running.program, time.monotonic()
        if running.start_at is not None:
            if now >= running.start_at:
                running.process, running.start_at = program.start(), None
        elif running.process.poll() is not None:
            sweep(running.process)
            recent = [death for death in running.deaths if death > now - RESTART_WINDOW]
            running.deaths = [*recent, now]
            if len(running.deaths) > RESTARTS:
                raise KeepsDying(
                    f"{program.name} ended {RESTARTS + 1} times within a minute"
                    f"{_last_words(program)}"
                )
            wait = self._first_wait * 2 ** (len(recent) - 1) if recent else 0
            running.start_at = now + wait
            self._say(
                f"{program.name} ended ({_reason(running.process)}); starting it again"
                + (f" in {wait:.0f} s" if wait else "")
            )


def _last_words(program: Program) -> str:
    lines = program.log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(["; see " + str(program.log), *lines[-LAST_LINES:]])


def _reason(process: subprocess.Popen[bytes]) -> str:
    if process.returncode < 0:
        return signal.Signals(-process.returncode).name
    return f"exit code {process.returncode}"
