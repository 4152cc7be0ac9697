"""Traffic violations (车辆违法) caught by cameras and patrols.

The codes are in the form of GA/T 16.31; fines and points are the demo city's and prove nothing about the law.
"""

from datetime import date, timedelta
from random import Random
from typing import Any, NamedTuple

from .person import Person
from .plates import own_vehicle
from .regions import DISTRICTS, District
from .timeline import AS_OF, moment


class Act(NamedTuple):
    """A kind of violation with its fine and points."""

    code: str
    title: str
    fine_fen: int
    points: int


PARKING = Act("1039", "违反规定停放机动车，妨碍其他车辆、行人通行", 15_000, 0)
RED_LIGHT = Act("1625", "驾驶机动车违反道路交通信号灯通行", 20_000, 6)
ACTS = (
    PARKING,
    RED_LIGHT,
    Act("1344", "驾驶机动车违反禁令标志指示", 10_000, 1),
    Act("1345", "驾驶机动车违反禁止标线指示", 10_000, 1),
    Act("1223", "驾驶机动车时拨打、接听手持电话", 10_000, 3),
    Act("1301", "驾驶机动车逆向行驶", 20_000, 3),
    Act("1357", "驾驶机动车遇行人正在通过人行横道时未停车让行", 20_000, 3),
)
ACT_WEIGHTS = (40, 8, 18, 22, 5, 3, 4)
DAYS_KEPT = 730
DAYS_TO_PAY = 15
"""A fine is due fifteen days after the decision. Source: 道路交通安全法 art. 108."""

ViolationRow = dict[str, Any]


def draw_violations(person: Person, rng: Random, vehicles: list[dict[str, Any]]) -> list[ViolationRow]:
    """Draw the violations of a person's vehicles in the last two years, newest first."""
    rows: list[ViolationRow] = []
    for vehicle in vehicles:
        first_day = max(date.fromisoformat(vehicle["registered_on"]), AS_OF - timedelta(days=DAYS_KEPT))
        days = (person.last_day - first_day).days
        count = rng.choices((0, 1, 2, 3, 5), (42, 28, 16, 10, 4))[0] if days > 0 else 0
        for _ in range(count):
            act = rng.choices(ACTS, ACT_WEIGHTS)[0]
            day = first_day + timedelta(days=rng.randrange(days))
            place = rng.choice(DISTRICTS)
            handled_on = _handled_on(rng, person, day)
            rows.append(_row(person, len(rows), vehicle, act, day, rng.randrange(6 * 60, 23 * 60), place, handled_on))
    rows.sort(key=lambda row: row["violated_at"], reverse=True)
    return rows


def _handled_on(rng: Random, person: Person, day: date) -> date | None:
    handled_on = day + timedelta(days=rng.randrange(3, 200))
    return handled_on if handled_on <= person.last_day and rng.random() < 0.85 else None


def script_violations(person: Person) -> list[ViolationRow]:
    """Give the two unpaid violations of the person shown in demonstrations: ¥350 and 6 points."""
    vehicle = own_vehicle(person.serial, date(2021, 4, 12))
    yuelu, tianxin = DISTRICTS[2], DISTRICTS[1]
    return [
        _row(person, 0, vehicle, RED_LIGHT, date(2026, 11, 6), 8 * 60 + 14, yuelu, None),
        _row(person, 1, vehicle, PARKING, date(2026, 10, 18), 19 * 60 + 42, tianxin, date(2026, 11, 19)),
    ]


def _row(
    person: Person,
    number: int,
    vehicle: dict[str, Any],
    act: Act,
    day: date,
    minute: int,
    place: District,
    handled_on: date | None,
) -> ViolationRow:
    due_date = handled_on and handled_on + timedelta(days=DAYS_TO_PAY)
    status = "unhandled" if due_date is None else "paid" if due_date < AS_OF else "handled_unpaid"
    wander = (person.serial * 7 + number * 31) % 100 / 10_000
    return {
        "violation_id": f"{place.code}{day:%y%m%d}{person.serial:08d}{number:02d}",
        "plate": vehicle["plate"],
        "plate_type_code": vehicle["plate_type_code"],
        "plate_type": vehicle["plate_type"],
        "violated_at": moment(day, minute),
        "place": f"{place.name}{place.streets[(person.serial + number) % len(place.streets)]}",
        "lng": round(place.lng + wander, 6),
        "lat": round(place.lat - wander, 6),
        "act_code": act.code,
        "act": act.title,
        "fine_fen": act.fine_fen,
        "points": act.points,
        "status": status,
        "handled_on": handled_on and handled_on.isoformat(),
        "due_date": due_date.isoformat() if due_date and status == "handled_unpaid" else None,
        "camera_photo": act.code not in ("1223",),
    }
