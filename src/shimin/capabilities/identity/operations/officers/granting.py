"""Changing what somebody may do takes two: one asks, a security administrator agrees."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from shimin.capabilities.identity import handles
from shimin.capabilities.identity.domain import AccountKind, AccountStatus
from shimin.capabilities.identity.domain.officers import (
    ADMINS,
    DECIDE_WITHIN,
    LONGEST_STAND_IN,
    SECURITY_ADMIN,
    SYSTEM_ADMIN,
    Change,
    ChangeState,
)
from shimin.capabilities.identity.events import StaffGrantChanged
from shimin.capabilities.identity.models import Account, LoginHandle, StaffChange, StaffGrant
from shimin.capabilities.identity.operations.factors.resetting import reset_factors
from shimin.capabilities.identity.operations.refusals import refusals_recorded
from shimin.capabilities.identity.queries.officers import my_regions, require_admin
from shimin.kernel import audit, events
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.db import auth_scope
from shimin.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound
from shimin.kernel.ids import new_id

_ROLE = re.compile(r"[a-z_]{2,40}\.[a-z_]{2,40}")
_REGION = re.compile(r"\d{6}")


class NoSuchOfficer(InvalidInput):
    """Nobody signs in with this name."""

    code = "identity.no_such_officer"
    message = "没有这个工号。"
    mend = "请核对工号；还没有账号的，先由系统管理员建立。"

    def __init__(self) -> None:
        super().__init__(fields={"login": self.message})


class TwoAdministrators(Conflict):
    """One person cannot be two of the three administrators."""

    code = "identity.two_administrators"
    message = "系统、安全、审计三种管理员不能由同一个人担任。"
    mend = "请换一个人，或先结束他现在的管理员岗位。"


class ChangeDecided(Conflict):
    """It was decided, withdrawn, or is too old."""

    code = "identity.change_decided"
    message = "这件事已经处理过，或者已经过期。"
    mend = "请刷新看看最新情况；过期的请重新申请。"


class OwnChange(Forbidden):
    """Nobody decides about themselves."""

    code = "identity.own_change"
    message = "不能同意自己申请的，或者关于自己的岗位。"
    mend = "请另一位安全管理员来看。"


@dataclass(frozen=True, slots=True)
class GrantWish:
    """Which role, for whom, where, until when; ``login`` is what they sign in with."""

    login: str
    role: str
    region_code: str
    reason: str
    agency_id: int | None = None
    ends_at: datetime | None = None


def ask_grant(*, actor: Actor, wish: GrantWish, now: datetime) -> int:
    """Ask for a role for a colleague and return the change's id; it counts once a security administrator agreed.

    Raises:
        Forbidden: no system administrator of that region, or for oneself.
        NoSuchOfficer, InvalidInput, TwoAdministrators: mend the input.
    """
    require_admin(actor, SYSTEM_ADMIN)
    _check(wish.role, wish.region_code, wish.reason)
    require_region(actor, SYSTEM_ADMIN, wish.region_code)
    if wish.ends_at is not None and wish.ends_at <= now:
        raise InvalidInput("结束日期已经过了。", fields={"ends_on": "结束日期应在今天以后。"})
    with refusals_recorded(actor, "identity.ask_grant", now), auth_scope(actor):
        account = find_officer(wish.login)
        if account.id == actor.account_id:
            raise OwnChange
        _require_one_admin(account.id, wish.role, now)
        return add_change(
            actor, now, account=account, change=Change.GRANT, role=wish.role, region_code=wish.region_code,
            agency_id=wish.agency_id, ends_at=wish.ends_at, reason=wish.reason,
        )  # fmt: skip


def ask_stand_in(
    *, actor: Actor, grant_id: int, login: str, starts_at: datetime, ends_at: datetime, reason: str, now: datetime
) -> int:
    """Ask that a colleague stands in for one of the actor's own roles from a moment to a moment.

    Raises:
        NotFound: the actor holds no such grant now.
        NoSuchOfficer, InvalidInput, TwoAdministrators: mend the input.
    """
    if actor.kind is not ActorKind.STAFF or actor.account_id is None:
        raise Forbidden
    if not now <= ends_at <= starts_at + LONGEST_STAND_IN or ends_at <= starts_at:
        words = "结束应晚于开始，顶班最长90天。"
        raise InvalidInput(words, fields={"ends_on": words})
    check_reason(reason)
    with refusals_recorded(actor, "identity.ask_stand_in", now), auth_scope(actor):
        own = holding(now).filter(account_id=actor.account_id, stands_for_id=None)
        grant = own.filter(id=grant_id).first() if 0 < grant_id < 1 << 63 else None
        if grant is None:
            raise NotFound
        account = find_officer(login)
        if account.id == actor.account_id:
            raise InvalidInput("顶班的应是另一个人。", fields={"login": "请填同事的工号。"})
        _require_one_admin(account.id, grant.role, now)
        return add_change(
            actor, now, account=account, change=Change.STAND_IN, role=grant.role, region_code=grant.region_code,
            agency_id=grant.agency_id, starts_at=starts_at, ends_at=ends_at, reason=reason,
            for_account_id=actor.account_id,
        )  # fmt: skip


def decide_change(*, actor: Actor, change_id: int, agrees: bool, now: datetime) -> None:
    """Agree to a change or refuse it; what is agreed to counts from the colleague's next request on.

    Raises:
        NotFound: there is none in the actor's region.
        OwnChange, ChangeDecided, TwoAdministrators: see there.
        Forbidden: no security administrator.
    """
    require_admin(actor, SECURITY_ADMIN)
    with refusals_recorded(actor, "identity.decide_change", now):
        try:
            with auth_scope(actor):
                row = _lock(actor, change_id)
                if row.state != ChangeState.WAITING or row.asked_at + DECIDE_WITHIN <= now:
                    raise ChangeDecided
                if actor.account_id in (row.asked_by_id, row.account_id):
                    raise OwnChange
                row.decided_by_id, row.decided_by_name, row.decided_at = actor.account_id, name_of(actor), now
                row.state = ChangeState.DONE if agrees else ChangeState.REFUSED
                if agrees and row.change == Change.RESET_FACTORS:
                    reset_factors(row.account_id, now)
                elif agrees:
                    row.grant_id = _apply(row, now)
                row.save()
                audit.record(
                    actor=actor, action="identity.decide_change", target="staff_change", target_id=row.id, now=now,
                    details={"state": row.state, "role": row.role, "change": row.change},
                    city_code=row.region_code or "000000",
                )  # fmt: skip
        except IntegrityError as twice:
            if "identity_staff_grant_one_admin" in str(twice):
                raise TwoAdministrators from twice
            raise ChangeDecided from twice  # the role was given another way meanwhile


def end_grant(actor: Actor, grant: StaffGrant, reason: str, now: datetime) -> None:
    """End a locked grant, with those of stand-ins for it, in the caller's auth scope."""
    stands = StaffGrant.objects.select_for_update().filter(
        stands_for_id=grant.account_id, role=grant.role, agency_id=grant.agency_id, region_code=grant.region_code
    )
    for each in (grant, *stands.filter(Q(ends_at=None) | Q(ends_at__gt=now))):
        each.ends_at = max(now, each.starts_at)
        each.save(update_fields=["ends_at"])
        audit.record(
            actor=actor, action="identity.end_grant", target="staff_grant", target_id=each.id, now=now,
            details={"role": each.role, "reason": reason}, city_code=each.region_code or "000000",
        )  # fmt: skip
        note_change(each, "ended", now)


