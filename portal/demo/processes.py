"""Starting and ending child processes so that none outlives its parent.

Start children from the main thread only: the kernel's parent-death signal belongs to the thread
that forked.
"""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path


def spawn(
    command: Sequence[str | Path],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    privileges: Sequence[str] = (),
    death_signal: str = "TERM",
) -> subprocess.Popen[bytes]:
    """Run the command in a process group of its own; it gets `death_signal` when this one dies.

    `privileges` are further options of setpriv. Output is appended to the log.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - the command is the caller's own
            [*_setpriv(*privileges, f"--pdeathsig={death_signal}"), *map(str, command)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=None if env is None else dict(env),
            cwd=cwd,
            start_new_session=True,
        )


def end(
    process: subprocess.Popen[bytes], *, by: signal.Signals = signal.SIGTERM, within: float = 10
) -> None:
    """Ask the process to stop, wait, then kill whatever is left of its group."""
    if process.poll() is None:
        process.send_signal(by)
        try:
            process.wait(within)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    sweep(process)


def sweep(process: subprocess.Popen[bytes]) -> None:
    """Kill what a dead process left behind in its group, such as a worker's pool."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _setpriv(*options: str) -> list[str]:
    return ["setpriv", *options, "--"]
