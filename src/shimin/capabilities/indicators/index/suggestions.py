"""Which known region a misspelt name may mean: alike in its characters and in how it sounds."""

from __future__ import annotations

from collections.abc import Collection
from difflib import SequenceMatcher

_LEAST = 0.6


def near_names(name: str, known: Collection[str], *, most: int = 3) -> list[str]:
    """Return up to ``most`` of the known names, the likeliest first."""
    sound = _sound(name)
    scored = [
        ((SequenceMatcher(None, name, other).ratio() + SequenceMatcher(None, sound, _sound(other)).ratio()) / 2, other)
        for other in known
        if set(other) & set(name)  # a name that shares no character is no misspelling
    ]
    return [other for score, other in sorted(scored, key=lambda pair: (-pair[0], pair[1])) if score >= _LEAST][:most]


def _sound(name: str) -> str:
    from pypinyin import lazy_pinyin  # fifty megabytes that no process needs which only shows scores

    return " ".join(lazy_pinyin(name))
