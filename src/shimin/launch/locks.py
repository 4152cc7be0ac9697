"""File locks: the kernel drops them with their holder, so a killed launcher leaves none behind."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Busy(Exception):
    """Another process holds the lock; ``note`` is what it wrote into the file."""

    def __init__(self, note: str) -> None:
        super().__init__(note)
        self.note = note


@contextmanager
def exclusive(path: Path, *, wait: bool = True, note: str = "") -> Iterator[None]:
    """Hold ``path`` alone; ``note`` tells others who holds it.

    Raises:
        Busy: ``wait`` is false and another process holds the lock.
    """
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            file.seek(0)
            raise Busy(file.read().strip()) from None
        os.truncate(path, 0)
        file.write(note)
        file.flush()
        yield


class SharedLock:
    """A lock that many hold at once, and whose last holder can find out that it is the last."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a+")
        fcntl.flock(self._file, fcntl.LOCK_SH)

    def release(self) -> bool:
        """Let go; return whether nobody else held it. Callers serialise this with a lock of their own."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        finally:
            self._file.close()
        return True
