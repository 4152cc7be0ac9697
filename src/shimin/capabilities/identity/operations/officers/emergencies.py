"""Break-glass: an officer takes a role for an hour without asking, says why, and the alarm goes off."""

from __future__ import annotations

from datetime import datetime

from shimin.capabilities.identity.domain.officers import (
    AUDIT_ADMIN,
    BREAK_GLASS,
    BREAK_GLASS_FOR,
    Change,
    ChangeState,
)
from shimin.capabilities.identity.events import GlassBroken
from shimin.capabilities.identity.models import StaffChange, StaffGrant
from shimin.capabilities.identity.operations import limits
from shimin.capabilities.identity.operations.officers.granting import ChangeDecided, OwnChange, name_of, note_change
from shimin.capabilities.identity.operations.refusals import refusals_recorded
from shimin.capabilities.identity.queries.officers import my_regions, require_admin
from shimin.kernel import audit, events
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.db import auth_scope
from shimin.kernel.errors import Forbidden, InvalidInput, NotFound
from shimin.kernel.ids import new_id


def break_glass(*, actor: Actor, role: str, reason: str, now: datetime) -> int:
    """Give the actor a role for one hour in their own region and return the change's id; the alarm is an event.

    Only roles of ``BREAK_GLASS``, only for who holds some role already, three times a day.

    Raises:
        Forbidden: no member of staff with a role in a region.
        InvalidInput: not one of those roles, or no reason of ten characters.
        SignInThrottled: three times today already.
    """
    if actor.kind is not ActorKind.STAFF or actor.account_id is None:
        raise Forbidden
    regions = sorted({grant.region_code for grant in actor.grants if grant.region_code is not None})
    if not regions:
        raise Forbidden
    if role not in BREAK_GLASS:
        raise InvalidInput("这个岗位不能紧急启用。", fields={"role": "请从列表里选。"})
    if not 10 <= len(reason.strip()) <= 500:
        words = "请写清楚发生了什么，10到500个字。审计管理员会看。"
        raise InvalidInput(words, fields={"reason": words})
    limits.count_break_glass(actor.account_id, now)
    with refusals_recorded(actor, "identity.break_glass", now), auth_scope(actor):
        grant = StaffGrant(
            id=new_id(), account_id=actor.account_id, role=role, region_code=regions[0], starts_at=now,
            ends_at=now + BREAK_GLASS_FOR,
        )  # fmt: skip
        grant.save(force_insert=True)
        row = StaffChange(
            id=new_id(), account_id=actor.account_id, change=Change.BREAK_GLASS, state=ChangeState.DONE, role=role,
            region_code=regions[0], starts_at=now, ends_at=grant.ends_at, reason=reason.strip(),
            asked_by_id=actor.account_id, asked_by_name=name_of(actor), asked_at=now, grant_id=grant.id,
        )  # fmt: skip
        row.save(force_insert=True)
        note_change(grant, "given", now)
        audit.record(
            actor=actor, action="identity.break_glass", target="staff_change", target_id=row.id, now=now,
            details={"role": role}, city_code=regions[0],
        )  # fmt: skip
        event = GlassBroken(account_id=actor.account_id, change_id=row.id, role=role)
        events.emit(event, aggregate="identity.staff_change", aggregate_id=row.id, version=1, now=now)
        return row.id


def look_into(*, actor: Actor, change_id: int, words: str, now: datetime) -> None:
    """Say what an audit administrator found about an emergency; it stays on the list until somebody has.

    Raises:
        NotFound: there is no such emergency in the actor's region.
        ChangeDecided: somebody has looked into it.
        OwnChange: it is one's own.
        InvalidInput: no words.
        Forbidden: no audit administrator.
    """
    require_admin(actor, AUDIT_ADMIN)
    if not 4 <= len(words.strip()) <= 500:
        told = "请写明核查的结果，4到500个字。"
        raise InvalidInput(told, fields={"words": told})
    with refusals_recorded(actor, "identity.look_into", now), auth_scope(actor):
        rows = StaffChange.objects.select_for_update().filter(change=Change.BREAK_GLASS)
        regions = my_regions(actor, AUDIT_ADMIN)
        rows = rows if regions is None else rows.filter(region_code__in=regions)
        row = rows.filter(id=change_id).first() if 0 < change_id < 1 << 63 else None
        if row is None:
            raise NotFound
        if row.looked_at is not None:
            raise ChangeDecided
        if row.account_id == actor.account_id:
            raise OwnChange
        row.looked_by_id, row.looked_by_name, row.looked_at = actor.account_id, name_of(actor), now
        row.looked_words = words.strip()
        row.save()
        audit.record(
            actor=actor, action="identity.look_into", target="staff_change", target_id=row.id, now=now,
            city_code=row.region_code or "000000",
        )  # fmt: skip
