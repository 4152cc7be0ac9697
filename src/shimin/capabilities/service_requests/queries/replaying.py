"""What a replay reads of its requests: where each stands, what supervision has to do, whether all is as it must be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from shimin.capabilities.service_requests.domain.states import RequestState
from shimin.capabilities.service_requests.handles import import_hash
from shimin.capabilities.service_requests.models import ImportedMessage
from shimin.kernel.actor import SYSTEM
from shimin.kernel.db import scope

_FACTS = """
    SELECT r.id, r.state, r.filed_at, r.category, r.agency_id, r.dispatched_at, r.accepted_at,
           (SELECT max(s.taken_at) FROM service_requests_step s WHERE s.request_id = r.id)
    FROM service_requests_request r WHERE r.id = ANY(%s) ORDER BY r.id
"""
_SUPERVISED = """
    SELECT r.id, r.rung, r.due_at, EXISTS (
        SELECT 1 FROM service_requests_card c WHERE c.request_id = r.id AND c.level = r.level AND c.light = 'red')
    FROM service_requests_request r
    WHERE r.city_code = %s AND r.rung IN (1, 2) AND r.is_clock_running AND r.channel = 'import'
      AND r.state NOT IN ('handed_over') ORDER BY r.id
"""
_OUTCOME = """
    WITH r AS (SELECT * FROM service_requests_request WHERE id = ANY(%s)),
    s AS (SELECT * FROM service_requests_step WHERE request_id = ANY(%s)),
    c AS (SELECT * FROM service_requests_card WHERE request_id = ANY(%s))
    SELECT (SELECT count(*) FROM r),
      (SELECT count(*) FROM r WHERE state IN ('closed', 'declined', 'withdrawn', 'merged')),
      (SELECT count(*) FROM r WHERE is_clock_running AND EXISTS (SELECT 1 FROM c WHERE c.request_id = r.id)),
      (SELECT count(*) FROM r WHERE state IN ('answered', 'closed')),
      (SELECT count(*) FROM r WHERE state IN ('answered', 'closed') AND answered_at < due_at),
      (SELECT count(*) FROM s WHERE action = 'dispatch' AND actor_kind = 'system'),
      (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM answered_at - filed_at))
         FROM r WHERE answered_at IS NOT NULL)::float8 / 86400,
      (SELECT count(*) FROM c WHERE light = 'yellow'), (SELECT count(*) FROM c WHERE light = 'red'),
      (SELECT count(*) FROM r WHERE rung >= 1), (SELECT count(*) FROM r WHERE rung >= 2),
      (SELECT count(*) FROM r WHERE rung >= 3),
      (SELECT count(*) FROM (SELECT 1 FROM s WHERE action IN ('file', 'dispatch', 'accept', 'reply', 'close')
         GROUP BY request_id, action HAVING count(*) > 1) twice),
      (SELECT count(*) FROM r WHERE (SELECT count(*) FROM s WHERE s.request_id = r.id) <> r.version),
      (SELECT count(*) FROM kernel_event WHERE aggregate = 'service_requests.request' AND aggregate_id = ANY(%s)
         AND done_at IS NULL)
"""


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """Where a request stands. ``moved_at``: its latest step."""

    request_id: int
    state: RequestState
    filed_at: datetime
    category: str
    agency_id: int | None
    dispatched_at: datetime | None
    accepted_at: datetime | None
    moved_at: datetime


@dataclass(frozen=True, slots=True)
class Supervised:
    """A request on the ladder whose clock runs."""

    request_id: int
    rung: int
    due_at: datetime
    is_red: bool


@dataclass(frozen=True, slots=True)
class ReplayOutcome:
    """What a replay has come to. The last three must be 0, and ``final`` + ``lit`` be ``requests``."""

    requests: int
    final: int
    lit: int
    answered: int
    in_time: int
    automatic: int
    median_days: float | None
    yellow: int
    red: int
    urged: int
    ordered: int
    summoned: int
    steps_taken_twice: int
    steps_missing: int
    events_waiting: int


def find_imported(*, city_code: str, source: str, keys: Iterable[str]) -> Mapping[str, int]:
    """Return the requests that messages (by key) of a source have become; for programs of the operator."""
    asked = {import_hash(city_code, source, key): key for key in keys}
    with scope(SYSTEM):
        rows = list(ImportedMessage.objects.filter(hash__in=list(asked)).values_list("hash", "request_id"))
    return {asked[bytes(hashed)]: request_id for hashed, request_id in rows}


def find_facts(request_ids: Iterable[int]) -> list[RequestFacts]:
    """Return where requests stand; for programs of the operator."""
    wanted = list(request_ids)
    if not wanted:
        return []
    with scope(SYSTEM), connection.cursor() as cursor:
        cursor.execute(_FACTS, [wanted])
        return [RequestFacts(row[0], RequestState(row[1]), *row[2:]) for row in cursor.fetchall()]


def list_supervised(city_code: str) -> list[Supervised]:
    """Return imported requests of a city that were urged or ordered and are not done; for programs of the operator."""
    with scope(SYSTEM), connection.cursor() as cursor:
        cursor.execute(_SUPERVISED, [city_code])
        return [Supervised(*row) for row in cursor.fetchall()]


def replay_outcome(request_ids: Sequence[int]) -> ReplayOutcome:
    """Return what has become of requests, and what must not have."""
    ids = list(request_ids)
    with scope(SYSTEM), connection.cursor() as cursor:
        cursor.execute(_OUTCOME, [ids, ids, ids, ids])
        return ReplayOutcome(*cursor.fetchone())
