"""Carrying rows from account to account, as the worker: all of a merge in one transaction, as often as need be.

What a merge asks for stands in its state, so a run that was killed is simply run again. Rows that were written for the
closed account while it was closing come with the next run.
"""

# ruff: noqa: S608 - names of tables and columns are the rules' own; values are parameters

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from shimin.capabilities.identity.domain.merging import MergeState, clash_key
from shimin.capabilities.identity.merge_rules import Clash, MergePart, Moves, Settle, merge_parts
from shimin.capabilities.identity.models import AccountMerge, MergedRows
from shimin.kernel.actor import SYSTEM
from shimin.kernel.db import scope
from shimin.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class _Way:
    """Between which accounts rows go. ``parked`` is no account: there rows wait while two change places."""

    source: int
    target: int

    @property
    def parked(self) -> int:
        return -self.target


def carry_on(*, merge_id: int, now: datetime) -> int:
    """Bring all rows to where the merge's state wants them; return how many were moved. Repeating it moves the rest."""
    with scope(SYSTEM):
        merge = AccountMerge.objects.select_for_update().get(id=merge_id)
        if merge.state == MergeState.UNDONE:
            return _give_back(merge, now)
        return _take_along(merge, now)


def carry_all(now: datetime) -> int:
    """Run ``carry_on`` for every merge that cools, or is on its way back; for the periodic job."""
    with scope(SYSTEM):
        open_ones = AccountMerge.objects.filter(state=MergeState.COOLING) | AccountMerge.objects.filter(
            state=MergeState.UNDONE, returned_at=None
        )
        ids = list(open_ones.order_by("id").values_list("id", flat=True))
    return sum(carry_on(merge_id=merge_id, now=now) for merge_id in ids)


def _take_along(merge: AccountMerge, now: datetime) -> int:
    way, moved = _Way(merge.merged_account_id, merge.account_id), 0
    for part in merge_parts():
        for rule in part.moves:
            moved += _move(merge, rule, way, now)
    _follow(merge_parts(), way, now)
    if merge.moved_at is None:
        merge.moved_at = now
        merge.save(update_fields=["moved_at"])
    return moved


def _follow(parts: tuple[MergePart, ...], way: _Way, now: datetime) -> None:
    for part in parts:
        if part.after is not None:
            part.after(way.target)
        if part.left is not None:
            part.left(way.source, now)


def _move(merge: AccountMerge, rule: Moves, way: _Way, now: datetime) -> int:
    gave_way = _step_aside(merge, rule, way)
    if gave_way:
        _note(merge, rule, gave_way, now, is_swapped=True)
    moved = _run(
        f'UPDATE "{rule.table}" AS own SET "{rule.column}" = %(target)s WHERE own."{rule.column}" = %(source)s'
        f"{_not_clashing(rule)}{_not_behind(rule)} RETURNING ({rule.key})::text",
        way,
    )
    if moved:
        _note(merge, rule, moved, now)
    if gave_way:
        _run(f'UPDATE "{rule.table}" SET "{rule.column}" = %(source)s WHERE "{rule.column}" = %(parked)s', way)
    return len(moved)


def _step_aside(merge: AccountMerge, rule: Moves, way: _Way) -> list[str]:
    """Park the rows of the staying account that give way to the other's, by the person's choice; return their keys."""
    parked: list[str] = []
    if merge.moved_at is not None or not merge.kept_theirs:  # what changed places once is not changed again
        return parked
    for clash in rule.clashes:
        if clash.settle is not Settle.CHOOSE:
            continue
        values = [value for value in _values(rule, clash, way) if clash_key(rule.table, value) in merge.kept_theirs]
        if values:
            parked += _run(
                f'UPDATE "{rule.table}" AS own SET "{rule.column}" = %(parked)s'
                f' WHERE own."{rule.column}" = %(target)s AND {clash.holds("own")}'
                f" AND {clash.value('own')} = ANY (%(values)s) RETURNING ({rule.key})::text",
                way, values=values,
            )  # fmt: skip
    return parked


def _values(rule: Moves, clash: Clash, way: _Way) -> list[str]:
    """Return what both accounts have, as text."""
    return _run(
        f'SELECT {clash.value("own")} FROM "{rule.table}" own WHERE own."{rule.column}" = %(source)s'
        f" AND {clash.holds('own')} INTERSECT "
        f'SELECT {clash.value("own")} FROM "{rule.table}" own WHERE own."{rule.column}" = %(target)s'
        f" AND {clash.holds('own')}",
        way,
    )


def _give_back(merge: AccountMerge, now: datetime) -> int:
    way, returned = _Way(merge.account_id, merge.merged_account_id), 0
    rules = [rule for part in merge_parts() for rule in part.moves]
    noted = list(MergedRows.objects.filter(merge=merge, returned_at=None).order_by("id"))
    for rule in rules:
        of_rule = [row for row in noted if (row.table_name, row.column_name) == (rule.table, rule.column)]
        gave_way = [key for row in of_rule if row.is_swapped for key in row.keys]
        came = [key for row in of_rule if not row.is_swapped for key in row.keys]
        move = f'UPDATE "{rule.table}" AS own SET "{rule.column}" = %(to)s WHERE own."{rule.column}" = %(from)s'
        named = f" AND ({rule.key})::text = ANY (%(keys)s)"
        if gave_way:
            _run(f"{move}{named}", way, keys=gave_way, **{"from": way.target, "to": way.parked})
        if came:
            back = f"{move}{named}{_not_clashing(rule)} RETURNING ''"
            returned += len(_run(back, way, keys=came, **{"from": way.source, "to": way.target}))
        if gave_way:
            _run(move, way, **{"from": way.parked, "to": way.source})
    MergedRows.objects.filter(merge=merge, returned_at=None).update(returned_at=now)
    for part in merge_parts():
        if part.after is not None:
            part.after(way.target)
            part.after(way.source)
    merge.returned_at = now
    merge.save(update_fields=["returned_at"])
    return returned


def _note(merge: AccountMerge, rule: Moves, keys: list[str], now: datetime, *, is_swapped: bool = False) -> None:
    MergedRows(
        id=new_id(), account_id=merge.account_id, merge=merge, table_name=rule.table, column_name=rule.column,
        keys=keys, is_swapped=is_swapped, moved_at=now,
    ).save(force_insert=True)  # fmt: skip


def _not_clashing(rule: Moves) -> str:
    """Return the condition that leaves behind what the target has already; a race at the index is run again."""
    return "".join(
        f' AND NOT ({clash.holds("own")} AND EXISTS (SELECT 1 FROM "{rule.table}" mine'
        f' WHERE mine."{rule.column}" = %(target)s AND {clash.holds("mine")}'
        + "".join(f' AND mine."{name}" IS NOT DISTINCT FROM own."{name}"' for name in clash.columns)
        + "))"
        for clash in rule.clashes
    )


def _not_behind(rule: Moves) -> str:
    if rule.behind is None:
        return ""
    column, parent = rule.behind
    return (
        f' AND NOT EXISTS (SELECT 1 FROM "{parent}" parent'
        f' WHERE parent.id = own."{column}" AND parent.account_id = %(source)s)'
    )


def _run(statement: str, way: _Way, **values: Any) -> list[str]:
    """Run one statement of a rule; names in it are the rule's own, values are parameters."""
    with connection.cursor() as cursor:
        cursor.execute(statement, {"source": way.source, "target": way.target, "parked": way.parked, **values})
        return [value for (value,) in cursor.fetchall()] if cursor.description else []
