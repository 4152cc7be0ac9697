"""The page cache is short-lived and bounded."""

from __future__ import annotations

import threading

import pytest

from shimin.portal.page_cache import PageCache


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(clock: Clock) -> PageCache:
    return PageCache(seconds=5, entries=2, monotonic=clock)


def test_makes_a_page_once(cache):
    assert cache.get("home", lambda: b"first") == b"first"
    assert cache.get("home", lambda: b"second") == b"first"


def test_makes_it_again_when_it_is_old(cache, clock):
    cache.get("home", lambda: b"first")
    clock.now = 5.0
    assert cache.get("home", lambda: b"second") == b"second"


def test_keeps_no_more_than_it_may(cache):
    for name in ("a", "b", "c"):
        cache.get(name, lambda: b"first")
    assert cache.get("a", lambda: b"again") == b"again"
    assert cache.get("c", lambda: b"again") == b"first"


def test_keeps_nothing_when_making_fails(cache):
    with pytest.raises(ZeroDivisionError):
        cache.get("home", lambda: bytes(1 // 0))
    assert cache.get("home", lambda: b"made") == b"made"


def test_serves_threads_their_own_key(cache):
    answers: dict[int, bytes] = {}

    def ask(number: int) -> None:
        answers[number] = cache.get(number, lambda: str(number).encode())

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {number: str(number).encode() for number in range(50)}
