"""PostgreSQL is found, fits its cluster, and never runs as root."""

from __future__ import annotations

import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from shimin.launch import postgres
from shimin.launch.cluster import running_cluster, socket_dir
from shimin.launch.data_folder import claim
from shimin.launch.faults import Fault
from shimin.launch.postgres import Postgres, cluster_dir, find_postgres, server_login, system_postgres
from shimin.launch.settings import Settings, load_settings

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
needs_postgres = pytest.mark.skipif(not system_postgres(), reason="needs a PostgreSQL on the system")


@pytest.fixture
def settings() -> Iterator[Settings]:
    """Settings whose data folder every user can reach, as PostgreSQL run by nobody needs."""
    folder = tempfile.mkdtemp()
    os.chmod(folder, 0o755)
    yield load_settings({"PATH": os.environ["PATH"], "SHIMIN_DATA_DIR": f"{folder}/var"})
    shutil.rmtree(folder)


@pytest.fixture
def versions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pretend that the system has 17 and 15, and the wheel 18."""
    system = [Postgres(Path("/usr/lib/postgresql/17/bin"), 17), Postgres(Path("/usr/lib/postgresql/15/bin"), 15)]
    monkeypatch.setattr(postgres, "system_postgres", lambda programs=(): system)
    monkeypatch.setattr(postgres, "wheel_postgres", lambda settings, programs=(): [Postgres(Path("/wheel"), 18)])


@pytest.mark.parametrize(
    ("source", "made_by", "major"),
    [("", "", 17), ("", "15", 15), ("", "18", 18), ("wheel", "", 18), ("system", "15", 15)],
)
@pytest.mark.usefixtures("versions")
def test_takes_the_version_that_made_the_cluster_else_the_systems_newest(
    settings: Settings, source: str, made_by: str, major: int
) -> None:
    settings = load_settings({**settings.environ, "SHIMIN_POSTGRES": source}, root=settings.root)
    if made_by:
        cluster_dir(settings).mkdir(parents=True)
        (cluster_dir(settings) / "PG_VERSION").write_text(f"{made_by}\n")
    assert find_postgres(settings).major == major


@pytest.mark.usefixtures("versions")
def test_names_the_version_that_a_cluster_misses(settings: Settings) -> None:
    cluster_dir(settings).mkdir(parents=True)
    (cluster_dir(settings) / "PG_VERSION").write_text("16\n")
    with pytest.raises(Fault, match="made by PostgreSQL 16, and this machine has 17, 15, 18: install postgresql-16"):
        find_postgres(settings)


def test_socket_path_is_short_enough_for_any_data_folder(settings: Settings) -> None:
    deep = load_settings({**settings.environ, "SHIMIN_DATA_DIR": f"/srv/{'市' * 60}"})
    assert socket_dir(settings) == settings.run_dir
    assert len(os.fsencode(socket_dir(deep))) < 80


@needs_root
@needs_postgres
def test_runs_as_nobody_where_user_namespaces_are_forbidden(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    works = postgres._works
    monkeypatch.setattr(postgres, "_works", lambda prefix: prefix[0] != "unshare" and works(prefix))
    claim(settings)
    for _ in range(2):  # the second start finds the files of the first
        with running_cluster(settings):
            server = int((cluster_dir(settings) / "postmaster.pid").read_text().split("\n")[0])
            assert Path(f"/proc/{server}").stat().st_uid == pwd.getpwnam("nobody").pw_uid
        assert not (cluster_dir(settings) / "postmaster.pid").exists()


@needs_root
def test_keeps_to_nobody_when_the_files_are_nobodys(settings: Settings) -> None:
    cluster_dir(settings).mkdir(parents=True)
    os.chown(cluster_dir(settings), pwd.getpwnam("nobody").pw_uid, -1)
    assert server_login(cluster_dir(settings)).prefix[0] == "setpriv"


@needs_root
def test_says_when_nobody_cannot_reach_the_data(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    works = postgres._works
    monkeypatch.setattr(postgres, "_works", lambda prefix: prefix[0] != "unshare" and works(prefix))
    settings.data_dir.mkdir(mode=0o700)
    with pytest.raises(Fault, match="nobody, as whom root runs PostgreSQL here, cannot reach"):
        server_login(cluster_dir(settings))
