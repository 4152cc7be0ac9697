"""Plots tell the truth about proportions, and their numbers stand beside them."""

from __future__ import annotations

from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from shimin.ui import plots

ROWS = [("2022", 800), ("2023", 1600), ("2024", 400)]


def test_bars_are_measured_from_zero():
    assert [bar.percent for bar in plots.bars("年缴存", ROWS).bars] == ["50.0", "100.0", "25.0"]


def test_bars_of_nothing_have_no_length():
    assert [bar.percent for bar in plots.bars("空", [("a", 0), ("b", 0)]).bars] == ["0", "0"]


def test_bars_show_each_value_in_words():
    drawn = render_to_string(
        "ui/components/_bar_plot.html", {"plot": plots.bars("年缴存", ROWS, words=lambda value: f"¥{value}")}
    )
    assert [f"¥{value}" in drawn for _, value in ROWS] == [True] * 3
    assert "style=" not in drawn


def test_line_has_a_table_twin_and_a_summary():
    drawn = render_to_string("ui/components/_line_plot.html", {"plot": plots.line("趋势", ROWS)})
    assert "2022 800，2024 400" in drawn
    assert drawn.count("<tr>") == 4


def test_line_names_first_last_and_highest():
    assert [point.is_named for point in plots.line("趋势", [("a", 1), ("b", 5), ("c", 2), ("d", 3)]).points] == [
        True,
        True,
        False,
        True,
    ]


@given(st.lists(st.tuples(st.text(max_size=5), st.integers(-(10**9), 10**9)), max_size=30))
def test_line_stays_inside_its_drawing(rows):
    for point in plots.line("x", rows).points:
        assert 16 <= float(point.x) <= 344
        assert 28 <= float(point.y) <= 140


@given(st.lists(st.tuples(st.text(max_size=5), st.integers(-(10**9), 10**9)), max_size=30))
def test_bars_never_pass_the_frame(rows):
    assert all(0 <= float(bar.percent) <= 100 for bar in plots.bars("x", rows).bars)
