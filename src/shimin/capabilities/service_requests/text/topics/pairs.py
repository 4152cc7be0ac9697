"""How well topics put together what belongs together: precision and recall over labelled pairs of messages.

The labels that ship are of one city's board (``labelled_pairs.csv``: message ids only, no words); how they were made
stands in docs/explanation/hot-topics.md. Pairs were drawn in strata, so each counts for as many as it stands for.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from shimin.capabilities.service_requests.text.topics.hot import Topic

LABELS = Path(__file__).with_name("labelled_pairs.csv")
_DRAWS, _SEED = 2_000, 20261128


class PairsUnreadable(ValueError):
    """The file holds no labelled pairs; the text names the line."""


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """Two messages and whether they are about the same matter of the same place or people.

    ``weight``: how many pairs this one stands for: the pairs of its ``stratum`` over those drawn from it.
    """

    stratum: str
    one: str
    other: str
    is_same: bool
    weight: float


@dataclass(frozen=True, slots=True)
class PairMeasure:
    """``precision``: of the pairs put together, the share that belong; ``recall``: of those that belong, the share put
    together. Each with its 95 % range over draws of the same size. ``strata``: drawn, same, together, both, by name.
    """

    pairs: int
    missing: int
    precision: float
    precision_range: tuple[float, float]
    recall: float
    recall_range: tuple[float, float]
    strata: Mapping[str, tuple[int, int, int, int]]

    @property
    def f1(self) -> float:
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def read_pairs(path: Path = LABELS) -> list[LabelledPair]:
    """Read labelled pairs: stratum, population (its pairs in all), one, other, same (0 or 1).

    Raises:
        PairsUnreadable: a column is missing, or a value makes no sense.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    drawn: dict[str, int] = {}
    for row in rows:
        drawn[row.get("stratum", "")] = drawn.get(row.get("stratum", ""), 0) + 1
    pairs = []
    for line, row in enumerate(rows, start=2):
        try:
            weight = int(row["population"]) / drawn[row["stratum"]]
            pairs.append(LabelledPair(row["stratum"], row["one"], row["other"], {"0": False, "1": True}[row["same"]],
                                      weight))  # fmt: skip
        except (KeyError, ValueError) as wrong:
            raise PairsUnreadable(f"{path}, line {line}: {wrong}") from None
    return pairs


def measure(topics: Sequence[Topic], pairs: Sequence[LabelledPair], known: frozenset[str]) -> PairMeasure:
    """Compare topics with labels. Pairs of messages that are not among ``known`` ids are counted as missing.

    Raises:
        PairsUnreadable: none of the pairs is about these messages.
    """
    home = {message_id: number for number, topic in enumerate(topics) for message_id in topic.message_ids}
    there = [pair for pair in pairs if pair.one in known and pair.other in known]
    if not there:
        raise PairsUnreadable("none of the labelled pairs is about these messages")
    weights = np.array([pair.weight for pair in there])
    same = np.array([pair.is_same for pair in there])
    together = np.array([home.get(pair.one, -1) == home.get(pair.other, -2) for pair in there])
    strata = {name: np.flatnonzero([pair.stratum == name for pair in there]) for name in
              dict.fromkeys(pair.stratum for pair in there)}  # fmt: skip
    precision, recall = _rates(weights, same, together)
    chance = np.random.default_rng(_SEED)
    drawn = [
        _rates(weights[rows], same[rows], together[rows])
        for rows in (
            np.concatenate([chance.choice(each, len(each)) for each in strata.values()]) for _ in range(_DRAWS)
        )
    ]
    ranges = [(float(low), float(high)) for low, high in np.quantile(np.array(drawn), (0.025, 0.975), axis=0).T]
    return PairMeasure(
        pairs=len(there), missing=len(pairs) - len(there), precision=precision, precision_range=ranges[0],
        recall=recall, recall_range=ranges[1],
        strata={
            name: (len(rows), int(same[rows].sum()), int(together[rows].sum()), int((same & together)[rows].sum()))
            for name, rows in strata.items()
        },
    )  # fmt: skip


def _rates(weights: np.ndarray, same: np.ndarray, together: np.ndarray) -> tuple[float, float]:
    both = float(weights[same & together].sum())
    put, belongs = float(weights[together].sum()), float(weights[same].sum())
    return (both / put if put else 1.0, both / belongs if belongs else 1.0)
