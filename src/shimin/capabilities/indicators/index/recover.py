"""The other way round: which weights, and which rescaling of a part, gave printed totals?

Ordinary least squares of the totals on the parts, with intervals from refitting under the rounding of the print: every
printed number stands for an interval of half its last decimal on both sides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shimin.capabilities.indicators.index.errors import IndexFault
from shimin.capabilities.indicators.index.table import Table

_REFITS = 500
_SHARE = 0.95
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value and the interval that 95 % of the refits fall in."""

    name: str
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Recovery:
    """Weights of the parts, the range the rescaled part was brought to (none: absent), and the largest misfit."""

    weights: tuple[Estimate, ...]
    low: Estimate | None
    high: Estimate | None
    largest_error: float


def recover(
    table: Table, *, total: str, parts: Sequence[str], rescaled: str = "", decimals: int = 1, seed: int = 1
) -> Recovery:
    """Estimate weights that sum to 1 and, for ``rescaled``, the [low, high] it was linearly brought to.

    ``decimals`` of the printed totals and of the parts that are not rescaled (the rescaled one is taken as exact).

    Raises:
        IndexFault: a column is missing, has gaps, or there are too few regions.
    """
    names = [total, *parts]
    missing = [name for name in names if name not in table.columns]
    if missing or (rescaled and rescaled not in parts):
        raise IndexFault(f"{table.name}: no column {', '.join(missing or [rescaled])}. Mend: name columns of the file.")
    regions = [region for region in table.regions if all(region in table.columns[name] for name in names)]
    if len(regions) < len(parts) + 3:
        raise IndexFault(f"{table.name}: {len(regions)} complete rows. Mend: give at least {len(parts) + 3}.")
    matrix = np.array([[float(table.columns[name][region]) for name in parts] for region in regions])
    totals = np.array([float(table.columns[total][region]) for region in regions])
    at = parts.index(rescaled) if rescaled else None
    best = _solve(matrix, totals, at)
    chance = np.random.default_rng(seed)
    half = 0.5 * 10**-decimals
    noisy = [
        _solve(_shaken(matrix, at, half, chance), totals + chance.uniform(-half, half, len(totals)), at)
        for _ in range(_REFITS)
    ]
    low, high = (np.quantile(noisy, share, axis=0) for share in ((1 - _SHARE) / 2, (1 + _SHARE) / 2))
    labels = [*parts, "low", "high"]
    estimates = [
        Estimate(*each) for each in zip(labels, map(float, best), map(float, low), map(float, high), strict=True)
    ]
    fitted = _fitted(matrix, best, at)
    return Recovery(
        weights=tuple(estimates[: len(parts)]),
        low=estimates[-2] if rescaled else None,
        high=estimates[-1] if rescaled else None,
        largest_error=float(np.max(np.abs(fitted - totals))),
    )


def _solve(matrix: Numbers, totals: Numbers, at: int | None) -> Numbers:
    """Return weights, then low and high of the rescaled part (0 and 1 without one).

    With a rescaled part the slope s and the constant c of the fit give its weight w = 1 - the others, and a value x
    became (s x + c) / w. Without one, the constraint that weights sum to 1 is put into the fit.
    """
    if at is None:
        last = matrix[:, -1]
        free, *_ = np.linalg.lstsq(matrix[:, :-1] - last[:, None], totals - last, rcond=None)
        return np.array([*free, 1 - free.sum(), 0.0, 1.0])
    fit, *_ = np.linalg.lstsq(np.column_stack([matrix, np.ones(len(totals))]), totals, rcond=None)
    weights, constant = fit[:-1].copy(), fit[-1]
    slope = weights[at]
    weights[at] = 1 - (weights.sum() - slope)
    ends = (slope * np.array([matrix[:, at].min(), matrix[:, at].max()]) + constant) / weights[at]
    return np.array([*weights, *ends])


def _fitted(matrix: Numbers, solution: Numbers, at: int | None) -> Numbers:
    weights, (low, high) = solution[:-2], solution[-2:]
    if at is None:
        return np.asarray(matrix @ weights)
    parts = matrix.copy()
    least, most = parts[:, at].min(), parts[:, at].max()
    parts[:, at] = low + (high - low) * (parts[:, at] - least) / (most - least)
    return np.asarray(parts @ weights)


def _shaken(matrix: Numbers, at: int | None, half: float, chance: np.random.Generator) -> Numbers:
    noise = chance.uniform(-half, half, matrix.shape)
    if at is not None:
        noise[:, at] = 0
    return matrix + noise
