"""Locks tell who holds them and go with their holder."""

from __future__ import annotations

from pathlib import Path

import pytest

from shimin.launch.locks import Busy, SharedLock, exclusive


def test_second_holder_learns_who_is_first(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with exclusive(path, note="process 7"), pytest.raises(Busy) as busy, exclusive(path, wait=False):
        pass
    assert busy.value.note == "process 7"
    with exclusive(path, wait=False):
        pass


def test_an_older_note_does_not_shine_through(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with exclusive(path, note="a long note of an earlier holder"):
        pass
    with exclusive(path, note="short"), pytest.raises(Busy, match=r"^short$"), exclusive(path, wait=False):
        pass


def test_only_the_last_to_leave_is_the_last(tmp_path: Path) -> None:
    first, second, third = (SharedLock(tmp_path / "lock") for _ in range(3))
    assert [second.release(), first.release(), third.release()] == [False, False, True]
