"""Fit the classifier from labelled texts. Needs scikit-learn (``pip install shimin[train]``); no network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize
from scipy.sparse.csgraph import connected_components
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import GroupKFold
from sklearn.svm import LinearSVC

from shimin.capabilities.service_requests.text.classifier.features import BUCKETS, VIEWS, counted, views_of
from shimin.capabilities.service_requests.text.classifier.model import CARD_FILE, FORMAT, WEIGHTS_FILE
from shimin.capabilities.service_requests.text.examples import Example
from shimin.capabilities.service_requests.text.scores import Scored, sure_thresholds

FOLDS = 5
PENALTY = 0.1
SMOOTHING = 0.05
"""Added to the weight that a feature has in each category, before two categories are compared."""
ALIKE = 0.4
"""Texts whose runs of three characters are this alike (cosine) never stand on both sides of a fold."""

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Fitted:
    """A model before it is written, with what it said of each example that it had not seen."""

    categories: tuple[str, ...]
    weights: NDArray[np.float16]
    intercept: NDArray[np.float32]
    scale: NDArray[np.float64]
    shift: NDArray[np.float64]
    sure_from: tuple[float, ...]
    scored: Scored


def fit(examples: Sequence[Example]) -> Fitted:
    """Return the model of all examples, calibrated on what models of four fifths said of the remaining fifth."""
    labels = np.array([example.category for example in examples])
    categories = np.unique(labels)
    counts = counts_of([example.words for example in examples])
    decisions = unseen_decisions(counts, labels, groups_of(examples))
    stretch, shift = calibrate(decisions, labels)
    scored = Scored(
        labels, categories, chances_of(decisions, stretch, shift), np.array([example.is_raw for example in examples])
    )
    weights, intercept = _fold_in(counts, labels)
    scale = stretch * np.eye(len(categories))
    return Fitted(tuple(categories), weights, intercept, scale, shift, sure_thresholds(scored), scored)


def calibrate(decisions: NDArray[np.float64], labels: Any) -> tuple[float, NDArray[np.float64]]:
    """Return one stretch for all decisions and a shift for each category (sorted) that make the labels likeliest.

    Few numbers on purpose: a whole matrix did no better on segmented texts and worse on raw ones.
    """
    count, categories = len(labels), np.unique(labels)
    is_it = (np.asarray(labels)[:, None] == categories).astype(np.float64)

    def loss(values: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        stretch = float(np.exp(values[0]))
        chances = chances_of(decisions, stretch, values[1:])
        wrong = (chances - is_it) / count
        slope = np.concatenate(([stretch * (wrong * decisions).sum()], wrong.sum(axis=0)))
        return -float(np.log((chances * is_it).sum(axis=1) + 1e-12).mean()), slope

    found = minimize(loss, np.zeros(len(categories) + 1), jac=True, method="L-BFGS-B").x
    return float(np.exp(found[0])), found[1:] - found[1:].mean()


def chances_of(decisions: NDArray[np.float64], stretch: float, shift: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return calibrated probabilities, a row for each text."""
    lifted = stretch * decisions + shift
    powers = np.exp(lifted - lifted.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def write(fitted: Fitted, folder: Path, facts: dict[str, Any]) -> None:
    """Write the model's two files into ``folder``; ``facts`` go into the card."""
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / WEIGHTS_FILE, fitted.weights, allow_pickle=False)
    card = {
        "format": FORMAT, "categories": list(fitted.categories), "intercept": fitted.intercept.tolist(),
        "scale": fitted.scale.tolist(), "shift": fitted.shift.tolist(), "sure_from": list(fitted.sure_from), **facts,
    }  # fmt: skip
    (folder / CARD_FILE).write_bytes(orjson.dumps(card, option=orjson.OPT_INDENT_2))


def counts_of(texts: Sequence[Sequence[str]]) -> list[Any]:
    """Return for each view a sparse matrix of 1 + ln(count), a row for each text."""
    columns: list[list[Any]] = [[] for _ in VIEWS]
    for words in texts:
        for column, buckets in zip(columns, views_of(words), strict=True):
            column.append(counted(buckets))
    return [_matrix(column) for column in columns]


def _matrix(column: Sequence[Any]) -> Any:
    ends = np.cumsum([0, *(len(unique) for unique, _ in column)])
    unique = np.concatenate([unique for unique, _ in column])
    heights = np.concatenate([heights for _, heights in column])
    return sparse.csr_matrix((heights, unique, ends), shape=(len(column), BUCKETS))


