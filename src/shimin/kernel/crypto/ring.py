"""The keys of one purpose: the first, and those that rotation added beside it (``field_key.1`` … ``field_key.15``).

A new key is read by every process some seconds before the first value is written with it: its file says from when it
writes, and each process looks at the folder again every ``LOOK_AGAIN`` seconds. So nobody meets a value it cannot read,
and nothing has to be restarted.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from shimin.kernel import clock
from shimin.kernel.crypto.key_files import KeyFileUnreadable, read_key

LOOK_AGAIN = 2.0  # seconds
MOST = 16  # ids have four bits in a value's header
FIRST = 0
_TICK = 1_000_000_000
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RingKey:
    """A key with its id. ``suite`` "": as the setting says (the first key)."""

    id: int
    secret: bytes
    writes_from: datetime | None = None
    suite: str = ""


class KeyRing:
    """The keys of one purpose as their folder has them now."""

    def __init__(self, name: str, path: Path | None, first: bytes, master: bytes | None) -> None:
        self.name, self.path = name, path
        self._master = master
        self._first = RingKey(FIRST, first)
        self._keys: Mapping[int, RingKey] = {FIRST: self._first}
        self._stamp: int | None = None
        self._looked_at = float("-inf")
        self._lock = threading.Lock()

    def keys(self, *, look: bool = False) -> Mapping[int, RingKey]:
        """Return all keys by id. ``look``: read the folder again at once."""
        moment = time.monotonic()
        if look or moment - self._looked_at >= LOOK_AGAIN:
            with self._lock:
                self._look()
                self._looked_at = moment
        return self._keys

    def writing(self) -> RingKey:
        """Return the key that new values are written with now: the one whose time came last."""
        keys = self.keys()
        if len(keys) == 1:
            return self._first
        now = clock.now()
        begun = [key for key in keys.values() if key.writes_from is None or key.writes_from <= now]
        return max(begun, key=_age)

    def newest(self) -> RingKey:
        """Return the key whose time comes last, begun or not."""
        return max(self.keys(look=True).values(), key=_age)

    def get(self, key_id: int) -> RingKey | None:
        """Return a key, reading the folder again when it is not known: another process may have begun with it."""
        return self.keys().get(key_id) or self.keys(look=True).get(key_id)

    def by_age(self) -> list[RingKey]:
        """Return the keys, the one that writes now first, then the others from the latest."""
        writing = self.writing()
        return [writing, *(key for key in sorted(self.keys().values(), key=_age, reverse=True) if key.id != writing.id)]

    def file_of(self, key_id: int) -> Path:
        """Return where a key is kept."""
        assert self.path is not None
        return self.path if key_id == FIRST else self.path.with_name(f"{self.path.name}.{key_id}")

    def _look(self) -> None:
        if self.path is None:
            return
        try:
            stamp = os.stat(self.path.parent).st_mtime_ns
        except FileNotFoundError:
            return  # before `make_keys`
        if stamp == self._stamp:
            return
        found = {FIRST: self._first}
        for key_id in range(1, MOST):
            key = self._read(key_id)
            if key is not None:
                found[key_id] = key
        # A file made in the same tick of the clock as the one before would not change the stamp again.
        self._keys, self._stamp = found, stamp if time.time_ns() - stamp > _TICK else None

    def _read(self, key_id: int) -> RingKey | None:
        """Return the key of a file; of one that was just wrapped by a master key this process lacks, what it had."""
        path = self.file_of(key_id)
        if not path.is_file():
            return None
        try:
            stored = read_key(path, name=f"{self.name}.{key_id}", master=self._master)
        except (KeyFileUnreadable, OSError) as error:
            _log.error("a key cannot be read: %s", error)
            return self._keys.get(key_id)
        return RingKey(key_id, stored.secret, stored.writes_from, stored.suite)


def field_ring() -> KeyRing:
    """Return the keys of encrypted fields."""
    config = settings.SHIMIN
    return _ring("field_key", config.field_key_path, config.field_key, config.master_key)


def index_ring() -> KeyRing:
    """Return the keys of the blind indexes that can be written anew (``rotating_index``)."""
    config = settings.SHIMIN
    return _ring("index_key", config.index_key_path, config.index_key, config.master_key)


@lru_cache(maxsize=16)
def _ring(name: str, path: Path | None, first: bytes, master: bytes | None) -> KeyRing:
    return KeyRing(name, path, first, master)


def _age(key: RingKey) -> tuple[bool, float, int]:
    return (key.writes_from is not None, key.writes_from.timestamp() if key.writes_from else 0.0, key.id)
