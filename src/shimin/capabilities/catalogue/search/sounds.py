"""How words sound, for homophones, typed pinyin and initials; syllables that many mix up are folded together.

The reading of a single character comes from a small table (``readings.txt``: a syllable and its characters a line), so
that web processes do without pypinyin (+55 MB).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

_TABLE = Path(__file__).with_name("readings.txt")
_LONGEST_SYLLABLE = 6


@cache
def _readings() -> dict[str, str]:
    table: dict[str, str] = {}
    for line in _TABLE.read_text(encoding="utf-8").splitlines():
        syllable, _, characters = line.partition(" ")
        table.update(dict.fromkeys(characters, syllable))
    return table


@cache
def _syllables() -> frozenset[str]:
    return frozenset(_readings().values())


def syllables_of(text: str) -> list[str] | None:
    """Return the syllable of each Chinese character by its usual reading; None when one is unknown."""
    table = _readings()
    found = [table.get(character, "") for character in text]
    return found if all(found) else None


def split_pinyin(letters: str) -> list[str] | None:
    """Split typed pinyin into syllables ("gongjijin" → gong ji jin), the fewest; None when it is not pinyin."""
    best: list[list[str] | None] = [[]] + [None] * len(letters)
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - _LONGEST_SYLLABLE), end):
            before = best[start]
            if before is None or letters[start:end] not in _syllables():
                continue
            known = best[end]
            if known is None or len(before) + 1 < len(known):
                best[end] = [*before, letters[start:end]]
    return best[-1]


def fold(syllable: str) -> str:
    """Return a syllable as a southern ear hears it: zh is z, ch c, sh s, ang an, eng en, ing in, n l, hu f."""
    if syllable[:2] in ("zh", "ch", "sh"):
        syllable = syllable[0] + syllable[2:]
    if syllable.endswith(("ang", "eng", "ing")):
        syllable = syllable[:-1]
    if syllable.startswith("n"):
        syllable = "l" + syllable[1:]
    return "f" + syllable[2:] if syllable.startswith("hu") and len(syllable) > 2 else syllable


def sound_of(syllables: list[str]) -> str:
    """Return syllables as the key that equal-sounding words share."""
    return " ".join(map(fold, syllables))


def initials_of(syllables: list[str]) -> str:
    """Return the first letters ("gjj")."""
    return "".join(syllable[0] for syllable in syllables if syllable)
