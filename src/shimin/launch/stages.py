"""Set-up in stages: each says whether its work is still good, and is skipped when it is."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of set-up."""

    title: str
    is_done: Callable[[], bool]
    work: Callable[[], object]


def run_stages(stages: Iterable[Stage]) -> None:
    """Run what is not done yet, with one line of progress each."""
    for stage in stages:
        if stage.is_done():
            continue
        print(f"  {stage.title:<44}", end="", flush=True)
        began = time.monotonic()
        try:
            stage.work()
        except BaseException:
            print(" failed", flush=True)
            raise
        print(f"{time.monotonic() - began:7.1f} s", flush=True)


def stamped(title: str, *, stamp: Path, fingerprint: Callable[[], str], work: Callable[[], object]) -> Stage:
    """Return a stage that remembers in ``stamp`` what it was done for; the stamp lies inside what the work makes."""

    def is_done() -> bool:
        return stamp.is_file() and stamp.read_text() == fingerprint()

    def work_and_stamp() -> None:
        stamp.unlink(missing_ok=True)
        work()
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.write_text(fingerprint())

    return Stage(title, is_done, work_and_stamp)


def fingerprint_of(root: Path, paths: Iterable[Path], *extra: str) -> str:
    """Return a digest of the files' names and contents, and of further texts."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(f"{path.relative_to(root)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    for text in extra:
        digest.update(f"\0{text}".encode())
    return digest.hexdigest()


def files_below(folder: Path, *, skip: frozenset[str] = frozenset()) -> list[Path]:
    """Return all files below a folder, without byte code, hidden folders and folders named in ``skip``."""
    found: list[Path] = []
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in skip and name != "__pycache__" and name[0] != "."]
        found.extend(Path(place, name) for name in names if not name.endswith(".pyc"))
    return found
