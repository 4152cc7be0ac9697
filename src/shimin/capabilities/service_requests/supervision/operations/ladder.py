"""The ladder of supervision (督查): urge, order, summon; and have it done again when a call-back says so."""

from __future__ import annotations

from datetime import date, datetime

from shimin.capabilities.service_requests.domain.deadlines import term_for
from shimin.capabilities.service_requests.domain.kinds import RequestKind
from shimin.capabilities.service_requests.domain.states import RequestState
from shimin.capabilities.service_requests.domain.steps import Action, step_of
from shimin.capabilities.service_requests.models import ServiceRequest
from shimin.capabilities.service_requests.operations.dispatching import agency_name
from shimin.capabilities.service_requests.operations.following import MOST_LEVEL
from shimin.capabilities.service_requests.operations.moving import Change, take_step, write_step
from shimin.capabilities.service_requests.queries.rows import lock_request
from shimin.capabilities.service_requests.supervision.models import CallBack
from shimin.kernel.actor import SYSTEM, Actor
from shimin.kernel.calendar.deadlines import Clock
from shimin.kernel.clock import local_date
from shimin.kernel.db import scope
from shimin.kernel.errors import Conflict, InvalidInput

URGED, ORDERED, SUMMONED = 1, 2, 3
LONGEST_ORDER_DAYS = 60


class LadderSkipped(Conflict):
    """The rung below was not taken."""

    code = "request_ladder_skipped"
    message = "还没有走到这一步。"
    mend = "先催办；催办没有用再督办，督办没有用再约谈。"


def urge(*, actor: Actor, request_id: int, words: str, now: datetime) -> int:
    """Urge whoever has an open request in hand (催办) and return the step's id; staff read ``words``.

    Raises:
        InvalidInput: nothing is said.
        StepRefused, Forbidden, NotFound: see ``take_step``.
    """
    return take_step(
        actor=actor, request_id=request_id, action=Action.URGE, now=now, words=words,
        decide=lambda row, text: urged(row, text),
    )  # fmt: skip


def urged(row: ServiceRequest, text: str) -> Change:
    """Return what urging changes: a request that stands higher on the ladder stays there."""
    return Change({"rung": max(row.rung, URGED)}, words=text, details=_agency(row), audit={"rung": URGED})


def order(*, actor: Actor, request_id: int, words: str, answer_by: date, now: datetime) -> int:
    """Order an agency to deal with what urging has not moved (督办), and to report by the end of a day.

    People who reported are told that it was ordered, not the ``words``.

    Raises:
        InvalidInput: nothing is said, or the day is not within the next sixty.
        LadderSkipped: it was not urged.
        StepRefused, Forbidden, NotFound: see ``take_step``.
    """
    if not 0 <= (answer_by - local_date(now)).days <= LONGEST_ORDER_DAYS:
        raise InvalidInput(fields={"answer_by": f"请选今天起{LONGEST_ORDER_DAYS}天之内的日期。"})

    def decide(row: ServiceRequest, text: str) -> Change:
        if row.rung < URGED:
            raise LadderSkipped
        details = {**_agency(row), "opinion": text, "answer_by": answer_by.isoformat()}
        return Change({"rung": max(row.rung, ORDERED)}, details=details, audit={"rung": ORDERED})

    return take_step(actor=actor, request_id=request_id, action=Action.ORDER, now=now, decide=decide, words=words)


def summon(*, actor: Actor, request_id: int, words: str, now: datetime) -> int:
    """Summon the head of an agency that has not followed an order (约谈); ``words`` say when, where and about what.

    Raises:
        InvalidInput: nothing is said.
        LadderSkipped: it was not ordered.
        StepRefused, Forbidden, NotFound: see ``take_step``.
    """

    def decide(row: ServiceRequest, text: str) -> Change:
        if row.rung < ORDERED:
            raise LadderSkipped
        return Change({"rung": SUMMONED}, words=text, details=_agency(row), audit={"rung": SUMMONED})

    return take_step(actor=actor, request_id=request_id, action=Action.SUMMON, now=now, decide=decide, words=words)


def redo(*, call_back_id: int, now: datetime) -> bool:
    """Give an answered request back to its agency because a call-back said so (重办); for the worker. Idempotent.

    One level higher, with a new clock. Returns whether it was: not if reopened meanwhile, nor past the last level.
    """
    with scope(SYSTEM):
        call = CallBack.objects.get(id=call_back_id)
        row = lock_request(call.request_id)
        is_answered = row.state in (RequestState.ANSWERED, RequestState.CLOSED)
        if not (call.wants_redo and is_answered and row.level == call.level < MOST_LEVEL) or row.agency_id is None:
            return False
        term = term_for(
            city_code=row.city_code,
            kind=RequestKind(row.request_kind),
            is_emergency=row.is_emergency,
            now=now,
            matter=row.matter,
        )
        columns = {
            "level": row.level + 1, "rating": "", "wants_contact": False, "handler_id": None, "dispatched_at": now,
            "accepted_at": None, "extension": None, "draft": "",
        }  # fmt: skip
        change = Change(
            columns, words=call.words, details={**_agency(row), "level": row.level + 1},
            audit={"level": row.level + 1, "call_back": call.id}, clock=Clock(term.deadline, now),
        )  # fmt: skip
        write_step(actor=SYSTEM, row=row, step=step_of(Action.REDO), change=change, now=now)
    return True


def _agency(row: ServiceRequest) -> dict[str, str]:
    return {"agency": agency_name(row.city_code, row.agency_id)} if row.agency_id is not None else {}
