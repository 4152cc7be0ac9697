"""Danger to life: the duty desk is texted at once, and told where the person is as long as they agree."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.conf import settings

from shimin.capabilities.notices.public import send_text
from shimin.capabilities.service_requests.domain.filing import read_place
from shimin.capabilities.service_requests.domain.steps import Action
from shimin.capabilities.service_requests.models import ServiceRequest
from shimin.capabilities.service_requests.operations.moving import Change, take_step
from shimin.capabilities.service_requests.ports import Place
from shimin.kernel import rate
from shimin.kernel.actor import SYSTEM, Actor
from shimin.kernel.db import require_no_transaction, scope
from shimin.kernel.errors import Conflict, InvalidInput

_PER_HOUR, _HOUR = 240, 3600  # a position every quarter of a minute
log = structlog.get_logger("shimin.service_requests")


class NoEmergency(Conflict):
    """Positions are followed for people in danger only."""

    code = "request_no_emergency"
    message = "只有紧急诉求才持续接收位置。"
    mend = "请把地点写进“补充情况”。"


def alert_duty_desk(*, request_id: int, now: datetime) -> int:
    """Text the phones of the duty desk and return how many; for the worker, which delivers the event once.

    Raises:
        NoTextChannel: phones are configured and no gateway is: the event is tried again, and dies loudly.
    """
    with scope(SYSTEM):
        row = ServiceRequest.objects.get(id=request_id)
        place = row.address or ("已附定位" if row.lat is not None else "没有写")
        for phone in settings.SHIMIN.duty_phones:
            send_text(
                phone=phone, template="service_requests.duty_alert", values={"number": row.number, "place": place},
                now=now,
            )  # fmt: skip
    if not settings.SHIMIN.duty_phones:
        log.error("service_requests.nobody_on_duty", request_id=request_id)
    return len(settings.SHIMIN.duty_phones)


def update_position(
    *,
    actor: Actor,
    request_id: int,
    lng: float,
    lat: float,
    accuracy_metres: int | None,
    now: datetime,
    number: str = "",
    code: str = "",
) -> int:
    """Tell where the person in danger is now (WGS-84, accuracy in metres), at their wish; return the step's id.

    Raises:
        InvalidInput: no position on earth.
        NoEmergency: the request speaks of no danger.
        TooManyRequests: more than one in a quarter of a minute over an hour.
        StepRefused, NotFound: see ``take_step``.
    """
    require_no_transaction()
    if lng != lng or lat != lat:
        raise InvalidInput(fields={"place": "位置不对。"})
    read_place(Place(lng=lng, lat=lat), accuracy_metres)
    rate.hit("service_requests.position", str(request_id), limit=_PER_HOUR, window_seconds=_HOUR, now=now)

    def decide(row: ServiceRequest, text: str) -> Change:
        if not row.is_emergency:
            raise NoEmergency
        where = {"lng": lng, "lat": lat, "accuracy_metres": accuracy_metres}
        return Change(where, details=where)

    return take_step(
        actor=actor, request_id=request_id, action=Action.POSITION, now=now, decide=decide, number=number, code=code
    )
