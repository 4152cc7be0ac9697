"""The real thing on a fresh checkout, over both ways to PostgreSQL and Node.js. Slow: ./shimin test --setup."""

from __future__ import annotations

import os
import shutil
import signal
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from shimin.launch.frontend import system_node
from shimin.launch.postgres import system_postgres
from tests.setup.checkout import ROOT, Copy, free_port

pytestmark = pytest.mark.setup

_NOT_IN_A_CLONE = (".git", ".venv", "node_modules", "var", "backups", ".*_cache", "__pycache__", ".hypothesis")


@pytest.fixture(scope="module", params=["system", "wheel"])
def installed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    """A fresh checkout on which ``./shimin setup --demo`` has run, with one way to PostgreSQL and Node.js."""
    if request.param == "system" and not (system_postgres() and system_node()):
        pytest.skip("no PostgreSQL or no Node.js on this system")
    root = tmp_path_factory.mktemp(request.param) / "city"
    shutil.copytree(ROOT, root, ignore=shutil.ignore_patterns(*_NOT_IN_A_CLONE))
    copy = Copy(root, _environment(root, request.param))
    done = copy.run("setup", "--demo", timeout=900)
    assert done.returncode == 0, done.stdout + done.stderr
    yield copy
    for process in copy.started:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def test_uses_the_programs_it_was_told_to(installed: Copy) -> None:
    used = installed.environ["SHIMIN_POSTGRES"]
    found = {each.name for each in (installed.root / ".venv").glob(".installed-*")}
    assert (found == {".installed-run"}) == (used == "system")
    assert (found >= {".installed-node", ".installed-postgres"}) == (used == "wheel")
    assert (installed.root / "node_modules" / "htmx.org" / "dist" / "htmx.min.js").is_file()


def test_a_second_start_is_ready_in_five_seconds_and_ends_without_a_trace(installed: Copy) -> None:
    installed.start_ready("demo")  # the sandbox invents its residents now
    _end(installed)
    assert min(_seconds_to_start(installed) for _ in range(3)) < 5  # other programs may disturb one of them
    installed.start_ready("demo")
    with urllib.request.urlopen(f"http://127.0.0.1:{installed.port}/", timeout=10) as page:
        assert page.status == 200
    assert "http://127.0.0.1" in installed.output()
    _end(installed)


def test_nothing_of_the_checkout_changes(installed: Copy) -> None:
    new = {path.name for path in installed.root.iterdir()} - {path.name for path in ROOT.iterdir()}
    assert new <= {"var", ".venv", "node_modules", "out.txt"}


def test_doctor_finds_everything_well(installed: Copy) -> None:
    done = installed.run("doctor")
    assert done.returncode == 0, done.stdout
    assert "MEND" not in done.stdout


def test_backup_of_the_real_tables_restores(installed: Copy, tmp_path: Path) -> None:
    archive = tmp_path / "city.tar"
    assert installed.run("backup", str(archive), "--with-keys").returncode == 0
    elsewhere = {"SHIMIN_DATA_DIR": str(tmp_path / "elsewhere"), "SHIMIN_PORT": str(free_port())}
    done = installed.run("restore", str(archive), **elsewhere)
    assert done.returncode == 0, done.stderr
    assert _sums(installed, **elsewhere) == _sums(installed)


def _environment(root: Path, source: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SHIMIN_", "PG", "PYTEST_"))}
    kept.pop("DATABASE_URL", None)
    kept.pop("VIRTUAL_ENV", None)
    return kept | {
        "SHIMIN_DATA_DIR": str(root / "var"),
        "SHIMIN_PORT": str(free_port()),
        "SHIMIN_POSTGRES": source,
        "SHIMIN_NODE": source,
    }


def _seconds_to_start(copy: Copy) -> float:
    began = time.monotonic()
    copy.start_ready("demo")
    seconds = time.monotonic() - began
    _end(copy)
    return seconds


def _end(copy: Copy) -> None:
    copy.started[-1].send_signal(signal.SIGTERM)
    assert copy.started[-1].wait(60) == 0
    assert copy.processes() == []


def _sums(copy: Copy, **environ: str) -> list[str]:
    """Return row count and checksum of every table, read through ``./shimin shell``."""
    code = (
        "from django.db import connection as c\n"
        "for name in sorted(c.introspection.table_names()):\n"
        "    with c.cursor() as k:\n"
        '        k.execute(f"SELECT count(*), md5(string_agg(t::text, \'|\' ORDER BY t::text)) FROM \\"{name}\\" t")\n'
        "        print('sum', name, *k.fetchone())\n"
    )
    done = copy.run("shell", "--no-imports", "-c", code, **environ)
    assert done.returncode == 0, done.stderr
    sums = [line for line in done.stdout.splitlines() if line.startswith("sum ")]
    assert len(sums) > 10
    return sums
