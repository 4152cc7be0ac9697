"""The store of nonces: refuses what it knows, forgets in time, stays bounded."""

from shimin.sandbox.nonces import KEPT_SECONDS, NonceStore


def test_refuses_a_nonce_within_its_time():
    store = NonceStore(now=0)
    assert store.note("a", now=1)
    assert not store.note("a", now=KEPT_SECONDS + 1)


def test_refuses_a_nonce_noted_just_before_a_generation_ends():
    store = NonceStore(now=0)
    store.note("a", now=KEPT_SECONDS - 1)
    assert not store.note("a", now=2 * KEPT_SECONDS - 2)


def test_forgets_a_nonce_after_two_generations():
    store = NonceStore(now=0)
    store.note("a", now=1)
    assert store.note("a", now=1 + 3 * KEPT_SECONDS)


def test_is_full_at_its_limit():
    store = NonceStore(now=0, limit=2)
    store.note("a", now=1)
    assert not store.is_full
    store.note("b", now=1)
    assert store.is_full
    store.note("b", now=KEPT_SECONDS + 1)
    assert not store.is_full
