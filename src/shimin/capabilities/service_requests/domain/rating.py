"""How people rate an answer. Source: 国办发〔2019〕51号; GB/T 39735 (好差评): five levels, the last two are 差评."""

from __future__ import annotations

from enum import StrEnum


class Rating(StrEnum):
    """The five levels, by name: the numbers of standards run both ways (domain.md, trap 1)."""

    VERY_SATISFIED = "very_satisfied"
    SATISFIED = "satisfied"
    FAIRLY_SATISFIED = "fairly_satisfied"
    DISSATISFIED = "dissatisfied"
    VERY_DISSATISFIED = "very_dissatisfied"


RATING_WORDS = {
    Rating.VERY_SATISFIED: "非常满意",
    Rating.SATISFIED: "满意",
    Rating.FAIRLY_SATISFIED: "基本满意",
    Rating.DISSATISFIED: "不满意",
    Rating.VERY_DISSATISFIED: "非常不满意",
}
BAD = frozenset({Rating.DISSATISFIED, Rating.VERY_DISSATISFIED})
