"""Plots of an answer, ready for the ui's components."""

from __future__ import annotations

from shimin.capabilities.enquiries.public import ToldPlot, say_value
from shimin.ui.plots import BarPlot, bars


def plot_of(plot: ToldPlot) -> BarPlot:
    """Return bars with their values in words."""
    return bars(
        plot.title,
        plot.rows,
        words=lambda value: say_value(plot.value_rule, value),
        label_title=plot.label_title,
        value_title=plot.value_rule.title,
    )
