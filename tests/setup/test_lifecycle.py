"""Start, second start, end, kill -9, restart: with a real PostgreSQL, web server and processes."""

from __future__ import annotations

import os
import signal
import socket
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from tests.setup.checkout import Copy

STAGES = ["migrate --no-input", "load_reference", "services publish --all", "demo_data"]


def test_demo_sets_up_once_and_the_second_start_only_starts(copy: Copy) -> None:
    copy.start_ready("demo")
    assert f"http://127.0.0.1:{copy.port}" in copy.output()
    assert "demo account: 13800000000" in copy.output()
    assert _get(copy, "/") == "/ web"
    assert [call for call in copy.calls() if call in STAGES] == STAGES
    _end(copy)
    before = len(copy.calls())
    copy.start_ready("demo")
    assert copy.calls()[before:] == []
    assert "demo account: 13800000000" in copy.output()
    _end(copy, signal.SIGINT)


def test_a_signal_during_set_up_ends_the_program_that_runs(copy: Copy) -> None:
    (copy.root / "bin" / "npm").write_text("#!/bin/sh\nsleep 600 & sleep 600\n")
    process = copy.start("demo")
    _wait(lambda: "Front-end files" in copy.output() and len(copy.processes()) > 2)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 128 + signal.SIGTERM
    assert "stopped by SIGTERM" in copy.output()
    assert copy.processes() == []


def test_a_start_after_kill_9_heals(copy: Copy) -> None:
    copy.start_ready("demo").kill()
    copy.start_ready("demo")
    assert _get(copy, "/readyz") == "/readyz web"
    _end(copy)


def test_a_start_after_the_database_was_killed_heals(copy: Copy) -> None:
    process = copy.start_ready("demo")
    server = int((copy.data_dir / "postgres" / "postmaster.pid").read_text().split("\n")[0])
    os.kill(server, signal.SIGKILL)
    process.kill()
    copy.start_ready("demo")
    _end(copy)


def test_a_pid_file_that_names_another_program_does_not_stop_the_database(copy: Copy) -> None:
    assert copy.run("setup").returncode == 0
    (copy.data_dir / "postgres" / "postmaster.pid").write_text(f"{os.getppid()}\n/nowhere\n0\n5432\n\n\n\nready\n")
    done = copy.run("greet")
    assert done.returncode == 0, done.stderr


def test_a_service_that_ends_is_started_again(running: Copy) -> None:
    log = running.data_dir / "log" / "worker.log"
    _wait(lambda: log.read_text().count("worker worker") == 1)
    (running.data_dir / "fail-once").touch()
    _wait(lambda: log.read_text().count("worker worker") == 2)
    assert "worker ended (status 1)" in running.output()


def test_a_service_that_cannot_start_is_named_with_its_reason(copy: Copy) -> None:
    (copy.root / "src/shimin/project/wsgi.py").write_text("raise RuntimeError('the roof is missing')\n")
    done = copy.run("demo")
    assert done.returncode == 1
    assert "web" in done.stderr
    assert "web.log" in done.stderr
    assert copy.processes() == []


def test_one_data_folder_is_served_once(running: Copy) -> None:
    other = running.run("demo", SHIMIN_PORT=str(running.port + 1))
    assert other.returncode == 1
    assert f"served already (process {running.started[0].pid}, http://127.0.0.1:{running.port})" in other.stderr


def test_a_command_uses_the_running_database_and_leaves_it_running(running: Copy) -> None:
    done = running.run("greet", "--fail", "you")
    assert (done.returncode, done.stdout) == (7, "good day 1 --fail you\n")
    assert any("postgres" in line for line in running.processes())


def test_a_command_alone_sets_up_and_stops_the_database_afterwards(copy: Copy) -> None:
    done = copy.run("greet")
    assert done.stdout.endswith("good day -\n")
    assert "migrate --no-input" in copy.calls()
    assert copy.processes() == []


def test_serve_refuses_a_database_with_demo_accounts(filled: Copy) -> None:
    done = filled.run("serve")
    assert done.returncode == 1
    assert "demo accounts" in done.stderr


def test_serve_tells_systemd_and_starts_without_departments_and_demo_data(copy: Copy) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(copy.root / "notify"))
        copy.start_ready("serve", NOTIFY_SOCKET=str(copy.root / "notify"))
        assert systemd.recv(100) == b"READY=1"
    assert not (copy.data_dir / "log" / "sandbox.log").exists()
    assert "demo_data" not in copy.calls()
    _end(copy)


def test_changed_sources_run_the_stages_again(copy: Copy) -> None:
    assert copy.run("setup").returncode == 0
    before = len(copy.calls())
    Path(copy.root, "services", "examples.yaml").write_text("title: 测试\n")
    assert copy.run("setup").returncode == 0
    assert copy.calls()[before:] == STAGES[:3]


def test_lost_keys_are_noticed_before_new_ones_make_the_data_unreadable(copy: Copy) -> None:
    assert copy.run("setup").returncode == 0
    (copy.data_dir / "keys" / "field_key").unlink()
    done = copy.run("setup")
    assert done.returncode == 1
    assert "other keys" in done.stderr
    assert "field_key" in done.stderr


def test_a_deep_data_folder_gets_a_short_socket_path(copy: Copy) -> None:
    deep = copy.root.joinpath(*["deep" * 8] * 4)
    deep.parent.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as short:
        done = copy.run("greet", SHIMIN_DATA_DIR=str(deep), TMPDIR=short)
        assert done.returncode == 0, done.stderr
        assert list(Path(short).iterdir()) == []


def _get(copy: Copy, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{copy.port}{path}", timeout=5) as answer:
        return answer.read().decode()


def _end(copy: Copy, number: signal.Signals = signal.SIGTERM) -> None:
    """Ask the launcher to end, and see that nothing of its copy is left."""
    assert len(copy.processes()) > 3
    copy.started[-1].send_signal(number)
    assert copy.started[-1].wait(30) == 0
    assert copy.processes() == []


def _wait(condition: Callable[[], bool], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
