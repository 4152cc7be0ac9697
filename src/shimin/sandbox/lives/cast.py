"""The first eight residents: fixed people for demonstrations, tutorials and tests."""

from collections.abc import Iterator
from datetime import date

from .numbers import CitizenNumbers, phone_number
from .person import Household, Member, Person, Role, Sex, Status
from .regions import birth_code

CAST_SIZE = 8

ZHOU_XIAOMIN, CHEN_ZHIYUAN, LIU_GUIYING, RARE_NAME, CHILD, HUSBAND, DECEASED, CANCELLED = range(CAST_SIZE)

_PEOPLE = (
    ("周晓敏", Sex.FEMALE, date(1990, 5, 17), "430104", Status.NORMAL, None),
    ("陈志远", Sex.MALE, date(2008, 3, 9), "430111", Status.NORMAL, None),
    ("刘桂英", Sex.FEMALE, date(1951, 10, 2), "430104", Status.NORMAL, None),
    ("欧阳·𠮷月", Sex.FEMALE, date(1995, 2, 28), "430102", Status.NORMAL, None),
    ("林小满", Sex.FEMALE, date(2018, 5, 21), "430104", Status.NORMAL, None),
    ("林建国", Sex.MALE, date(1988, 9, 30), "430104", Status.NORMAL, None),
    ("谭德光", Sex.MALE, date(1946, 7, 8), "430105", Status.DECEASED, date(2024, 12, 3)),
    ("易思远", Sex.MALE, date(1992, 11, 11), "430121", Status.CANCELLED, date(2025, 6, 18)),
)


def cast_households(numbers: CitizenNumbers) -> Iterator[Household]:
    """Yield the cast: one family of four, then four people who live alone."""
    people = [_person(serial, numbers) for serial in range(CAST_SIZE)]
    yield (
        Member(Role.MOTHER, people[ZHOU_XIAOMIN]),
        Member(Role.FATHER, people[HUSBAND]),
        Member(Role.CHILD, people[CHILD]),
        Member(Role.GRANDPARENT, people[LIU_GUIYING]),
    )
    for serial in (CHEN_ZHIYUAN, RARE_NAME, DECEASED, CANCELLED):
        yield (Member(Role.ALONE, people[serial]),)


def _person(serial: int, numbers: CitizenNumbers) -> Person:
    name, sex, birth_date, region, status, ended_on = _PEOPLE[serial]
    born_in = birth_code(region, birth_date)
    id_number = numbers.give(region=born_in, birth_date=birth_date, female=sex is Sex.FEMALE, wish=serial)
    return Person(serial, name, sex, birth_date, id_number, phone_number(serial), region, status, ended_on)
