"""Weekly reports as they were made, for the supervisors of their city and for the worker that tells of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from shimin.capabilities.service_requests.supervision.models import WeeklyReport
from shimin.capabilities.service_requests.supervision.queries.figures import Figures, Grouping, require_supervisor
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.db import scope
from shimin.kernel.errors import NotFound

_MOST = 53


@dataclass(frozen=True, slots=True)
class WeekReport:
    """One week of one city. ``whole`` is None when nothing was filed; ``by`` is by agency, category and district."""

    city_code: str
    week_starts: date
    made_at: datetime
    whole: Figures | None
    by: Mapping[Grouping, tuple[Figures, ...]]

    @property
    def week_ends(self) -> date:
        """The Sunday."""
        return self.week_starts + timedelta(days=6)


def list_weekly_reports(actor: Actor, *, city_code: str) -> tuple[WeekReport, ...]:
    """Return a year of a city's weekly reports, the newest first.

    Raises:
        Forbidden: the actor supervises no such city.
    """
    require_supervisor(actor, city_code)
    with scope(actor):
        rows = WeeklyReport.objects.filter(city_code=city_code).order_by("-week_starts")[:_MOST]
        return tuple(map(_report, rows))


def get_weekly_report(actor: Actor, *, city_code: str, week_starts: date) -> WeekReport:
    """Return the report of a week, by its Monday.

    Raises:
        Forbidden: the actor supervises no such city.
        NotFound: none was made.
    """
    if actor.kind is not ActorKind.SYSTEM:
        require_supervisor(actor, city_code)
    with scope(actor):
        row = WeeklyReport.objects.filter(city_code=city_code, week_starts=week_starts).first()
    if row is None:
        raise NotFound("没有这一周的周报。", mend="周报每周一早上七点以后做好上一周的；别的日子请看督查报告。")
    return _report(row)


def _report(row: WeeklyReport) -> WeekReport:
    kept: Mapping[str, list[Mapping[str, Any]]] = row.figures
    return WeekReport(
        city_code=row.city_code, week_starts=row.week_starts, made_at=row.made_at,
        whole=next((Figures(**each) for each in kept["whole"]), None),
        by={Grouping(key): tuple(Figures(**each) for each in rows) for key, rows in kept.items() if key != "whole"},
    )  # fmt: skip
