"""What officers of an agency do: accept, return, tell progress, stop the clock, answer; what their heads approve."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from shimin.capabilities.service_requests.domain.deadlines import term_for
from shimin.capabilities.service_requests.domain.kinds import RequestKind
from shimin.capabilities.service_requests.domain.matters import Matter
from shimin.capabilities.service_requests.domain.states import RequestState
from shimin.capabilities.service_requests.domain.steps import Action, StepRefused
from shimin.capabilities.service_requests.models import ServiceRequest
from shimin.capabilities.service_requests.operations.dispatching import RETURN_WITHIN, agency_name
from shimin.capabilities.service_requests.operations.moving import Change, clock_of, take_step
from shimin.capabilities.service_requests.operations.photos import publish_photos, show_drafted_photos
from shimin.capabilities.service_requests.queries.insults import mask_for_others
from shimin.kernel.actor import Actor
from shimin.kernel.calendar import working_calendar
from shimin.kernel.calendar.deadlines import DeadlinePassed
from shimin.kernel.clock import local_date
from shimin.kernel.errors import Conflict, InvalidInput


class ReturnTooLate(Conflict):
    """Returns are for the first day only."""

    code = "request_return_too_late"
    message = "派单已超过24小时，不能再退单。"
    mend = "请牵头办理；确需其他部门配合的，请写进办理进展，或请派单员协调。"


class ReturnForbidden(Conflict):
    """The unit was fixed by arbitration."""

    code = "request_return_forbidden"
    message = "这一单由派单部门裁定，不能再退。"
    mend = "请按裁定办理；有异议请与派单部门联系。"


class ExtensionNotOpen(Conflict):
    """Nobody asked, or somebody has asked already."""

    code = "request_extension_not_open"
    message = "没有等待审批的延期申请，或已经有一份在等审批。"
    mend = "请刷新页面，看看最新情况。"


class ExtensionTooLong(InvalidInput):
    """More than the term of the request's kind allows."""

    code = "request_extension_too_long"
    message = "延期太长了。"


class SecondPersonNeeded(Conflict):
    """Who wrote or asked may not approve it."""

    code = "request_second_person_needed"
    message = "自己写的要由另一个人审核。"
    mend = "请本单位另一位审核人处理。"


def accept(*, actor: Actor, request_id: int, now: datetime) -> int:
    """Take a dispatched request into one's hands (签收) and return the step's id.

    Raises:
        StepRefused, Forbidden, NotFound: see ``take_step``.
    """

    def decide(row: ServiceRequest, text: str) -> Change:
        return Change({"handler_id": actor.account_id, "accepted_at": now}, details=_agency(row))

    return take_step(actor=actor, request_id=request_id, action=Action.ACCEPT, now=now, decide=decide)


def return_request(*, actor: Actor, request_id: int, words: str, now: datetime) -> int:
    """Give a request back to the dispatcher (退单) within 24 hours of its dispatch, with reasons.

    Raises:
        InvalidInput: no reasons.
        ReturnTooLate, ReturnForbidden: see there.
        StepRefused, Forbidden, NotFound: see ``take_step``.
    """

    def decide(row: ServiceRequest, text: str) -> Change:
        if row.is_fixed:
            raise ReturnForbidden
        if row.dispatched_at is None or now - row.dispatched_at > RETURN_WITHIN:
            raise ReturnTooLate
        # The agency stays on the row until the next dispatch, so that its officers still see what they returned.
        return Change(
            {"returns": row.returns + 1, "handler_id": None, "extension": None},
            details={**_agency(row), "reason": text},
        )

    return take_step(actor=actor, request_id=request_id, action=Action.RETURN, now=now, decide=decide, words=words)


def reply_interim(*, actor: Actor, request_id: int, words: str, now: datetime, photo_ids: Sequence[int] = ()) -> int:
    """Tell the people who reported how it goes; nothing else changes.

    Raises:
        InvalidInput: nothing is said.
        StepRefused, Forbidden, NotFound: see ``take_step``.
    """

    def decide(row: ServiceRequest, text: str) -> Change:
        if row.state == RequestState.HANDED_OVER:
            raise StepRefused  # only the other city has something to tell, and the worker tells it
        return Change(words=text, details=_agency(row), photo_ids=photo_ids)

    return take_step(
        actor=actor, request_id=request_id, action=Action.INTERIM_REPLY, now=now, decide=decide, words=words
    )


