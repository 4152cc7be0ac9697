"""One request under its row lock, and as it is read; who may take which step on it."""

from __future__ import annotations

from shimin.capabilities.service_requests.domain.steps import Who
from shimin.capabilities.service_requests.models import ServiceRequest
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.errors import NotFound

DISPATCHER = "service_requests.dispatcher"
OFFICER = "service_requests.officer"
REVIEWER = "service_requests.reviewer"
SUPERVISOR = "service_requests.supervisor"
STAFF_ROLES = (DISPATCHER, OFFICER, REVIEWER, SUPERVISOR)
WHOLE_CITY = frozenset({DISPATCHER, SUPERVISOR})
_ROLE_OF = {Who.DISPATCHER: DISPATCHER, Who.OFFICER: OFFICER, Who.REVIEWER: REVIEWER, Who.SUPERVISOR: SUPERVISOR}


def lock_request(request_id: int) -> ServiceRequest:
    """Return a request, locked until the transaction ends. In a scope; row-level security hides others'.

    Raises:
        NotFound: there is none, or the actor may not change it.
    """
    row = ServiceRequest.objects.select_for_update(of=("self",)).filter(id=request_id).first()
    if row is None:
        raise NotFound("没有找到这件诉求。", mend="请检查编号，或从“我的诉求”里打开。")
    return row


def lock_in_order(*request_ids: int) -> None:
    """Lock several requests, the smallest id first: two who lock the same ones never wait for each other in a ring."""
    list(ServiceRequest.objects.select_for_update().filter(id__in=request_ids).order_by("id").values_list("id"))


def is_reporter(actor: Actor, row: ServiceRequest, unlocked_id: int | None = None) -> bool:
    """Tell whether the actor filed the request, or has opened it by number and query code."""
    if actor.kind not in (ActorKind.CITIZEN, ActorKind.ANONYMOUS):
        return False
    return unlocked_id == row.id or (actor.account_id is not None and row.account_id == actor.account_id)


def has_role_for(actor: Actor, role: str, row: ServiceRequest) -> bool:
    """Tell whether one grant of the actor covers role, city and, where it is limited to one, agency of the request."""
    return actor.kind is ActorKind.STAFF and any(
        grant.role == role and grant.region_code in (None, row.city_code) and (grant.agency_id in (None, row.agency_id))
        for grant in actor.grants
    )


def may(actor: Actor, who: tuple[Who, ...], row: ServiceRequest, unlocked_id: int | None = None) -> bool:
    """Tell whether the actor is one of those who may take a step of this request."""
    if Who.SYSTEM in who and actor.kind is ActorKind.SYSTEM:
        return True
    if Who.REPORTER in who and is_reporter(actor, row, unlocked_id):
        return True
    return any(has_role_for(actor, _ROLE_OF[each], row) for each in who if each in _ROLE_OF)


def may_read(actor: Actor, row: ServiceRequest) -> bool:
    """Tell whether staff may read the request."""
    return any(has_role_for(actor, role, row) for role in STAFF_ROLES)
