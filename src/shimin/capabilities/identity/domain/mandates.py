"""Pure rules of acting for others: relations, roles in a company, how long."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum

from shimin.kernel.actor import EVERYTHING


class Relation(StrEnum):
    """What the principal is to who acts; the words are the agent's view ("我的孩子")."""

    CHILD = "child"
    PARENT = "parent"
    RELATIVE = "relative"
    WARD = "ward"
    CLIENT = "client"
    COMPANY = "company"

    @property
    def words(self) -> str:
        return _WORDS[self]


_WORDS = {
    Relation.CHILD: "孩子",
    Relation.PARENT: "父母",
    Relation.RELATIVE: "亲属",
    Relation.WARD: "被照护人",
    Relation.CLIENT: "委托人",
    Relation.COMPANY: "单位",
}

# What two people can agree between themselves; a child and a company are proved by registers.
AGREED_RELATIONS = (Relation.PARENT, Relation.RELATIVE, Relation.WARD, Relation.CLIENT)


class CompanyRole(StrEnum):
    """What somebody is within a company they act for."""

    OWNER = "owner"
    MANAGER = "manager"
    CLERK = "clerk"

    @property
    def words(self) -> str:
        return {"owner": "法定代表人", "manager": "管理员", "clerk": "经办人"}[self]


# Who may appoint whom; a clerk appoints nobody.
APPOINTS = {CompanyRole.OWNER: (CompanyRole.MANAGER, CompanyRole.CLERK), CompanyRole.MANAGER: (CompanyRole.CLERK,)}


class MandateState(StrEnum):
    """A mandate that ran out stays active in the table: its end says so."""

    ACTIVE = "active"
    WITHDRAWN = "withdrawn"


LONGEST = timedelta(days=3 * 365)
REGISTER_LIFETIME = timedelta(days=365)  # legal persons change: the register is asked again every year
OFFER_LIFETIME = timedelta(days=7)
MAX_SCOPE = 60


def words_of(relation: str, role: str) -> str:
    """Return "父母", or for a company "法定代表人"."""
    return CompanyRole(role).words if role else Relation(relation).words


def adult_on(birth_date: date) -> date:
    """Return the eighteenth birthday; of the 29th of February, the first of March."""
    try:
        return birth_date.replace(year=birth_date.year + 18)
    except ValueError:
        return date(birth_date.year + 18, 3, 1)


def is_allowed(scope: list[str], slug: str) -> bool:
    """Tell whether an item is within a scope."""
    return EVERYTHING in scope or slug in scope


def is_standing(state: str, starts_at: datetime, ends_at: datetime, now: datetime) -> bool:
    """Tell whether a mandate holds now."""
    return state == MandateState.ACTIVE and starts_at <= now < ends_at
