"""How an answer is told: a sentence, one big figure, a list, plots, next steps. Declared, never programmed.

The expressions are a small closed set: count, sum, first, largest, smallest over the records that match ``where``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shimin.capabilities.enquiries.domain.fields import FieldRule, FieldType, RecordRow, Value
from shimin.capabilities.enquiries.domain.wording import say_value

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_COUNT = FieldRule("count", "", FieldType.INTEGER)


class Reckoning(StrEnum):
    """What a figure does with the records that match."""

    COUNT = "count"
    SUM = "sum"
    FIRST = "first"
    LARGEST = "largest"
    SMALLEST = "smallest"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure over the records; ``field`` is empty for a count."""

    reckoning: Reckoning
    field: str
    where: Mapping[str, tuple[Value, ...]]

    def reckon(self, records: Sequence[RecordRow]) -> Value:
        """Return the figure; None when there is nothing to take it from."""
        matching = [row for row in records if all(row[name] in values for name, values in self.where.items())]
        if self.reckoning is Reckoning.COUNT:
            return len(matching)
        values = [value for row in matching if (value := row[self.field]) is not None]
        if self.reckoning is Reckoning.SUM:
            return sum(value for value in values if isinstance(value, int | float))
        if not values:
            return None
        if self.reckoning is Reckoning.FIRST:
            return values[0]
        pick = max if self.reckoning is Reckoning.LARGEST else min
        return pick(values, key=_sortable)


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words with ``{figure}`` places, told when the figure ``when`` is neither zero nor empty (or always)."""

    text: str
    when: str = ""


@dataclass(frozen=True, slots=True)
class BigFigure:
    """The one figure that is set large, with its words."""

    figure: str
    words: str


@dataclass(frozen=True, slots=True)
class Plot:
    """Bars of ``value`` summed by ``by``; a month or a date can be gathered by year."""

    title: str
    by: str
    value: str
    by_year: bool


@dataclass(frozen=True, slots=True)
class NextStep:
    """Where to go on: an item of the same city. ``ready`` False: shown as coming, not as a link."""

    words: str
    item: str
    ready: bool
    when: str = ""


@dataclass(frozen=True, slots=True)
class ListShape:
    """Which fields make up an entry of the list: title, figure at the right, state, notes; the rest folds."""

    title: str
    figure: str
    state: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Telling:
    """Everything that turns records into words."""

    figures: Mapping[str, Figure]
    say: tuple[Sentence, ...]
    big: BigFigure | None
    empty_words: str
    empty_mend: str
    shape: ListShape
    plots: tuple[Plot, ...]
    next_steps: tuple[NextStep, ...]

    def reckon(self, records: Sequence[RecordRow]) -> dict[str, Value]:
        """Return every declared figure."""
        return {name: figure.reckon(records) for name, figure in self.figures.items()}

    def sentence(self, figures: Mapping[str, Value], rules: Mapping[str, FieldRule]) -> str:
        """Return the first sentence that applies."""
        for sentence in self.say:
            if not sentence.when or figures[sentence.when]:
                return _PLACEHOLDER.sub(lambda place: self.say_figure(place[1], figures, rules), sentence.text)
        return ""

    def say_figure(self, name: str, figures: Mapping[str, Value], rules: Mapping[str, FieldRule]) -> str:
        """Return a figure in words."""
        figure = self.figures[name]
        return say_value(rules.get(figure.field, _COUNT), figures[name])


def placeholders(text: str) -> list[str]:
    """Return the names of the figures that a text uses."""
    return _PLACEHOLDER.findall(text)


def parse_telling(part: Mapping[str, Any]) -> Telling:
    """Read what a view says about its telling."""
    big = part.get("big")
    return Telling(
        figures={name: _parse_figure(figure) for name, figure in part.get("figures", {}).items()},
        say=tuple(Sentence(say["text"], say.get("when", "")) for say in part["say"]),
        big=BigFigure(big["figure"], big["words"]) if big else None,
        empty_words=part["empty"]["words"],
        empty_mend=part["empty"].get("mend", ""),
        shape=_parse_shape(part["list"]),
        plots=tuple(
            Plot(plot["title"], plot["by"], plot["value"], plot.get("group") == "year")
            for plot in part.get("plots", ())
        ),
        next_steps=tuple(
            NextStep(step["words"], step["item"], step.get("ready", True), step.get("when", ""))
            for step in part.get("next", ())
        ),
    )


def _parse_figure(part: Mapping[str, Any]) -> Figure:
    reckoning = next(reckoning for reckoning in Reckoning if reckoning in part)
    where = {name: tuple(values) for name, values in part.get("where", {}).items()}
    return Figure(reckoning, "" if reckoning is Reckoning.COUNT else part[reckoning], where)


def _parse_shape(part: Mapping[str, Any]) -> ListShape:
    return ListShape(part["title"], part.get("figure", ""), part.get("state", ""), tuple(part.get("notes", ())))


def _sortable(value: Value) -> tuple[int, float, str]:
    return (1, 0.0, value) if isinstance(value, str) else (0, float(value or 0), "")
