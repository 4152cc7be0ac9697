"""The data directory: made at the first start, refused when it is somebody else's."""

from __future__ import annotations

import os
import pwd
import shutil
from pathlib import Path

from shimin.launch.faults import Fault, disk_full
from shimin.launch.settings import Settings

_MARK = ".shimin"
_LEAST_FREE = 32 * 2**20
_FIRST_FREE = 1000 * 2**20  # packages, front-end files, database and demo data take about 800 MB


def claim(settings: Settings) -> None:
    """Make the data directory with its folders, or check that it is ours and has room.

    Raises:
        Fault: it holds foreign files, belongs to another user, or its disk is full.
    """
    folder = settings.data_dir
    _check(folder, is_default=folder == settings.root / "var")
    folder.mkdir(parents=True, exist_ok=True)
    _check_room(settings)
    for each in (settings.log_dir, settings.run_dir, folder / "files"):
        each.mkdir(exist_ok=True)
    settings.run_dir.chmod(0o700 if os.geteuid() else 0o711)  # root's server may run as nobody
    settings.keys_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / _MARK).touch()


def _check(folder: Path, *, is_default: bool) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise Fault(f"{folder} is not a folder", "choose another with SHIMIN_DATA_DIR.")
    owner = folder.stat().st_uid
    if owner != os.geteuid():
        raise Fault(
            f"{folder} belongs to the user {_user(owner)}",
            f"run as {_user(owner)}, or choose another folder with SHIMIN_DATA_DIR.",
        )
    if not is_default and not (folder / _MARK).exists() and any(folder.iterdir()):
        raise Fault(
            f"{folder} holds files that shimin did not make", "choose an empty or new folder with SHIMIN_DATA_DIR."
        )


def _check_room(settings: Settings) -> None:
    for folder, is_new in (
        (settings.data_dir, not (settings.data_dir / _MARK).exists()),
        (settings.root, not settings.venv.exists()),
    ):
        free = shutil.disk_usage(folder).free
        least = _FIRST_FREE if is_new else _LEAST_FREE
        if free < _LEAST_FREE:
            raise disk_full(folder)
        if free < least:
            raise Fault(
                f"The disk that holds {folder} has {free >> 20} MB free and set-up needs {least >> 20} MB",
                "free some space, or choose another disk with SHIMIN_DATA_DIR.",
            )


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
