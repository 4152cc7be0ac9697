"""A record ready for its page: the words, how much of the list is open, plots for the ui's components."""

from __future__ import annotations

from datetime import date
from typing import Any

from shimin.capabilities.enquiries.public import Record, ToldPlot, say_value, tell, tell_plots, tell_records
from shimin.ui.plots import BarPlot, bars

SHOWN = 5  # more than a few entries would push plots and source out of sight


def record_context(record: Record, today: date) -> dict[str, Any]:
    """Return what enquiries/record.html needs beside the offer."""
    question = record.question
    told = tell_records(question.view, record.extract)
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
