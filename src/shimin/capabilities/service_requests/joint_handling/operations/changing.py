"""How a part's step is written: row, step, audit, event; and how a refusal is recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from shimin.capabilities.service_requests.joint_handling.domain.parts import (
    PartAction,
    PartState,
    part_step,
    part_step_from,
)
from shimin.capabilities.service_requests.joint_handling.events import PartMoved
from shimin.capabilities.service_requests.joint_handling.models import Part, PartStepTaken
from shimin.kernel import audit, events
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.db import scope
from shimin.kernel.errors import DomainError, NotFound
from shimin.kernel.ids import new_id

GONE = "没有找到这份协办。"


@contextmanager
def acting(*, actor: Actor, action: str, target: str, target_id: int, now: datetime) -> Iterator[None]:
    """Run the block in one transaction of the actor; a refusal is recorded after the rollback."""
    try:
        with scope(actor):
            yield
    except DomainError as refused:
        if not isinstance(refused, NotFound) and actor.kind is ActorKind.STAFF:
            audit.record_refusal(
                actor=actor, action=f"service_requests.{action}", target=target, target_id=target_id,
                reason=refused.code, now=now,
            )  # fmt: skip
        raise


def lock_part(part_id: int) -> Part:
    """Return a part, locked until the transaction ends; its request is locked before it, always.

    Raises:
        NotFound: there is none, or none that the actor may change.
    """
    part = Part.objects.select_for_update().filter(id=part_id).first()
    if part is None:
        raise NotFound(GONE)
    return part


def write_part_step(
    *,
    actor: Actor,
    part: Part,
    action: PartAction,
    now: datetime,
    words: str = "",
    columns: Mapping[str, Any] | None = None,
) -> int:
    """Change a locked part as the table says and return the step's id.

    Raises:
        PartStepRefused: the part is in another state.
    """
    before = PartState(part.state)
    after = part_step_from(action, before).to or before
    changed = {**(columns or {}), "state": str(after), "version": part.version + 1}
    Part.objects.filter(id=part.id).update(**changed)
    for name, value in changed.items():
        setattr(part, name, value)
    return _note(actor, part, action, str(before), now, words)


def write_asked(*, actor: Actor, part: Part, now: datetime) -> int:
    """Insert a part and its first step, and return the step's id."""
    part.save(force_insert=True)
    return _note(actor, part, PartAction.ASK, "", now, part.wish)


def _note(actor: Actor, part: Part, action: PartAction, before: str, now: datetime, words: str) -> int:
    step_id = new_id()
    PartStepTaken(
        id=step_id, part_id=part.id, request_id=part.request_id, city_code=part.city_code, version=part.version,
        action=str(action), state=part.state, taken_at=now, actor_kind=str(actor.kind), account_id=actor.account_id,
        words=words,
    ).save(force_insert=True)  # fmt: skip
    audit.record(
        actor=actor, action=f"service_requests.part_{part_step(action).action}", target="request",
        target_id=part.request_id, now=now, city_code=part.city_code,
        details={"part": part.id, "agency": part.agency_id, "before": before, "after": part.state},
    )  # fmt: skip
    event = PartMoved(
        part_id=part.id, request_id=part.request_id, city_code=part.city_code, agency_id=part.agency_id,
        action=str(action), before=before, after=part.state,
    )  # fmt: skip
    events.emit(event, aggregate="service_requests.part", aggregate_id=part.id, version=part.version, now=now)
    return step_id
