"""Gaokao scores and admission under Hunan's 3+1+2 scheme; schools and results are invented."""

from datetime import date
from random import Random
from statistics import NormalDist
from typing import Any

from .cast import CHEN_ZHIYUAN
from .numbers import spread
from .person import Person
from .timeline import AS_OF, moment

FIRST_YEAR, LAST_YEAR = 2021, 2026
TRACKS = {"physics": ("物理", 238_000, 451, 92), "history": ("历史", 132_000, 446, 84)}
"""First subject, candidates, mean and spread of the total in the province."""

SECOND_SUBJECTS = ("化学", "生物学", "思想政治", "地理")
SCHOOLS = (
    (585, "本科批", "90101", "湘江大学", ("计算机科学与技术", "电气工程及其自动化", "数学与应用数学")),
    (540, "本科批", "90102", "岳麓理工大学", ("机械工程", "软件工程", "会计学")),
    (500, "本科批", "90103", "湘江师范大学", ("汉语言文学", "英语", "小学教育")),
    (465, "本科批", "90104", "洞庭医学院", ("护理学", "临床医学", "药学")),
    (430, "本科批", "90105", "浏阳河财经学院", ("财务管理", "物流管理", "金融学")),
    (200, "高职专科批", "90201", "星城职业技术学院", ("新能源汽车技术", "学前教育", "烹饪工艺与营养")),
)
"""Lowest total, stage, code, name, majors."""

Schooling = dict[str, Any]


def exam_year(birth_date: date) -> int:
    """Give the year in which children of a school year (born 1 September to 31 August) sit the gaokao."""
    return birth_date.year + 18 + (birth_date.month >= 9)


def draw_schooling(person: Person, rng: Random) -> Schooling | None:
    """Draw score and admission of those who sat the exam; None for everyone else."""
    year = exam_year(person.birth_date)
    alive = person.last_day >= date(min(max(year, 1), 9000), 6, 25)
    if not FIRST_YEAR <= year <= LAST_YEAR or not alive:
        return None
    if person.serial == CHEN_ZHIYUAN:
        return _file(person, year, "physics", (121, 138, 133, 91, 88, 84), ("化学", "生物学"), 0)
    if rng.random() > 0.85 and not person.is_rush_candidate:
        return None
    track = "physics" if rng.random() < 0.64 else "history"
    return _file(person, year, track, _marks(rng, track), tuple(rng.sample(SECOND_SUBJECTS, 2)), rng.randrange(3))


def _marks(rng: Random, track: str) -> tuple[int, ...]:
    """Draw six marks around one ability: three of 150 points, three of 100."""
    _, _, mean, deviation = TRACKS[track]
    share = rng.gauss(mean / 750, deviation / 750)
    return tuple(
        min(max(round(full * (share + rng.gauss(0, 0.05))), round(full * 0.12)), full)
        for full in (150, 150, 150, 100, 100, 100)
    )


def province_rank(track: str, total: int) -> int:
    """Give the rank of a total in its track: the higher the total, the smaller the number."""
    _, candidates, mean, deviation = TRACKS[track]
    return max(round(candidates * (1 - NormalDist(mean, deviation).cdf(total))), 1)


def _file(
    person: Person, year: int, track: str, marks: tuple[int, ...], seconds: tuple[str, ...], major: int
) -> Schooling:
    total = sum(marks)
    score = {
        "candidate_number": f"{year % 100}{person.region}{spread(person.serial, 6):08d}",
        "year": year,
        "track": "物理类" if track == "physics" else "历史类",
        "total": total,
        "chinese": marks[0],
        "mathematics": marks[1],
        "foreign_language": marks[2],
        "first_subject": TRACKS[track][0],
        "first_score": marks[3],
        "second_subject_1": seconds[0],
        "second_score_1": marks[4],
        "second_subject_2": seconds[1],
        "second_score_2": marks[5],
        "province_rank": province_rank(track, total),
    }
    return {"scores": [score], "admissions": [_admission(year, total, major)]}


def _admission(year: int, total: int, major: int) -> dict[str, Any]:
    """Admit to the best school whose line the total reaches."""
    fitting = [school for school in SCHOOLS if total >= school[0]]
    _, stage, code, school, majors = fitting[0] if fitting else (0, "高职专科批", None, None, (None,) * 3)
    told_on = date(year, 7, 19) if stage == "本科批" else date(year, 8, 8)
    return {
        "year": year,
        "stage": stage,
        "school": school,
        "school_code": code,
        "major": majors[major],
        "status": "admitted" if fitting else "not_admitted",
        "updated_at": moment(min(told_on, AS_OF), 15 * 60),
    }
