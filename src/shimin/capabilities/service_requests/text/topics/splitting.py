"""Take strangers out of a group: neighbours whose messages name the same place and are about another matter.

Grouping asks how alike two messages are; a shared place makes them so. Here each message is held against the matter of
all the others of its group, in which the names of the group's places count less.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from shimin.capabilities.service_requests.text.topics.grouping import group
from shimin.capabilities.service_requests.text.topics.likeness import Said

LEAST_FIT = 0.2  # cosine of a message with the middle of the others, below which it is a stranger
LEAST_BLOCKS = 0.05  # mean likeness below which two halves of a group are two matters
LEAST_STRANGERS = 0.3  # mean likeness from which strangers are a topic of their own
PLACE_WORDS = 0.4  # how much a word counts that is part of the name of one of the group's places
_COMMON_SHARE, _COMMON_LEAST = 0.15, 2  # of the messages must name a place that is the group's
_FEWEST = 3  # two messages have no middle to be strange to

Matrix = NDArray[np.float64]


def without_strangers(said: Sequence[Said], rarity: Mapping[str, float]) -> list[list[int]]:
    """Return the numbers of a group's messages in parts: halves with hardly a word in common, each without strangers,
    and what the strangers are among themselves.

    ``rarity``: how much each word tells apart, over all messages.
    """
    if len(said) < _FEWEST:
        return [list(range(len(said)))]
    alike = _matter(said, rarity)
    cores, strangers = [], []
    for block in _linked(alike, list(range(len(said))), LEAST_BLOCKS):
        core, others = _trim(alike[np.ix_(block, block)])
        cores.append([block[at] for at in core])
        strangers += [block[at] for at in others]
    return [*cores, *_linked(alike, sorted(strangers), LEAST_STRANGERS)]


def _linked(alike: Matrix, numbers: Sequence[int], least_mean: float) -> list[list[int]]:
    """Return parts of some messages by average linkage."""
    pairs = sorted(
        (
            (float(alike[one, other]), at, behind)
            for at, one in enumerate(numbers)
            for behind, other in enumerate(numbers)
            if at < behind and alike[one, other] > 0
        ),
        reverse=True,
    )
    parts = group(len(numbers), pairs, lambda left, right: True, least_mean=least_mean)
    return [[numbers[at] for at in part] for part in parts]


def _trim(alike: Matrix) -> tuple[list[int], list[int]]:
    """Return who fits and who does not, taking out the worst until all fit; sums are kept, so each costs one row."""
    here = np.ones(len(alike), bool)
    own = alike.diagonal().copy()
    rows = alike.sum(axis=1) - own
    total = float(alike.sum())
    strangers = []
    while here.sum() >= _FEWEST:
        others = total - 2 * rows - own  # the sum over all pairs of the others: their middle's length, squared
        fit = np.where(here, rows / np.sqrt(np.maximum(others, 1e-9)), np.inf)
        worst = int(fit.argmin())
        if fit[worst] >= LEAST_FIT:
            break
        here[worst] = False
        strangers.append(worst)
        total -= 2 * float(rows[worst]) + float(own[worst])
        rows = rows - np.where(np.arange(len(alike)) == worst, 0.0, alike[:, worst])
    return [int(at) for at in np.flatnonzero(here)], sorted(strangers)


def _matter(said: Sequence[Said], rarity: Mapping[str, float]) -> Matrix:
    """Return the cosines of the messages' words, place names counting less."""
    named = Counter(name for each in said for name in set(each.names))
    places = [name for name, n in named.items() if n >= max(_COMMON_LEAST, _COMMON_SHARE * len(said))]
    rows = []
    for each in said:
        weighed = {
            word: value * rarity[word] * _share(word, places) for word, value in each.words.items() if word in rarity
        }
        length = math.sqrt(sum(value**2 for value in weighed.values())) or 1.0
        rows.append({word: value / length for word, value in weighed.items()})
    seen = Counter(word for row in rows for word in row)
    numbers = {word: at for at, word in enumerate(sorted(word for word, n in seen.items() if n > 1))}
    table = np.zeros((len(rows), len(numbers)), np.float32)
    for at, row in enumerate(rows):
        for word, value in row.items():
            if word in numbers:
                table[at, numbers[word]] = value
    alike = (table @ table.T).astype(np.float64)
    np.fill_diagonal(alike, 1.0)
    return alike


def _share(word: str, places: Sequence[str]) -> float:
    return PLACE_WORDS if any(word in name for name in places) else 1.0
