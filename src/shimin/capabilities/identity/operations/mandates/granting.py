"""Writing a mandate, in the caller's auth scope; every way to one ends here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from shimin.capabilities.identity import handles
from shimin.capabilities.identity.domain.mandates import LONGEST, MAX_SCOPE, MandateState
from shimin.capabilities.identity.events import MandateGiven
from shimin.capabilities.identity.models import Account, Mandate, Person, PersonHandle
from shimin.capabilities.identity.operations.finding import add_person_handle
from shimin.kernel import audit, events
from shimin.kernel.actor import EVERYTHING, Actor, ActorKind, AssuranceLevel
from shimin.kernel.crypto import encrypt
from shimin.kernel.errors import Conflict, InvalidInput, LevelRequired, OwnHatRequired, SignInRequired
from shimin.kernel.ids import new_id
from shimin.kernel.values.papers import reopen_paper


class MandateStands(Conflict):
    """There is one already; it has to be withdrawn before another scope or end is agreed."""

    code = "identity.mandate_stands"
    message = "这项代办关系已经有了。"
    mend = "要改范围或日期，请先在“代办”里撤回原来的，再重新授权。"


class EndDateInvalid(InvalidInput):
    """The end lies in the past or too far ahead."""

    code = "identity.mandate_end_invalid"

    def __init__(self) -> None:
        super().__init__(
            "截止日期不合适。", mend="请选今天以后、三年以内的一天。",
            fields={"ends_on": "请选今天以后、三年以内的一天。"},
        )  # fmt: skip


class ScopeInvalid(InvalidInput):
    """No service, or too many."""

    code = "identity.mandate_scope_invalid"

    def __init__(self) -> None:
        super().__init__("请选可以代办的事项。", fields={"scope": "请至少选一个事项，或选“全部事项”。"})


@dataclass(frozen=True, slots=True)
class Terms:
    """What is agreed: who is what to whom, for which services, until when."""

    relation: str
    scope: list[str]
    ends_at: datetime
    basis: str
    role: str = ""


def require_own_person(actor: Actor) -> tuple[int, int]:
    """Return account and person of somebody with a proven name who acts for themselves.

    Raises:
        SignInRequired, OwnHatRequired, LevelRequired: see there.
    """
    if actor.kind is not ActorKind.CITIZEN or actor.account_id is None or actor.session_id is None:
        raise SignInRequired
    if actor.hat is not None:
        raise OwnHatRequired
    if actor.person_id is None or actor.level < AssuranceLevel.REAL_NAME:
        raise LevelRequired(AssuranceLevel.REAL_NAME)
    return actor.account_id, actor.person_id


def check_terms(scope: list[str], ends_at: datetime, now: datetime) -> list[str]:
    """Return the scope, sorted and without repeats.

    Raises:
        ScopeInvalid, EndDateInvalid: see there.
    """
    if not now < ends_at <= now + LONGEST:
        raise EndDateInvalid
    if EVERYTHING in scope:
        return [EVERYTHING]
    chosen = sorted(set(scope))
    if not 1 <= len(chosen) <= MAX_SCOPE or any(not slug or len(slug) > 80 or not slug.isascii() for slug in chosen):
        raise ScopeInvalid
    return chosen


def give_mandate(
    *, actor: Actor, agent_id: int, terms: Terms, now: datetime, person_id: int | None = None,
    organisation_id: int | None = None, principal_account_id: int | None = None,
) -> int:  # fmt: skip
    """Write a mandate with audit and event and return its id; one that ran out makes room.

    Raises:
        MandateStands: the same two have one (identity_mandate_once).
    """
    principal = Q(organisation_id=organisation_id) if person_id is None else Q(person_id=person_id)
    same = Mandate.objects.filter(principal, account_id=agent_id, relation=terms.relation, state=MandateState.ACTIVE)
    same.filter(ends_at__lte=now).update(state=MandateState.WITHDRAWN, withdrawn_at=now)
    mandate = Mandate(
        id=new_id(), account_id=agent_id, person_id=person_id, organisation_id=organisation_id,
        principal_account_id=principal_account_id, relation=terms.relation, role=terms.role, scope=terms.scope,
        basis=terms.basis, starts_at=now, ends_at=terms.ends_at,
    )  # fmt: skip
    try:
        with transaction.atomic():
            mandate.save(force_insert=True)
    except IntegrityError as stands:
        raise MandateStands from stands
    audit.record(
        actor=actor, action="identity.give_mandate", target="mandate", target_id=mandate.id, now=now,
        details={"relation": terms.relation, "basis": terms.basis, "agent": str(agent_id)},
    )  # fmt: skip
    event = MandateGiven(
        mandate_id=mandate.id, account_id=agent_id, principal_account_id=principal_account_id or 0,
        relation=terms.relation,
    )  # fmt: skip
    events.emit(event, aggregate="identity.mandate", aggregate_id=mandate.id, version=1, now=now)
    return mandate.id


def person_without_account(name: str, id_number: str, now: datetime) -> tuple[int, int | None]:
    """Return the person of an 18-digit number, made where there is none yet, and the account that proved it, if any."""
    handle = PersonHandle.objects.filter(hash__in=handles.id_number_hashes(id_number)).first()
    if handle is not None:
        return handle.person_id, handle.account_id
    person = Person(
        id=new_id(), name=encrypt(name, context=handles.PERSON_NAME), verified_at=now,
        **handles.seal_paper(reopen_paper(id_number, None)),
    )  # fmt: skip
    person.save(force_insert=True)
    add_person_handle(person, None, id_number)
    return person.id, None


def lock_agent(account_id: int) -> Account:
    """Lock the account of who will act, so that two mandates for it are written one after the other."""
    return Account.objects.select_for_update().get(id=account_id)
