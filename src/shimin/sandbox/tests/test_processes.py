"""The tree of processes: start, restart of a dead child, and an end that leaves nothing behind."""

import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from shimin.sandbox.departments import ALL


def _free_base():
    """Find a base port with free ports after it, below the range from which clients get theirs."""
    while True:
        base = random.SystemRandom().randrange(10_000, 32_000)
        if all(_is_free(base + each.port_offset) for each in ALL):
            return base


def _is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _health(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return json.loads(connection.getresponse().read())["department"]
    except OSError:
        return None
    finally:
        connection.close()


def _until(condition, seconds=15.0):
    give_up_at = time.monotonic() + seconds
    while time.monotonic() < give_up_at:
        if result := condition():
            return result
        time.sleep(0.02)
    raise AssertionError("it did not happen in time")


def _children(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


class Running:
    def __init__(self, tmp_path, base, *extra):
        command = [sys.executable, "-m", "shimin.sandbox", "--port-base", str(base), "--residents", "40"]
        command += ["--data-dir", str(tmp_path / "data"), "--keys-dir", str(tmp_path / "keys"), *extra]
        self.base = base
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate(timeout=10)

    def wait_ready(self, departments=ALL):
        for department in departments:
            assert _until(lambda each=department: _health(self.base + each.port_offset)) == department.name


@pytest.fixture
def start(tmp_path):
    return lambda *extra, base=None: Running(tmp_path, base or _free_base(), *extra)


def _all_gone(pids):
    return all(not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text() for pid in pids)


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_ends_every_process(start, stop):
    with start() as running:
        running.wait_ready()
        children = _children(running.process.pid)
        assert len(children) == len(ALL)
        running.process.send_signal(stop)
        assert running.process.wait(10) == 0
        assert _all_gone(children)


def test_a_killed_parent_takes_its_children_along(start):
    with start() as running:
        running.wait_ready()
        children = _children(running.process.pid)
        running.process.kill()
        running.process.wait(10)
        _until(lambda: _all_gone(children))
        base = running.base
    with start(base=base) as again:
        again.wait_ready()


def test_a_dead_department_is_started_again(start):
    with start("--only", "education") as running:
        education = [each for each in ALL if each.name == "education"]
        running.wait_ready(education)
        (child,) = _children(running.process.pid)
        os.kill(child, signal.SIGKILL)
        _until(lambda: _children(running.process.pid) not in ([], [child]))
        running.wait_ready(education)
        assert _is_free(running.base + 1)


def test_a_department_that_cannot_run_ends_the_sandbox(start, tmp_path):
    with start() as running:
        running.wait_ready()
        (made,) = (path for path in (tmp_path / "data").iterdir() if path.is_dir())
        (made / "education.sqlite3").unlink()
        children = _children(running.process.pid)
        os.kill(children[4], signal.SIGKILL)
        assert running.process.wait(10) == 1
        assert _all_gone(children)
        assert "sandbox: education cannot run" in running.process.stderr.read()


def test_a_stop_does_not_wait_for_hanging_requests(start, tmp_path):
    with start("--only", "population") as running:
        running.wait_ready(ALL[:1])
        token = (tmp_path / "keys" / "sandbox_token").read_text()
        connection = http.client.HTTPConnection("127.0.0.1", running.base + 1, timeout=5)
        connection.request("POST", "/faults", '{"hang": true}', {"X-Sandbox-Token": token})
        assert connection.getresponse().read()
        connection.request("POST", "/records/family", b"{}")
        running.process.terminate()
        assert running.process.wait(5) == 0
        connection.close()


def test_a_taken_port_is_told_in_one_sentence(start):
    base = _free_base()
    with socket.create_server(("127.0.0.1", base + 3)), start(base=base) as running:
        _, errors = running.process.communicate(timeout=10)
        assert running.process.returncode == 1
        assert errors.count("\n") == 1
        assert f"Port {base + 3} for human-resources" in errors


def test_keys_and_token_are_made_once_and_kept_private(start, tmp_path):
    def contents():
        return {path: path.read_bytes() for path in (tmp_path / "keys").rglob("*") if path.is_file()}

    runs = []
    for _ in range(2):
        with start() as running:
            running.wait_ready()
        runs.append(contents())
    assert runs[0] == runs[1]
    assert len(runs[0]) == 1 + 2 * len(ALL)  # the token, and a key pair each
    for path in runs[0]:
        if not path.name.endswith(".pub.pem"):
            assert path.stat().st_mode & 0o777 == 0o600, path


def test_a_wrong_delay_is_told_at_once(start, monkeypatch):
    monkeypatch.setenv("SHIMIN_SANDBOX_DELAY_MS", "soon")
    with start() as running:
        _, errors = running.process.communicate(timeout=10)
        assert running.process.returncode == 1
        assert "SHIMIN_SANDBOX_DELAY_MS must be a whole number of milliseconds, not 'soon'" in errors


def test_the_environment_sets_a_base_delay(start, monkeypatch):
    monkeypatch.setenv("SHIMIN_SANDBOX_DELAY_MS", "150")
    with start("--only", "population") as running:
        running.wait_ready(ALL[:1])
        connection = http.client.HTTPConnection("127.0.0.1", running.base + 1, timeout=5)
        began = time.monotonic()
        connection.request("POST", "/records/family", b"{}")
        assert connection.getresponse().status == 401
        assert time.monotonic() - began >= 0.15
        connection.close()