def _rarities(counts: Sequence[Any], rows: Rows) -> list[NDArray[np.float32]]:
    """Return the idf of each bucket; what only one text has is left out, so nothing of a single text is kept."""
    found = []
    for matrix in counts:
        seen = np.bincount(matrix[rows].indices, minlength=BUCKETS)
        idf = np.log((1 + len(rows)) / (1 + seen)) + 1
        found.append(np.where(seen > 1, idf, 0).astype(np.float32))
    return found


def _weighed(counts: Sequence[Any], rarities: Sequence[NDArray[np.float32]]) -> Any:
    total = None
    for matrix, idf, view in zip(counts, rarities, VIEWS, strict=True):
        values = matrix @ sparse.diags(idf)
        lengths = np.sqrt(np.asarray(values.multiply(values).sum(axis=1)).ravel())
        part = sparse.diags(view.weight / np.where(lengths > 0, lengths, 1)) @ values
        total = part if total is None else total + part
    assert total is not None
    total.eliminate_zeros()
    return total.tocsr()


def _telling(features: Any, is_it: Any) -> NDArray[np.float64]:
    """Return how much each feature tells a category from the others: its log ratio (naive Bayes), 1 on average.

    Source: Wang and Manning, Baselines and Bigrams (ACL 2012); here the features keep their idf and length.
    """
    total = np.asarray(features.sum(axis=0)).ravel()
    within = np.asarray(features[is_it].sum(axis=0)).ravel() + SMOOTHING
    without = np.maximum(total - within + 2 * SMOOTHING, SMOOTHING)
    ratio = np.abs(np.log((within / within.sum()) / (without / without.sum())))
    seen = total > 0
    return np.where(seen, ratio / ratio[seen].mean(), 0.0)


def _separate(features: Any, labels: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return coefficients (a row for each feature, a column for each category) and intercepts.

    A machine for each category against the rest, on features that are stretched by how much they tell it apart.
    """
    categories = np.unique(labels)
    weights, intercept = np.zeros((features.shape[1], len(categories))), np.zeros(len(categories))
    for at, name in enumerate(categories):
        telling = _telling(features, labels == name)
        machine = LinearSVC(C=PENALTY, class_weight="balanced", random_state=1, tol=1e-3)
        machine.fit(features @ sparse.diags(telling), labels == name)
        weights[:, at], intercept[at] = machine.coef_[0] * telling, machine.intercept_[0]
    return weights, intercept


def unseen_decisions(counts: Sequence[Any], labels: Any, groups: Rows) -> NDArray[np.float64]:
    """Return what machines of four fifths decide of the remaining fifth, a row for each text."""
    decisions = np.zeros((len(labels), len(np.unique(labels))))
    for seen, unseen in GroupKFold(FOLDS).split(labels, labels, groups):
        features = _weighed(counts, _rarities(counts, seen))
        weights, intercept = _separate(features[seen], labels[seen])
        decisions[unseen] = features[unseen] @ weights + intercept
    return decisions


def _fold_in(counts: Sequence[Any], labels: Any) -> tuple[NDArray[np.float16], NDArray[np.float32]]:
    """Fit on everything and return one row for each bucket.

    Views share the table; two views rarely meet in one bucket, and then the larger rarity stands for both.
    """
    rarities = np.max(_rarities(counts, np.arange(len(labels))), axis=0)
    weights, intercept = _separate(_weighed(counts, [rarities] * len(VIEWS)), labels)
    table = np.zeros((BUCKETS, weights.shape[1] + 1), np.float16)
    table[:, :-1] = weights
    table[:, -1] = rarities
    table[rarities == 0] = 0
    return table, intercept.astype(np.float32)


def groups_of(examples: Sequence[Example]) -> Rows:
    """Return a group number for each example; near-duplicates share one."""
    texts = ["".join(example.words) for example in examples]
    matrix = TfidfVectorizer(analyzer="char", ngram_range=(3, 3), sublinear_tf=True, min_df=2).fit_transform(texts)
    edges_from, edges_to = [], []
    for start in range(0, len(texts), 500):
        alike = (matrix[start : start + 500] @ matrix.T).tocoo()
        near = alike.data > ALIKE
        edges_from.append(alike.row[near] + start)
        edges_to.append(alike.col[near])
    ends = (np.concatenate(edges_from), np.concatenate(edges_to))
    graph = sparse.coo_matrix((np.ones(len(ends[0])), ends), shape=(len(texts), len(texts)))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)
