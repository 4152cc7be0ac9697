"""Several requests about one matter: a duplicate is merged, and its reporters hear of the other from then on."""

from __future__ import annotations

from datetime import datetime

from shimin.capabilities.notices.public import send_notice
from shimin.capabilities.service_requests.domain.states import OPEN_STATES
from shimin.capabilities.service_requests.domain.steps import Action
from shimin.capabilities.service_requests.models import Reporter, ServiceRequest
from shimin.capabilities.service_requests.operations.moving import Change, take_step
from shimin.capabilities.service_requests.queries.rows import may_read
from shimin.kernel.actor import SYSTEM, Actor
from shimin.kernel.db import scope
from shimin.kernel.errors import Conflict
from shimin.kernel.ids import new_id


class MergeRefused(Conflict):
    """The other request cannot take a duplicate."""

    code = "request_merge_refused"
    message = "不能并入那一件。"
    mend = "请选一件本市正在办的、不是它自己的诉求。"


def merge(*, actor: Actor, request_id: int, into_id: int, now: datetime) -> int:
    """Merge a duplicate into an open request of the same city that the actor may read, and return the step's id.

    The duplicate ends; the worker moves its reporters along and tells them.

    Raises:
        MergeRefused: the other is closed, of another city, merged itself, or the same.
        StepRefused, Forbidden, NotFound: see ``take_step``.
    """

    def decide(row: ServiceRequest, text: str) -> Change:
        other = ServiceRequest.objects.filter(id=into_id).first()
        if (
            other is None
            or not may_read(actor, other)
            or other.id == row.id
            or other.city_code != row.city_code
            or other.state not in OPEN_STATES
        ):
            raise MergeRefused
        return Change({"merged_into_id": other.id}, details={"into": other.number}, audit={"into": other.id})

    return take_step(actor=actor, request_id=request_id, action=Action.MERGE, now=now, decide=decide, other_id=into_id)


def follow_merge(*, request_id: int, now: datetime) -> int:
    """Make the reporters of a merged request reporters of the other and tell them; for the worker. Idempotent."""
    with scope(SYSTEM):
        row = ServiceRequest.objects.get(id=request_id)
        if row.merged_into_id is None:
            return 0
        other = ServiceRequest.objects.get(id=row.merged_into_id)
        known = set(Reporter.objects.filter(request_id=other.id).values_list("account_id", flat=True))
        moved = 0
        for reporter in Reporter.objects.filter(request_id=row.id).order_by("id"):
            if reporter.account_id is not None and reporter.account_id in known:
                continue
            Reporter(
                id=new_id(), request_id=other.id, city_code=other.city_code, account_id=reporter.account_id,
                role="merged", is_confidential=reporter.is_confidential, contact=reporter.contact, since_at=now,
            ).save(force_insert=True)  # fmt: skip
            if reporter.account_id is not None:
                values = {"title": row.title, "number": other.number, "request_id": str(row.id)}
                send_notice(account_id=reporter.account_id, template="service_requests.merged", values=values, now=now)
            moved += 1
    return moved
