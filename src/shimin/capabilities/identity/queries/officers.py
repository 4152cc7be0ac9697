"""Who holds which role, since when, used when; and the changes that wait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from shimin.capabilities.identity.domain.officers import (
    ADMINS,
    AUDIT_ADMIN,
    DECIDE_WITHIN,
    REVIEW_AGAIN,
    SECURITY_ADMIN,
    UNUSED,
    Change,
    ChangeState,
)
from shimin.capabilities.identity.models import Account, CodeGenerator, Passkey, Session, StaffChange, StaffGrant
from shimin.kernel import clock
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.db import auth_scope, scope
from shimin.kernel.errors import Forbidden

PAGE = 500
Row = TypeVar("Row", StaffGrant, StaffChange)


@dataclass(frozen=True, slots=True)
class HeldRole:
    """One grant on the review page. ``light``: green, amber (long unreviewed), red (long unused), with ``words``."""

    grant_id: int
    staff_name: str
    role: str
    agency_id: int | None
    region_code: str
    since: datetime
    until: datetime | None
    stands_for: str
    last_used_at: datetime | None
    reviewed_at: datetime | None
    reviewed_by: str
    light: str
    words: str
    is_mine: bool
    has_app: bool = False
    passkeys: int = 0


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One change as administrators see it."""

    change_id: int
    change: Change
    state: ChangeState
    staff_name: str
    stands_for: str
    role: str
    agency_id: int | None
    region_code: str
    starts_at: datetime | None
    ends_at: datetime | None
    reason: str
    asked_by: str
    asked_at: datetime
    decided_by: str
    decided_at: datetime | None
    looked_by: str
    looked_at: datetime | None
    looked_words: str
    may_decide: bool
    may_look: bool

    @property
    def light(self) -> str:
        if self.change is Change.BREAK_GLASS:
            return "green" if self.looked_at else "red"
        return {ChangeState.WAITING: "amber", ChangeState.DONE: "green", ChangeState.REFUSED: "grey"}[self.state]


@dataclass(frozen=True, slots=True)
class OwnRole:
    """A role that one holds oneself, to be stood in for."""

    grant_id: int
    role: str
    region_code: str


def require_admin(actor: Actor, *roles: str) -> None:
    """Let these administrators pass.

    Raises:
        Forbidden: somebody else.
    """
    if actor.kind is not ActorKind.STAFF or not any(actor.has_role(role) for role in roles):
        raise Forbidden


def my_regions(actor: Actor, *roles: str) -> list[str] | None:
    """Return the regions of the actor's grants of these roles; None: all."""
    regions = [grant.region_code for grant in actor.grants if grant.role in roles]
    return None if None in regions else [code for code in regions if code is not None]


def list_held_roles(actor: Actor, now: datetime) -> list[HeldRole]:
    """Return the grants that hold now or will, in the administrator's regions: those to look at first.

    Raises:
        Forbidden: none of the three administrators.
    """
    require_admin(actor, *ADMINS)
    used = Session.objects.filter(account_id=OuterRef("account_id")).values("account_id")
    keys = Passkey.objects.filter(account_id=OuterRef("account_id")).values("account_id")
    names = Account.objects.filter(id=OuterRef("stands_for_id")).values("staff_name")
    rows = _here(actor, StaffGrant.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now))).select_related("account")
    with auth_scope(actor):
        found = list(
            rows.annotate(
                used_at=Subquery(used.annotate(at=Max("last_seen_at")).values("at")),
                stands_for=Subquery(names),
                has_app=Exists(CodeGenerator.objects.filter(account_id=OuterRef("account_id"))),
                passkeys=Coalesce(Subquery(keys.annotate(n=Count("id")).values("n")), 0),
            ).order_by("id")[:PAGE]
        )
    views = [_held(actor, row, now) for row in found]
    return sorted(views, key=lambda view: (["red", "amber", "green"].index(view.light), view.staff_name, view.role))


