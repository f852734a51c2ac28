"""Starting and ending child processes so that none outlives its parent.

Start children from the main thread only: the kernel's parent-death signal belongs to the thread
that forked.
"""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path


def spawn(
    command: Sequence[object],
    *,
    log: Path | None,
    env: Mapping[str, str] | None = None,
    keep_open: Sequence[int] = (),
    privileges: Sequence[str] = (),
    death_signal: str = "TERM",
) -> subprocess.Popen[bytes]:
    """Run the command in a process group of its own; it gets `death_signal` when this one dies.

    Output is appended to the log, or goes where this process's goes without one. `privileges`
    are further options of setpriv; `keep_open` are file descriptors that the child inherits.
    """
    with ExitStack() as stack:
        output = None
        if log is not None:
            log.parent.mkdir(parents=True, exist_ok=True)
            output = stack.enter_context(log.open("ab"))
        return subprocess.Popen(  # noqa: S603 - every command is written in this package
            ["setpriv", *privileges, f"--pdeathsig={death_signal}", "--", *map(str, command)],  # noqa: S607
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=None if output is None else subprocess.STDOUT,
            env=None if env is None else dict(env),
            pass_fds=keep_open,
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
