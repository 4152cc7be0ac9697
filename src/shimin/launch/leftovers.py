"""Find what a killed launcher left behind and end it before the next start."""

from __future__ import annotations

import os
import secrets
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MARK = "SHIMIN_RUN"  # in the environment of every process of a run, inherited by theirs


@contextmanager
def marked_run(run_dir: Path) -> Iterator[str]:
    """Write down the mark of a new run, and end whatever still carries it afterwards."""
    mark = secrets.token_hex(8)
    (run_dir / "run-id").write_text(mark)
    try:
        yield mark
    finally:
        end_leftovers(run_dir)


def end_leftovers(run_dir: Path, grace: float = 5.0) -> int:
    """End every process that carries the mark of the last run; return how many there were."""
    path = run_dir / "run-id"
    mark = path.read_text().strip() if path.exists() else ""
    if not mark:
        return 0
    found = _marked(mark)
    _signal_all(found, signal.SIGTERM)
    deadline = time.monotonic() + grace
    while (left := _marked(mark)) and time.monotonic() < deadline:
        time.sleep(0.05)
    _signal_all(left, signal.SIGKILL)
    path.unlink(missing_ok=True)
    return len(found)


def _marked(mark: str) -> list[int]:
    needle = f"{MARK}={mark}".encode()
    return [pid for pid in processes() if pid != os.getpid() and needle in _environment(pid)]


def processes() -> list[int]:
    """Return the pids of all processes."""
    try:
        return [int(name) for name in os.listdir("/proc") if name.isdecimal()]
    except FileNotFoundError:  # not Linux: children are still ended on every ordinary way out
        return []


def _environment(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:  # ended meanwhile, or another user's
        return []


def _signal_all(pids: list[int], number: int) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue
