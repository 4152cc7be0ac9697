"""Every other command: hand it to Django, or to a module beside it, with the database running."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import redirect_stdout

from shimin.launch.children import run_attached
from shimin.launch.database import open_database
from shimin.launch.preparation import check_keys, process_environment
from shimin.launch.serving import install_files, prepare_alone
from shimin.launch.settings import Settings


def manage(settings: Settings, arguments: Sequence[str]) -> int:
    """Run a management command as the owner of the database."""
    return _run(settings, ["shimin.project.manage", *arguments], demo=False)


def bench(settings: Settings, arguments: Sequence[str]) -> int:
    """Run a benchmark; it needs the development packages and the demo city."""
    install_files(settings, development=True)
    return _run(settings, ["bench", *arguments], demo=True)


def _run(settings: Settings, module: Sequence[str], *, demo: bool) -> int:
    """Run a module of the virtual environment on this terminal.

    A database that was set up once is taken as it is: the command may be the very means to mend what set-up
    stumbles over.
    """
    with redirect_stdout(sys.stderr):  # what the command prints may be read by a program
        install_files(settings)
    with open_database(settings) as database:
        demo = demo or bool(database.mark.get("demo"))
        if database.mark and not (demo and not database.mark.get("demo")):
            check_keys(settings, database)
        else:
            with redirect_stdout(sys.stderr):
                prepare_alone(settings, database, demo=demo)
        environ = process_environment(settings, url=database.url, demo=demo)
        return run_attached([settings.python, "-m", *module], env=environ, cwd=settings.root)
