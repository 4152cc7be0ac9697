"""Read caches of a process, renewed when the catalogue's stamp has moved.

The stamp is one row that every publication and edit raises. A process looks at it at most once a second, so a change
is seen everywhere within a second, without a listener thread in each web process.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from django.db import connection

T = TypeVar("T")

LOOK_SECONDS = 1.0


class _Stamp:
    """The number of the catalogue's last change, as this process saw it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._looked_at = float("-inf")
        self._number = -1
        self._generation = 0

    def current(self) -> tuple[int, int]:
        """Return (generation of this process, stamp); reads the row when the last look is a second old."""
        if time.monotonic() - self._looked_at >= LOOK_SECONDS:
            with self._lock:
                if time.monotonic() - self._looked_at >= LOOK_SECONDS:
                    self._number = _read_stamp()
                    self._looked_at = time.monotonic()
        return self._generation, self._number

    def forget(self) -> None:
        """Look again at once: after this process itself changed the catalogue, and between tests."""
        with self._lock:
            self._looked_at = float("-inf")
            self._generation += 1


def _read_stamp() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM catalogue_stamp WHERE id = 1")
        row = cursor.fetchone()
    return int(row[0]) if row else 0


stamp = _Stamp()


class Versioned(Generic[T]):
    """One value, loaded again after the stamp has moved."""

    def __init__(self, load: Callable[[], T]) -> None:
        self._load = load
        self._lock = threading.Lock()
        self._kept: tuple[tuple[int, int], T] | None = None

    def value(self) -> T:
        """Return the value of the current stamp."""
        seen = stamp.current()
        kept = self._kept
        if kept is not None and kept[0] == seen:
            return kept[1]
        with self._lock:
            if self._kept is None or self._kept[0] != seen:
                self._kept = (seen, self._load())
            return self._kept[1]


class VersionedMap(Generic[T]):
    """At most ``entries`` values by key, all forgotten when the stamp moves; the least recently used goes first."""

    def __init__(self, entries: int) -> None:
        self._entries = entries
        self._lock = threading.Lock()
        self._seen: tuple[int, int] | None = None
        self._kept: OrderedDict[Hashable, T] = OrderedDict()

    def get(self, key: Hashable, load: Callable[[], T]) -> T:
        """Return the value kept under ``key``, or load it. Errors are not kept."""
        seen = stamp.current()
        with self._lock:
            if self._seen != seen:
                self._kept.clear()
                self._seen = seen
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        value = load()
        with self._lock:
            if self._seen == seen:  # else the catalogue changed while we read: do not keep the old value as new
                self._kept[key] = value
                if len(self._kept) > self._entries:
                    self._kept.popitem(last=False)
        return value
