"""Measure what a model said of texts that it had not seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

SURE = 0.98
"""How often a category has to be right among the messages that are dispatched without a person."""


@dataclass(frozen=True, slots=True)
class Scored:
    """True labels beside the probabilities of each category (one row for each text)."""

    labels: NDArray[Any]
    categories: NDArray[Any]
    chances: NDArray[np.float64]
    is_raw: NDArray[np.bool_]

    def only(self, rows: NDArray[np.bool_]) -> Scored:
        """Return some of the rows."""
        return Scored(self.labels[rows], self.categories, self.chances[rows], self.is_raw[rows])


def figures(scored: Scored, sure_from: tuple[float, ...]) -> dict[str, Any]:
    """Return the figures of the model card."""
    best = scored.chances.argmax(axis=1)
    said = scored.categories[best]
    right = said == scored.labels
    sure = scored.chances.max(axis=1) >= np.array(sure_from)[best]
    two = scored.categories[np.argsort(-scored.chances, axis=1)[:, :2]]
    per_category = {str(name): round(_f1(scored.labels, said, name), 4) for name in scored.categories}
    return {
        "texts": len(right),
        "macro_f1": round(sum(per_category.values()) / len(per_category), 4),
        "f1": per_category,
        "right": round(float(right.mean()), 4),
        "right_among_two": round(float((two == scored.labels[:, None]).any(axis=1).mean()), 4),
        "automatic": round(float(sure.mean()), 4),
        "right_among_automatic": round(float(right[sure].mean()), 4) if sure.any() else None,
    }


def sure_thresholds(scored: Scored) -> tuple[float, ...]:
    """Return for each category the least probability from which it is right often enough; 1.01: never."""
    best = scored.chances.argmax(axis=1)
    found = []
    for at, name in enumerate(scored.categories):
        rows = best == at
        chances, right = scored.chances[rows, at], scored.labels[rows] == name
        order = np.argsort(-chances)
        shares = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
        enough = np.flatnonzero(shares >= SURE)
        found.append(round(max(float(chances[order][enough[-1]]), 0.6), 4) if len(enough) else 1.01)
    return tuple(found)


def _f1(labels: NDArray[Any], said: NDArray[Any], name: Any) -> float:
    both = float(((labels == name) & (said == name)).sum())
    return 2 * both / max(float((labels == name).sum() + (said == name).sum()), 1.0)
