"""Commands and their arguments."""

from __future__ import annotations

from pathlib import Path

import pytest

from shimin.launch.main import help_text
from shimin.launch.platform_commands import platform_commands
from shimin.launch.settings import ROOT
from shimin.launch.testing import pytest_arguments


def test_every_management_command_says_what_it_does() -> None:
    silent = [name for name, text in platform_commands(ROOT).items() if not text]
    assert silent == []


def test_help_names_every_management_command() -> None:
    text = help_text()
    assert [name for name in platform_commands(ROOT) if f"  {name} " not in text] == []


def test_reads_help_without_running_the_command(tmp_path: Path) -> None:
    folder = tmp_path / "src" / "shimin" / "city" / "management" / "commands"
    folder.mkdir(parents=True)
    (folder / "count.py").write_text("raise SystemExit\nclass Command:\n    help = 'count the citizens'\n")
    (folder / "ask.py").write_text('"""Ask the citizens.\n\nMore."""\n')
    (folder / "_shared.py").write_text("")
    assert platform_commands(tmp_path) == {"ask": "Ask the citizens.", "count": "count the citizens"}


@pytest.mark.parametrize(
    ("given", "parallel"),
    [
        ([], True),
        (["-k", "slot"], True),
        (["-n", "1"], False),
        (["-n4"], False),
        (["--pdb"], False),
        (["--numprocesses=3"], False),
    ],
)
def test_pytest_runs_in_parallel_unless_told_otherwise(given: list[str], parallel: bool) -> None:
    arguments = pytest_arguments(given)
    assert (arguments[:1] == ["-n"] and len(arguments) == len(given) + 2) == parallel
    assert arguments[-len(given) :] == given or not given


def test_setup_recipe_runs_the_slow_tests_one_by_one() -> None:
    assert pytest_arguments(["--setup", "-x"]) == ["-m", "setup", "tests/setup", "-x"]
