"""An extract told in words: the sentence, the big figure, the list, the plots, the next steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shimin.capabilities.enquiries.domain.declaration import View
from shimin.capabilities.enquiries.domain.fields import FieldRule, FieldType, Light, RecordRow, Value
from shimin.capabilities.enquiries.domain.telling import NextStep, Plot
from shimin.capabilities.enquiries.domain.wording import say_value


@dataclass(frozen=True, slots=True)
class Fact:
    """A field with its title, in words."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class ToldRecord:
    """One record as an entry of the list; ``more`` folds."""

    title: str
    figure: str
    state: str
    light: Light
    notes: tuple[Fact, ...]
    more: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class ToldPlot:
    """Rows of (label, value) for bars; ``unit`` is the type of the values, for wording."""

    title: str
    label_title: str
    value_rule: FieldRule
    rows: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person reads. ``is_empty``: the source has no record; ``mend`` then says what to do."""

    sentence: str
    big: Fact | None
    next_steps: tuple[NextStep, ...]
    is_empty: bool
    mend: str


def tell(view: View, records: Sequence[RecordRow]) -> Answer:
    """Return the answer that accepted records give."""
    telling = view.telling
    figures = telling.reckon(records)
    steps = tuple(step for step in telling.next_steps if not step.when or figures[step.when])
    if not records:
        return Answer(telling.empty_words, None, steps, True, telling.empty_mend)
    big = telling.big
    return Answer(
        sentence=telling.sentence(figures, view.fields),
        big=Fact(big.words, telling.say_figure(big.figure, figures, view.fields)) if big else None,
        next_steps=steps,
        is_empty=False,
        mend="",
    )


def tell_records(view: View, records: Sequence[RecordRow]) -> list[ToldRecord]:
    """Return accepted records as entries of a list."""
    return [_tell_record(view, row) for row in records]


def tell_plots(view: View, records: Sequence[RecordRow]) -> list[ToldPlot]:
    """Return the view's plots of accepted records."""
    return [_tell_plot(plot, view.fields, records) for plot in view.telling.plots]


def _tell_record(view: View, row: RecordRow) -> ToldRecord:
    shape, rules = view.telling.shape, view.fields
    set_apart = {shape.title, shape.figure, shape.state, *shape.notes}
    state = rules.get(shape.state)
    return ToldRecord(
        title=say_value(rules[shape.title], row[shape.title]),
        figure=say_value(rules[shape.figure], row[shape.figure]) if shape.figure else "",
        state=say_value(state, row[state.name]) if state else "",
        light=_light(state, row[state.name]) if state else Light.NONE,
        notes=tuple(_fact(rules[name], row[name]) for name in shape.notes if row[name] is not None),
        more=tuple(_fact(rule, row[name]) for name, rule in rules.items() if name not in set_apart),
    )


def _fact(rule: FieldRule, value: Value) -> Fact:
    return Fact(rule.title, say_value(rule, value))


def _light(rule: FieldRule, value: Value) -> Light:
    return rule.words[str(value)].light if rule.type is FieldType.ENUM and value is not None else Light.NONE


def _tell_plot(plot: Plot, rules: Mapping[str, FieldRule], records: Sequence[RecordRow]) -> ToldPlot:
    by, value_rule = rules[plot.by], rules[plot.value]
    sums: dict[str, float] = {}
    for row in records:
        value = row[plot.value]
        if isinstance(value, int | float) and row[plot.by] is not None:
            label = f"{str(row[plot.by])[:4]}年" if plot.by_year else say_value(by, row[plot.by])
            sums[label] = sums.get(label, 0) + value
    return ToldPlot(plot.title, "年份" if plot.by_year else by.title, value_rule, tuple(sums.items()))
