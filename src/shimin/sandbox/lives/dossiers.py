"""One life, told to each department in the part that concerns it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from .bank_cards import draw_card
from .campus_cards import draw_card as draw_campus_card
from .careers import draw_career, retires_on
from .companies import draw_companies
from .draws import lots
from .driving import draw_driving
from .fund import draw_fund
from .households import residents, rush_candidates
from .numbers import CitizenNumbers, spread
from .person import Household, Member, Person, Role
from .plate_lottery import draw_applications
from .schooling import draw_schooling
from .utilities import draw_home

RELATIONS = {
    (Role.FATHER, Role.MOTHER): "spouse",
    (Role.MOTHER, Role.FATHER): "spouse",
    (Role.FATHER, Role.CHILD): "child",
    (Role.MOTHER, Role.CHILD): "child",
    (Role.CHILD, Role.FATHER): "parent",
    (Role.CHILD, Role.MOTHER): "parent",
    (Role.MOTHER, Role.GRANDPARENT): "parent",
    (Role.GRANDPARENT, Role.MOTHER): "child",
    (Role.FATHER, Role.GRANDPARENT): "parent_in_law",
    (Role.GRANDPARENT, Role.FATHER): "child_in_law",
    (Role.CHILD, Role.GRANDPARENT): "grandparent",
    (Role.GRANDPARENT, Role.CHILD): "grandchild",
}
"""(who asks, the other) → what the other is to the one who asks."""


class Dossier(NamedTuple):
    """What one department keeps about one person."""

    department: str
    person: Person
    content: dict[str, Any]


def dossiers(resident_count: int, rush_count: int) -> Iterator[Dossier]:
    """Yield every department's dossiers, person after person."""
    numbers = CitizenNumbers()
    for household in residents(resident_count, numbers):
        yield from _of_household(household)
    for household in rush_candidates(rush_count, numbers):
        yield from _of_household(household)


def _of_household(household: Household) -> Iterator[Dossier]:
    for member in household:
        for department, content in _life(member, household).items():
            if content is not None:
                yield Dossier(department, member.person, content)


def _life(member: Member, household: Household) -> dict[str, dict[str, Any] | None]:
    """Tell a life to the departments; the key is the department's name, None means it has never met the person."""
    person = member.person
    rng = lots("life", person.serial)
    driving = draw_driving(person, rng)
    career = draw_career(person, rng)
    applications = draw_applications(person, driving, rng)
    pension_from = retires_on(person)
    companies = draw_companies(person, lots("companies", person.serial))
    return {
        "population": {
            "status": person.status,
            "sex": person.sex,
            "birth_date": person.birth_date.isoformat(),
            "region": person.region,
            "phone": person.phone,
            "family": _family(member, household),
        },
        "traffic-police": driving,
        "human-resources": {
            "card_number": card_number(person.serial),
            "spells": [spell.as_row() for spell in career],
            "pension_from": pension_from.isoformat() if career and pension_from <= person.last_day else None,
        },
        "housing-fund": draw_fund(person, career, rng),
        "education": draw_schooling(person, rng),
        "transport": {"applications": applications} if applications else None,
        "market-regulation": {"companies": companies} if companies else None,
        "bank-cards": draw_card(person),
        "utility-billers": _billed(draw_home(person), draw_campus_card(person)),
    }


def _billed(home: dict[str, Any] | None, card: dict[str, Any] | None) -> dict[str, Any] | None:
    return {"home": home, "card": card} if home or card else None


def _family(member: Member, household: Household) -> list[dict[str, str]]:
    return [
        {
            "relation": relation,
            "name": other.person.name,
            "id_number": other.person.id_number,
            "birth_date": other.person.birth_date.isoformat(),
        }
        for other in household
        if (relation := RELATIONS.get((member.role, other.role)))
    ]


def card_number(serial: int) -> str:
    """Give the number printed on the social security card: a letter and eight digits."""
    return f"C{spread(serial, 4):08d}"
