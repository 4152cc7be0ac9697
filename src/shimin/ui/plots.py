"""Small plots made on the server: no script, readable by a screen reader, and the same on paper."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

Number = int | float

_LEFT, _RIGHT, _TOP, _BOTTOM = 16, 344, 28, 140


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: its label, the value in words, and the length of its bar in percent."""

    label: str
    text: str
    percent: str
    tone: Literal["", "attention"]


@dataclass(frozen=True, slots=True)
class BarPlot:
    """For ui/components/_bar_plot.html."""

    title: str
    label_title: str
    value_title: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """One mark of a line plot, in the coordinates of its drawing."""

    label: str
    text: str
    x: str
    y: str
    word_y: str
    anchor: Literal["start", "middle", "end"]
    is_named: bool


@dataclass(frozen=True, slots=True)
class LinePlot:
    """For ui/components/_line_plot.html."""

    title: str
    label_title: str
    value_title: str
    summary: str
    path: str
    points: tuple[Point, ...]


def bars(
    title: str,
    rows: Sequence[tuple[str, Number]],
    *,
    words: Callable[[Number], str] = str,
    label_title: str = "项目",
    value_title: str = "数值",
    attention: frozenset[str] = frozenset(),
) -> BarPlot:
    """Make horizontal bars from (label, value) rows, in the order given.

    words turns a value into what people read. Bars are measured from 0; a value below 0 has no bar.
    attention names the labels to set apart (their value must say why in words).
    """
    longest = max((value for _, value in rows), default=0)
    return BarPlot(
        title=title,
        label_title=label_title,
        value_title=value_title,
        bars=tuple(
            Bar(label, words(value), _percent(value, longest), "attention" if label in attention else "")
            for label, value in rows
        ),
    )


def line(
    title: str,
    rows: Sequence[tuple[str, Number]],
    *,
    words: Callable[[Number], str] = str,
    label_title: str = "时间",
    value_title: str = "数值",
) -> LinePlot:
    """Make a line through (label, value) rows in time order; the first, the last and the highest are named.

    The line starts at 0 unless a value is below it, so that a small change does not look like a large one.
    """
    values = [value for _, value in rows]
    low, high = min([0, *values]), max([0, *values])
    step = (_RIGHT - _LEFT) / max(len(rows) - 1, 1)
    named = {0, len(rows) - 1, values.index(max(values))} if values else set()
    points = []
    for position, (label, value) in enumerate(rows):
        height = (value - low) / (high - low) * (_BOTTOM - _TOP) if high > low else 0
        points.append(
            Point(
                label=label,
                text=words(value),
                x=f"{_LEFT + step * position:.1f}",
                y=f"{_BOTTOM - height:.1f}",
                word_y=f"{_BOTTOM - height - 10:.1f}",
                anchor="start" if position == 0 else "end" if position == len(rows) - 1 else "middle",
                is_named=position in named,
            )
        )
    return LinePlot(
        title=title,
        label_title=label_title,
        value_title=value_title,
        summary=_summary(points),
        path=" ".join(f"{point.x},{point.y}" for point in points),
        points=tuple(points),
    )


def _percent(value: Number, longest: Number) -> str:
    return f"{max(value, 0) / longest * 100:.1f}" if longest > 0 else "0"


def _summary(points: Sequence[Point]) -> str:
    if not points:
        return "没有数据"
    first, last = points[0], points[-1]
    return f"{first.label} {first.text}，{last.label} {last.text}"
