"""Run a management command: ``python -m shimin.project.manage COMMAND``."""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Hand the command line to Django with the project's settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shimin.project.settings")
    execute_from_command_line(["./shimin", *sys.argv[1:]])  # so that usage lines show what people type


if __name__ == "__main__":
    main()
