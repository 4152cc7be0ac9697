"""Application-made ids: ms(41) + node(10) + sequence(12), so a row has its id before the database sees it.

The node number is leased from a row (``kernel_node``) for the life of the process: two processes never share one.
"""

from __future__ import annotations

import os
import threading
import time
from typing import NewType

from django.db import connections

AccountId = NewType("AccountId", int)
PersonId = NewType("PersonId", int)

EPOCH_MS = 1_735_689_600_000  # 2025-01-01T00:00:00Z: 41 bits last until 2094
LEASE_SECONDS = 86_400

# One statement: take the number that has been free for longest. A lease is renewed long before it ends (see _lease).
_TAKE_NODE = """
    UPDATE kernel_node SET leased_until = now() + make_interval(secs => %s), holder = %s
    WHERE number = (
        SELECT number FROM kernel_node WHERE leased_until < now() ORDER BY leased_until LIMIT 1 FOR UPDATE SKIP LOCKED
    ) RETURNING number
"""
_KEEP_NODE = """
    UPDATE kernel_node SET leased_until = now() + make_interval(secs => %s) WHERE number = %s AND holder = %s
    RETURNING number
"""


class NoFreeNode(RuntimeError):
    """All 1,024 node numbers are leased: far more processes than the platform is made for."""


class IdGenerator:
    """Make ids for one process. Safe to call from many threads."""

    def __init__(self, node: int) -> None:
        self._node = node
        self._last_ms = 0
        self._sequence = 0
        self._lock = threading.Lock()

    def next(self) -> int:
        """Return a positive 63-bit integer, larger than the one before from this generator."""
        with self._lock:
            return self._next()

    def take(self, count: int) -> list[int]:
        """Return that many, each larger than the one before."""
        with self._lock:
            return [self._next() for _ in range(count)]

    def _next(self) -> int:
        ms = max(time.time_ns() // 1_000_000 - EPOCH_MS, self._last_ms)  # a clock set back must not repeat ids
        if ms == self._last_ms:
            self._sequence = (self._sequence + 1) & 0xFFF
            if self._sequence == 0:
                ms += 1  # 4,096 in one millisecond: borrow from the next
        else:
            self._sequence = 0
        self._last_ms = ms
        return (ms << 22) | (self._node << 12) | self._sequence


class _Lease:
    """The process's node number, renewed at half-life and taken anew after a fork."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pid = 0
        self._renew_at = 0.0
        self._node = -1
        self._generator: IdGenerator | None = None

    def generator(self) -> IdGenerator:
        if self._generator is not None and self._pid == os.getpid() and time.monotonic() < self._renew_at:
            return self._generator
        with self._lock:
            if self._generator is None or self._pid != os.getpid() or time.monotonic() >= self._renew_at:
                self._take()
            if self._generator is None:
                raise NoFreeNode("no node number could be leased")
            return self._generator

    def _take(self) -> None:
        holder = f"{os.uname().nodename}:{os.getpid()}"
        # A connection of its own: the lease must hold even if the caller's transaction is rolled back,
        # and the caller's database role may not touch this table.
        connection = connections["default"].copy()
        try:
            with connection.cursor() as cursor:
                row = None
                if self._pid == os.getpid() and self._node >= 0:
                    row = cursor.execute(_KEEP_NODE, [LEASE_SECONDS, self._node, holder]).fetchone()
                if row is None:
                    row = cursor.execute(_TAKE_NODE, [LEASE_SECONDS, holder]).fetchone()
        finally:
            connection.close()
        if row is None:
            raise NoFreeNode("all node numbers are leased")
        if row[0] != self._node or self._pid != os.getpid() or self._generator is None:
            self._generator = IdGenerator(row[0])
        self._pid, self._node = os.getpid(), row[0]
        self._renew_at = time.monotonic() + LEASE_SECONDS / 2


_lease = _Lease()


def new_id() -> int:
    """Return a new id, unique over all processes of the installation."""
    return _lease.generator().next()


def new_ids(count: int) -> list[int]:
    """Return that many new ids, for rows that are written together."""
    return _lease.generator().take(count)
