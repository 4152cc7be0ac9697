"""What supervision sees: cards and appeals, call-backs, and figures of a city by agency, category, district, week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import connection

from shimin.capabilities.service_requests.domain.states import OPEN_STATES
from shimin.capabilities.service_requests.queries.rows import SUPERVISOR
from shimin.capabilities.service_requests.supervision.models import CallBack, Card
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.db import scope
from shimin.kernel.errors import Forbidden

_MOST = 200


@dataclass(frozen=True, slots=True)
class CardView:
    """A card with its appeal. ``appeal_state``: "" (none), open, upheld (the card stays) or lifted."""

    card_id: int
    request_id: int
    title: str
    number: str
    agency_id: int | None
    light: str
    level: int
    due_at: datetime
    issued_at: datetime
    appeal_state: str
    appeal_words: str
    appealed_at: datetime | None
    decision_words: str
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class CallBackView:
    """A call that is to be made."""

    call_back_id: int
    request_id: int
    title: str
    number: str
    agency_id: int | None
    answer: str
    answered_at: datetime | None
    tries: int
    wants_contact: bool


# What one real city reached: the median of 2,816 answers on a message board, 2011-2020 (data/answer_delays.csv).
BASELINE_DAYS, BASELINE_ANSWERS = 11.2, 2_816


class Grouping(StrEnum):
    """By what figures are told."""

    AGENCY = "agency"
    CATEGORY = "category"
    DISTRICT = "district"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of the requests of one group that were filed in a period; shares are made of these counts.

    ``ended``: answered or declined; ``in_time`` of them before their promise. ``late``: open past it. ``redone``:
    reopened or given back. ``yellow`` and ``red`` cards that were not lifted. ``reached`` by a call-back, and of them
    ``responded`` (the agency had contacted them) and ``solved``; ``rated`` by the people themselves or in a call-back,
    and ``satisfied``. ``median_days`` from filing to answer, None without one.
    """

    key: str
    filed: int
    ended: int
    in_time: int
    open: int
    late: int
    returned: int
    redone: int
    yellow: int
    red: int
    urged: int
    reached: int
    responded: int
    solved: int
    rated: int
    satisfied: int
    median_days: float | None


_KEYS = {
    Grouping.AGENCY: "coalesce(r.agency_id::text, '')",
    Grouping.CATEGORY: "r.category",
    Grouping.DISTRICT: "r.region_code::text",
    Grouping.WEEK: "to_char(date_trunc('week', r.filed_at AT TIME ZONE 'Asia/Shanghai'), 'YYYY-MM-DD')",
}
_ENDED = "r.state IN ('answered', 'closed', 'declined')"
_GOOD = "('very_satisfied', 'satisfied', 'fairly_satisfied')"
_FIGURES = f"""
    WITH r AS MATERIALIZED (
        SELECT id, agency_id, category, region_code, filed_at, state, ended_at, due_at, is_clock_running, returns,
               level, rung, rating, answered_at, city_code
        FROM service_requests_request
        WHERE city_code = %s AND filed_at >= %s AND filed_at < %s AND state NOT IN ('merged', 'withdrawn')
          AND mirror_of_id IS NULL AND (%s::bigint IS NULL OR agency_id = %s) AND (%s = '' OR category = %s)),
    cards AS (
        SELECT c.request_id, count(*) FILTER (WHERE c.light = 'yellow') AS yellow,
               count(*) FILTER (WHERE c.light = 'red') AS red
        FROM service_requests_card c WHERE c.request_id IN (SELECT id FROM r) AND c.appeal_state <> 'lifted'
        GROUP BY 1),
    calls AS (
        SELECT DISTINCT ON (b.request_id) b.request_id, b.is_responded, b.is_solved, b.rating
        FROM service_requests_call_back b WHERE b.request_id IN (SELECT id FROM r) AND b.state = 'reached'
        ORDER BY b.request_id, b.level DESC)
    SELECT {{key}} AS key, count(*), count(*) FILTER (WHERE {_ENDED}),
      count(*) FILTER (WHERE {_ENDED} AND r.ended_at < r.due_at), count(*) FILTER (WHERE r.state = ANY(%s)),
      count(*) FILTER (WHERE r.is_clock_running AND r.due_at <= %s), count(*) FILTER (WHERE r.returns > 0),
      count(*) FILTER (WHERE r.level > 0), coalesce(sum(cards.yellow), 0)::bigint, coalesce(sum(cards.red), 0)::bigint,
      count(*) FILTER (WHERE r.rung > 0), count(calls.request_id), count(*) FILTER (WHERE calls.is_responded),
      count(*) FILTER (WHERE calls.is_solved), count(*) FILTER (WHERE coalesce(calls.rating, r.rating) <> ''),
      count(*) FILTER (WHERE coalesce(calls.rating, r.rating) IN {_GOOD}),
      (percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM r.answered_at - r.filed_at))
        FILTER (WHERE {_ENDED} AND r.answered_at IS NOT NULL) / 86400)::float8
    FROM r LEFT JOIN cards ON cards.request_id = r.id LEFT JOIN calls ON calls.request_id = r.id
    GROUP BY key ORDER BY {{order}} LIMIT {_MOST}
"""  # noqa: S608 - constants only


