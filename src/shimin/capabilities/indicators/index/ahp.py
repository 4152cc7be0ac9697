"""Weights by the analytic hierarchy process: experts compare indicators in pairs, the principal eigenvector weighs.

Source: Saaty, The Analytic Hierarchy Process (1980): the nine-point scale, the random index, CR ≤ 0.1. Experts are
aggregated by the geometric mean of their judgements (Aczél and Saaty 1983), which alone keeps a : b = 1 / (b : a).
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt

from shimin.capabilities.indicators.index.errors import IndexFault

# The mean consistency index of random reciprocal matrices of order 1, 2, …
_RANDOM_INDEX = (0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59)
ACCEPTED_RATIO = 0.1
_TOLERANCE = 0.02  # 0.33 is meant as 1/3

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Judgement:
    """One expert's pairwise comparisons: ``matrix[i][j]`` says how many times more i matters than j."""

    name: str
    keys: tuple[str, ...]
    matrix: Matrix


@dataclass(frozen=True, slots=True)
class Weighing:
    """Weights (summing to 1) and how consistent the judgements are: ``ratio`` ≤ 0.1 is accepted."""

    keys: tuple[str, ...]
    weights: tuple[float, ...]
    ratio: float

    @property
    def is_consistent(self) -> bool:
        return self.ratio <= ACCEPTED_RATIO


def read_judgement(path: Path) -> Judgement:
    """Read a square CSV: the first line and column name the indicators, a cell is 3, 1/3 or 0.333.

    Raises:
        IndexFault: every fault found.
    """
    try:
        rows = [row for row in csv.reader(path.read_text(encoding="utf-8-sig").splitlines()) if any(row)]
    except (OSError, UnicodeDecodeError) as error:
        raise IndexFault(f"{path}: {error}. Mend: name a CSV file in UTF-8.") from None
    keys = tuple(cell.strip() for cell in rows[0][1:]) if rows else ()
    if len(keys) < 2 or len(keys) > len(_RANDOM_INDEX) or [row[0].strip() for row in rows[1:]] != list(keys):
        raise IndexFault(
            f"{path}: not a square of 2 to {len(_RANDOM_INDEX)} indicators. "
            "Mend: name the same indicators in the first line and, in the same order, in the first column."
        )
    faults: list[str] = []
    matrix = np.ones((len(keys), len(keys)))
    for i, row in enumerate(rows[1:]):
        if len(row) != len(keys) + 1:
            raise IndexFault(
                f"{path}:{i + 2}: {len(row) - 1} cells for {len(keys)} indicators. Mend: complete the line."
            )
        for j, cell in enumerate(row[1:]):
            matrix[i, j] = _ratio(f"{path}:{i + 2}: {keys[i]} to {keys[j]}", cell, faults)
    faults += [] if faults else _faults_of_pairs(path, keys, matrix)
    if faults:
        raise IndexFault(*faults)
    return Judgement(path.name, keys, matrix)


def _ratio(where: str, cell: str, faults: list[str]) -> float:
    try:
        value = float(Fraction(cell.strip()))
    except (ValueError, ZeroDivisionError):
        value = 0.0
    if not 1 / 9.01 <= value <= 9.01:
        faults.append(f"{where}: {cell!r}. Mend: write a number from 1/9 to 9.")
        return 1.0
    return value


def _faults_of_pairs(path: Path, keys: Sequence[str], matrix: Matrix) -> list[str]:
    return [
        f"{path}: {keys[i]} to {keys[j]} is {matrix[i, j]:g}, back it is {matrix[j, i]:g}. Mend: one is 1 / the other."
        for i in range(len(keys))
        for j in range(i, len(keys))
        if abs(matrix[i, j] * matrix[j, i] - 1) > _TOLERANCE * max(matrix[i, j], matrix[j, i], 1)
    ]


def weigh(judgement: Judgement) -> Weighing:
    """Return the weights of one expert, or of an aggregate."""
    values, vectors = np.linalg.eig(judgement.matrix)
    largest = int(np.argmax(values.real))
    weights = np.abs(vectors[:, largest].real)
    order = len(judgement.keys)
    index = (float(values[largest].real) - order) / max(order - 1, 1)
    random = _RANDOM_INDEX[order - 1]
    return Weighing(
        judgement.keys, tuple(map(float, weights / weights.sum())), max(index, 0.0) / random if random else 0.0
    )


def aggregate(judgements: Sequence[Judgement]) -> Judgement:
    """Return the geometric mean of several experts' comparisons.

    Raises:
        IndexFault: they compare different indicators.
    """
    first = judgements[0]
    for other in judgements[1:]:
        if other.keys != first.keys:
            raise IndexFault(f"{other.name}: other indicators than {first.name}. Mend: compare the same, in one order.")
    logs = np.mean([np.log(each.matrix) for each in judgements], axis=0)
    return Judgement("all experts", first.keys, np.exp(logs))
