"""Use as it may be told: to everybody by the month with small cells hidden, to analysts by the day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet, Sum

from shimin.capabilities.indicators.domain.use import Dimension, UseStage
from shimin.capabilities.indicators.models import UseCount, UseMonth
from shimin.kernel.actor import Actor
from shimin.kernel.errors import NotFound

ANALYST = "indicators.analyst"
PUBLIC_STATEMENT = "SELECT key, times FROM indicators_public_use(%s, %s, %s, %s)"
K = 10  # what is told to everybody rests on at least so many acts
FEW = 30  # a growth that starts from fewer says little
# Minutes at a counter against the phone, as published for paying a traffic fine; nothing was published for other acts.
COUNTER_MINUTES, PHONE_MINUTES = 30.0, 0.25


@dataclass(frozen=True, slots=True)
class Growth:
    """From one span to another. ``times`` is None when the first is too small to divide by (below 10)."""

    before: int
    after: int
    times: float | None
    is_from_few: bool


@dataclass(frozen=True, slots=True)
class Shares:
    """Acts along a dimension, the most first; ``others`` are those of cells too small to be told (None: none, or fewer
    than ten in all)."""

    rows: tuple[tuple[str, int], ...]
    others: int | None

    @property
    def total(self) -> int:
        return sum(times for _, times in self.rows) + (self.others or 0)


@dataclass(frozen=True, slots=True)
class Span:
    """The days ``[since, until)`` of a city."""

    city_code: str
    since: date
    until: date


def growth(before: int, after: int) -> Growth:
    """Compare two counts honestly."""
    return Growth(before, after, after / before if before >= K else None, before < FEW)


def public_shares(*, city_code: str, month: date, dimension: Dimension, stage: UseStage) -> Shares:
    """Return a month's counts as everybody may see them; ``month`` is its first day.

    The database itself hides what is small: the roles that serve pages cannot read the cells.
    """
    with connection.cursor() as cursor:
        cursor.execute(PUBLIC_STATEMENT, [city_code, month, dimension, stage])
        rows = cursor.fetchall()
    told = sorted(((key, int(times)) for key, times in rows if key), key=lambda row: (-row[1], row[0]))
    return Shares(tuple(told), next((int(times) for key, times in rows if not key), None))


def shares_for(*, actor: Actor, span: Span, dimension: Dimension, stage: UseStage) -> Shares:
    """Return exact counts for an analyst of the city.

    Raises:
        NotFound: the actor is no analyst there.
    """
    require_analyst(actor, span.city_code)
    rows = (
        summed(span)
        .filter(dimension=dimension, stage=stage)
        .values("key")
        .annotate(sum=Sum("times"))
        .order_by("-sum", "key")
    )
    return Shares(tuple((row["key"], int(row["sum"])) for row in rows), None)


def daily_for(*, actor: Actor, span: Span) -> Mapping[date, int]:
    """Return the acts begun on each day of the span, days without any as 0.

    Raises:
        NotFound: the actor is no analyst there.
    """
    require_analyst(actor, span.city_code)
    rows = _within(span).filter(dimension=Dimension.ACT, stage=UseStage.STARTED)
    found = {row["day"]: int(row["sum"]) for row in rows.values("day").annotate(sum=Sum("times"))}
    days = [span.since + timedelta(days=n) for n in range((span.until - span.since).days)]
    return {day: found.get(day, 0) for day in days}


def summed(span: Span) -> QuerySet[Any]:
    """Return the counts of a span by its months, when it is made of whole ones, else by its days."""
    if span.since.day == span.until.day == 1:
        return UseMonth.objects.filter(city_code=span.city_code, month__gte=span.since, month__lt=span.until)
    return _within(span)


def _within(span: Span) -> QuerySet[UseCount]:
    return UseCount.objects.filter(city_code=span.city_code, day__gte=span.since, day__lt=span.until)


def require_analyst(actor: Actor, city_code: str) -> None:
    """Raise NotFound unless a grant of the actor makes them analyst of the city."""
    if not any(grant.role == ANALYST and grant.region_code in (None, city_code) for grant in actor.grants):
        raise NotFound


def hours_saved(payments: int) -> float:
    """Return the hours that payments online saved against a counter, by the published minutes of a traffic fine."""
    return payments * (COUNTER_MINUTES - PHONE_MINUTES) / 60
