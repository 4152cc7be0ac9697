"""Staff hear of what others did to their requests: people who urge or reopen, supervisors who urge, order, summon."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from shimin.capabilities.service_requests.domain.steps import Action
from shimin.capabilities.service_requests.models import DeskNews, RequestStep
from shimin.capabilities.service_requests.queries.news import unseen_for
from shimin.kernel.actor import SYSTEM, Actor, ActorKind
from shimin.kernel.db import scope
from shimin.kernel.errors import NotFound
from shimin.kernel.ids import new_id

TOLD = frozenset({Action.CHASE, Action.REOPEN, Action.REDO, Action.URGE, Action.ORDER, Action.SUMMON})
# Whoever takes one of these has looked at the request: what waited is seen.
SEEN_BY = frozenset(
    {
        Action.DISPATCH, Action.ARBITRATE, Action.DECLINE, Action.ACCEPT, Action.RETURN, Action.INTERIM_REPLY,
        Action.SUSPEND, Action.REPLY, Action.DRAFT_REPLY, Action.RELEASE, Action.MERGE, Action.HAND_OVER,
    }
)  # fmt: skip
_TELL = """
    INSERT INTO service_requests_desk_news (
        id, request_id, city_code, step_id, action, agency_id, is_for_dispatcher, told_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (city_code, step_id) DO NOTHING
"""


def is_news(action: str) -> bool:
    """Tell whether a step is news for staff, or shows that they have seen what was; most are neither."""
    return action in TOLD or action in SEEN_BY


def tell_desk(*, request_id: int, step_id: int, action: str, now: datetime) -> bool:
    """Tell the desk of a step, or take what was told of its request as seen; for the worker. Idempotent.

    Who has the request is told; a reopened one, and one that nobody has, is the dispatcher's as well.
    """
    with scope(SYSTEM):
        step = RequestStep.objects.get(id=step_id)
        if action in SEEN_BY:
            unseen = DeskNews.objects.filter(request_id=request_id, seen_at=None, step_id__lt=step_id)
            return bool(unseen.update(seen_at=step.taken_at, seen_by_id=step.account_id))
        if action not in TOLD:
            return False
        for_dispatcher = step.agency_id is None or action == Action.REOPEN
        with connection.cursor() as cursor:
            cursor.execute(
                _TELL,
                [new_id(), request_id, step.city_code, step_id, action, step.agency_id, for_dispatcher, step.taken_at],
            )
            return bool(cursor.rowcount == 1)


def mark_news_seen(*, actor: Actor, news_ids: Sequence[int], now: datetime) -> int:
    """Take news as seen by the actor and return how many were still new; what others have seen meanwhile stays theirs.

    Raises:
        NotFound: the actor is no staff.
    """
    if actor.kind is not ActorKind.STAFF:
        raise NotFound
    with scope(actor):
        wanted = unseen_for(actor).filter(id__in=list(news_ids)[:200])
        return int(wanted.update(seen_at=now, seen_by_id=actor.account_id))
