"""Driving lives: tests, licence, vehicles and violations, in that order of time."""

from datetime import date, timedelta
from random import Random
from typing import Any

from .cast import CHEN_ZHIYUAN, LIU_GUIYING, ZHOU_XIAOMIN
from .driving_tests import draw_tests, learner_tests
from .numbers import spread
from .person import Person
from .plates import draw_vehicle, own_vehicle
from .timeline import AS_OF, anniversary
from .violations import draw_violations, script_violations

Driving = dict[str, Any]


def draw_driving(person: Person, rng: Random) -> Driving | None:
    """Draw what the traffic police know of a person; None if they know nothing."""
    if person.serial == ZHOU_XIAOMIN:
        return _zhou_xiaomin(person)
    if person.serial == CHEN_ZHIYUAN:
        return {"licence": None, "vehicles": [], "violations": [], "tests": learner_tests(date(2026, 6, 12))}
    of_age = person.birthday(18)
    if of_age >= person.last_day or person.is_rush_candidate or person.serial == LIU_GUIYING:
        return None
    choice = rng.random()
    if choice < 0.05 and person.status == "normal" and person.age_on(AS_OF) < 55:
        begun_on = max(of_age, AS_OF - timedelta(days=150)) + timedelta(days=1)
        return {"licence": None, "vehicles": [], "violations": [], "tests": learner_tests(begun_on)}
    if choice < 0.4 or person.age_on(AS_OF) > 76:
        return None
    return _licensed(person, rng, of_age)


def _licensed(person: Person, rng: Random, of_age: date) -> Driving | None:
    earliest = max(of_age, date(1995, 1, 1)) + timedelta(days=90)
    latest = min(person.last_day, person.birthday(60))
    if earliest >= latest:
        return None
    issued_on = earliest + timedelta(days=int(rng.random() ** 2 * (latest - earliest).days))
    vehicles = _draw_vehicles(person, rng, issued_on)
    violations = draw_violations(person, rng, vehicles)
    licence = _licence(person, issued_on, rng.choices(("C1", "C2", "B2", "A2"), (66, 28, 4, 2))[0], violations)
    return {"licence": licence, "vehicles": vehicles, "violations": violations, "tests": draw_tests(rng, issued_on)}


def _draw_vehicles(person: Person, rng: Random, issued_on: date) -> list[dict[str, Any]]:
    count = rng.choices((0, 1, 2), (45, 47, 8))[0]
    first_day = max(issued_on, person.last_day - timedelta(days=13 * 365))
    days = (person.last_day - first_day).days
    return [
        draw_vehicle(rng, person.serial, number, first_day + timedelta(days=rng.randrange(days)))
        for number in range(count)
        if days > 0
    ]


def _licence(person: Person, issued_on: date, classes: str, violations: list[dict[str, Any]]) -> dict[str, Any]:
    """Work out a licence as it stands on the person's last day.

    Valid for six years, then ten, then without end. The cycle of points turns over on the day of first issue; points
    count once the violation has been handled. Source: 道路交通安全违法行为记分管理办法 (2022).
    """
    cycle_started = anniversary(issued_on, person.last_day.year)
    if cycle_started > person.last_day:
        cycle_started = anniversary(issued_on, person.last_day.year - 1)
    points = sum(
        violation["points"]
        for violation in violations
        if violation["handled_on"] and violation["handled_on"] >= cycle_started.isoformat()
    )
    years = (person.last_day - issued_on).days // 365
    valid_until = None if years >= 16 else anniversary(issued_on, issued_on.year + (6 if years < 6 else 16))
    return {
        "number": person.id_number,
        "file_number": file_number(person.serial),
        "classes": classes,
        "issued_on": issued_on.isoformat(),
        "valid_until": valid_until and valid_until.isoformat(),
        "points_this_cycle": points,
        "cycle_ends_on": anniversary(cycle_started, cycle_started.year + 1).isoformat(),
        "status": _licence_status(person, points),
    }


def _licence_status(person: Person, points: int) -> str:
    if person.status != "normal":
        return "cancelled"
    return "suspended" if points >= 12 else "normal"


def file_number(serial: int) -> str:
    """Give the twelve-digit number of the licence file (档案编号)."""
    return f"4301{spread(serial, 2):08d}"


def _zhou_xiaomin(person: Person) -> Driving:
    violations = script_violations(person)
    return {
        "licence": _licence(person, date(2013, 8, 22), "C1", violations),
        "vehicles": [own_vehicle(person.serial, date(2021, 4, 12))],
        "violations": violations,
        "tests": [],
    }
