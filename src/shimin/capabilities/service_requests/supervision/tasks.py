"""Periodic jobs of supervision, run by the worker."""

from __future__ import annotations

from shimin.capabilities.service_requests.supervision.public import issue_cards, make_weekly_reports
from shimin.kernel import clock
from shimin.kernel.worker.periodic import every

_CARDS_A_MINUTE = 300


@every(60, "service_requests.issue_cards")
def turn_lights() -> None:
    """Issue yellow and red cards as lights turn."""
    issue_cards(clock.now(), most=_CARDS_A_MINUTE)


@every(1_800, "service_requests.make_weekly_reports")
def make_reports() -> None:
    """Make the report of last week, and those of weeks that nobody has reported."""
    make_weekly_reports(clock.now())
