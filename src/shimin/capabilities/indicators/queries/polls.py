"""Polls for everybody, for those who make them, and what they said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.db.models import Q

from shimin.capabilities.indicators.domain.polls import (
    VOTERS,
    ChannelResult,
    Electorate,
    PollResult,
    PollState,
    PollView,
    result_of,
)
from shimin.capabilities.indicators.models import Poll, PollVoter
from shimin.kernel.actor import Actor
from shimin.kernel.db import scope
from shimin.kernel.errors import NotFound

POLLSTER = "indicators.pollster"
_LATEST = 50


def list_polls(city_code: str) -> list[PollView]:
    """Return a city's published and withdrawn polls, the newest first, fifty at most."""
    rows = Poll.objects.filter(city_code=city_code).exclude(state=PollState.DRAFT)
    return [_view(row) for row in rows.order_by("-opens_at", "-id")[:_LATEST]]


def get_poll(poll_id: int) -> PollView:
    """Return a poll that everybody may see.

    Raises:
        NotFound: there is none, or it is a draft.
    """
    row = Poll.objects.filter(id=poll_id).exclude(state=PollState.DRAFT).first()
    if row is None:
        raise NotFound("没有这个投票。")
    return _view(row)


def has_voted(*, actor: Actor, poll_id: int) -> bool:
    """Tell whether the actor's account has taken part (for a month after the poll's end)."""
    return (
        actor.account_id is not None and PollVoter.objects.filter(poll_id=poll_id, account_id=actor.account_id).exists()
    )


def turnout(poll_id: int) -> int:
    """Return how many have taken part so far."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT indicators_poll_turnout(%s)", [poll_id])
        return int(cursor.fetchone()[0])


def find_result(poll: PollView) -> PollResult | None:
    """Return what a poll that is over says; None before, after a withdrawal, and when fewer than ten took part.

    The database itself keeps the sums until the end, from staff too.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT channel, option, times FROM indicators_poll_results(%s)", [poll.poll_id])
        rows = cursor.fetchall()
    cells = {(channel, int(option)): int(times) for channel, option, times in rows}
    voters = sorted(((times, channel) for (channel, option), times in cells.items() if option == VOTERS), reverse=True)
    if not voters:
        return None
    size = len(poll.options)
    channels = [
        ChannelResult(channel, people, tuple(cells.get((channel, n), 0) for n in range(size)))
        for people, channel in voters
    ]
    return result_of(channels, size, poll.weights)


def list_polls_for(actor: Actor) -> list[PollView]:
    """Return the polls of the cities in which the actor makes polls, drafts too, the newest first.

    Raises:
        NotFound: the actor makes no polls.
    """
    cities = _cities_of(actor)
    if cities == ():
        raise NotFound
    within = Q() if cities is None else Q(city_code__in=cities)
    return [_view(row) for row in Poll.objects.filter(within).order_by("-id")[:_LATEST]]


def get_poll_for(*, actor: Actor, poll_id: int) -> PollView:
    """Return a poll to one who makes polls in its city, draft or not.

    Raises:
        NotFound: there is none for the actor.
    """
    row = Poll.objects.filter(id=poll_id).first()
    if row is None:
        raise NotFound("没有这个投票。")
    require_pollster(actor, row.city_code)
    return _view(row)


def require_pollster(actor: Actor, city_code: str) -> None:
    """Raise NotFound unless a grant lets the actor make polls in the city."""
    cities = _cities_of(actor)
    if cities is not None and city_code not in cities:
        raise NotFound("没有这个投票。")


def export_votes(actor: Actor) -> list[Mapping[str, Any]]:
    """Return in which polls the actor took part; what they chose is not known."""
    if actor.account_id is None:
        return []
    with scope(actor):
        rows = list(PollVoter.objects.filter(account_id=actor.account_id).select_related("poll").order_by("poll_id"))
    return [{"kind": "poll_taken_part", "poll_id": str(row.poll_id), "title": row.poll.title} for row in rows]


def _cities_of(actor: Actor) -> tuple[str, ...] | None:
    """Return the cities in which the actor makes polls; None for all of them."""
    codes = [grant.region_code for grant in actor.grants if grant.role == POLLSTER]
    return None if None in codes else tuple(code for code in codes if code is not None)


def _view(row: Poll) -> PollView:
    return PollView(
        poll_id=int(row.id), city_code=row.city_code, title=row.title, intro=row.intro, options=tuple(row.options),
        most_choices=row.most_choices, electorate=Electorate(row.electorate), weights=row.weights,
        opens_at=row.opens_at, closes_at=row.closes_at, state=PollState(row.state), version=row.version,
        is_demo=row.is_demo, reason=row.reason,
    )  # fmt: skip
