"""The arithmetic of figures: medians, ratios, bounds, percentiles."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.figures import Bound, Figure, percentile, table

NUMBERS = st.lists(st.floats(0.001, 1e6), min_size=1, max_size=50)


def test_ratio_is_the_median_of_the_rounds_own_ratios():
    # The machine was half as fast in the second round, for both sides.
    figure = Figure("portal", "item", "req/s", [90, 45, 88, 91], [100, 50, 100, 100])
    assert figure.ratio == pytest.approx(0.9)
    assert figure.value == 89
    assert figure.raw == 100


def test_bound_is_on_the_ratio_when_there_is_a_raw_limit():
    assert Figure("a", "b", "ms", [300], [100], Bound("<=", 3)).holds is True
    assert Figure("a", "b", "ms", [301], [100], Bound("<=", 3)).holds is False


def test_bound_is_on_the_value_when_nothing_stands_beside_it():
    assert Figure("a", "b", "MB", [150], bound=Bound("<=", 150)).holds is True
    assert Figure("a", "b", "MB", [150.1], bound=Bound("<=", 150)).holds is False


def test_figure_without_a_bound_promises_nothing():
    assert Figure("a", "b", "ms", [1]).holds is None


def test_what_could_not_be_measured_does_not_hold():
    figure = Figure("a", "b", "req/s", [10, 12], [0, 0], Bound(">=", 0.1))
    assert figure.holds is False
    assert figure.as_row()["ratio"] is None


def test_spread_is_of_the_ratios():
    assert Figure("a", "b", "req/s", [100, 50], [100, 50]).spread == 0
    assert Figure("a", "b", "req/s", [90, 110]).spread == pytest.approx(0.2)


@given(NUMBERS, st.floats(0.01, 1))
def test_percentile_is_a_measured_number_that_enough_do_not_exceed(numbers, share):
    found = percentile(numbers, share)
    assert found in numbers
    assert sum(number <= found for number in numbers) >= share * len(numbers) - 1e-9
    assert sum(number < found for number in numbers) < share * len(numbers) + 1e-9


def test_percentile_of_a_hundred():
    numbers = list(range(100, 0, -1))
    assert percentile(numbers, 0.95) == 95
    assert percentile(numbers, 0.99) == 99
    assert percentile(numbers, 1) == 100
    assert math.isnan(percentile([], 0.95))


def test_row_is_json_with_every_key():
    row = Figure("rush", "ask_again", "look-ups/s", [167.123456], [1497], Bound(">=", 0.1)).as_row()
    assert json.loads(json.dumps(row)) == {
        "workload": "rush", "metric": "ask_again", "value": 167.1, "unit": "look-ups/s", "raw": 1497.0,
        "ratio": 0.1116, "bound": ">= 0.1", "holds": True, "rounds": 1, "spread": 0.0,
    }  # fmt: skip


def test_table_says_what_does_not_hold():
    shown = table([Figure("a", "b", "ms", [400], [100], Bound("<=", 3)), Figure("c", "d", "MB", [1])])
    head, first, second = shown.splitlines()
    assert head.split() == ["workload", "metric", "value", "unit", "raw", "ratio", "bound", "holds", "spread"]
    assert "NO" in first.split()
    assert second.split() == ["c", "d", "1", "MB", "0%"]
