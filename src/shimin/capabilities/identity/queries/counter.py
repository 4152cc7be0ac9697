"""Acts of windows: as officers of the city see them, and as the person does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import orjson
from django.db.models import Q

from shimin.capabilities.identity import handles
from shimin.capabilities.identity.domain.counter import (
    DECIDE_WITHIN,
    DISPUTE_WITHIN,
    STATE_WORDS,
    UNDO_WITHIN,
    Act,
    ActState,
)
from shimin.capabilities.identity.models import CounterAct
from shimin.kernel import clock
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.crypto import decrypt
from shimin.kernel.db import scope
from shimin.kernel.errors import Forbidden, NotFound, SignInRequired
from shimin.kernel.values.masking import mask_id_number, mask_name, mask_paper_number
from shimin.kernel.values.papers import PaperKind

ROLE = "identity.counter"
PAGE = 100
_ANYWHERE = "000000"


@dataclass(frozen=True, slots=True)
class ActView:
    """An act as pages show it; name and number only while it waits, masked."""

    act_id: int
    act: Act
    state: ActState
    light: str
    state_words: str
    document: str
    reason: str
    asked_by: str
    asked_at: datetime
    decided_by: str
    decided_at: datetime | None
    undone_at: datetime | None
    is_disputed: bool
    is_mine: bool
    may_decide: bool
    may_undo: bool
    name: str = ""
    id_number: str = ""
    child: str = ""


def city_of(actor: Actor) -> str:
    """Return the city of the officer's grant.

    Raises:
        Forbidden: no officer of a window.
    """
    for grant in actor.grants:
        if grant.role == ROLE and actor.kind is ActorKind.STAFF:
            return grant.region_code or _ANYWHERE
    raise Forbidden


def in_city(actor: Actor) -> Q:
    """Return the predicate of the officer's cities.

    Raises:
        Forbidden: no officer of a window.
    """
    city_of(actor)
    regions = [grant.region_code for grant in actor.grants if grant.role == ROLE]
    return Q() if None in regions else Q(city_code__in=regions)


def list_acts(actor: Actor, now: datetime) -> list[ActView]:
    """Return the city's acts: those that wait first, then the newest.

    Raises:
        Forbidden: no officer of a window.
    """
    allowed = in_city(actor)
    with scope(actor):
        rows = list(CounterAct.objects.filter(allowed).order_by("-id")[:PAGE])
    views = [_view(actor, row, now) for row in rows]
    return sorted(views, key=lambda view: view.state is not ActState.WAITING)


def count_waiting_acts(actor: Actor) -> int | None:
    """Return how many acts wait for the officer's agreement."""
    still = clock.now() - DECIDE_WITHIN
    waiting = CounterAct.objects.filter(in_city(actor), state=ActState.WAITING, asked_at__gt=still)
    with scope(actor):
        return waiting.exclude(asked_by_id=actor.account_id or 0).count()


def get_act_for(*, actor: Actor, act_id: int, now: datetime) -> ActView:
    """Return one act of the officer's city, with whom it is about while it waits.

    Raises:
        NotFound: there is none.
        Forbidden: no officer of a window.
    """
    allowed = in_city(actor)
    with scope(actor):
        row = CounterAct.objects.filter(allowed, id=act_id).first() if act_id < 1 << 63 else None
    if row is None:
        raise NotFound
    return _view(actor, row, now)


def list_own_acts(actor: Actor, now: datetime) -> list[ActView]:
    """Return what windows did with the actor's own account, newest first.

    Raises:
        SignInRequired: nobody is signed in.
    """
    if actor.account_id is None:
        raise SignInRequired
    with scope(actor):
        rows = list(
            CounterAct.objects.filter(account_id=actor.account_id, state__in=[ActState.DONE, ActState.UNDONE])
            .defer("claim").order_by("-id")[:20]
        )  # fmt: skip
    return [_view(actor, row, now, is_owner=True) for row in rows]


def _view(actor: Actor, row: CounterAct, now: datetime, *, is_owner: bool = False) -> ActView:
    is_late = row.asked_at + DECIDE_WITHIN <= now
    light, words = STATE_WORDS[ActState(row.state)]
    if row.state == ActState.WAITING and is_late:
        light, words = "grey", "没有按时复核，作废"
    if row.is_disputed:
        words = "本人说不是自己办的，已撤回"
    within = DISPUTE_WITHIN if is_owner else UNDO_WITHIN
    may_undo = row.state == ActState.DONE and row.decided_at is not None and row.decided_at + within > now
    is_mine = row.asked_by_id == actor.account_id
    return ActView(
        act_id=row.id, act=Act(row.act), state=ActState(row.state), light=light, state_words=words,
        document=PaperKind(row.document).words, reason=row.reason,
        asked_by=row.asked_by_name, asked_at=row.asked_at, decided_by=row.decided_by_name, decided_at=row.decided_at,
        undone_at=row.undone_at, is_disputed=row.is_disputed, is_mine=is_mine, may_undo=may_undo,
        may_decide=row.state == ActState.WAITING and not is_late and not is_mine,
        **({} if is_owner else _about(row)),
    )  # fmt: skip


def _about(row: CounterAct) -> dict[str, str]:
    if not row.claim:
        return {}
    read = orjson.loads(decrypt(bytes(row.claim), context=handles.COUNTER_CLAIM))
    number = read["id_number"].rpartition("/")[2]
    about = {"name": mask_name(read["name"]), "id_number": mask_paper_number(number)}
    if "child_name" in read:
        about["child"] = f"{mask_name(read['child_name'])}，{mask_id_number(read['child_id_number'])}"
    return about