def ask_extension(*, actor: Actor, request_id: int, amount: int, words: str, now: datetime) -> int:
    """Ask for ``amount`` more of the deadline's unit, before it is due; a reviewer of the agency decides.

    Raises:
        InvalidInput: no reasons, or not a positive amount.
        ExtensionTooLong, ExtensionNotOpen, DeadlinePassed: see there.
        StepRefused, Forbidden, NotFound: see ``take_step``.
    """

    def decide(row: ServiceRequest, text: str) -> Change:
        if row.extension is not None:
            raise ExtensionNotOpen
        _check_extension(row, amount, now)
        asked = {"amount": amount, "reason": text, "by": actor.account_id, "at": now.isoformat()}
        return Change({"extension": asked}, words=text, details={"amount": amount}, audit={"amount": amount})

    return take_step(
        actor=actor, request_id=request_id, action=Action.ASK_EXTENSION, now=now, decide=decide, words=words
    )


def approve_extension(*, actor: Actor, request_id: int, now: datetime) -> int:
    """Approve the extension that was asked for, before the deadline; the people who reported are told.

    Raises:
        ExtensionNotOpen, SecondPersonNeeded, DeadlinePassed: see there.
        StepRefused, Forbidden, NotFound: see ``take_step``.
    """

    def decide(row: ServiceRequest, text: str) -> Change:
        asked = _asked(row, actor)
        amount = int(asked["amount"])
        _check_extension(row, amount, now)
        return Change(
            {"extension": None}, words=asked["reason"], details={"amount": amount}, audit={"amount": amount},
            clock_amount=amount,
        )  # fmt: skip

    return take_step(actor=actor, request_id=request_id, action=Action.APPROVE_EXTENSION, now=now, decide=decide)


def refuse_extension(*, actor: Actor, request_id: int, words: str, now: datetime) -> int:
    """Refuse the extension that was asked for, with reasons.

    Raises:
        ExtensionNotOpen, SecondPersonNeeded: see there.
        InvalidInput, StepRefused, Forbidden, NotFound: see ``take_step``.
    """

    def decide(row: ServiceRequest, text: str) -> Change:
        _asked(row, actor)
        return Change({"extension": None}, words=text)

    return take_step(
        actor=actor, request_id=request_id, action=Action.REFUSE_EXTENSION, now=now, decide=decide, words=words
    )


def suspend(*, actor: Actor, request_id: int, words: str, look_again_date: date, now: datetime) -> int:
    """Put off what cannot be done now (挂账): reason and plan for the citizen, and a day to look again.

    Raises:
        InvalidInput: no reasons, or the day is not within the next year.
        StepRefused, Forbidden, NotFound: see ``take_step``.
    """
    if not 0 < (look_again_date - local_date(now)).days <= 366:
        raise InvalidInput(fields={"look_again_date": "请选一年之内、今天以后的日期。"})

    def decide(row: ServiceRequest, text: str) -> Change:
        return Change(
            {"look_again_date": look_again_date, "extension": None}, words=text,
            details={**_agency(row), "look_again": look_again_date.isoformat()},
        )  # fmt: skip

    return take_step(actor=actor, request_id=request_id, action=Action.SUSPEND, now=now, decide=decide, words=words)


def resume(*, actor: Actor, request_id: int, now: datetime, words: str = "") -> int:
    """Take a suspended request up again; its clock runs on.

    Raises:
        StepRefused, Forbidden, NotFound: see ``take_step``.
    """
    return take_step(
        actor=actor, request_id=request_id, action=Action.RESUME, now=now, words=words,
        decide=lambda row, text: Change({"look_again_date": None}, words=text, details=_agency(row)),
    )  # fmt: skip


def reply(*, actor: Actor, request_id: int, words: str, now: datetime, photo_ids: Sequence[int] = ()) -> int:
    """Answer a request; the clock ends and the people who reported are asked to rate.

    An agency whose replies are checked uses ``draft_reply`` instead.

    Raises:
        InvalidInput: nothing is said.
        StepRefused, Forbidden, NotFound: see ``take_step``.
    """
    return take_step(
        actor=actor, request_id=request_id, action=Action.REPLY, now=now, words=words,
        decide=lambda row, text: _answered(row, text, now, photo_ids),
    )  # fmt: skip


