"""What the lead, and who watches, do with parts: go without one, urge, show its photos to the citizen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shimin.capabilities.service_requests.domain.filing import read_words
from shimin.capabilities.service_requests.joint_handling.domain.parts import (
    PartAction,
    PartWho,
    part_step,
)
from shimin.capabilities.service_requests.joint_handling.models import Part
from shimin.capabilities.service_requests.joint_handling.operations.changing import (
    GONE,
    acting,
    lock_part,
    write_part_step,
)
from shimin.capabilities.service_requests.joint_handling.queries.roles import part_roles
from shimin.capabilities.service_requests.models import RequestPhoto
from shimin.capabilities.service_requests.queries.rows import lock_request, may_read
from shimin.kernel.actor import Actor
from shimin.kernel.errors import Forbidden, NotFound

LONGEST_REASON = 2_000


def waive_part(*, actor: Actor, part_id: int, words: str, now: datetime) -> int:
    """Go without a contribution, saying why, as the lead; the supervisor sees it.

    Raises:
        InvalidInput: no reasons.
        PartStepRefused, Forbidden, NotFound.
    """
    return take_part_step(
        actor=actor, part_id=part_id, action=PartAction.WAIVE, words=words, now=now, columns={"ended_at": now}
    )


def urge_part(*, actor: Actor, part_id: int, words: str, now: datetime) -> int:
    """Urge a co-handler, as the lead or the supervisor; its desk shows that and the words.

    Raises:
        InvalidInput: nothing is said.
        PartStepRefused, Forbidden, NotFound.
    """
    return take_part_step(
        actor=actor, part_id=part_id, action=PartAction.URGE, words=words, now=now, columns={"urged_at": now}
    )


def show_photos(*, actor: Actor, part_id: int, now: datetime) -> int:
    """Let the people who reported see the photos of a contribution, as the lead.

    Raises:
        PartStepRefused, Forbidden, NotFound.
    """
    with acting(actor=actor, action="part_show_photos", target="part", target_id=part_id, now=now):
        step_id = take_part_step(actor=actor, part_id=part_id, action=PartAction.SHOW_PHOTOS, words="", now=now)
        part = Part.objects.get(id=part_id)
        RequestPhoto.objects.filter(request_id=part.request_id, step_id=part.given_step_id).update(is_shown=True)
        return step_id


def take_part_step(
    *,
    actor: Actor,
    part_id: int,
    action: PartAction,
    words: str,
    now: datetime,
    columns: Mapping[str, Any] | None = None,
) -> int:
    """Take a step on a part of a request in the actor's grants: the request is locked first, then the part."""
    step = part_step(action)
    with acting(actor=actor, action=f"part_{action}", target="part", target_id=part_id, now=now):
        request_id = Part.objects.filter(id=part_id).values_list("request_id", flat=True).first()
        if request_id is None:
            raise NotFound(GONE)
        try:
            row = lock_request(request_id)
        except NotFound:  # a co-handler reads its part, and may not change the request
            raise Forbidden("这一步由牵头部门、派单员或督查来做。") from None
        part = lock_part(part_id)
        if not may_read(actor, row):
            raise NotFound(GONE)
        if not set(step.who) & (part_roles(actor, row, part) - {PartWho.CO_HANDLER}):
            raise Forbidden(f"您的岗位不能“{step.words}”。")
        text = read_words(words, longest=LONGEST_REASON) if step.needs_words else ""
        return write_part_step(actor=actor, part=part, action=action, now=now, words=text, columns=columns)
