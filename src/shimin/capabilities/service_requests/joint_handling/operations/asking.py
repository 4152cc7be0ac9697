"""An agency that leads a request asks others to co-handle it, or the dispatcher names them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from shimin.capabilities.service_requests.domain.filing import read_words
from shimin.capabilities.service_requests.domain.states import RequestState
from shimin.capabilities.service_requests.joint_handling.domain.parts import (
    DAYS,
    MOST_CO_HANDLERS,
    MOST_DAYS,
    OPEN_PARTS,
    part_terms,
)
from shimin.capabilities.service_requests.joint_handling.models import Part
from shimin.capabilities.service_requests.joint_handling.operations.changing import acting, write_asked
from shimin.capabilities.service_requests.models import ServiceRequest
from shimin.capabilities.service_requests.operations.dispatching import agency_name
from shimin.capabilities.service_requests.queries.rows import (
    DISPATCHER,
    OFFICER,
    has_role_for,
    lock_request,
    may_read,
)
from shimin.kernel.actor import Actor
from shimin.kernel.calendar import working_calendar
from shimin.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound
from shimin.kernel.ids import new_id

LONGEST_WISH = 2_000
_LEADS_IN = (RequestState.IN_PROGRESS, RequestState.SUSPENDED)
_NAMED_IN = (RequestState.DISPATCHED, *_LEADS_IN)


class AskedAlready(Conflict):
    """The agency co-handles the request already, or leads it."""

    code = "request_co_handler_already"
    message = "这个部门已经在协办，或者就是牵头部门。"
    mend = "请换一个部门；要它再补充的，请等它交了意见再提。"


class NotLed(Conflict):
    """Nobody leads the request now."""

    code = "request_not_led"
    message = "现在不能请别的部门协办。"
    mend = "牵头部门签收以后、答复以前才能请协办。"


def ask_co_handlers(
    *, actor: Actor, request_id: int, agency_ids: Sequence[int], wish: str, now: datetime, days: int = DAYS
) -> tuple[int, ...]:
    """Ask agencies to co-handle a request and return the parts' ids; as the lead that accepted it, or the dispatcher.

    ``wish`` is what is asked of them; ``days`` are working days, cut at the request's own deadline.

    Raises:
        InvalidInput: no agency of the city, too many, nothing is said, or no sensible number of days.
        AskedAlready, NotLed: see there.
        Forbidden, NotFound: the request is another's.
    """
    with acting(actor=actor, action="part_ask", target="request", target_id=request_id, now=now):
        row = lock_request(request_id)
        if not may_read(actor, row):
            raise NotFound("没有找到这件诉求。")
        is_dispatcher = has_role_for(actor, DISPATCHER, row)
        if not is_dispatcher and not has_role_for(actor, OFFICER, row):
            raise Forbidden("牵头部门的承办人或派单员才能请协办。")
        if row.state not in (_NAMED_IN if is_dispatcher else _LEADS_IN):
            raise NotLed
        by = "lead" if has_role_for(actor, OFFICER, row) else "dispatcher"
        return ask_all(actor=actor, row=row, agency_ids=agency_ids, wish=wish, days=days, now=now, asked_by=by)


def ask_all(
    *,
    actor: Actor,
    row: ServiceRequest,
    agency_ids: Sequence[int],
    wish: str,
    days: int,
    now: datetime,
    asked_by: str,
    is_fixed: bool = False,
) -> tuple[int, ...]:
    """Ask agencies for their parts of a locked request; see ``ask_co_handlers``. ``is_fixed``: none may decline."""
    wanted = list(dict.fromkeys(agency_ids))
    if not wanted:
        raise InvalidInput(fields={"agencies": "请选择协办部门。"})
    if not 1 <= days <= MOST_DAYS:
        raise InvalidInput(fields={"days": f"请填1到{MOST_DAYS}个工作日。"})
    text = read_words(wish, field="wish", longest=LONGEST_WISH)
    for agency_id in wanted:
        _check(row, agency_id)
    open_ones = set(Part.objects.filter(request_id=row.id, state__in=OPEN_PARTS).values_list("agency_id", flat=True))
    if row.agency_id in wanted or open_ones & set(wanted):
        raise AskedAlready
    if len(open_ones) + len(wanted) > MOST_CO_HANDLERS:
        raise InvalidInput(fields={"agencies": f"一件诉求最多同时请{MOST_CO_HANDLERS}个部门协办。"})
    respond_by_at, due_at = part_terms(days=days, now=now, request_due_at=row.due_at, calendar=working_calendar())
    made = []
    for agency_id in wanted:
        part = Part(
            id=new_id(), city_code=row.city_code, request_id=row.id, level=row.level, agency_id=agency_id,
            asked_by=asked_by, is_fixed=is_fixed, wish=text, asked_at=now, respond_by_at=respond_by_at, due_at=due_at,
        )  # fmt: skip
        write_asked(actor=actor, part=part, now=now)
        made.append(part.id)
    return tuple(made)


def _check(row: ServiceRequest, agency_id: int) -> None:
    try:
        agency_name(row.city_code, agency_id)
    except InvalidInput:
        raise InvalidInput(fields={"agencies": "请选择本市的部门。"}) from None