def note_change(grant: StaffGrant, change: str, now: datetime) -> None:
    """Tell that a grant began or ended, in the caller's auth scope."""
    event = StaffGrantChanged(account_id=grant.account_id, grant_id=grant.id, role=grant.role, change=change)
    version = 1 if change == "given" else 2
    events.emit(event, aggregate="identity.staff_grant", aggregate_id=grant.id, version=version, now=now)


def holding(now: datetime) -> QuerySet[StaffGrant]:
    """Return the grants that hold now."""
    return StaffGrant.objects.filter(starts_at__lte=now).exclude(ends_at__lte=now)


def name_of(actor: Actor) -> str:
    """Return the name shown beside what the actor did, in the caller's auth scope."""
    return str(Account.objects.values_list("staff_name", flat=True).get(id=actor.account_id or 0))


def _apply(row: StaffChange, now: datetime) -> int:
    if row.change == Change.STAND_IN:
        theirs = holding(now).filter(account_id=row.for_account_id or 0, role=row.role, stands_for_id=None)
        if not theirs.filter(agency_id=row.agency_id, region_code=row.region_code).exists():
            raise ChangeDecided  # who was to be stood in for holds the role no longer
    grant = StaffGrant(
        id=new_id(), account_id=row.account_id, role=row.role, agency_id=row.agency_id, region_code=row.region_code,
        starts_at=max(row.starts_at or now, now), ends_at=row.ends_at, stands_for_id=row.for_account_id,
    )  # fmt: skip
    with transaction.atomic():
        grant.save(force_insert=True)
    note_change(grant, "given", now)
    return grant.id


