"""Ending sessions: this one, another one, all others."""

from __future__ import annotations

from datetime import datetime

from shimin.capabilities.identity.domain import EndReason
from shimin.capabilities.identity.models import Session
from shimin.capabilities.identity.operations.opening import end_rows
from shimin.kernel.actor import Actor
from shimin.kernel.db import scope
from shimin.kernel.errors import NotFound, ProofRequired, SignInRequired


def sign_out(*, actor: Actor, now: datetime) -> None:
    """End the actor's own session; without one, nothing happens (a second click is no error)."""
    if actor.session_id is None:
        return
    with scope(actor):
        end_rows(actor, [actor.session_id], EndReason.SIGNED_OUT, now)


def end_session(*, actor: Actor, session_id: int, now: datetime) -> None:
    """End one of the actor's sessions.

    Raises:
        NotFound: the actor has no such open session.
        ProofRequired: it is another one's end, and the risk rules hold the session that asks.
        SignInRequired: nobody is signed in.
    """
    if actor.account_id is None:
        raise SignInRequired
    with scope(actor):
        if session_id != actor.session_id:
            _require_trusted(actor)
        # a number that no id can have would only make the database complain
        if session_id >= 1 << 63 or end_rows(actor, [session_id], EndReason.ENDED_BY_OWNER, now) == 0:
            raise NotFound("这台设备已经退出登录。", mend="请刷新列表查看最新情况。")


def end_other_sessions(*, actor: Actor, now: datetime) -> int:
    """End all of the actor's sessions but this one and return how many.

    Raises:
        ProofRequired: the risk rules hold the session that asks: a thief must not put the owner out.
        SignInRequired: nobody is signed in.
    """
    if actor.account_id is None or actor.session_id is None:
        raise SignInRequired
    with scope(actor):
        _require_trusted(actor)
        others = Session.objects.filter(account_id=actor.account_id, ended_at=None).exclude(id=actor.session_id)
        return end_rows(actor, list(others.values_list("id", flat=True)), EndReason.ENDED_BY_OWNER, now)


def _require_trusted(actor: Actor) -> None:
    if Session.objects.filter(id=actor.session_id or 0, account_id=actor.account_id or 0, is_held=True).exists():
        raise ProofRequired
