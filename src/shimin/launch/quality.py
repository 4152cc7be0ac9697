"""``./shimin check``: every static check, two at a time, all of them even when one fails."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from shimin.launch.children import Command, end, spawn
from shimin.launch.database import open_database
from shimin.launch.preparation import process_environment
from shimin.launch.serving import install_files
from shimin.launch.settings import Settings

_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Check:
    """A program that finds faults by its exit status."""

    title: str
    command: Command


@dataclass(slots=True)
class _Run:
    check: Check
    process: subprocess.Popen[bytes]
    output: IO[bytes]
    began: float


def check(settings: Settings) -> int:
    """Install what is missing, run all checks and return the exit status."""
    install_files(settings, development=True)
    with open_database(settings) as database:
        environ = process_environment(settings, url=database.url, demo=True)
        failed = run_checks(all_checks(settings), env=environ, cwd=settings.root)
    print(f"failed: {', '.join(failed)}" if failed else "all checks passed")
    return 1 if failed else 0


def all_checks(settings: Settings) -> list[Check]:
    """Return the checks, the longest first so that the others run beside it."""
    tools = settings.venv / "bin"
    manage: list[str | Path] = [settings.python, "-m", "shimin.project.manage"]
    return [
        Check("types", [tools / "mypy"]),
        Check("format", [tools / "ruff", "format", "--check", "."]),
        Check("lint", [tools / "ruff", "check", "."]),
        Check("import contracts", [tools / "lint-imports"]),
        Check("migrations in one line", [settings.python, "-m", "shimin.launch.migration_order"]),
        Check("migrations match models", [*manage, "makemigrations", "--check", "--dry-run"]),
        Check("OpenAPI snapshot", [*manage, "openapi", "--check"]),
        Check("service folders", [*manage, "services", "check"]),
    ]


def run_checks(checks: Sequence[Check], *, env: Mapping[str, str], cwd: Path) -> list[str]:
    """Run checks side by side, print a line for each and the output of those that fail; return the failed titles."""
    waiting, running, failed = list(checks), list[_Run](), list[str]()
    try:
        while waiting or running:
            while waiting and len(running) < _AT_ONCE:
                running.append(_start(waiting.pop(0), env, cwd))
            time.sleep(0.02)
            for run in [each for each in running if each.process.poll() is not None]:
                running.remove(run)
                if not _report(run):
                    failed.append(run.check.title)
    finally:
        end([run.process for run in running], grace=2)
    return failed


def _start(check: Check, env: Mapping[str, str], cwd: Path) -> _Run:
    output = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the check is reported
    return _Run(check, spawn(check.command, env=env, cwd=cwd, output=output.fileno()), output, time.monotonic())


def _report(run: _Run) -> bool:
    passed = run.process.returncode == 0
    print(f"  {run.check.title:<28}{'ok' if passed else 'FAILED':<8}{time.monotonic() - run.began:6.1f} s", flush=True)
    with run.output as output:
        if not passed:
            output.seek(0)
            print(output.read().decode(errors="replace").rstrip(), flush=True)
    return passed
