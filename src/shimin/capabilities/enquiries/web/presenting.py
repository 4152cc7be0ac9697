"""A record ready for its page: the words, how much of the list is open, plots for the ui's components."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shimin.capabilities.enquiries.public import (
    Record,
    RecordAction,
    ToldPlot,
    ToldRecord,
    actions_of,
    say_value,
    tell,
    tell_plots,
    tell_records,
)
from shimin.kernel import clock
from shimin.kernel.actor import Actor
from shimin.ui.plots import BarPlot, bars

SHOWN = 5  # more than a few entries would push plots and source out of sight


@dataclass(frozen=True, slots=True)
class Entry:
    """One record of the list, and what the person may do with it."""

    told: ToldRecord
    action: RecordAction | None


def record_context(actor: Actor, record: Record, now: datetime) -> dict[str, Any]:
    """Return what enquiries/record.html needs beside the offer."""
    question, today = record.question, clock.local_date(now)
    actions = actions_of(actor=actor, offer=question.offer, view=question.view, records=record.extract, now=now)
    told = [Entry(*pair) for pair in zip(tell_records(question.view, record.extract), actions, strict=True)]
    options = {param.name: param.options(today) for param in question.view.params}
    rush = question.offer.lookup.rush
    return {
        "record": record,
        "answer": tell(question.view, record.extract),
        "plots": [plot_of(plot) for plot in tell_plots(question.view, record.extract)],
        "chosen": [options[name].get(str(value), value) for name, value in question.params.items()],
        "records": told,
        "shown": told[:SHOWN],
        "folded": told[SHOWN:],
        "rush_minutes": rush.seconds // 60 if rush else 0,
    }


def plot_of(plot: ToldPlot) -> BarPlot:
    """Return bars with their values in words."""
    return bars(
        plot.title,
        plot.rows,
        words=lambda value: say_value(plot.value_rule, value),
        label_title=plot.label_title,
        value_title=plot.value_rule.title,
    )
