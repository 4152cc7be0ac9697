"""What follows from events: the category is proposed, reporters are told, a duplicate's reporters move along."""

from __future__ import annotations

from shimin.capabilities.service_requests.events import RequestFiled, RequestMoved
from shimin.capabilities.service_requests.public import (
    Action,
    RequestState,
    alert_duty_desk,
    dispatch_by_rule,
    end_mirrors,
    follow_hand_over,
    follow_merge,
    follow_mirror,
    follow_split,
    forward_to_mirrors,
    is_news,
    is_told,
    is_told_at_home,
    propose_article,
    suggest_category,
    tell_desk,
    tell_filed,
    tell_step,
)
from shimin.kernel import clock
from shimin.kernel.events import Delivery, on


@on(RequestFiled)
def on_request_filed(event: RequestFiled, delivery: Delivery) -> None:
    """Propose the category."""
    suggest_category(request_id=event.request_id, now=delivery.occurred_at)


@on(RequestFiled)
def tell_on_request_filed(event: RequestFiled, delivery: Delivery) -> None:
    """Confirm the filing."""
    tell_filed(request_id=event.request_id, now=delivery.occurred_at)


@on(RequestFiled)
def alert_on_request_filed(event: RequestFiled, delivery: Delivery) -> None:
    """Text the duty desk when the words speak of danger to life, whatever else they are about."""
    if event.is_emergency:
        alert_duty_desk(request_id=event.request_id, now=delivery.occurred_at)


@on(RequestMoved)
def on_request_moved(event: RequestMoved, delivery: Delivery) -> None:
    """Tell the reporters; those of a duplicate, or of what was split, are moved along first."""
    now = delivery.occurred_at
    match event.action:
        case Action.MERGE:
            follow_merge(request_id=event.request_id, now=now)
        case Action.SPLIT:
            follow_split(request_id=event.request_id, step_id=event.step_id, now=now)
        case Action.HAND_OVER:
            follow_hand_over(request_id=event.request_id, step_id=event.step_id, now=now)
        case Action.ADD_FACTS | Action.CHASE:
            forward_to_mirrors(request_id=event.request_id, step_id=event.step_id, action=Action(event.action), now=now)
        case Action.TAKE_BACK | Action.WITHDRAW:
            end_mirrors(request_id=event.request_id, now=now)
    if is_told(event.action):
        tell_step(request_id=event.request_id, step_id=event.step_id, now=now)


@on(RequestMoved)
def mirror_on_request_moved(event: RequestMoved, delivery: Delivery) -> None:
    """Tell a mirror's step at home, or bring its answer back."""
    if is_told_at_home(event.action, event.after):
        follow_mirror(request_id=event.request_id, step_id=event.step_id, now=delivery.occurred_at)


@on(RequestMoved)
def dispatch_on_request_moved(event: RequestMoved, delivery: Delivery) -> None:
    """Dispatch what was just read, where the catalogue is sure; at the present, as the agency's time runs from it."""
    if event.action == Action.CLASSIFY and event.before == RequestState.FILED:
        dispatch_by_rule(request_id=event.request_id, now=clock.now())


@on(RequestMoved)
def propose_on_request_moved(event: RequestMoved, delivery: Delivery) -> None:
    """Propose a published answer for the knowledge base."""
    if event.action == Action.PUBLISH:
        propose_article(request_id=event.request_id, now=delivery.occurred_at)


@on(RequestMoved)
def tell_desk_on_request_moved(event: RequestMoved, delivery: Delivery) -> None:
    """Tell staff that somebody urges or reopens, or note that they have looked."""
    if is_news(event.action):
        tell_desk(request_id=event.request_id, step_id=event.step_id, action=event.action, now=delivery.occurred_at)
