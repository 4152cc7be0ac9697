"""Routes of the weekly reports, for supervisors' own systems."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any

from ninja import Path, Query, Router, Schema

from shimin.capabilities.service_requests.public import SUPERVISOR
from shimin.capabilities.service_requests.supervision.public import WeekReport, get_weekly_report, list_weekly_reports
from shimin.kernel.web.access import Request
from shimin.kernel.web.api import Staff

router = Router()

CityCode = Annotated[str, Query(pattern="^[0-9]{6}$")]


class FiguresOut(Schema):
    """Counts of the requests of one group that were filed in the week. `key`: agency id, category, district code."""

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


class WeekOut(Schema):
    """A weekly report as it was made; `whole` is null when nothing was filed."""

    city_code: str
    week_starts: date
    week_ends: date
    made_at: datetime
    whole: FiguresOut | None
    by_agency: list[FiguresOut]
    by_category: list[FiguresOut]
    by_district: list[FiguresOut]


@router.get(
    "/desk/supervision/weeks", auth=Staff(SUPERVISOR), operation_id="list_weekly_reports", response=list[WeekOut],
    summary="A year of a city's weekly reports, the newest first",
)  # fmt: skip
def get_weeks(request: Request, city_code: CityCode) -> list[dict[str, Any]]:
    return [_out(report) for report in list_weekly_reports(request.actor, city_code=city_code)]


@router.get(
    "/desk/supervision/weeks/{week_starts}", auth=Staff(SUPERVISOR), operation_id="get_weekly_report",
    response=WeekOut, summary="The report of a week, by its Monday",
)  # fmt: skip
def get_week(request: Request, week_starts: Annotated[date, Path()], city_code: CityCode) -> dict[str, Any]:
    return _out(get_weekly_report(request.actor, city_code=city_code, week_starts=week_starts))


def _out(report: WeekReport) -> dict[str, Any]:
    return {
        "city_code": report.city_code, "week_starts": report.week_starts, "week_ends": report.week_ends,
        "made_at": report.made_at, "whole": asdict(report.whole) if report.whole else None,
        **{f"by_{by}": [asdict(row) for row in rows] for by, rows in report.by.items()},
    }  # fmt: skip
