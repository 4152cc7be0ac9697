"""How many requests the thresholds of the dispatch catalogue let through without a person, and how many rightly.

Needs scikit-learn, as training does. Every text is scored by a model of four fifths that it is not part of, and
calibrated on the others' scores (fifths of near-duplicates never stand on both sides).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import numpy as np
from sklearn.model_selection import GroupKFold

from shimin.capabilities.service_requests.domain.dispatch_rules import DispatchCatalogue
from shimin.capabilities.service_requests.text.examples import Example, read_examples
from shimin.capabilities.service_requests.text.scores import Scored
from shimin.capabilities.service_requests.text.training import (
    FOLDS,
    calibrate,
    chances_of,
    counts_of,
    groups_of,
    unseen_decisions,
)


def measure(folder: Path, catalogue: DispatchCatalogue, *, city_code: str, day: date) -> Iterator[str]:
    """Yield lines to show: for segmented and raw texts, each category's automatic ones and how many were right.

    Raises:
        FileUnreadable: the folder holds no labelled texts.
    """
    scored = unseen(read_examples(folder))
    best = scored.chances.argmax(axis=1)
    said, sure = scored.categories[best], scored.chances.max(axis=1)
    least = [catalogue.threshold_for(city_code=city_code, category=str(name), day=day) for name in scored.categories]
    is_automatic = sure >= np.array([1.01 if each is None else each for each in least])[best]
    is_right = said == scored.labels
    for kind, rows in (("segmented", ~scored.is_raw), ("raw", scored.is_raw)):
        for name in (*scored.categories, "all"):
            among = rows if name == "all" else rows & (said == name)
            chosen = among & is_automatic
            right = int((chosen & is_right).sum())
            share = f"{right / chosen.sum():.4f}" if chosen.any() else "-"
            yield f"{kind:<10} {among.sum():>5} read as {name}: {chosen.sum():>5} automatic, {right:>5} right ({share})"


def unseen(examples: Sequence[Example]) -> Scored:
    """Return what models that had not seen a text say of it, with probabilities calibrated on other texts."""
    labels = np.array([example.category for example in examples])
    groups = groups_of(examples)
    decisions = unseen_decisions(counts_of([example.words for example in examples]), labels, groups)
    chances = np.zeros_like(decisions)
    for seen, held_out in GroupKFold(FOLDS).split(labels, labels, groups):
        chances[held_out] = chances_of(decisions[held_out], *calibrate(decisions[seen], labels[seen]))
    return Scored(labels, np.unique(labels), chances, np.array([example.is_raw for example in examples]))
