"""Who acts: passed explicitly to every read and operation that depends on it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class ActorKind(StrEnum):
    """What sort of actor this is; it decides the database role (see ``kernel.db``)."""

    ANONYMOUS = "anonymous"
    CITIZEN = "citizen"
    STAFF = "staff"
    SYSTEM = "system"


class AssuranceLevel(IntEnum):
    """How surely the platform knows the person (design: Trust)."""

    NONE = 0
    PHONE = 1
    REAL_NAME = 2
    FACE_OR_BANK = 3
    IN_PERSON = 4


@dataclass(frozen=True, slots=True)
class Grant:
    """A staff role, limited to one agency and one region (None: not limited)."""

    role: str
    agency_id: int | None = None
    region_code: str | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """The account (and person) on whose behalf code runs. Ids are None when there is none."""

    kind: ActorKind
    account_id: int | None = None
    person_id: int | None = None
    session_id: int | None = None
    level: AssuranceLevel = AssuranceLevel.NONE
    grants: tuple[Grant, ...] = ()
    channel: str = "web"

    @property
    def is_signed_in(self) -> bool:
        return self.account_id is not None

    def has_role(self, role: str) -> bool:
        return any(grant.role == role for grant in self.grants)


ANONYMOUS = Actor(ActorKind.ANONYMOUS)
SYSTEM = Actor(ActorKind.SYSTEM, channel="system")
