"""Score a message with plain arrays; the training library is not imported here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import orjson
from numpy.typing import NDArray

from shimin.capabilities.service_requests.text.classifier.features import BUCKETS, VIEWS, Indices, counted, views_of
from shimin.capabilities.service_requests.text.classifier.words import words_of

DEFAULT_FOLDER = Path(__file__).parent / "data"
WEIGHTS_FILE, CARD_FILE = "weights.npy", "model.json"
FORMAT = 1
REASONS = 3

Scores = NDArray[np.float32]


class ModelUnreadable(Exception):
    """The folder holds no model that this version can read."""


@dataclass(frozen=True, slots=True)
class Guess:
    """One category with its calibrated probability. ``is_sure`` says whether a person need not look."""

    category: str
    probability: float
    is_sure: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """What the model says of one message: all categories, the likeliest first. Empty when no word says anything."""

    guesses: tuple[Guess, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """A trained model. ``weights`` has a column for each category and a last one for the rarity (idf) of the bucket."""

    categories: tuple[str, ...]
    weights: NDArray[np.float16]
    intercept: Scores
    scale: Scores
    shift: Scores
    sure_from: tuple[float, ...]

    def read(self, text: str) -> Reading:
        """Return what a raw message is about."""
        words = words_of(text)
        if not words:
            return Reading((), ())
        chances = self.chances(self.score(words))
        order = np.argsort(-chances)
        guesses = [
            Guess(self.categories[at], float(chances[at]), bool(chances[at] >= self.sure_from[at])) for at in order
        ]
        return Reading(tuple(guesses), tuple(words))

    def score(self, words: Sequence[str]) -> Scores:
        """Return the decision value of each category."""
        total = self.intercept.copy()
        for view, buckets in zip(VIEWS, views_of(words), strict=True):
            total += view.weight * self._score_view(buckets)
        return total

    def chances(self, scores: Scores) -> Scores:
        """Return calibrated probabilities for decision values."""
        lifted = scores @ self.scale + self.shift
        powers = np.exp(lifted - lifted.max())
        return np.asarray(powers / powers.sum(), dtype=np.float32)

    def reasons(self, reading: Reading) -> tuple[str, ...]:
        """Return the words that spoke most for the best category, the strongest first."""
        if not reading.guesses:
            return ()
        at = self.categories.index(reading.guesses[0].category)
        distinct = [word for word in dict.fromkeys(reading.words) if len(word) > 1 and not word.isascii()]
        spoken = {word: self._speaks(word, at) for word in distinct}
        best = sorted((word for word in spoken if spoken[word] > 0), key=lambda word: -spoken[word])
        return tuple(best[:REASONS])

    def _speaks(self, word: str, at: int) -> float:
        inside, across, whole, *_ = views_of([word])
        rows = self.weights[np.concatenate((inside, across, whole))].astype(np.float32)
        pulls = (rows[:, :-1] * rows[:, -1:]).sum(axis=0)
        return float(pulls[at] - np.delete(pulls, at).max())

    def _score_view(self, buckets: Indices) -> Scores:
        unique, heights = counted(buckets)
        rows = self.weights[unique].astype(np.float32)
        values = heights * rows[:, -1]
        length = float(np.sqrt(values @ values))
        return np.asarray(values @ rows[:, :-1] / length if length else np.zeros(len(self.categories)), np.float32)


def load_model(folder: Path) -> Model:
    """Read a model; its weights stay in the file and are mapped into memory.

    Raises:
        ModelUnreadable: a file is missing, damaged or of another format.
    """
    try:
        card = orjson.loads((folder / CARD_FILE).read_bytes())
        weights = np.load(folder / WEIGHTS_FILE, mmap_mode="r", allow_pickle=False)
        model = Model(
            categories=tuple(card["categories"]),
            weights=weights,
            intercept=np.array(card["intercept"], np.float32),
            scale=np.array(card["scale"], np.float32),
            shift=np.array(card["shift"], np.float32),
            sure_from=tuple(card["sure_from"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelUnreadable(f"no readable model in {folder}: {error}") from error
    if card.get("format") != FORMAT or weights.shape != (BUCKETS, len(model.categories) + 1):
        raise ModelUnreadable(f"the model in {folder} is of another format: train it again with ./shimin ask train")
    return model


@cache
def default_model() -> Model:
    """Return the model that ships with the platform, read once for each process."""
    return load_model(DEFAULT_FOLDER)
