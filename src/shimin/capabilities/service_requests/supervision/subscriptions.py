"""What follows for supervision: cards of late answers, call-backs, and requests given back for them."""

from __future__ import annotations

from shimin.capabilities.service_requests.events import RequestMoved
from shimin.capabilities.service_requests.public import Action, RequestState
from shimin.capabilities.service_requests.supervision.events import CallBackNoted
from shimin.capabilities.service_requests.supervision.public import card_answered, draw_call_back, redo
from shimin.kernel.events import Delivery, on


@on(RequestMoved)
def supervise_on_request_moved(event: RequestMoved, delivery: Delivery) -> None:
    """Issue the cards of a late answer, and draw answers for call-backs."""
    if event.after in (RequestState.ANSWERED, RequestState.DECLINED) and event.before != event.after:
        card_answered(step_id=event.step_id, now=delivery.occurred_at)
    if event.after == RequestState.ANSWERED or event.action == Action.RATE:
        draw_call_back(request_id=event.request_id, now=delivery.occurred_at)


@on(CallBackNoted)
def redo_on_call_back_noted(event: CallBackNoted, delivery: Delivery) -> None:
    """Give back to its agency what somebody says is not solved."""
    if event.wants_redo:
        redo(call_back_id=event.call_back_id, now=delivery.occurred_at)
