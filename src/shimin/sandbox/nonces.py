"""Nonces seen before: the guard against replayed requests."""

KEPT_SECONDS = 60
"""A request stays fresh for at most this long after it arrives: 30 s of skew on either side."""

MAX_PER_GENERATION = 400_000


class NonceStore:
    """Remembers nonces in two generations, so forgetting is one assignment; each lives one to two generations."""

    def __init__(self, *, now: float, limit: int = MAX_PER_GENERATION) -> None:
        self._current: set[str] = set()
        self._previous: set[str] = set()
        self._began_at = now
        self._limit = limit

    @property
    def is_full(self) -> bool:
        """Whether no nonce can be noted until a generation ends."""
        return len(self._current) >= self._limit

    def note(self, nonce: str, *, now: float) -> bool:
        """Note a nonce; False means it was seen before. now is in seconds of any steady clock."""
        if now - self._began_at >= KEPT_SECONDS:
            # After a pause of two generations both are forgotten.
            self._previous = self._current if now - self._began_at < 2 * KEPT_SECONDS else set()
            self._current = set()
            self._began_at = now
        if nonce in self._current or nonce in self._previous:
            return False
        self._current.add(nonce)
        return True
