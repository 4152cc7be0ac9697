"""The reader of texts that ships with the platform: the classifier's main categories, with words as reasons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from shimin.capabilities.service_requests.domain.kinds import kind_in
from shimin.capabilities.service_requests.ports import Choice, Place, Similar, Suggestion
from shimin.capabilities.service_requests.queries.similar import find_similar


class ShippedReader:
    """Implements ``ports.TextReader`` with the shipped model, which is read at the first message."""

    def suggest(self, text: str, *, city_code: str) -> Suggestion:
        """Propose kind and main category; the model knows no city's own tree."""
        # numpy and the weights are for the processes that read; most web processes only file.
        from shimin.capabilities.service_requests.text.classifier.model import default_model

        model = default_model()
        reading = model.read(text)
        reasons = model.reasons(reading)
        choices = tuple(
            Choice(guess.category, round(guess.probability, 4), reasons if at == 0 else ())
            for at, guess in enumerate(reading.guesses[:3])
        )
        return Suggestion(kind_in(text), choices)

    def find_similar(self, text: str, place: Place, *, city_code: str, now: datetime) -> Sequence[Similar]:
        """Compare with the newest requests of the city that strangers may see."""
        return find_similar(text, place, city_code=city_code, now=now)
