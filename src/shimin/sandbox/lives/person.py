"""A person of the demo city, and what holds for all of one's life."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from .timeline import AS_OF, age_on, anniversary

RUSH_SERIALS = 50_000_000
"""Serials of rush candidates start here, so that the numbers derived from a serial never meet a resident's."""


class Sex(StrEnum):
    """Sex as the register keeps it."""

    FEMALE = "female"
    MALE = "male"


class Status(StrEnum):
    """State of an entry in the population register."""

    NORMAL = "normal"
    DECEASED = "deceased"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Person:
    """One invented person; serial is unique over residents and rush candidates."""

    serial: int
    name: str
    sex: Sex
    birth_date: date
    id_number: str
    phone: str
    region: str
    status: Status = Status.NORMAL
    ended_on: date | None = None

    @property
    def last_day(self) -> date:
        """The last day on which anything can happen: the end of the entry, or the day the books closed."""
        return self.ended_on or AS_OF

    @property
    def is_rush_candidate(self) -> bool:
        """Whether the person was added only for the gaokao rush."""
        return self.serial >= RUSH_SERIALS

    def birthday(self, age: int) -> date:
        """Give the day on which the person turns age."""
        return anniversary(self.birth_date, self.birth_date.year + age)

    def age_on(self, day: date) -> int:
        """Count full years on a day."""
        return age_on(self.birth_date, day)


class Role(StrEnum):
    """Place of a person in a household."""

    FATHER = "father"
    MOTHER = "mother"
    CHILD = "child"
    GRANDPARENT = "grandparent"
    ALONE = "alone"


class Member(NamedTuple):
    """A person and the person's place in the household."""

    role: Role
    person: Person


Household = tuple[Member, ...]
