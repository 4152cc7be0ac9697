"""The whole platform for browser journeys: what ``./shimin demo`` starts, on ports and data of its own.

Test processes that run in parallel share one: the first starts it, the last one out ends it.
"""

from __future__ import annotations

import fcntl
import json
import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[2]
# Set-up of the demo city and 20,000 invented residents, on a busy machine.
READY_SECONDS = 400.0
# Kept until this process ends: a Popen that is collected while its child runs is a warning, and warnings are errors.
_started: list[subprocess.Popen[bytes]] = []
# Given to the processes as they are; everything else of the caller's settings would make two platforms meet.
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "SHIMIN_POSTGRES", "SHIMIN_NODE")


@dataclass(frozen=True, slots=True)
class Demo:
    """A running demo city."""

    url: str
    folder: Path

    @property
    def sandbox(self) -> Path:
        """Where the departments keep their invented residents."""
        return Path(os.environ.get("SHIMIN_JOURNEY_DATA", self.folder / "data")) / "sandbox"


@contextmanager
def shared_demo(folder: Path) -> Iterator[Demo]:
    """Start the demo in ``folder``, or join the one another test process has started there.

    ``SHIMIN_JOURNEY_URL`` names a running demo to use instead.
    """
    given = os.environ.get("SHIMIN_JOURNEY_URL")
    if given:
        yield Demo(given.rstrip("/"), folder)
        return
    folder.mkdir(parents=True, exist_ok=True)
    state = folder / "users.json"
    with _locked(folder):
        running = json.loads(state.read_text()) if state.exists() else None
        if running is None:
            running = {"users": 0, **_start(folder)}
        running["users"] += 1
        state.write_text(json.dumps(running))
    try:
        yield Demo(running["url"], folder)
    finally:
        with _locked(folder):
            running = json.loads(state.read_text())
            running["users"] -= 1
            if running["users"]:
                state.write_text(json.dumps(running))
            else:
                state.unlink()
                _stop(running["pid"])


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _start(folder: Path) -> dict[str, object]:
    port = _free_port()
    environ = {name: os.environ[name] for name in _KEPT if name in os.environ}
    environ |= {"SHIMIN_DATA_DIR": str(folder / "data"), "SHIMIN_PORT": str(port), "SHIMIN_WEB_WORKERS": "1"}
    log = folder / "demo.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [ROOT / "shimin", "demo"], cwd=ROOT, env=environ, stdout=output, stderr=output, start_new_session=True
        )
    _started.append(process)
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + READY_SECONDS
    # The web answers before the departments have made their residents: wait for all of them.
    wanted = [f"{url}/readyz", *(f"http://127.0.0.1:{port + number}/healthz" for number in range(101, 110))]
    while not all(_is_ready(each) for each in wanted):
        if process.poll() is not None or time.monotonic() > deadline:
            _stop(process.pid)
            raise RuntimeError(f"the demo did not start:\n{log.read_text()[-3000:]}")
        time.sleep(0.3)
    return {"url": url, "pid": process.pid}


def _is_ready(url: str) -> bool:
    try:
        with urlopen(url, timeout=2) as answer:
            return answer.status == 200
    except (URLError, OSError):
        return False


def _stop(pid: int) -> None:
    """Ask the launcher to end all it started, and wait for it; another test process may have been its parent."""
    for number, seconds in ((signal.SIGTERM, 30.0), (signal.SIGKILL, 5.0)):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if _has_ended(pid):
                return
            time.sleep(0.1)


def _has_ended(pid: int) -> bool:
    try:
        ended, _ = os.waitpid(pid, os.WNOHANG)
        return ended == pid
    except ChildProcessError:
        return not Path(f"/proc/{pid}").exists()


def _free_port() -> int:
    """Return a port that is free together with those of the departments above it."""
    while True:
        port = random.randrange(20_000, 32_000)
        if all(_is_free(each) for each in (port, *range(port + 101, port + 110), port + 141, port + 142, port + 143)):
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
