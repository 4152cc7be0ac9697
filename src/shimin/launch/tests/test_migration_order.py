"""Migrations of an app form one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from shimin.launch.migration_order import faults_in_order
from shimin.launch.settings import ROOT

FIRST: tuple[str, list[tuple[str, str]]] = ("0001_initial", [])
SECOND = ("0002_names", [("city", "0001_initial"), ("kernel", "0009_other")])


@pytest.mark.parametrize(
    ("migrations", "fault"),
    [
        ([FIRST, SECOND], ""),
        ([FIRST, SECOND, ("0003_dates", [("city", "0001_initial")])], "0002_names and 0003_dates both follow 0001"),
        ([FIRST, ("0002_names", [])], "0001_initial, 0002_names each start a line"),
        ([FIRST, ("0002_names", [("city", "0001_gone")])], "0001_gone is named as a dependency and does not exist"),
        ([FIRST, SECOND, ("0002_dates", [("city", "0002_names")])], "the number 0002 is used 2 times"),
    ],
    ids=["line", "fork", "two beginnings", "gap", "same number"],
)
def test_names_what_breaks_the_line(
    tmp_path: Path, migrations: list[tuple[str, list[tuple[str, str]]]], fault: str
) -> None:
    folder = tmp_path / "city" / "migrations"
    folder.mkdir(parents=True)
    for name, dependencies in migrations:
        (folder / f"{name}.py").write_text(f"class Migration:\n    dependencies = {dependencies!r}\n")
    found = faults_in_order(tmp_path)
    assert fault in "".join(found)
    assert bool(found) == bool(fault)


def test_migrations_of_the_platform_form_lines() -> None:
    assert faults_in_order(ROOT / "src") == []
