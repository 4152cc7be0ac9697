"""People in households: a couple, their child or a lodger, and a parent of hers.

Each household is drawn from a generator of its own, so the first 4,000 residents are the same people whether 4,000 or
60,000 are asked for.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from . import names
from .cast import CAST_SIZE, cast_households
from .draws import lots
from .numbers import CitizenNumbers, phone_number
from .person import RUSH_SERIALS, Household, Member, Person, Role, Sex, Status
from .regions import BORN_ELSEWHERE, DISTRICT_WEIGHTS, DISTRICTS, birth_code
from .timeline import AS_OF, anniversary

SIZE = 4


def residents(count: int, numbers: CitizenNumbers) -> Iterator[Household]:
    """Yield households until count residents are made; the last one may be cut short."""
    yield from cast_households(numbers)
    for first_serial in range(CAST_SIZE, count, SIZE):
        yield _household(first_serial, numbers)[: count - first_serial]


def rush_candidates(count: int, numbers: CitizenNumbers) -> Iterator[Household]:
    """Yield people who all sat the gaokao of 2026, each alone."""
    first_day = date(2007, 9, 1)
    for index in range(count):
        rng = lots("rush", index)
        birth_date = first_day + timedelta(days=rng.randrange(366))
        region = rng.choice(DISTRICTS).code
        yield (Member(Role.ALONE, _person(rng, numbers, RUSH_SERIALS + index, birth_date, region)),)


def _household(serial: int, numbers: CitizenNumbers) -> Household:
    rng = lots("household", serial)
    region = rng.choices(DISTRICTS, DISTRICT_WEIGHTS)[0].code
    father_born = date(1960, 1, 1) + timedelta(days=rng.randrange(42 * 365))
    mother_born = father_born + timedelta(days=rng.randrange(-1200, 2000))
    surname = names.surname(rng)
    dotted = rng.random() < 0.03
    father = _person(rng, numbers, serial, father_born, region, sex=Sex.MALE, surname=surname, dotted=dotted)
    mother = _person(rng, numbers, serial + 1, mother_born, region, sex=Sex.FEMALE, dotted=dotted)
    third = _third(rng, numbers, serial + 2, mother_born, region, surname, dotted)
    elder_born = mother_born - timedelta(days=rng.randrange(22 * 365, 34 * 365))
    elder = _person(rng, numbers, serial + 3, elder_born, region, dotted=dotted, frail=True)
    return (
        Member(Role.FATHER, father),
        Member(Role.MOTHER, mother),
        third,
        Member(Role.GRANDPARENT, elder),
    )


def _third(
    rng: Random, numbers: CitizenNumbers, serial: int, mother_born: date, region: str, surname: str, dotted: bool
) -> Member:
    """Draw the couple's child, or a lodger where the couple has none."""
    child_born = mother_born + timedelta(days=rng.randrange(22 * 365, 34 * 365))
    if child_born < AS_OF:
        child = _person(rng, numbers, serial, child_born, region, surname=surname, dotted=dotted)
        return Member(Role.CHILD, child)
    born = date(1985, 1, 1) + timedelta(days=rng.randrange(20 * 365))
    return Member(Role.ALONE, _person(rng, numbers, serial, born, region, cancelled=rng.random() < 0.05))


def _person(
    rng: Random,
    numbers: CitizenNumbers,
    serial: int,
    birth_date: date,
    region: str,
    *,
    sex: Sex | None = None,
    surname: str | None = None,
    dotted: bool = False,
    frail: bool = False,
    cancelled: bool = False,
) -> Person:
    sex = sex or (Sex.FEMALE if rng.random() < 0.49 else Sex.MALE)
    female = sex is Sex.FEMALE
    name = names.dotted_name(rng, female) if dotted else (surname or names.surname(rng)) + names.given_name(rng, female)
    born_in = rng.choice(BORN_ELSEWHERE) if rng.random() < 0.15 else birth_code(region, birth_date)
    rush = serial >= RUSH_SERIALS
    id_number = numbers.give(region=born_in, birth_date=birth_date, female=female, wish=rng.randrange(100), rush=rush)
    status, ended_on = _end(rng, birth_date, frail, cancelled)
    phone = phone_number(serial)
    return Person(serial, name, sex, birth_date, id_number, phone, region, status, ended_on)


def _end(rng: Random, birth_date: date, frail: bool, cancelled: bool) -> tuple[Status, date | None]:
    """Decide whether the entry in the register has ended within the last ten years, and when."""
    if cancelled:
        return Status.CANCELLED, AS_OF - timedelta(days=rng.randrange(30, 1500))
    old = anniversary(birth_date, birth_date.year + 55) < AS_OF
    if frail and old and rng.random() < 0.15:
        return Status.DECEASED, AS_OF - timedelta(days=rng.randrange(10, 3650))
    return Status.NORMAL, None
