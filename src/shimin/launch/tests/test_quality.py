"""All checks run, and those that fail show why."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from shimin.launch.quality import Check, all_checks, run_checks
from shimin.launch.settings import load_settings


def _python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_reports_every_failure_with_its_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checks = [
        Check("good", _python("print('quiet')")),
        Check("bad", _python("import sys; print('line 7 is wrong'); sys.exit(1)")),
        Check("worse", _python("raise SystemExit('nothing is right')")),
    ]
    assert sorted(run_checks(checks, env=os.environ, cwd=tmp_path)) == ["bad", "worse"]
    output = capsys.readouterr().out
    assert "line 7 is wrong" in output
    assert "nothing is right" in output
    assert "quiet" not in output


def test_two_run_at_once(tmp_path: Path) -> None:
    meet = (
        "import os, sys, time\nopen(sys.argv[1], 'w').close()\nwhile not os.path.exists(sys.argv[2]): time.sleep(0.01)"
    )
    checks = [
        Check("one", [*_python(meet), str(tmp_path / "a"), str(tmp_path / "b")]),
        Check("two", [*_python(meet), str(tmp_path / "b"), str(tmp_path / "a")]),
    ]
    began = time.monotonic()
    assert run_checks(checks, env=os.environ, cwd=tmp_path) == []
    assert time.monotonic() - began < 30


def test_covers_what_the_contributing_guide_promises() -> None:
    titles = {each.title for each in all_checks(load_settings({}))}
    assert titles >= {"types", "format", "lint", "import contracts", "OpenAPI snapshot", "service folders"}
