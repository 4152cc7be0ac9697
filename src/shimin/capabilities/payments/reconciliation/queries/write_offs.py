"""Write-offs: those that wait for a second officer, and what was decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from shimin.capabilities.payments.reconciliation.domain.differences import MEANINGS, Kind
from shimin.capabilities.payments.reconciliation.models import WriteOff
from shimin.kernel.actor import Actor
from shimin.kernel.db import scope

MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class WriteOffView:
    """A write-off with its difference. ``amount_fen`` > 0: found, < 0: given up. ``is_own``: the actor proposed it."""

    write_off_id: int
    difference_id: int
    day: date
    gateway: str
    title: str
    document: str
    amount_fen: int
    words: str
    stage: str
    is_own: bool
    proposed_at: datetime
    decided_at: datetime | None


def list_write_offs(*, actor: Actor, city_code: str, waiting: bool) -> list[WriteOffView]:
    """Return a city's write-offs that wait, oldest first, or those that were decided, newest first. One statement."""
    with scope(actor):
        rows = WriteOff.objects.filter(city_code=city_code).select_related("difference")
        rows = (
            rows.filter(stage="proposed").order_by("id") if waiting else rows.exclude(stage="proposed").order_by("-id")
        )
        return [_view(row, actor) for row in rows[:MOST_SHOWN]]


def waiting_of(*, actor: Actor, city_code: str) -> dict[int, WriteOffView]:
    """Return the write-offs that wait, by their difference."""
    return {each.difference_id: each for each in list_write_offs(actor=actor, city_code=city_code, waiting=True)}


def _view(row: WriteOff, actor: Actor) -> WriteOffView:
    found = row.difference
    return WriteOffView(
        row.id, found.id, found.day, row.gateway, MEANINGS[Kind(found.difference_kind)].title, found.document,
        row.amount_fen, row.words, row.stage, row.proposed_by_id == actor.account_id, row.proposed_at, row.decided_at,
    )  # fmt: skip
