"""What ``shimin-live`` starts from: shares of a city's acts, and the stars of its items. Nothing is declared."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction

from django.db.models import Sum

from shimin.capabilities.catalogue.public import get_region, list_items
from shimin.capabilities.indicators.domain.use import Dimension, UseStage
from shimin.capabilities.indicators.index.table import Table
from shimin.capabilities.indicators.queries.use import Span, summed
from shimin.kernel.actor import SYSTEM
from shimin.kernel.db import scope

LEAST = 10  # of fewer acts no share is taken: the cell stays empty, and its weight goes to the others
_ITEMS = 1000
COLUMNS = ("look_ups_answered", "payments_kept", "requests_answered", "stars")


def live_table(spans: Sequence[Span], *, now: datetime) -> Table:
    """Return one row a span: its city's shares (0-1) of the span, and the mean stars of its items now. For commands."""
    columns: dict[str, dict[str, Fraction]] = {name: {} for name in COLUMNS}
    regions = []
    with scope(SYSTEM):
        for span in spans:
            region = get_region(span.city_code)
            regions.append(region.name)
            for name, value in _shares(span).items():
                columns[name][region.name] = value
            stars = [card.stars for card in list_items(region.code, limit=_ITEMS, now=now)]
            if stars:
                columns["stars"][region.name] = Fraction(sum(stars), len(stars))
    return Table("live", tuple(regions), columns)


def _shares(span: Span) -> dict[str, Fraction]:
    rows = summed(span).filter(dimension=str(Dimension.ACT))
    times = {
        (row["key"], row["stage"]): int(row["sum"]) for row in rows.values("key", "stage").annotate(sum=Sum("times"))
    }

    def share(act: str, part: UseStage, whole: UseStage) -> Fraction | None:
        of = times.get((act, str(whole)), 0)
        # What was begun before the span may be finished in it.
        return min(Fraction(times.get((act, str(part)), 0), of), Fraction(1)) if of >= LEAST else None

    reversed_share = share("pay", UseStage.REVERSED, UseStage.FINISHED)
    found = {
        "look_ups_answered": share("look_up", UseStage.FINISHED, UseStage.STARTED),
        "payments_kept": None if reversed_share is None else 1 - reversed_share,
        "requests_answered": share("ask", UseStage.FINISHED, UseStage.STARTED),
    }
    return {name: value for name, value in found.items() if value is not None}
