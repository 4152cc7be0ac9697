"""Template tags say values in people's words."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.template import Context, Template

from shimin.ui.templatetags import ui


@pytest.mark.parametrize(
    ("amount", "words"),
    [(20000, "¥200.00"), (5, "¥0.05"), (-150, "-¥1.50"), (123456789, "¥1,234,567.89"), (None, ""), (0, "¥0.00")],
)
def test_says_money(amount, words):
    assert ui.fen(amount) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (date(2026, 11, 25), "11月25日（周三）"),
        (datetime(2026, 11, 24, 16, 30, tzinfo=UTC), "11月25日（周三）"),
        ("2026-11-25", "11月25日（周三）"),
        (None, ""),
    ],
)
def test_says_a_day_in_shanghai(value, words):
    assert ui.day(value) == words


def test_says_a_moment_in_shanghai():
    assert ui.moment(datetime(2026, 11, 25, 1, 5, tzinfo=UTC)) == "11月25日（周三）9:05"


def test_says_a_full_day():
    assert ui.full_day(date(2026, 1, 2)) == "2026年1月2日"


@pytest.mark.parametrize(
    ("number", "words"),
    [(9_999, "9,999"), (12_345, "1.2万"), (40_000, "4万"), (210_000_000, "2.1亿"), (-12_345, "-1.2万"), (1.5, "1.5")],
)
def test_says_large_numbers(number, words):
    assert ui.big(number) == words


def test_icon_is_silent_and_escaped():
    drawn = Template("{% load ui %}{% icon name %}").render(Context({"name": '"><script>'}))
    assert 'aria-hidden="true"' in drawn
    assert "<script>" not in drawn


def test_light_has_a_word_and_a_shape():
    drawn = ui.light("amber", "快到期")
    assert "快到期" in drawn
    assert "<path" in drawn


def test_lines_break_between_words():
    assert ui.by_word("社会保险查询") == "社会保险<wbr>查询"
    assert "<wbr>）" not in ui.by_word("领事保护与求助（12308）")


def test_words_of_people_are_escaped():
    assert "<script>" not in ui.by_word("<script>")