def draft_reply(*, actor: Actor, request_id: int, words: str, now: datetime, photo_ids: Sequence[int] = ()) -> int:
    """Write an answer that a second person of the agency releases.

    Raises:
        InvalidInput, StepRefused, Forbidden, NotFound: see ``take_step``.
    """

    def decide(row: ServiceRequest, text: str) -> Change:
        _require_ordinary(row)
        return Change({"draft": text, "drafted_by_id": actor.account_id, "extension": None}, photo_ids=photo_ids)

    return take_step(
        actor=actor, request_id=request_id, action=Action.DRAFT_REPLY, now=now, words=words,
        decide=decide,
    )  # fmt: skip


def release_reply(*, actor: Actor, request_id: int, now: datetime) -> int:
    """Send a drafted answer out, as a second person.

    Raises:
        SecondPersonNeeded: the actor wrote it.
        StepRefused, Forbidden, NotFound: see ``take_step``.
    """

    def decide(row: ServiceRequest, text: str) -> Change:
        if row.drafted_by_id == actor.account_id:
            raise SecondPersonNeeded
        show_drafted_photos(row.id)
        return _answered(row, row.draft, now)

    return take_step(actor=actor, request_id=request_id, action=Action.RELEASE, now=now, decide=decide)


def send_back_draft(*, actor: Actor, request_id: int, words: str, now: datetime) -> int:
    """Give a drafted answer back to its writer, with reasons; the draft stays.

    Raises:
        InvalidInput, StepRefused, Forbidden, NotFound: see ``take_step``.
    """
    return take_step(
        actor=actor, request_id=request_id, action=Action.REDRAFT, now=now, words=words,
        decide=lambda row, text: Change(words=text),
    )  # fmt: skip


def publish_answer(*, actor: Actor, request_id: int, words: str, now: datetime, photo_ids: Sequence[int] = ()) -> int:
    """Publish an anonymised answer; ``words`` is the text for everybody, what belongs to people is blotted out.

    ``photo_ids``: which photos of the answer everybody sees, none unless picked; publishing anew picks anew.

    Raises:
        InvalidInput: nothing is said, the filer asked to stay unknown, it is a matter of 12315 or from abroad, or a
            photo is none of the answer's.
        StepRefused, Forbidden, NotFound: see ``take_step``.
    """

    def decide(row: ServiceRequest, text: str) -> Change:
        if row.is_confidential:
            raise InvalidInput("反映人要求保密，这一件不能公开。", mend="可以不公开，答复只给本人。")
        if row.matter:  # its title may name a business, or say where somebody is
            raise InvalidInput("12315 和境外求助的答复不公开。", mend="答复只给本人；要提醒大家的，请另发消费提示。")
        publish_photos(request_id=row.id, photo_ids=photo_ids)
        return Change(
            {"published_answer": mask_for_others(text), "published_at": now}, audit={"photos": len(photo_ids)}
        )

    return take_step(actor=actor, request_id=request_id, action=Action.PUBLISH, now=now, decide=decide, words=words)


def _answered(row: ServiceRequest, text: str, now: datetime, photo_ids: Sequence[int] = ()) -> Change:
    _require_ordinary(row)
    return Change(
        {"answer": text, "answered_at": now, "draft": "", "extension": None}, words=text, details=_agency(row),
        photo_ids=photo_ids,
    )  # fmt: skip


def _require_ordinary(row: ServiceRequest) -> None:
    """Refuse to answer what the law has another end for: a consumer's matter is concluded, with its outcome."""
    if row.matter == Matter.CONSUMER:
        raise StepRefused("12315的投诉和举报不用“部门答复”。", mend="请用“告知处理结果”，或“决定不予受理投诉”。")


def _agency(row: ServiceRequest) -> dict[str, str]:
    return {"agency": agency_name(row.city_code, row.agency_id)} if row.agency_id is not None else {}


def _asked(row: ServiceRequest, actor: Actor) -> dict[str, str]:
    if row.extension is None:
        raise ExtensionNotOpen
    if row.extension["by"] == actor.account_id:
        raise SecondPersonNeeded
    return dict(row.extension)


def _check_extension(row: ServiceRequest, amount: int, now: datetime) -> None:
    term = term_for(
        city_code=row.city_code,
        kind=RequestKind(row.request_kind),
        is_emergency=row.is_emergency,
        now=row.filed_at,
        matter=row.matter,
    )
    clock = clock_of(row)
    extended = clock.amount - clock.deadline.amount
    if not 1 <= amount <= term.most_extension - extended:
        left = max(0, term.most_extension - extended)
        raise ExtensionTooLong(fields={"amount": f"还可以延长最多{left}。"}, mend="请填写允许范围内的时间。")
    due_at = clock.due_at(working_calendar())
    if due_at is not None and now >= due_at:
        raise DeadlinePassed
