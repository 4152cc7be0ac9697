"""What a co-handling agency does: accept or decline its part, give its contribution. The request stays the lead's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from shimin.capabilities.service_requests.domain.filing import read_words
from shimin.capabilities.service_requests.domain.photos import MOST_AT_ONCE
from shimin.capabilities.service_requests.joint_handling.domain.parts import (
    LENT_STATES,
    PartAction,
    PartState,
    PartStepRefused,
    part_step_from,
)
from shimin.capabilities.service_requests.joint_handling.models import Part
from shimin.capabilities.service_requests.joint_handling.operations.changing import (
    GONE,
    acting,
    lock_part,
    write_part_step,
)
from shimin.capabilities.service_requests.operations.photos import PhotoGone, TooManyPhotos
from shimin.capabilities.service_requests.queries.rows import OFFICER
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.errors import Conflict, Forbidden, NotFound

LONGEST_REASON = 2_000
LONGEST_CONTRIBUTION = 8_000


class DeclineTooLate(Conflict):
    """A part is declined within a working day."""

    code = "request_part_decline_too_late"
    message = "请协办已经超过一个工作日，不能再推。"
    mend = "请接受并交意见；确实与本部门无关的，把依据写进意见里。"


class DeclineForbidden(Conflict):
    """The dispatcher, or a consultation, has decided who co-handles."""

    code = "request_part_decline_forbidden"
    message = "协办部门已经定了，不能再推。"
    mend = "请按决定协办；有异议请与派单部门联系。"


def accept_part(*, actor: Actor, part_id: int, now: datetime) -> int:
    """Take a part on and return the step's id; late, too, where nobody has decided otherwise.

    Raises:
        PartStepRefused, Forbidden, NotFound.
    """
    with acting(actor=actor, action="part_accept", target="part", target_id=part_id, now=now):
        part = _own(actor, part_id)
        return write_part_step(actor=actor, part=part, action=PartAction.ACCEPT, now=now, columns={"responded_at": now})


def decline_part(*, actor: Actor, part_id: int, words: str, now: datetime) -> int:
    """Decline a part within a working day, with reasons; the dispatcher decides.

    Raises:
        InvalidInput: no reasons.
        DeclineTooLate, DeclineForbidden, PartStepRefused, Forbidden, NotFound.
    """
    with acting(actor=actor, action="part_decline", target="part", target_id=part_id, now=now):
        part = _own(actor, part_id)
        text = read_words(words, longest=LONGEST_REASON)
        part_step_from(PartAction.DECLINE, PartState(part.state))
        if part.is_fixed:
            raise DeclineForbidden
        if now >= part.respond_by_at:
            raise DeclineTooLate
        return write_part_step(
            actor=actor, part=part, action=PartAction.DECLINE, now=now, words=text,
            columns={"responded_at": now, "reason": text},
        )  # fmt: skip


def give_contribution(*, actor: Actor, part_id: int, words: str, now: datetime, photo_ids: Sequence[int] = ()) -> int:
    """Give the lead what it asked for: opinion, facts, photos (received before). Citizens read none of it.

    Raises:
        InvalidInput: nothing is said.
        PhotoGone, TooManyPhotos, PartStepRefused, Forbidden, NotFound.
    """
    with acting(actor=actor, action="part_give", target="part", target_id=part_id, now=now):
        part = _own(actor, part_id)
        text = read_words(words, longest=LONGEST_CONTRIBUTION)
        step_id = write_part_step(
            actor=actor, part=part, action=PartAction.GIVE, now=now, words="",
            columns={"contribution": text, "given_at": now},
        )  # fmt: skip
        Part.objects.filter(id=part.id).update(given_step_id=step_id)
        _attach(part.id, step_id, photo_ids)
        return step_id


def _own(actor: Actor, part_id: int) -> Part:
    """Return a part of the actor's agency, locked after its request: nobody answers or withdraws that meanwhile.

    Raises:
        NotFound, Forbidden: it is another's, or the actor reads it only.
        PartStepRefused: the request is over.
    """
    if actor.kind is not ActorKind.STAFF:
        raise NotFound(GONE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT state, level FROM joint_handling_hold(%s)", [part_id])
        held = cursor.fetchone()
    part = Part.objects.select_for_update().filter(id=part_id).first() if held is None else lock_part(part_id)
    if part is None:
        raise NotFound(GONE)
    covers = any(
        grant.role == OFFICER
        and grant.agency_id in (None, part.agency_id)
        and grant.region_code in (None, part.city_code)
        for grant in actor.grants
    )
    if held is None or not covers:
        raise Forbidden("协办部门的承办人才能做这一步。")
    state, level = held
    if state not in LENT_STATES or level != part.level:
        raise PartStepRefused("这件诉求已经办完或撤回，不用再协办。")
    return part


def _attach(part_id: int, step_id: int, photo_ids: Sequence[int]) -> None:
    wanted = sorted(set(photo_ids))
    if len(wanted) > MOST_AT_ONCE:
        raise TooManyPhotos(fields={"photos": TooManyPhotos.message})
    if not wanted:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT joint_handling_attach_photos(%s, %s, %s)", [part_id, step_id, wanted])
        (done,) = cursor.fetchone()
    if done != len(wanted):
        raise PhotoGone(fields={"photos": PhotoGone.message})
