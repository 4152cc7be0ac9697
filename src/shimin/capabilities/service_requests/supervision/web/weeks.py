"""Weekly reports of supervision: the list, one week as it was made, the same as a signed paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shimin.capabilities.catalogue.public import get_region
from shimin.capabilities.service_requests.public import SUPERVISOR
from shimin.capabilities.service_requests.supervision.public import (
    Figures,
    Grouping,
    WeekReport,
    get_weekly_report,
    list_weekly_reports,
)
from shimin.capabilities.service_requests.supervision.web.pages import (
    GROUPINGS,
    HEADS,
    Period,
    cells,
    city_asked,
    name_of,
    names_of,
    shown,
)
from shimin.capabilities.service_requests.supervision.web.paper import paper_response
from shimin.kernel.actor import Actor
from shimin.kernel.errors import NotFound
from shimin.kernel.web.access import Request, staff


@dataclass(frozen=True, slots=True)
class KeptPeriod(Period):
    """A week whose figures are those that were kept."""

    report: WeekReport

    def figures(self, actor: Actor, by: Grouping | None, now: datetime) -> tuple[Figures, ...]:
        if by is None:
            return (self.report.whole,) if self.report.whole else ()
        return tuple(self.report.by.get(by, ()))


@require_safe
@staff(SUPERVISOR)
def weeks(request: Request) -> HttpResponse:
    """List the weekly reports of a city."""
    city_code = city_asked(request.actor, request.GET.get("city", ""))
    context = {
        "queue": "service_requests.weeks", "city": get_region(city_code),
        "reports": list_weekly_reports(request.actor, city_code=city_code),
    }  # fmt: skip
    return _private(render(request, "supervision/weeks.html", context))


@require_safe
@staff(SUPERVISOR)
def week(request: Request, week_starts: str) -> HttpResponse:
    """Show one week as it was reported."""
    report = _asked(request, week_starts)
    tables = []
    for by, rows in report.by.items():
        names = names_of(by, report.city_code)
        if rows:
            tables.append(
                (
                    f"按{GROUPINGS[by]}",
                    (GROUPINGS[by], *HEADS),
                    [[name_of(names, row, by), *cells(row)] for row in rows],
                )
            )
    context = {
        "queue": "service_requests.weeks", "city": get_region(report.city_code), "report": report,
        "total": shown(report.whole) if report.whole else None, "tables": tables,
        "numeric": list(range(1, len(HEADS) + 1)),
    }  # fmt: skip
    return _private(render(request, "supervision/week.html", context))


@require_safe
@staff(SUPERVISOR, transaction=False)
def week_pdf(request: Request, week_starts: str) -> HttpResponse:
    """Return one week as a signed PDF.

    Raises:
        Unavailable: the machine has no font for it.
    """
    report = _asked(request, week_starts)
    period = KeptPeriod(
        report.city_code, report.week_starts, report.week_ends, Grouping.AGENCY, None, "", report
    )  # fmt: skip
    return paper_response(request, period, report.made_at)


def _asked(request: Request, week_starts: str) -> WeekReport:
    try:
        day = date.fromisoformat(week_starts)
    except ValueError:
        raise NotFound from None
    city_code = city_asked(request.actor, request.GET.get("city", ""))
    return get_weekly_report(request.actor, city_code=city_code, week_starts=day)


def _private(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "private, no-store"
    return response
