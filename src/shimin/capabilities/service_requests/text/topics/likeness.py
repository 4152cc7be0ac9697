"""How alike messages are: in the matter (their words, rare ones heavier) and in the places they name."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shimin.capabilities.service_requests.text.classifier.words import words_of
from shimin.capabilities.service_requests.text.topics.places import names_in

LEAST_MATTER = 0.15  # a shared place alone makes no topic
_SUBJECT = 3.0  # the weight of the subject line beside the body
_LONGEST_BODY = 800  # characters: what comes later repeats, or is pasted
_MOST_SHARED = 0.1  # a word that more than a tenth of the messages have tells nothing apart
_FEW = 20  # among few messages even common words tell them apart
_PLACE_SHARE = 0.35  # of the likeness of two messages that both name places
_NAMELESS = 0.85  # how much the matter counts where a message names no place

Row = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Said:
    """What is compared of a message: weighed words, and names with how often each stands in it."""

    words: dict[str, float]
    names: Counter[str]


def read(subject: str, body: str) -> Said:
    """Return the weighed words and the names of a message."""
    words: dict[str, float] = {}
    for text, weight in ((subject, _SUBJECT), (body[:_LONGEST_BODY], 1.0)):
        for word, count in Counter(words_of(text)).items():
            if len(word) > 1:
                words[word] = words.get(word, 0.0) + weight * (1 + math.log(count))
    named = names_in(subject)
    return Said(words, named + named + named + names_in(body[:_LONGEST_BODY]))


def joined(said: Sequence[Said]) -> Said:
    """Return what several messages say together, each with an equal share."""
    words: dict[str, float] = {}
    names: Counter[str] = Counter()
    for each in said:
        for word, value in each.words.items():
            words[word] = words.get(word, 0.0) + value / len(said)
        names.update(each.names)
    return Said(words, names)


def rarities(said: Sequence[Said]) -> dict[str, float]:
    """Return how much each word tells messages apart; not of words that one has, or too many."""
    return _rarities([each.words for each in said], _MOST_SHARED)


def _rarities(rows: Sequence[dict[str, float]], most_shared: float) -> dict[str, float]:
    seen = Counter(word for row in rows for word in row)
    most = max(len(rows) * most_shared, _FEW)
    return {word: math.log(1 + len(rows) / n) for word, n in seen.items() if 1 < n <= most}


class Likeness:
    """The likeness of all pairs among some messages, row by row; nothing of size n² is kept."""

    def __init__(self, said: Sequence[Said]) -> None:
        self._matter = _Cosines([each.words for each in said], _MOST_SHARED)
        self._places = _Cosines([{name: 1 + math.log(n) for name, n in each.names.items()} for each in said], 1.0)
        self._named = np.array([bool(each.names) for each in said])

    def row(self, number: int) -> Row:
        """Return the likeness of one message to all, 0 to 1; 0 where the matter is another."""
        matter = self._matter.row(number)
        nameless = matter * _NAMELESS
        if not self._named[number]:
            found = nameless
        else:
            both = (1 - _PLACE_SHARE) * matter + _PLACE_SHARE * self._places.row(number)
            found = np.where(self._named, both, nameless)
        return np.where(matter >= LEAST_MATTER, found, 0).astype(np.float32)

    def cohesion(self, numbers: Sequence[int]) -> float:
        """Return the mean likeness over the pairs of some messages, doubled and at most 1; 1 for a single one."""
        if len(numbers) < 2:
            return 1.0
        chosen = np.array(numbers)
        total = sum(float(self.row(number)[chosen].sum()) - float(self.row(number)[number]) for number in numbers)
        return min(1.0, 2 * total / (len(numbers) * (len(numbers) - 1)))

    def pairs(self, least: float) -> list[tuple[float, int, int]]:
        """Return the pairs at least so alike, the most alike first."""
        found = []
        for number in range(len(self._named)):
            row = self.row(number)
            found += [
                (float(row[other]), number, int(other)) for other in np.flatnonzero(row >= least) if other > number
            ]
        return sorted(found, reverse=True)


class _Cosines:
    """Cosines of weighed words by way of the words' postings."""

    def __init__(self, rows: Sequence[dict[str, float]], most_shared: float) -> None:
        self._rows = rows
        rarity = _rarities(rows, most_shared)
        at: dict[str, list[int]] = {word: [] for word in rarity}
        heights: dict[str, list[float]] = {word: [] for word in rarity}
        for number, row in enumerate(rows):
            weighed = {word: value * rarity[word] for word, value in row.items() if word in rarity}
            length = math.sqrt(sum(value**2 for value in weighed.values())) or 1.0
            for word, value in weighed.items():
                at[word].append(number)
                heights[word].append(value / length)
        self._postings = {word: (np.array(at[word]), np.array(heights[word], np.float32)) for word in rarity}

    def row(self, number: int) -> Row:
        total = np.zeros(len(self._rows), np.float32)
        for word in self._rows[number]:
            posting = self._postings.get(word)
            if posting is not None:
                numbers, heights = posting
                total[numbers] += heights[np.searchsorted(numbers, number)] * heights
        return total
