"""The weekly report (督查周报) makes itself: once for each city and week, missed Mondays afterwards."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import orjson
from django.db import connection

from shimin.capabilities.service_requests.supervision.domain.weeks import bounds_of, weeks_due
from shimin.capabilities.service_requests.supervision.events import WeeklyReportMade
from shimin.capabilities.service_requests.supervision.models import WeeklyReport
from shimin.capabilities.service_requests.supervision.queries.figures import Grouping, figures_of
from shimin.kernel import audit, events
from shimin.kernel.actor import SYSTEM
from shimin.kernel.db import scope
from shimin.kernel.ids import new_id

KEPT_BY = (Grouping.AGENCY, Grouping.CATEGORY, Grouping.DISTRICT)
# One step of the index for each city, however many requests it has.
_CITIES = """
    WITH RECURSIVE city AS (
        (SELECT city_code FROM service_requests_request ORDER BY city_code LIMIT 1)
        UNION ALL
        SELECT (SELECT r.city_code FROM service_requests_request r WHERE r.city_code > city.city_code
                ORDER BY r.city_code LIMIT 1)
        FROM city WHERE city.city_code IS NOT NULL)
    SELECT city_code FROM city WHERE city_code IS NOT NULL
"""
_KEEP = """
    INSERT INTO service_requests_weekly_report (id, city_code, week_starts, made_at, figures)
    VALUES (%s, %s, %s, %s, %s::jsonb) ON CONFLICT (city_code, week_starts) DO NOTHING
"""


def make_weekly_reports(now: datetime) -> int:
    """Make the weekly reports that are due, and return how many; for the worker.

    Idempotent: whoever comes second finds the week's row. A report of a missed week counts requests as they stand when
    it is made, and says when that was.
    """
    made = 0
    for city_code in _cities():
        made += sum(_make(city_code, week, now) for week in _due(city_code, now))
    return made


def _cities() -> list[str]:
    """Return the cities that have ever had a request; others have nothing to report."""
    with scope(SYSTEM), connection.cursor() as cursor:
        cursor.execute(_CITIES)
        return [city_code for (city_code,) in cursor.fetchall()]


def _due(city_code: str, now: datetime) -> list[date]:
    with scope(SYSTEM):
        made = WeeklyReport.objects.filter(city_code=city_code).order_by("-week_starts")
        return weeks_due(made.values_list("week_starts", flat=True).first(), now)


def _make(city_code: str, week: date, now: datetime) -> bool:
    starts_at, ends_at = bounds_of(week)
    with scope(SYSTEM):
        figures: dict[str, Any] = {
            key: [
                asdict(row)
                for row in figures_of(city_code=city_code, by=by, starts_at=starts_at, ends_at=ends_at, now=now)
            ]
            for key, by in (("whole", None), *((str(by), by) for by in KEPT_BY))
        }
        report_id = new_id()
        with connection.cursor() as cursor:
            cursor.execute(_KEEP, [report_id, city_code, week, now, orjson.dumps(figures).decode()])
            if cursor.rowcount != 1:
                return False
        audit.record(
            actor=SYSTEM, action="service_requests.weekly_report", target="weekly_report", target_id=report_id, now=now,
            city_code=city_code, details={"week": week.isoformat()},
        )  # fmt: skip
        event = WeeklyReportMade(report_id=report_id, city_code=city_code, week_starts=week.isoformat())
        events.emit(event, aggregate="service_requests.weekly_report", aggregate_id=report_id, version=1, now=now)
    return True