def list_changes(actor: Actor, now: datetime) -> list[ChangeView]:
    """Return the changes in the administrator's regions: those that wait for somebody first, then the newest.

    Raises:
        Forbidden: none of the three administrators.
    """
    require_admin(actor, *ADMINS)
    names = Account.objects.filter(id=OuterRef("for_account_id")).values("staff_name")
    rows = _here(actor, StaffChange.objects.select_related("account").annotate(stands_for=Subquery(names)))
    with auth_scope(actor):
        found = list(rows.order_by("-id")[:PAGE])
    views = [_change(actor, row, now) for row in found]
    return sorted(views, key=lambda view: view.light in ("green", "grey"))


def list_own_roles(actor: Actor, now: datetime) -> list[OwnRole]:
    """Return the roles the actor holds in their own right.

    Raises:
        Forbidden: no member of staff.
    """
    if actor.kind is not ActorKind.STAFF or actor.account_id is None:
        raise Forbidden
    with auth_scope(actor):
        mine = StaffGrant.objects.filter(account_id=actor.account_id, starts_at__lte=now, stands_for_id=None)
        rows = list(mine.exclude(ends_at__lte=now).order_by("role")[:PAGE])
    return [OwnRole(row.id, row.role, row.region_code or "") for row in rows]


def count_waiting_changes(actor: Actor) -> int | None:
    """Return how many changes wait for a security administrator."""
    waiting = StaffChange.objects.filter(state=ChangeState.WAITING, asked_at__gt=clock.now() - DECIDE_WITHIN)
    return _count(actor, waiting, SECURITY_ADMIN)


def count_emergencies(actor: Actor) -> int | None:
    """Return how many emergencies nobody has looked into."""
    return _count(actor, StaffChange.objects.filter(change=Change.BREAK_GLASS, looked_at=None), AUDIT_ADMIN)


def _count(actor: Actor, rows: QuerySet[StaffChange], role: str) -> int | None:
    with scope(actor):
        return _here(actor, rows).count() or None


def _here(actor: Actor, rows: QuerySet[Row]) -> QuerySet[Row]:
    regions = my_regions(actor, *ADMINS)
    return rows if regions is None else rows.filter(region_code__in=regions)


def _held(actor: Actor, row: StaffGrant, now: datetime) -> HeldRole:
    used_at, looked_at = row.used_at, row.reviewed_at or row.starts_at  # type: ignore[attr-defined]
    light, words = "green", "在用"
    if (used_at or row.starts_at) <= now - UNUSED:
        light, words = "red", "90天没有登录过"
    elif looked_at <= now - REVIEW_AGAIN:
        light, words = "amber", "半年没有复核"
    return HeldRole(
        grant_id=row.id, staff_name=row.account.staff_name, role=row.role, agency_id=row.agency_id,
        region_code=row.region_code or "", since=row.starts_at, until=row.ends_at,
        stands_for=row.stands_for or "",  # type: ignore[attr-defined]
        last_used_at=used_at, reviewed_at=row.reviewed_at, reviewed_by=row.reviewed_by_name, light=light, words=words,
        is_mine=row.account_id == actor.account_id,
        has_app=row.has_app, passkeys=row.passkeys,  # type: ignore[attr-defined]
    )  # fmt: skip


def _change(actor: Actor, row: StaffChange, now: datetime) -> ChangeView:
    is_open = row.state == ChangeState.WAITING and row.asked_at + DECIDE_WITHIN > now
    state = ChangeState(row.state) if is_open or row.state != ChangeState.WAITING else ChangeState.REFUSED
    return ChangeView(
        change_id=row.id, change=Change(row.change), state=state, staff_name=row.account.staff_name,
        stands_for=row.stands_for or "",  # type: ignore[attr-defined]
        role=row.role, agency_id=row.agency_id, region_code=row.region_code or "", starts_at=row.starts_at,
        ends_at=row.ends_at, reason=row.reason, asked_by=row.asked_by_name, asked_at=row.asked_at,
        decided_by=row.decided_by_name, decided_at=row.decided_at, looked_by=row.looked_by_name,
        looked_at=row.looked_at, looked_words=row.looked_words,
        may_decide=is_open and actor.has_role(SECURITY_ADMIN)
        and actor.account_id not in (row.asked_by_id, row.account_id),
        may_look=row.change == Change.BREAK_GLASS and row.looked_at is None and actor.has_role(AUDIT_ADMIN)
        and row.account_id != actor.account_id,
    )  # fmt: skip
