"""Ending mandates, and switching between oneself and those one acts for."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from shimin.capabilities.identity.domain.mandates import CompanyRole, MandateState, Relation, is_standing
from shimin.capabilities.identity.events import MandateWithdrawn
from shimin.capabilities.identity.models import Mandate, Session
from shimin.capabilities.identity.operations.mandates.agreeing import may_appoint
from shimin.kernel import audit, events
from shimin.kernel.actor import Actor, ActorKind, AssuranceLevel
from shimin.kernel.db import auth_scope
from shimin.kernel.errors import LevelRequired, NotFound, SignInRequired


class MandateMissing(NotFound):
    """There is no such mandate for this account, or it has ended."""

    code = "identity.mandate_missing"
    message = "这项代办关系不存在，或已经结束。"
    mend = "请在“代办”里查看现在有效的。"


def wear_hat(*, actor: Actor, mandate_id: int, now: datetime) -> None:
    """Act for the principal of a mandate from the next request on, in this session.

    Raises:
        MandateMissing: it is not the actor's, or does not hold now.
        LevelRequired: the actor's own name has to be proved.
    """
    account_id, session_id = _citizen(actor)
    if actor.level < AssuranceLevel.REAL_NAME:
        raise LevelRequired(AssuranceLevel.REAL_NAME)
    with auth_scope(actor):
        mandate = Mandate.objects.filter(id=_bounded(mandate_id), account_id=account_id).first()
        if mandate is None or not is_standing(mandate.state, mandate.starts_at, mandate.ends_at, now):
            raise MandateMissing
        _put_on(actor, session_id, mandate_id, "identity.wear_hat", now)


def take_off_hat(*, actor: Actor, now: datetime) -> None:
    """Be oneself again; without a hat nothing happens."""
    _, session_id = _citizen(actor)
    if actor.hat is not None:
        with auth_scope(actor):
            _put_on(actor, session_id, None, "identity.take_off_hat", now)


def withdraw_mandate(*, actor: Actor, mandate_id: int, now: datetime) -> None:
    """End a mandate, from either side; in a company also by who may appoint such a person. It holds at once.

    Raises:
        MandateMissing: there is none that the actor may end, or it has ended.
    """
    account_id, _ = _citizen(actor)
    with auth_scope(actor):
        mandate = Mandate.objects.select_for_update().filter(id=_bounded(mandate_id)).first()
        if mandate is None or mandate.state != MandateState.ACTIVE or not _may_end(account_id, mandate, now):
            raise MandateMissing
        end_mandate(actor, mandate, account_id, now)
        if mandate.role in (CompanyRole.OWNER, CompanyRole.MANAGER):
            _end_appointed_by(actor, mandate, account_id, now)


def end_mandate(actor: Actor, mandate: Mandate, by: int, now: datetime) -> None:
    """Write the end of a locked mandate with audit and event, in the caller's auth scope."""
    mandate.state, mandate.withdrawn_at, mandate.withdrawn_by_id = MandateState.WITHDRAWN, now, by
    mandate.save(update_fields=["state", "withdrawn_at", "withdrawn_by_id"])
    audit.record(actor=actor, action="identity.withdraw_mandate", target="mandate", target_id=mandate.id, now=now)
    event = MandateWithdrawn(
        mandate_id=mandate.id, account_id=mandate.account_id, withdrawn_by_id=by,
        principal_account_id=mandate.principal_account_id or 0,
    )  # fmt: skip
    events.emit(event, aggregate="identity.mandate", aggregate_id=mandate.id, version=2, now=now)


def _may_end(account_id: int, mandate: Mandate, now: datetime) -> bool:
    if account_id == mandate.account_id:
        return True
    if mandate.organisation_id is not None:
        return may_appoint(account_id, mandate.organisation_id, mandate.role, now)
    return account_id == mandate.principal_account_id


def _end_appointed_by(actor: Actor, mandate: Mandate, by: int, now: datetime) -> None:
    """Those whom a manager or legal person appointed stood on their word: it falls with them."""
    theirs = Mandate.objects.select_for_update().filter(
        Q(organisation_id=mandate.organisation_id, principal_account_id=mandate.account_id),
        relation=Relation.COMPANY, state=MandateState.ACTIVE,
    )  # fmt: skip
    for each in theirs.order_by("id"):
        end_mandate(actor, each, by, now)
        if each.role == CompanyRole.MANAGER:
            _end_appointed_by(actor, each, by, now)


def _put_on(actor: Actor, session_id: int, mandate_id: int | None, action: str, now: datetime) -> None:
    rows = Session.objects.filter(id=session_id, account_id=actor.account_id or 0, ended_at=None)
    if not rows.update(mandate_id=mandate_id):
        raise SignInRequired
    target = mandate_id or (actor.hat.mandate_id if actor.hat else None)
    audit.record(actor=actor, action=action, target="mandate", target_id=target, now=now)


def _citizen(actor: Actor) -> tuple[int, int]:
    if actor.kind is not ActorKind.CITIZEN or actor.account_id is None or actor.session_id is None:
        raise SignInRequired
    return actor.account_id, actor.session_id


def _bounded(mandate_id: int) -> int:
    """Return an id the database can hold; a greater number is nobody's."""
    return mandate_id if 0 <= mandate_id < 1 << 63 else 0
