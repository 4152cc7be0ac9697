"""News of the desk that nobody has seen yet, by the grants of whoever asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from shimin.capabilities.service_requests.domain.steps import STEP_WORDS, Action
from shimin.capabilities.service_requests.models import DeskNews, RequestStep
from shimin.capabilities.service_requests.queries.rows import DISPATCHER, OFFICER, REVIEWER
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.db import scope

MOST = 100


@dataclass(frozen=True, slots=True)
class NewsView:
    """Something that happened to a request: what, when, and what was said."""

    news_id: int
    request_id: int
    number: str
    title: str
    what: str
    words: str
    told_at: datetime


def list_news(actor: Actor) -> tuple[NewsView, ...]:
    """Return what waits to be seen, the newest first. Two statements."""
    with scope(actor):
        rows = list(unseen_for(actor).select_related("request").order_by("-id")[:MOST])
        said = {step.id: step for step in RequestStep.objects.filter(id__in=[row.step_id for row in rows])}
    return tuple(
        NewsView(
            row.id, row.request_id, row.request.number, row.request.title, STEP_WORDS[Action(row.action)],
            _words(said.get(row.step_id)), row.told_at,
        )
        for row in rows
    )  # fmt: skip


def count_news(actor: Actor) -> int:
    """Return how many wait, at most a hundred."""
    with scope(actor):
        return len(unseen_for(actor).values_list("id", flat=True)[:MOST])


def unseen_for(actor: Actor) -> QuerySet[DeskNews]:
    """Return the unseen news in the actor's grants, in the caller's scope."""
    mine = [
        _region(grant.region_code)
        & (Q(is_for_dispatcher=True) if grant.role == DISPATCHER else _agency(grant.agency_id))
        for grant in actor.grants
        if actor.kind is ActorKind.STAFF and grant.role in (DISPATCHER, OFFICER, REVIEWER)
    ]
    unseen = DeskNews.objects.filter(seen_at=None)
    return unseen.filter(reduce(or_, mine)) if mine else unseen.none()


def _region(code: str | None) -> Q:
    return Q() if code is None else Q(city_code=code)


def _agency(agency_id: int | None) -> Q:
    return Q(agency_id__isnull=False) if agency_id is None else Q(agency_id=agency_id)


def _words(step: RequestStep | None) -> str:
    return "" if step is None else step.words or str(step.details.get("opinion") or "")
