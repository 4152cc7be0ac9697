"""Driving tests (驾考): four subjects, each after the one before it."""

from datetime import date, timedelta
from random import Random
from typing import Any

from .timeline import AS_OF, moment

SUBJECTS = {
    1: ("科目一 道路交通安全法律、法规和相关知识", 90),
    2: ("科目二 场地驾驶技能", 80),
    3: ("科目三 道路驾驶技能", 90),
    4: ("科目三 安全文明驾驶常识", 90),
}
"""Title and pass mark. Source: GA 1026."""

PLACES = ("长沙市示例机动车考试中心", "星沙示例考场", "望城示例考场")

TestRow = dict[str, Any]


def _row(number: int, day: date, score: int | None, attempts: int = 1) -> TestRow:
    title, pass_mark = SUBJECTS[number]
    result = "booked" if score is None else "passed" if score >= pass_mark else "failed"
    return {
        "subject_no": number,
        "subject": title,
        "booked_for": moment(day, 9 * 60 + 10 * number),
        "place": PLACES[number % len(PLACES)],
        "score": score,
        "result": result,
        "attempts": attempts,
    }


def learner_tests(begun_on: date) -> list[TestRow]:
    """Give the tests of someone who is learning: the first passed, the second failed once and booked again."""
    rows = [_row(1, begun_on + timedelta(days=20), 96), _row(2, begun_on + timedelta(days=75), 70)]
    taken = [row for row in rows if row["booked_for"] < AS_OF.isoformat()]
    number = 2 if len(taken) == 2 else len(taken) + 1
    return [*taken, _row(number, AS_OF + timedelta(days=12), None, attempts=2 if len(taken) == 2 else 1)]


def draw_tests(rng: Random, licence_issued_on: date) -> list[TestRow]:
    """Draw the passed tests before a licence; they are kept for three years."""
    if licence_issued_on < AS_OF - timedelta(days=3 * 365):
        return []
    return [
        _row(number, licence_issued_on - timedelta(days=25 * (4 - number) + 1), rng.randrange(SUBJECTS[number][1], 101))
        for number in SUBJECTS
    ]
