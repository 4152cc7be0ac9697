"""The requests' part of a person's data: what they filed, how it went, and what they had to say to it."""

from __future__ import annotations

from datetime import datetime

from shimin.capabilities.identity.public import PersonalData, Rows, register_personal_data
from shimin.capabilities.service_requests.domain.states import OPEN_STATES, RequestState
from shimin.capabilities.service_requests.handles import CONTACT
from shimin.capabilities.service_requests.models import Reporter, RequestStep, ServiceRequest
from shimin.kernel.actor import SYSTEM, Actor
from shimin.kernel.crypto import decrypt
from shimin.kernel.db import scope

_MOST = 20_000
_ERASED = "（已按本人要求删除）"


def export_requests(actor: Actor) -> Rows:
    """Return the actor's requests, the steps of them that are public, and where they are told."""
    if actor.account_id is None:
        return []
    with scope(actor):
        requests = ServiceRequest.objects.filter(account_id=actor.account_id).order_by("id").values(
            "number", "city_code", "request_kind", "state", "title", "words", "category", "address", "region_code",
            "lng", "lat", "filed_at", "due_at", "answer", "answered_at", "rating", "is_confidential",
        )[:_MOST]  # fmt: skip
        steps = (
            RequestStep.objects.filter(request__account_id=actor.account_id, is_public=True)
            .order_by("id")
            .values("request__number", "action", "taken_at", "words")[:_MOST]
        )
        reporters = Reporter.objects.filter(account_id=actor.account_id).order_by("id")[:_MOST]
        told = [
            {
                "kind": "reporter", "number": reporter.request.number, "role": reporter.role,
                "since_at": reporter.since_at,
                "contact": decrypt(bytes(reporter.contact), context=CONTACT) if reporter.contact else "",
            }
            for reporter in reporters.select_related("request")
        ]  # fmt: skip
        return [
            *({"kind": "request", **row} for row in requests),
            *({"kind": "step", **row} for row in steps),
            *told,
        ]


def erase_requests(account_id: int, person_id: int | None, now: datetime) -> int:
    """Cut the link between account and requests and delete contacts; words of requests that are over go, too."""
    with scope(SYSTEM):
        over = [str(state) for state in RequestState if state not in OPEN_STATES]
        mine = ServiceRequest.objects.filter(account_id=account_id)
        RequestStep.objects.filter(request__in=mine.filter(state__in=over), actor_kind="citizen").exclude(
            words=""
        ).update(words=_ERASED)
        ended = mine.filter(state__in=over).update(words=_ERASED, title=_ERASED, address="", lng=None, lat=None)
        mine.update(account_id=None, person_id=None, mandate_id=None)
        RequestStep.objects.filter(account_id=account_id).update(account_id=None)
        return int(ended) + int(Reporter.objects.filter(account_id=account_id).delete()[0])


register_personal_data(
    PersonalData(
        key="service_requests", title="我的诉求",
        tables=("service_requests_request", "service_requests_step", "service_requests_reporter"),
        export=export_requests, erase=erase_requests,
        kept="正在办理的诉求继续办完，但不再和您的账号关联；已办结的只留编号、类别和答复，用于统计和监督。",
    )
)  # fmt: skip
