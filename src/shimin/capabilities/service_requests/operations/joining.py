"""Join another's open request instead of filing the same once more."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from shimin.capabilities.service_requests.events import RequestJoined
from shimin.kernel import audit, events, rate
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.db import require_no_transaction, scope
from shimin.kernel.errors import NotFound, SignInRequired
from shimin.kernel.ids import new_id

_PER_ACCOUNT, _WINDOW_SECONDS = 30, 3600


def join_request(*, actor: Actor, request_id: int, now: datetime) -> str:
    """Make the actor a reporter of an open request that strangers may see, and return its number. Idempotent.

    Raises:
        SignInRequired: nobody is signed in: there is nobody to tell.
        NotFound: no such request, or none that can be joined.
        TooManyRequests: more than thirty in an hour.
    """
    require_no_transaction()
    if actor.kind is not ActorKind.CITIZEN or actor.account_id is None:
        raise SignInRequired
    rate.hit(
        "service_requests.join", str(actor.account_id), limit=_PER_ACCOUNT, window_seconds=_WINDOW_SECONDS, now=now
    )
    reporter_id = new_id()
    with scope(actor):
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM service_requests_join(%s, %s, %s)", [request_id, reporter_id, now])
            outcome, city_code, number, version = cursor.fetchone()
        if outcome == "unknown":
            raise NotFound("没有找到可以加入的诉求。", mend="它可能已经办完了，您可以自己提一件。")
        if outcome == "joined":
            audit.record(
                actor=actor, action="service_requests.join", target="request", target_id=request_id, now=now,
                city_code=city_code,
            )  # fmt: skip
            joined = RequestJoined(request_id=request_id, city_code=city_code, account_id=actor.account_id)
            events.emit(joined, aggregate="service_requests.request", aggregate_id=request_id, version=version, now=now)
    return str(number)