def count_figures(
    actor: Actor,
    *,
    city_code: str,
    by: Grouping | None,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
    agency_id: int | None = None,
    category: str = "",
) -> tuple[Figures, ...]:
    """Return figures of requests filed in [starts_at, ends_at), the largest groups first, weeks in order. One query.

    ``by`` None: one row of everything. ``agency_id`` and ``category`` narrow it down for a special report.

    Raises:
        Forbidden: the actor supervises no such city.
    """
    require_supervisor(actor, city_code)
    with scope(actor):
        return figures_of(
            city_code=city_code, by=by, starts_at=starts_at, ends_at=ends_at, now=now, agency_id=agency_id,
            category=category,
        )  # fmt: skip


def figures_of(
    *,
    city_code: str,
    by: Grouping | None,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
    agency_id: int | None = None,
    category: str = "",
) -> tuple[Figures, ...]:
    """Count as ``count_figures`` does, in the caller's scope; the caller has authorised."""
    key, order = (_KEYS[by], "key" if by is Grouping.WEEK else "2 DESC, key") if by else ("''", "key")
    with connection.cursor() as cursor:
        cursor.execute(
            _FIGURES.format(key=key, order=order),
            [
                city_code, starts_at, ends_at, agency_id, agency_id, category, category,
                list(map(str, OPEN_STATES)), now,
            ],
        )  # fmt: skip
        return tuple(Figures(*row) for row in cursor.fetchall())


def require_supervisor(actor: Actor, city_code: str) -> None:
    """Refuse whoever does not supervise a city.

    Raises:
        Forbidden: see above.
    """
    if actor.kind is not ActorKind.STAFF or not any(
        grant.role == SUPERVISOR and grant.agency_id is None and grant.region_code in (None, city_code)
        for grant in actor.grants
    ):
        raise Forbidden("您的岗位不能看督查数据。")


def list_cards_of(actor: Actor, request_id: int) -> tuple[CardView, ...]:
    """Return the cards of a request that the actor may see (row-level security says which), the oldest first."""
    with scope(actor):
        cards = list(Card.objects.select_related("request").filter(request_id=request_id).order_by("issued_at", "id"))
    return tuple(map(_card, cards))


def list_appeals(actor: Actor) -> tuple[CardView, ...]:
    """Return the appeals that wait for a decision, the oldest first."""
    with scope(actor):
        cards = Card.objects.select_related("request").filter(appeal_state="open").order_by("appealed_at", "id")
        return tuple(map(_card, cards[:_MOST]))


def list_call_backs(actor: Actor) -> tuple[CallBackView, ...]:
    """Return the calls that are to be made: people who asked for one first, then the oldest answers."""
    with scope(actor):
        calls: Sequence[Any] = list(
            CallBack.objects.select_related("request")
            .filter(state="waiting")
            .order_by("-request__wants_contact", "drawn_at", "id")[:_MOST]
        )
    return tuple(
        CallBackView(
            call.id, call.request_id, call.request.title, call.request.number, call.agency_id, call.request.answer,
            call.request.answered_at, call.tries, call.request.wants_contact,
        )
        for call in calls
    )  # fmt: skip


def _card(card: Card) -> CardView:
    return CardView(
        card.id, card.request_id, card.request.title, card.request.number, card.agency_id, card.light, card.level,
        card.due_at, card.issued_at, card.appeal_state, card.appeal_words, card.appealed_at, card.decision_words,
        card.decided_at,
    )  # fmt: skip