def add_change(actor: Actor, now: datetime, **values: object) -> int:
    """Write a change that waits, with its audit, in the caller's auth scope; return its id."""
    row = StaffChange(
        id=new_id(), asked_by_id=actor.account_id or 0, asked_by_name=name_of(actor), asked_at=now, **values
    )  # fmt: skip
    row.save(force_insert=True)
    audit.record(
        actor=actor, action="identity.ask_change", target="staff_change", target_id=row.id, now=now,
        details={"role": row.role, "change": row.change}, city_code=row.region_code or "000000",
    )  # fmt: skip
    return row.id


def find_officer(login: str) -> Account:
    """Return the active account of a staff name, in the caller's auth scope.

    Raises:
        NoSuchOfficer: see the class.
    """
    keys = handles.staff_name_hashes(login[:100])
    handle = LoginHandle.objects.filter(hash__in=keys, account__account_kind=AccountKind.STAFF).first()
    accounts = Account.objects.filter(status=AccountStatus.ACTIVE)
    account = accounts.filter(id=handle.account_id if handle else 0).first()
    if account is None:
        raise NoSuchOfficer
    return account


def _require_one_admin(account_id: int, role: str, now: datetime) -> None:
    """Say early what the constraint would refuse."""
    if role in ADMINS:
        others = StaffGrant.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), account_id=account_id)
        if others.filter(role__in=set(ADMINS) - {role}).exists():
            raise TwoAdministrators


def require_region(actor: Actor, role: str, region_code: str | None) -> None:
    """Let administrators of a region pass (None: those of all).

    Raises:
        Forbidden: somebody else.
    """
    regions = my_regions(actor, role)
    if regions is not None and region_code not in regions:
        raise Forbidden("这个地区不归您管。", mend="请联系那里的管理员。")


def _lock(actor: Actor, change_id: int) -> StaffChange:
    rows = StaffChange.objects.select_for_update()
    regions = my_regions(actor, SECURITY_ADMIN)
    rows = rows if regions is None else rows.filter(region_code__in=regions)
    row = rows.filter(id=change_id).first() if 0 < change_id < 1 << 63 else None
    if row is None:
        raise NotFound
    return row


def _check(role: str, region_code: str, reason: str) -> None:
    if not _ROLE.fullmatch(role):
        raise InvalidInput("没有这个岗位。", fields={"role": "请从列表里选一个岗位。"})
    if not _REGION.fullmatch(region_code):
        raise InvalidInput("地区不对。", fields={"region_code": "请填6位行政区划代码。"})
    check_reason(reason)


def check_reason(reason: str) -> None:
    """Refuse a reason that is none.

    Raises:
        InvalidInput: too short or too long.
    """
    if not 4 <= len(reason.strip()) <= 500:
        words = "请写明原因，4到500个字。"
        raise InvalidInput(words, fields={"reason": words})
