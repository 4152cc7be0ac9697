"""Who acts: passed explicitly to every read and operation that depends on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
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


EVERYTHING = "*"


@dataclass(frozen=True, slots=True)
class Hat:
    """For whom somebody acts in this session, by a mandate (who may act for whom is decided by identity).

    ``label`` names the principal as the page may show it ("刘*英（父母）"), ``by`` who acts. ``scope`` holds slugs of
    items, or ``EVERYTHING``. ``is_ended``: the mandate was withdrawn or ran out while the hat was on.
    """

    mandate_id: int
    relation: str
    label: str
    by: str = ""
    person_id: int | None = None
    organisation_id: int | None = None
    scope: tuple[str, ...] = ()
    role: str = ""
    is_ended: bool = False

    def allows(self, item_slug: str) -> bool:
        return not self.is_ended and (EVERYTHING in self.scope or item_slug in self.scope)


@dataclass(frozen=True, slots=True)
class Actor:
    """The account (and person) on whose behalf code runs. Ids are None when there is none.

    With a hat on, ``person_id`` is None until a view that declared ``acting`` puts the hat on for good (``worn``): code
    that knows nothing of mandates then finds nobody's records rather than the wrong person's.
    """

    kind: ActorKind
    account_id: int | None = None
    person_id: int | None = None
    session_id: int | None = None
    level: AssuranceLevel = AssuranceLevel.NONE
    grants: tuple[Grant, ...] = ()
    channel: str = "web"
    hat: Hat | None = None

    def worn(self) -> Actor:
        """Return the actor as the one they act for: the principal's person, still their own account."""
        if self.hat is None or self.hat.is_ended:
            return self
        return replace(self, person_id=self.hat.person_id)

    @property
    def is_signed_in(self) -> bool:
        return self.account_id is not None

    def has_role(self, role: str) -> bool:
        return any(grant.role == role for grant in self.grants)


ANONYMOUS = Actor(ActorKind.ANONYMOUS)
SYSTEM = Actor(ActorKind.SYSTEM, channel="system")
