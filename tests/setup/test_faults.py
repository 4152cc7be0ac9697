"""Each thing that can be wrong with a machine is said in one sentence with its mend, and ends with status 1."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.setup.checkout import ROOT, Copy

NOWHERE = "http://127.0.0.1:9"  # the discard port: nothing listens


def _complaint(copy: Copy, *arguments: str, **environ: str) -> str:
    """Run a command that must fail and return its one sentence."""
    done = copy.run(*arguments, **environ)
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stderr.startswith("shimin: ")
    assert len(done.stderr.splitlines()) == 1, done.stderr
    return done.stderr


@pytest.mark.parametrize("offset", [0, 103], ids=["web", "sandbox"])
def test_taken_port(copy: Copy, offset: int) -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", copy.port + offset))
        other.listen()
        text = _complaint(copy, "demo")
    assert f"Port {copy.port + offset} is in use by another program" in text
    assert "SHIMIN_PORT=" in text
    assert copy.calls() == []


def test_port_that_is_no_port(copy: Copy) -> None:
    assert "SHIMIN_PORT=http is not a number from 1 to" in _complaint(copy, "demo", SHIMIN_PORT="http")


def test_foreign_data_folder(copy: Copy, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").touch()
    text = _complaint(copy, "setup", SHIMIN_DATA_DIR=str(tmp_path / "photos"))
    assert "holds files that shimin did not make" in text
    assert os.listdir(tmp_path / "photos") == ["cat.jpg"]


def test_foreign_cluster_folder(copy: Copy) -> None:
    folder = copy.data_dir / "postgres"
    folder.mkdir(parents=True)
    (folder / "notes.txt").touch()
    assert f"{folder} is not a PostgreSQL database" in _complaint(copy, "setup")


def test_cluster_of_another_postgres_version(copy: Copy) -> None:
    folder = copy.data_dir / "postgres"
    folder.mkdir(parents=True)
    (folder / "PG_VERSION").write_text("9\n")
    text = _complaint(copy, "setup")
    assert "was made by PostgreSQL 9" in text
    assert "install postgresql-9" in text


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to another user")
def test_data_folder_of_another_user(copy: Copy) -> None:
    copy.data_dir.mkdir()
    os.chown(copy.data_dir, pwd.getpwnam("nobody").pw_uid, -1)
    assert "belongs to the user nobody" in _complaint(copy, "setup")


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("mysql://root@localhost/shimin", "is not a PostgreSQL address"),
        ("postgresql://shimin@127.0.0.1:9/shimin", "cannot be reached"),
        ("postgresql:///shimin?host=/nowhere", "cannot be reached"),
    ],
    ids=["other kind", "nobody listens", "no socket"],
)
def test_wrong_database_url(copy: Copy, url: str, reason: str) -> None:
    text = _complaint(copy, "setup", DATABASE_URL=url)
    assert reason in text
    assert "DATABASE_URL" in text


def test_password_of_a_wrong_database_url_is_not_shown(copy: Copy) -> None:
    text = _complaint(copy, "setup", DATABASE_URL="postgresql://shimin:geheim@127.0.0.1:9/shimin")
    assert "geheim" not in text


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 48 MB: enough to begin, not enough for a database cluster."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small file system needs root")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_full_disk_before_set_up(copy: Copy, tiny_disk: Path) -> None:
    text = _complaint(copy, "setup", SHIMIN_DATA_DIR=str(tiny_disk / "var"))
    assert "MB free and set-up needs" in text


def test_disk_that_fills_up_during_set_up(copy: Copy, tiny_disk: Path) -> None:
    data = tiny_disk / "var"
    data.mkdir()
    (data / ".shimin").touch()  # as if set-up had begun with more room
    (tiny_disk / "ballast").write_bytes(bytes(10 * 2**20))
    text = _complaint(copy, "setup", SHIMIN_DATA_DIR=str(data))
    assert f"The disk that holds {data} is full: free some space" in text
    assert copy.processes() == []


def test_no_network_for_python_packages(copy: Copy) -> None:
    shutil.rmtree(copy.root / ".venv")
    shutil.copy(ROOT / "requirements" / "uv.txt", copy.root / "requirements" / "uv.txt")
    offline = {name: "" for name in copy.environ if name.startswith(("PIP_", "UV_"))}
    offline |= {"PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": NOWHERE, "PIP_RETRIES": "1", "PIP_NO_CACHE_DIR": "1"}
    text = _complaint(copy, "setup", **offline)
    assert "The Python package index cannot be reached" in text
    assert "PIP_INDEX_URL" in text


@pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm")
def test_no_network_for_front_end_files(copy: Copy, tmp_path: Path) -> None:
    (copy.root / "bin" / "npm").unlink()
    (copy.root / "bin" / "node").unlink()
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(ROOT / name, copy.root / name)
    offline = {"NPM_CONFIG_REGISTRY": NOWHERE, "NPM_CONFIG_FETCH_RETRIES": "0", "NPM_CONFIG_CACHE": str(tmp_path)}
    text = _complaint(copy, "setup", **offline)
    assert "The npm registry cannot be reached" in text
    assert not (copy.root / "node_modules" / ".installed").exists()


def test_old_node(copy: Copy) -> None:
    (copy.root / "bin" / "node").write_text("#!/bin/sh\necho v12.22.9\n")
    assert "No Node.js from version 18" in _complaint(copy, "setup", SHIMIN_NODE="system")


def test_old_python() -> None:
    pretend = "import runpy, sys; sys.version_info = (3, 9, 2); runpy.run_path(sys.argv[1], run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", pretend, ROOT / "shimin"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "install Python 3.11 or newer" in done.stderr


def test_broken_virtual_environment(copy: Copy) -> None:
    (copy.root / ".venv" / "bin" / "python").write_text('#!/bin/sh\nexec python3 -S "$@"\n')
    assert "remove" in _complaint(copy, "setup")


def test_failing_stage_names_its_log(copy: Copy) -> None:
    manage = copy.root / "src/shimin/project/manage.py"
    manage.write_text("import sys\nif 'migrate' in sys.argv: sys.exit('column does not exist')\n")
    text = _complaint(copy, "setup")
    assert "manage migrate failed (column does not exist)" in text
    assert "setup.log" in text
    assert copy.processes() == []


def test_unknown_command_suggests_the_nearest(copy: Copy) -> None:
    done = copy.run("gret")
    assert (done.returncode, done.stderr) == (2, "shimin: there is no command gret: did you mean ./shimin greet?\n")
    assert not copy.data_dir.exists()


def test_help_lists_own_and_platform_commands_without_set_up(copy: Copy) -> None:
    done = copy.run("--help")
    assert done.returncode == 0
    assert "say good day" in done.stdout
    assert "demo  " in done.stdout
    assert not copy.data_dir.exists()
