"""Call-backs (回访): some answered requests are drawn, the supervisor asks the people and notes what they say."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from shimin.capabilities.service_requests.domain.filing import read_words
from shimin.capabilities.service_requests.domain.rating import Rating
from shimin.capabilities.service_requests.domain.states import RequestState
from shimin.capabilities.service_requests.handles import CONTACT
from shimin.capabilities.service_requests.models import Reporter, ServiceRequest
from shimin.capabilities.service_requests.queries.rows import SUPERVISOR
from shimin.capabilities.service_requests.supervision.domain.call_backs import share_for
from shimin.capabilities.service_requests.supervision.events import CallBackNoted
from shimin.capabilities.service_requests.supervision.models import CallBack
from shimin.kernel import audit, events
from shimin.kernel.actor import SYSTEM, Actor, ActorKind
from shimin.kernel.clock import local_date
from shimin.kernel.crypto import blind_index, decrypt
from shimin.kernel.db import scope
from shimin.kernel.errors import Conflict, InvalidInput, NotFound
from shimin.kernel.ids import new_id

MOST_TRIES = 3
LONGEST_WORDS = 2_000
_DRAW = """
    INSERT INTO service_requests_call_back (
        id, request_id, city_code, agency_id, level, drawn_at, state, tries, rating, words, wants_redo)
    VALUES (%s, %s, %s, %s, %s, %s, 'waiting', 0, '', '', false)
    ON CONFLICT (city_code, request_id, level) DO NOTHING
"""


class CallBackEnded(Conflict):
    """Somebody was reached, or it was tried often enough."""

    code = "request_call_back_ended"
    message = "这次回访已经结束。"
    mend = "请从回访名单里选下一位。"


def draw_call_back(*, request_id: int, now: datetime) -> bool:
    """Draw an answered request for a call-back, by chance or because its people want to be contacted; for the worker.

    The chance is a keyed hash of id and round: nobody at an agency can foresee it, and it stays the same. Idempotent.
    """
    with scope(SYSTEM):
        row = ServiceRequest.objects.get(id=request_id)
        if row.state not in (RequestState.ANSWERED, RequestState.CLOSED):
            return False
        if not row.wants_contact and not is_drawn(row.id, row.level, share_for(row.city_code, local_date(now))):
            return False
        with connection.cursor() as cursor:
            cursor.execute(_DRAW, [new_id(), row.id, row.city_code, row.agency_id, row.level, now])
            return bool(cursor.rowcount == 1)


def is_drawn(request_id: int, level: int, share: float) -> bool:
    """Tell whether a round of a request is among the ``share`` (0 to 1) that is called back."""
    digest = blind_index(f"{request_id}:{level}", context="service_requests.call_back")
    return int.from_bytes(digest[:8]) < share * 2**64


def note_unreached(*, actor: Actor, call_back_id: int, now: datetime) -> int:
    """Note that nobody answered, and return the tries so far; after the third it is given up.

    Raises:
        CallBackEnded: see the class.
        NotFound: no such call-back in the actor's grants.
    """
    with scope(actor):
        call = _lock(actor, call_back_id)
        call.tries += 1
        call.called_at, call.account_id = now, actor.account_id
        call.state = "unreached" if call.tries >= MOST_TRIES else "waiting"
        call.save(update_fields=["tries", "called_at", "account_id", "state"])
        _record(actor, call, "note_unreached", now)
    return int(call.tries)


def note_call(
    *,
    actor: Actor,
    call_back_id: int,
    is_responded: bool,
    is_solved: bool,
    rating: Rating,
    now: datetime,
    words: str = "",
    wants_redo: bool = False,
) -> None:
    """Note what somebody said: whether the agency has contacted them, whether it is solved, how satisfied they are.

    ``wants_redo``, for what is not solved and with ``words`` why: the worker gives the request back to its agency.

    Raises:
        InvalidInput: to be done again without a reason, or although it is solved.
        CallBackEnded: see the class.
        NotFound: no such call-back in the actor's grants.
    """
    text = read_words(words, longest=LONGEST_WORDS) if words.strip() else ""
    if wants_redo and (is_solved or not text):
        raise InvalidInput(fields={"words": "退回重办要写明市民说哪里没有解决，并且“是否解决”选“没有”。"})
    with scope(actor):
        call = _lock(actor, call_back_id)
        call.tries += 1
        call.called_at, call.account_id, call.state = now, actor.account_id, "reached"
        call.is_responded, call.is_solved, call.rating = is_responded, is_solved, str(rating)
        call.words, call.wants_redo = text, wants_redo
        call.save(
            update_fields=[
                "tries", "called_at", "account_id", "state", "is_responded", "is_solved", "rating", "words",
                "wants_redo",
            ]
        )  # fmt: skip
        _record(actor, call, "note_call", now)
        event = CallBackNoted(
            call_back_id=call.id, request_id=call.request_id, city_code=call.city_code, wants_redo=wants_redo
        )
        events.emit(event, aggregate="service_requests.call_back", aggregate_id=call.id, version=1, now=now)


def reveal_phone(*, actor: Actor, call_back_id: int, now: datetime) -> str:
    """Return the contact phone for a call that is to be made, "" without one; who looked stands in the audit.

    Raises:
        CallBackEnded: there is no reason to call any more.
        NotFound: no such call-back in the actor's grants.
    """
    with scope(actor):
        call = _lock(actor, call_back_id)
        sealed = [
            bytes(row.contact)
            for row in Reporter.objects.filter(request_id=call.request_id).order_by("id")
            if row.contact
        ]
        _record(actor, call, "reveal_phone", now)
    return decrypt(sealed[0], context=CONTACT) if sealed else ""


def _lock(actor: Actor, call_back_id: int) -> CallBack:
    if actor.kind is not ActorKind.STAFF:
        raise NotFound("没有找到这次回访。")
    call = CallBack.objects.select_for_update(of=("self",)).filter(id=call_back_id).first()
    if call is None or not any(
        grant.role == SUPERVISOR and grant.agency_id is None and grant.region_code in (None, call.city_code)
        for grant in actor.grants
    ):
        raise NotFound("没有找到这次回访。")
    if call.state != "waiting":
        raise CallBackEnded
    return call


def _record(actor: Actor, call: CallBack, what: str, now: datetime) -> None:
    audit.record(
        actor=actor, action=f"service_requests.{what}", target="request", target_id=call.request_id, now=now,
        city_code=call.city_code, details={"call_back": call.id},
    )  # fmt: skip
