"""The green account as its owner sees it, and totals of cities with ten people or more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Sum

from shimin.capabilities.indicators.domain.green import GRAMS_A_TREE, CarbonFactor, Reason, carbon_factors
from shimin.capabilities.indicators.models import GreenEntry
from shimin.kernel.actor import Actor
from shimin.kernel.db import scope
from shimin.kernel.errors import SignInRequired

_LATEST = 100


@dataclass(frozen=True, slots=True)
class GreenLine:
    """One entry; ``factor`` is None where none was applied."""

    title: str
    grams: int
    reason: Reason
    factor: CarbonFactor | None
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class GreenAccount:
    """An account's sum and its latest entries; ``is_reference``: factors that nobody verified are in it."""

    grams: int
    acts: int
    is_reference: bool
    lines: tuple[GreenLine, ...]

    @property
    def trees(self) -> float:
        """Trees for a year, by the report's own ratio."""
        return self.grams / GRAMS_A_TREE


@dataclass(frozen=True, slots=True)
class GreenTotal:
    """What the people of a city saved; there are ten of them or more."""

    city_code: str
    people: int
    grams: int


def get_green_account(*, actor: Actor) -> GreenAccount:
    """Return the actor's own account.

    Raises:
        SignInRequired: nobody is signed in.
    """
    if actor.account_id is None:
        raise SignInRequired
    known = {factor.key: factor for factor in carbon_factors()}
    with scope(actor):
        own = GreenEntry.objects.filter(account_id=actor.account_id)
        lines = [
            GreenLine(row.title, row.grams, Reason(row.reason), known.get(row.factor), row.occurred_at)
            for row in own.order_by("-id")[:_LATEST]
        ]
        grams = own.aggregate(sum=Sum("grams"))["sum"] or 0
        acts = own.filter(reason=Reason.COUNTED).count() - own.filter(reason=Reason.REVERSED).count()
        used = set(own.exclude(grams=0).values_list("factor", flat=True).distinct())
    is_reference = any(key not in known or not known[key].verified for key in used)
    return GreenAccount(int(grams), acts, is_reference, tuple(lines))


def list_green_totals() -> list[GreenTotal]:
    """Return the cities with ten people or more in their accounts, the most grams first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT city_code, people, grams FROM indicators_green_totals()")
        totals = [GreenTotal(str(code), int(people), int(grams)) for code, people, grams in cursor.fetchall()]
    return sorted(totals, key=lambda total: (-total.grams, total.city_code))


def export_green(actor: Actor) -> list[Mapping[str, Any]]:
    """Return all entries of the actor, for their own data."""
    if actor.account_id is None:
        return []
    with scope(actor):
        rows = GreenEntry.objects.filter(account_id=actor.account_id).order_by("id")
        return [
            {"kind": "green_entry", **row}
            for row in rows.values("day", "act", "title", "ref", "factor", "grams", "reason", "occurred_at")
        ]
