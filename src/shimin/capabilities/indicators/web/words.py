"""Editions and methodologies in words."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache

from shimin.capabilities.catalogue.public import COUNTRY, published_regions
from shimin.capabilities.indicators.public import Edition, Methodology


def period_words(starts_on: date, ends_on: date) -> str:
    """Say a half-open period: 2026年上半年, 2025年, 2026年3月, else its first and last day."""
    last = ends_on - timedelta(days=1)
    same_year = starts_on.year == last.year and starts_on.day == 1 and ends_on.day == 1
    halves = {(1, 6): "上半年", (7, 12): "下半年", (1, 12): ""}
    if same_year and (starts_on.month, last.month) in halves:
        return f"{starts_on.year}年{halves[starts_on.month, last.month]}"
    if same_year and starts_on.month == last.month:
        return f"{starts_on.year}年{starts_on.month}月"
    return f"{starts_on.year}年{starts_on.month}月{starts_on.day}日至{last.year}年{last.month}月{last.day}日"


def place_words(edition: Edition) -> str:
    """Say which regions are compared: 各省, 湖南各市."""
    if edition.level == "province":
        return "全国各省"
    return "各城市" if edition.parent_code == COUNTRY else f"{_province_names()[edition.parent_code]}各市州"


@lru_cache(maxsize=1)
def _province_names() -> dict[str, str]:
    return {region.code: region.short_name for region in published_regions() if region.level == "province"}


def formulas(methodology: Methodology) -> list[tuple[str, str, str]]:
    """Return for each indicator with parts its title, the sum in words, and where the weights come from."""
    found = []
    for key in reversed(methodology.order):
        indicator = methodology.indicators[key]
        if indicator.parts:
            parts = " ＋ ".join(
                f"{methodology.indicators[part].title} × {_share(weight)}" for part, weight in indicator.parts.items()
            )
            found.append((indicator.title, parts, indicator.weights_from))
    return found


def _share(weight: Fraction) -> str:
    percent = weight * 100
    return f"{percent}%" if percent.denominator == 1 else f"{weight.numerator}/{weight.denominator}"


def stage_range(methodology: Methodology, at: int) -> str:
    """Say from where to where the stage goes: 25～50（不含）."""
    stages = methodology.stages
    low = f"{float(stages[at].starts_at):g}"
    return f"{low}分以上" if at + 1 == len(stages) else f"{low}～{float(stages[at + 1].starts_at):g}分（不含）"
