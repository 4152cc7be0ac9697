"""What two accounts carry and where they clash, and the record of merges."""

# ruff: noqa: S608 - names of tables and columns are the rules' own; values are parameters
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Q

from shimin.capabilities.identity import handles
from shimin.capabilities.identity.domain.merging import (
    MERGED_BY_WORDS,
    STATE_WORDS,
    MergedBy,
    MergeState,
    clash_key,
)
from shimin.capabilities.identity.merge_rules import Clash, Moves, Settle, merge_parts
from shimin.capabilities.identity.models import Account, AccountMerge, MergedRows
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.db import auth_scope, scope
from shimin.kernel.errors import SignInRequired
from shimin.kernel.values.masking import mask_phone

_MOST_CLASHES = 200  # beyond it a form is no help; what is not asked is kept as it is
RECORDED = 50


@dataclass(frozen=True, slots=True)
class Carried:
    """How much of one kind an account has: ``words`` with the count ("3条消息")."""

    title: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClashView:
    """Something both accounts have. ``mine`` and ``theirs`` say which is which where that is known."""

    key: str
    title: str
    settle: Settle
    mine: str
    theirs: str
    way: str

    @property
    def may_choose(self) -> bool:
        return self.settle is Settle.CHOOSE

    @property
    def comes_first(self) -> bool:
        return self.settle is Settle.FIRST


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a person looks at before two accounts become one. Phones are masked, "" for an account without one."""

    phone: str
    other_phone: str
    own: tuple[Carried, ...]
    other: tuple[Carried, ...]
    clashes: tuple[ClashView, ...]

    @property
    def is_blocked(self) -> bool:
        return any(clash.comes_first for clash in self.clashes)


@dataclass(frozen=True, slots=True)
class MergeView:
    """One line of 合并记录, as either account sees it. ``stays``: it is the one that stays."""

    merge_id: int
    state: MergeState
    light: str
    state_words: str
    other_phone: str
    stays: bool
    merged_by: str
    merged_at: datetime
    undo_until: datetime
    is_moving: bool
    undone_at: datetime | None
    undone_by: str
    may_undo: bool
    carried: tuple[Carried, ...] = ()


def compare_accounts(account: Account, other: Account) -> Proposal:
    """Return what both carry, each read as its owner (who has proved both). Not inside a scope."""
    own, own_values = _read(account)
    theirs, their_values = _read(other)
    clashes = [
        ClashView(clash_key(rule.table, value), clash.title, clash.settle, mine, their_values[at][value], clash.way)
        for at, (rule, clash) in enumerate(_told_clashes())
        for value, mine in own_values[at].items()
        if value in their_values[at]
    ]
    return Proposal(
        _masked(account), _masked(other), own, theirs, tuple(sorted(clashes, key=_by_weight)[:_MOST_CLASHES])
    )  # fmt: skip


def list_merges(actor: Actor, now: datetime) -> list[MergeView]:
    """Return the merges of the actor's account, as the one that stayed or the one that was joined, newest first.

    Raises:
        SignInRequired: nobody is signed in.
    """
    if actor.kind is not ActorKind.CITIZEN or actor.account_id is None:
        raise SignInRequired
    mine = Q(account_id=actor.account_id) | Q(merged_account_id=actor.account_id)
    with auth_scope(actor):  # the other account's phone is out of the citizen role's reach
        rows = list(
            AccountMerge.objects.filter(mine).select_related("account", "merged_account").order_by("-id")[:RECORDED]
        )
        carried = _carried([row.id for row in rows])
    return [_view(actor, row, now, carried.get(row.id, {})) for row in rows]


def has_cooling_merge(account_id: int) -> bool:
    """Tell whether something was joined to the account that can still be undone. Call it inside an auth scope."""
    return AccountMerge.objects.filter(account_id=account_id, state=MergeState.COOLING).exists()


def _carried(merge_ids: list[int]) -> dict[int, dict[tuple[str, str], int]]:
    """Return for each merge how many rows of each table and column went along."""
    found: dict[int, dict[tuple[str, str], int]] = {}
    for row in MergedRows.objects.filter(merge_id__in=merge_ids, is_swapped=False):
        of_merge = found.setdefault(row.merge_id, {})
        of_merge[row.table_name, row.column_name] = of_merge.get((row.table_name, row.column_name), 0) + len(row.keys)
    return found


def _view(actor: Actor, row: AccountMerge, now: datetime, carried: dict[tuple[str, str], int]) -> MergeView:
    stays = row.account_id == actor.account_id
    light, words = STATE_WORDS[MergeState(row.state)]
    is_cooling = row.state == MergeState.COOLING and row.undo_until > now
    return MergeView(
        merge_id=row.id, state=MergeState(row.state), light=light, state_words=words,
        other_phone=_masked(row.merged_account if stays else row.account), stays=stays,
        merged_by=MERGED_BY_WORDS[MergedBy(row.merged_by)], merged_at=row.merged_at, undo_until=row.undo_until,
        is_moving=row.moved_at is None if row.undone_at is None else row.returned_at is None,
        undone_at=row.undone_at, undone_by=MERGED_BY_WORDS[MergedBy(row.undone_by)] if row.undone_by else "",
        may_undo=is_cooling and stays, carried=_told(lambda rule: carried.get((rule.table, rule.column), 0)),
    )  # fmt: skip


def _read(account: Account) -> tuple[tuple[Carried, ...], list[dict[str, str]]]:
    owner = Actor(ActorKind.CITIZEN, account_id=account.id, person_id=account.person_id)
    with scope(owner):
        carried = _told(lambda rule: _count(rule, account.id))
        values = [_values(rule, clash, account.id) for rule, clash in _told_clashes()]
    return carried, values


def _told(count: Callable[[Moves], int]) -> tuple[Carried, ...]:
    told = []
    for part in merge_parts():
        counted = [(count(rule), rule.words) for rule in part.moves if rule.words]
        told.append(Carried(part.title, tuple(f"{number}{words}" for number, words in counted if number)))
    return tuple(each for each in told if each.words)


def _count(rule: Moves, account_id: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{rule.table}" WHERE "{rule.column}" = %s', [account_id])
        return int(cursor.fetchone()[0])


def _told_clashes() -> list[tuple[Moves, Clash]]:
    return [(rule, clash) for part in merge_parts() for rule in part.moves for clash in rule.clashes if clash.title]


def _values(rule: Moves, clash: Clash, account_id: int) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT {clash.value("own")}, ({clash.label})::text FROM "{rule.table}" own'
            f' WHERE own."{rule.column}" = %s AND {clash.holds("own")} ORDER BY 1',
            [account_id],
        )
        return dict(cursor.fetchall())


def _masked(account: Account) -> str:
    phone = handles.open_phone(account.phone)
    return mask_phone(phone) if phone else ""


def _by_weight(clash: ClashView) -> tuple[int, str]:
    return ((Settle.FIRST, Settle.CHOOSE, Settle.KEEP).index(clash.settle), clash.title)
