"""The worker dispatches a new request by itself where the dispatch catalogue is sure; the rest waits for people."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from shimin.capabilities.service_requests.domain.kinds import RequestKind
from shimin.capabilities.service_requests.domain.matters import Matter
from shimin.capabilities.service_requests.domain.states import RequestState
from shimin.capabilities.service_requests.domain.steps import Action, step_of
from shimin.capabilities.service_requests.models import ServiceRequest
from shimin.capabilities.service_requests.operations.dispatching import to_agency
from shimin.capabilities.service_requests.operations.moving import write_step
from shimin.capabilities.service_requests.ports import Choice
from shimin.capabilities.service_requests.queries.dispatch_advice import Advice, advise
from shimin.capabilities.service_requests.queries.rows import lock_request
from shimin.kernel.actor import SYSTEM
from shimin.kernel.db import scope


def dispatch_by_rule(*, request_id: int, now: datetime) -> bool:
    """Dispatch a request that nobody has had in hand, if the catalogue is sure; tell whether it did. Idempotent.

    The step and its audit row are the platform's and name the rule; the agency may return it as any other (退单), and
    then a person decides. Returned, reopened and mirrored requests, and danger to life, are never touched.
    """
    with scope(SYSTEM):
        row = lock_request(request_id)
        is_new = row.state == RequestState.FILED and row.dispatched_at is None and row.level == 0 and row.returns == 0
        if not is_new or row.matter == Matter.ABROAD or row.suggestion is None or row.mirror_of_id is not None:
            return False
        advice = advice_for(row, now)
        is_theirs = row.matter == Matter.CONSUMER and bool(advice.choices) and not row.is_emergency
        if not (advice.is_sure or is_theirs):  # 12315 has one agency by law
            return False
        best = advice.choices[0]
        change = to_agency(row, best.agency_id, now, opinion="", rule=best.rule)
        told = {**change.details, "probability": best.probability, "category": best.categories[0]}
        noted = {**change.audit, "probability": best.probability}
        write_step(
            actor=SYSTEM, row=row, step=step_of(Action.DISPATCH), change=replace(change, details=told, audit=noted),
            now=now,
        )  # fmt: skip
    return True


def advice_for(row: ServiceRequest, now: datetime) -> Advice:
    """Return what the catalogue says of a row."""
    return advise(
        city_code=row.city_code, kind=RequestKind(row.request_kind), region_code=row.region_code, category=row.category,
        category_by=row.category_by, is_emergency=row.is_emergency, now=now,
        choices=[
            Choice(each["category_code"], each["probability"], tuple(each["reasons"])) for each in row.suggestion or ()
        ],
    )  # fmt: skip


def propose_agency(*, request_id: int, now: datetime) -> int | None:
    """Return the agency that the catalogue proposes first for a request; for programs of the operator."""
    with scope(SYSTEM):
        row = ServiceRequest.objects.get(id=request_id)
    choices = advice_for(row, now).choices
    return choices[0].agency_id if choices else None
