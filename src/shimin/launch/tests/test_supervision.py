"""Services are watched, restarted with growing pauses, and ended with all they started."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from shimin.launch import leftovers
from shimin.launch.children import end, spawn
from shimin.launch.faults import Fault
from shimin.launch.supervision import Service, Supervisor

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]


def _service(name: str, command: Sequence[str], **more: object) -> Service:
    return Service(name, command, os.environ, **more)  # type: ignore[arg-type]


def test_names_a_service_that_never_answers(tmp_path: Path) -> None:
    with Supervisor(tmp_path, tmp_path) as supervisor:
        supervisor.start(_service("web", SLEEP, ready=[("127.0.0.1", 9, "/readyz")]))
        with pytest.raises(Fault, match="web does not answer at http://127"):
            supervisor.wait_until_ready(0.2)


def test_a_service_without_address_is_ready_at_once(tmp_path: Path) -> None:
    with Supervisor(tmp_path, tmp_path) as supervisor:
        supervisor.start(_service("worker", SLEEP))
        supervisor.wait_until_ready(0)


def test_pauses_grow_between_restarts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Supervisor(tmp_path, tmp_path) as supervisor:
        supervisor.start(_service("worker", [sys.executable, "-c", "raise SystemExit(3)"]))
        each = supervisor._running[0]
        pauses = []
        for _ in range(8):
            each.process.wait(10)
            supervisor._look_after(each, now := time.monotonic())
            assert each.restart_at is not None
            pauses.append(each.restart_at - now)
            supervisor._look_after(each, each.restart_at)
    assert pauses == pytest.approx([1, 2, 4, 8, 16, 30, 30, 30])
    assert "worker ended (status 3); again in 1 s" in capsys.readouterr().out


def test_a_long_log_is_put_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shimin.launch.supervision._LARGEST_LOG", 3)
    (tmp_path / "worker.log").write_text("much")
    with Supervisor(tmp_path, tmp_path) as supervisor:
        supervisor.start(_service("worker", SLEEP))
    assert (tmp_path / "worker.log.1").read_text() == "much"
    assert (tmp_path / "worker.log").read_text() == ""


def test_a_child_that_ignores_sigterm_is_killed_with_its_group(tmp_path: Path) -> None:
    stubborn = "import signal, subprocess, sys, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    stubborn += "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
    stubborn += "print(child.pid, flush=True)\ntime.sleep(600)"
    process = spawn([sys.executable, "-c", stubborn], env=os.environ, cwd=tmp_path, output=subprocess.PIPE)
    assert process.stdout is not None
    grandchild = int(process.stdout.readline())
    end([process], grace=0.2)
    process.stdout.close()
    assert process.returncode == -9
    assert _ends_soon(grandchild)


def test_leftovers_are_found_by_their_mark_even_in_other_sessions(tmp_path: Path) -> None:
    with leftovers.marked_run(tmp_path) as mark:
        stray = subprocess.Popen(SLEEP, env={**os.environ, leftovers.MARK: mark}, start_new_session=True)
    assert stray.wait(10) == -15
    assert leftovers.end_leftovers(tmp_path) == 0


def _ends_soon(pid: int) -> bool:
    """A killed grandchild is init's to reap: on a busy machine that takes a moment."""
    deadline = time.monotonic() + 10
    while not _has_ended(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return _has_ended(pid)


def _has_ended(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] in "ZX"
    except FileNotFoundError:
        return True
