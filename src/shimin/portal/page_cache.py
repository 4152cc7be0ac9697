"""Pages that look the same for every visitor, kept for a few seconds in each web process."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable


class PageCache:
    """Bounded, short-lived, thread-safe. Never hand it a page of somebody who is signed in."""

    def __init__(self, *, seconds: float, entries: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._entries = entries
        self._monotonic = monotonic
        self._pages: OrderedDict[Hashable, tuple[float, bytes]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], bytes]) -> bytes:
        """Return the page kept under ``key``, or make it. Two threads may make the same page; the later one stays."""
        now = self._monotonic()
        kept = self.peek(key)
        if kept is not None:
            return kept
        page = make()
        with self._lock:
            self._pages[key] = (now, page)
            self._pages.move_to_end(key)
            while len(self._pages) > self._entries:
                self._pages.popitem(last=False)
        return page

    def peek(self, key: Hashable) -> bytes | None:
        """Return the page kept under ``key``, or None."""
        with self._lock:
            kept = self._pages.get(key)
        return kept[1] if kept is not None and self._monotonic() - kept[0] < self._seconds else None

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._pages.clear()
