"""``./shimin lock``: resolve the dependencies of pyproject.toml into hashed requirements without index addresses."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from shimin.launch.packages import run_uv
from shimin.launch.serving import install_files
from shimin.launch.settings import Settings

# The lock serves every Python from 3.11 on, so markers are kept (--universal).
_OPTIONS = ("--quiet", "--universal", "--python-version=3.11", "--generate-hashes", "--no-header")


def lock(settings: Settings, arguments: Sequence[str]) -> int:
    """Write requirements/*.txt; pins stay unless ``--upgrade`` or ``--upgrade-package NAME`` asks for newer ones."""
    install_files(settings)
    _compile(settings, "dev", ["pyproject.toml", "--extra", "dev", *arguments])
    # What runs is a part of what is tested, version by version.
    _compile(settings, "run", ["pyproject.toml", "--constraint", "requirements/dev.txt", *arguments])
    for name in ("uv", "node", "postgres"):
        _compile(settings, name, [f"requirements/{name}.in", "--no-deps", *arguments])
    print("requirements/*.txt are up to date")
    return 0


def _compile(settings: Settings, name: str, arguments: Sequence[str | Path]) -> None:
    target = Path("requirements", f"{name}.txt")
    run_uv(settings, ["pip", "compile", *_OPTIONS, "--output-file", target, *arguments], doing=f"Locking {target}")
