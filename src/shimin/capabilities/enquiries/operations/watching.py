"""The worker watches the sources: are they there, how did they answer lately, who waits to be told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count

from shimin.capabilities.enquiries.models import CallbackRequest, SourceHealth
from shimin.capabilities.enquiries.operations.callbacks import BATCH, tell_those_waiting
from shimin.capabilities.enquiries.ports import record_source
from shimin.capabilities.enquiries.queries.offers import Source, list_sources_declared
from shimin.kernel.actor import SYSTEM
from shimin.kernel.db import scope

WINDOW = timedelta(minutes=15)
# Nobody is called back to a source that comes and goes; by then the circuit breakers of the web have closed, too.
BACK_FOR = timedelta(minutes=1)

_BEHAVIOUR = """
    SELECT system, count(*), count(*) FILTER (WHERE outcome = 'unavailable'),
           count(*) FILTER (WHERE outcome = 'rejected'),
           (percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM finished_at - started_at))
               FILTER (WHERE outcome IN ('found', 'empty')) * 1000)::int
    FROM enquiries_enquiry
    WHERE started_at > %s AND NOT from_cache AND outcome NOT IN ('refused', 'pending')
    GROUP BY system
"""


@dataclass(frozen=True, slots=True)
class _Lately:
    """How a source answered people in the window, who waits for it, and what was known of it before."""

    reads: int
    failures: int
    rejections: int
    median_ms: int | None
    waiting: int
    before: SourceHealth | None

    @property
    def is_in_doubt(self) -> bool:
        """A source that answers people, or that nobody asks, need not be bothered."""
        known = self.before is not None and self.before.is_up
        return not known or self.waiting > 0 or self.failures * 2 > self.reads


def watch_sources(now: datetime) -> None:
    """Look at each source that is in doubt, tell those who waited, and renew what the desk shows.

    No transaction is open while a source is asked.
    """
    sources = list_sources_declared()
    lately = _look_back(sources, now)
    up = {
        source.system.name: not lately[source.system.name].is_in_doubt or record_source().is_up(source.system)
        for source in sources
    }
    for name, is_up in up.items():
        before = lately[name].before
        if is_up and before and before.is_up and before.changed_at <= now - BACK_FOR:
            _tell_all(name, now)
    with scope(SYSTEM):
        for source in sources:
            _renew(source, lately[source.system.name], up[source.system.name], now)


def _look_back(sources: list[Source], now: datetime) -> dict[str, _Lately]:
    with scope(SYSTEM):
        with connection.cursor() as cursor:
            cursor.execute(_BEHAVIOUR, [now - WINDOW])
            behaviour = {row[0]: row[1:] for row in cursor.fetchall()}
        waiting = dict(CallbackRequest.objects.filter(told_at=None).values_list("system").annotate(count=Count("id")))
        before = {row.system: row for row in SourceHealth.objects.all()}
    found = {}
    for name in (source.system.name for source in sources):
        reads, failures, rejections, median_ms = behaviour.get(name, (0, 0, 0, None))
        found[name] = _Lately(reads, failures, rejections, median_ms, waiting.get(name, 0), before.get(name))
    return found


def _tell_all(system: str, now: datetime) -> None:
    while tell_those_waiting(system=system, now=now) == BATCH:
        continue


def _renew(source: Source, lately: _Lately, is_up: bool, now: datetime) -> None:
    before = lately.before
    SourceHealth(
        system=source.system.name, agency_id=source.agency_id, agency_name=source.agency_name,
        city_code=source.city_code, is_up=is_up, checked_at=now,
        changed_at=before.changed_at if before and before.is_up == is_up else now,
        reads=lately.reads, failures=lately.failures, rejections=lately.rejections, median_ms=lately.median_ms,
        waiting=lately.waiting,
    ).save(force_insert=before is None, force_update=before is not None)  # fmt: skip
