"""What the dispatcher decides where a co-handler declined: it co-handles all the same, or is not needed."""

from __future__ import annotations

from datetime import datetime

from shimin.capabilities.service_requests.joint_handling.domain.parts import PartAction, part_terms
from shimin.capabilities.service_requests.joint_handling.models import Part
from shimin.capabilities.service_requests.joint_handling.operations.changing import acting
from shimin.capabilities.service_requests.joint_handling.operations.leading import take_part_step
from shimin.capabilities.service_requests.models import ServiceRequest
from shimin.kernel.actor import Actor
from shimin.kernel.calendar import working_calendar


def insist_on_part(*, actor: Actor, part_id: int, words: str, now: datetime) -> int:
    """Decide, with reasons, that an agency co-handles which declined; it cannot decline again.

    It has a working day at least, whatever the declining has used up.

    Raises:
        InvalidInput: no reasons.
        PartStepRefused, Forbidden, NotFound.
    """
    with acting(actor=actor, action="part_insist", target="part", target_id=part_id, now=now):
        step_id = take_part_step(
            actor=actor, part_id=part_id, action=PartAction.INSIST, words=words, now=now, columns={"is_fixed": True}
        )
        part = Part.objects.get(id=part_id)
        request_due_at = ServiceRequest.objects.values_list("due_at", flat=True).get(id=part.request_id)
        _, soonest = part_terms(days=1, now=now, request_due_at=request_due_at, calendar=working_calendar())
        Part.objects.filter(id=part_id).update(due_at=max(part.due_at, soonest))
        return step_id


def drop_part(*, actor: Actor, part_id: int, words: str, now: datetime) -> int:
    """Decide, with reasons, that an agency which declined is not needed.

    Raises:
        InvalidInput: no reasons.
        PartStepRefused, Forbidden, NotFound.
    """
    return take_part_step(
        actor=actor, part_id=part_id, action=PartAction.DROP, words=words, now=now, columns={"ended_at": now}
    )
