"""Debian packages are installed by root, and named to everybody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from shimin.launch import debian
from shimin.launch.debian import Need
from shimin.launch.faults import Fault

LACKING = (Need("xylophone", "xylophone-player", "music"),)


@pytest.fixture(autouse=True)
def apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for apt-get that notes its arguments and installs xylophone; the tests lack that package alone."""
    monkeypatch.setattr(debian, "TEST_NEEDS", LACKING)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    player = tmp_path / "xylophone-player"
    program = tmp_path / "apt-get"
    program.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/calls\ncase "$*" in *xylophone) cp "$0" {player};; esac\n')
    program.chmod(0o755)
    return tmp_path


def test_root_installs_what_the_tests_lack(
    apt: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    debian.provide_for_tests()
    assert (apt / "calls").read_text() == "-qq update\n-qqy install --no-install-recommends xylophone\n"
    assert "skipped" not in capsys.readouterr().out


def test_others_are_told_what_is_skipped(
    apt: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    debian.provide_for_tests()
    assert "xylophone is missing, skipped: music. Mend: sudo apt-get install xylophone" in capsys.readouterr().out
    assert not (apt / "calls").exists()


def test_what_set_up_cannot_do_without_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(Fault, match="install it: sudo apt-get install xylophone"):
        debian.require("xylophone", reason="The xylophone")
