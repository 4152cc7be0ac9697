"""Start and end child processes so that none outlives the launcher."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

Command = Sequence[str | Path]

PR_SET_PDEATHSIG = 1
GRACE_SECONDS = 10.0


def die_with_parent() -> Callable[[], None]:
    """Return a hook for the child that asks Linux to send it SIGTERM when the launcher's main thread is gone."""
    parent = os.getpid()
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

    def hook() -> None:
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:  # it died before the request was in place
            os._exit(1)

    return hook


def spawn(command: Command, *, env: Mapping[str, str], cwd: Path, output: int | IO[bytes]) -> subprocess.Popen[bytes]:
    """Start a command in a process group of its own, without a terminal, that dies with this process."""
    return subprocess.Popen(
        [str(part) for part in command],
        env=dict(env),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        process_group=0,
        preexec_fn=die_with_parent(),
    )


def end(children: Sequence[subprocess.Popen[bytes]], grace: float = GRACE_SECONDS) -> None:
    """Ask the children to end, wait, then kill what is left of their groups."""
    for child in children:
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + grace
    for child in children:
        with suppress(subprocess.TimeoutExpired):  # killed with its group below
            child.wait(max(0.0, deadline - time.monotonic()))
        _kill_group(child.pid)
        child.wait()


def _kill_group(group: int) -> None:
    with suppress(ProcessLookupError):  # the whole group has ended
        os.killpg(group, signal.SIGKILL)


def run_attached(command: Command, *, env: Mapping[str, str], cwd: Path) -> int:
    """Run a command on this terminal and return its exit status.

    The terminal sends Ctrl-C to the child itself; SIGTERM and SIGHUP are handed on.
    """
    child = subprocess.Popen([str(part) for part in command], env=dict(env), cwd=cwd, preexec_fn=die_with_parent())
    handlers = {
        signal.SIGINT: lambda number, frame: None,
        signal.SIGTERM: lambda number, frame: child.send_signal(number),
        signal.SIGHUP: lambda number, frame: child.send_signal(number),
    }
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        status = child.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return status if status >= 0 else 128 - status
