"""The departments' files: the same on every build, whole or not there at all."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest

from shimin.sandbox import archive
from shimin.sandbox.archive import DEPARTMENTS, Archive, ensure_archives


def _content(folder):
    dump = {}
    for name in DEPARTMENTS:
        connection = sqlite3.connect(folder / f"{name}.sqlite3")
        dump[name] = list(connection.iterdump())
        connection.close()
    return dump


def test_two_builds_hold_the_same(tmp_path):
    folders = [ensure_archives(tmp_path / name, 60, 5) for name in ("one", "two")]
    assert _content(folders[0]) == _content(folders[1])


def test_second_start_reads_what_the_first_wrote(tmp_path, monkeypatch):
    first = ensure_archives(tmp_path, 20, 0)
    monkeypatch.setattr(archive, "_build", None)
    assert ensure_archives(tmp_path, 20, 0) == first


def test_other_counts_are_other_folders(tmp_path):
    assert ensure_archives(tmp_path, 20, 0) != ensure_archives(tmp_path, 24, 0)


def test_a_killed_build_is_not_taken_for_a_whole_one(tmp_path, monkeypatch):
    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(archive, "_file_dossiers", killed)
        with pytest.raises(KeyboardInterrupt):
            ensure_archives(tmp_path, 20, 0)
    opened = Archive(ensure_archives(tmp_path, 20, 0), "population")
    assert len(opened.list_dossiers(0, 100)) == 20
    opened.close()


def test_what_an_earlier_generator_made_is_removed(tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(archive, "_generator_fingerprint", lambda: "earlier")
        earlier = ensure_archives(tmp_path, 20, 0)
        other_count = ensure_archives(tmp_path, 24, 0)
    assert ensure_archives(tmp_path, 20, 0).is_dir()
    assert not earlier.exists()
    assert other_count.is_dir()


def test_starts_at_the_same_time_build_once(tmp_path, monkeypatch):
    builds = []
    build = archive._build

    def count_and_build(*arguments):
        builds.append(arguments)
        build(*arguments)

    monkeypatch.setattr(archive, "_build", count_and_build)
    with ThreadPoolExecutor(4) as pool:
        folders = set(pool.map(lambda _: ensure_archives(tmp_path, 40, 0), range(4)))
    assert (len(folders), len(builds)) == (1, 1)


def test_a_department_sees_only_its_own_file(archive_folder):
    opened = Archive(archive_folder, "traffic-police")
    found = opened.find_dossier("430104199005179006")
    opened.close()
    assert found is not None
    assert set(found[1]) == {"licence", "vehicles", "violations", "tests"}


def test_is_read_only(archive_folder):
    opened = Archive(archive_folder, "population")
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        opened._connection.execute("DELETE FROM dossier")
    opened.close()
