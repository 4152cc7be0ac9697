"""Vehicles and the plates of the demo city; makers and models are invented."""

from datetime import date
from random import Random
from typing import Any

from .timeline import AS_OF, anniversary

LETTERS = "ABCDEFGHJKLMNPQRSUVWYZ"
"""First letters of private plates: no I or O, as the standard says; T and X are the demo city's taxis."""

ELECTRIC_LETTERS = "DFABCEGHJK"
MODELS = {
    False: (("湘驰", "远行 1.5T"), ("星瀚", "云途 2.0L"), ("橘洲", "家悦 1.6L"), ("麓行", "山海 1.5L")),
    True: (("麓行", "E3"), ("星瀚", "光年 EV"), ("湘驰", "青野 PHEV")),
}


def petrol_plate(number: int) -> str:
    """Give the number-th ordinary plate; none is given twice below 220,000."""
    scattered = (number + 137) * 104_729 % (len(LETTERS) * 10_000)
    return f"湘A{LETTERS[scattered // 10_000]}{scattered % 10_000:04d}"


def electric_plate(number: int) -> str:
    """Give the number-th plate of a new-energy vehicle; none is given twice below 1,000,000."""
    return f"湘A{ELECTRIC_LETTERS[number // 100_000 % 10]}{(number + 137) * 48_271 % 100_000:05d}"


def draw_vehicle(rng: Random, serial: int, number: int, registered_on: date) -> dict[str, Any]:
    """Draw one of at most two vehicles of a person."""
    electric = registered_on >= date(2017, 1, 1) and rng.random() < 0.35
    plate = (electric_plate if electric else petrol_plate)(serial * 2 + number)
    brand, model = rng.choice(MODELS[electric])
    return _vehicle(plate, electric, brand, model, registered_on, neglected=rng.random() < 0.04)


def own_vehicle(serial: int, registered_on: date) -> dict[str, Any]:
    """Give an ordinary car that is always the same."""
    return _vehicle(petrol_plate(serial * 2), False, "湘驰", "远行 1.5T", registered_on, neglected=False)


def _vehicle(
    plate: str, electric: bool, brand: str, model: str, registered_on: date, *, neglected: bool
) -> dict[str, Any]:
    """Describe a vehicle on the day the books closed; a neglected one has missed its inspection.

    Inspection every two years up to the tenth, then yearly; insurance yearly.
    """
    step = 2 if AS_OF.year - registered_on.year < 10 else 1
    inspected = registered_on.year
    while anniversary(registered_on, inspected) < AS_OF:
        inspected += step
    inspection_valid_until = anniversary(registered_on, inspected - step * neglected)
    insured_year = AS_OF.year + (anniversary(registered_on, AS_OF.year) < AS_OF)
    return {
        "plate": plate,
        "plate_type_code": "52" if electric else "02",
        "plate_type": "小型新能源汽车号牌" if electric else "小型汽车号牌",
        "brand": brand,
        "model": model,
        "vehicle_type": "小型轿车",
        "registered_on": registered_on.isoformat(),
        "inspection_valid_until": inspection_valid_until.isoformat(),
        "compulsory_insurance_until": anniversary(registered_on, insured_year).isoformat(),
        "status": "overdue_inspection" if inspection_valid_until < AS_OF else "normal",
    }
