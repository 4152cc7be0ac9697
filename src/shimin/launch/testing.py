"""``./shimin test``: set up, provide what the tests want, run pytest."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from shimin.launch import debian
from shimin.launch.children import run_attached
from shimin.launch.database import open_database
from shimin.launch.preparation import process_environment
from shimin.launch.serving import install_files
from shimin.launch.settings import Settings

# With these the user wants one process, or chose the number.
_ONE_PROCESS = frozenset({"-n", "--numprocesses", "--pdb", "--trace", "-s", "--collect-only", "--co"})


def test(settings: Settings, arguments: Sequence[str]) -> int:
    """Run the suite; ``--setup`` runs the slow tests of set-up instead; other arguments go to pytest."""
    install_files(settings, development=True)
    debian.provide_for_tests()
    with open_database(settings) as database:
        environ = process_environment(settings, url=database.url, demo=True)
        command = [str(settings.python), "-m", "pytest", *pytest_arguments(arguments)]
        return run_attached(command, env=environ, cwd=settings.root)


def pytest_arguments(arguments: Sequence[str]) -> list[str]:
    """Return the arguments for pytest: in parallel unless they say otherwise."""
    wanted = [part for part in arguments if part != "--setup"]
    if "--setup" in arguments:
        return ["-m", "setup", "tests/setup", *wanted]  # they share this machine's ports and disk: one by one
    if any(part.partition("=")[0] in _ONE_PROCESS or re.fullmatch(r"-n\w+", part) for part in wanted):
        return wanted
    return ["-n", str(min(os.cpu_count() or 1, 4)), *wanted]
