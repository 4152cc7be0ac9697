"""Make an invitation for debts of one's own, and withdraw it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import orjson

from shimin.capabilities.payments.invitations.domain.links import MOST_OPEN, check_wish, title_of
from shimin.capabilities.payments.invitations.handles import invitation_secret, secret_hash
from shimin.capabilities.payments.invitations.models import LINES, Invitation
from shimin.capabilities.payments.public import (
    INVITED,
    AlreadyPaid,
    PayableClosed,
    ask_keeper,
    close_order,
    get_order_for,
)
from shimin.kernel import audit
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.crypto import encrypt
from shimin.kernel.db import require_no_transaction, scope
from shimin.kernel.errors import Conflict, InvalidInput, NotFound, SignInRequired
from shimin.kernel.ids import new_id
from shimin.kernel.rate import hit

_TRIES_AN_HOUR = 30


class TooManyInvitations(Conflict):
    """More open links than a family needs."""

    code = "too_many_invitations"
    message = f"最多同时有 {MOST_OPEN} 个代付链接。"
    mend = "请先撤回不用的。"


def invite(*, actor: Actor, lines: Sequence[tuple[str, str]], days: str, now: datetime) -> int:
    """Make a link by which anybody may pay these debts, and return the invitation's id. Not inside a transaction.

    ``days`` is how long it lasts: "1", "3" or "7". The debts' keepers are asked as the inviter.

    Raises:
        SignInRequired: nobody is signed in. InvalidInput: see ``check_wish``; several cities.
        NotFound: a debt is not there, or not theirs. AlreadyPaid, PayableClosed: it cannot be paid.
        TooManyInvitations, TooManyRequests: see the classes. Unavailable: a keeper does not answer.
    """
    require_no_transaction()
    if actor.account_id is None or actor.kind is not ActorKind.CITIZEN or actor.hat is not None:
        raise SignInRequired
    lasts = check_wish(lines, days)
    hit("invitations.invite", str(actor.account_id), limit=_TRIES_AN_HOUR, window_seconds=3600, now=now)
    owed = [ask_keeper(actor, kind, ref, now) for kind, ref in lines]
    for each in owed:
        if not each.is_open:
            raise PayableClosed(each.closed_words)
    if len({each.city_code for each in owed}) != 1:
        raise InvalidInput(fields={"debt": "不同城市的款项请分开请人代付。"})
    invitation_id = new_id()
    invitation = Invitation(
        id=invitation_id, account_id=actor.account_id, city_code=owed[0].city_code,
        link_hash=secret_hash(invitation_secret(invitation_id)),
        lines_sealed=encrypt(orjson.dumps([list(line) for line in lines]).decode(), context=LINES),
        title=title_of([each.title for each in owed]),
        payee_name="、".join(dict.fromkeys(each.payee_name for each in owed)),
        total_fen=sum(each.amount_fen for each in owed), created_at=now, expires_at=now + lasts,
    )  # fmt: skip
    with scope(actor):
        _check_room(actor, now)
        invitation.save(force_insert=True)
        audit.record(
            actor=actor, action="invitations.invite", target="invitation", target_id=invitation_id, now=now,
            city_code=invitation.city_code, details={"lines": len(lines), "fen": invitation.total_fen},
        )  # fmt: skip
    return invitation_id


def _check_room(actor: Actor, now: datetime) -> None:
    mine = Invitation.objects.filter(account_id=actor.account_id or 0, withdrawn_at=None, paid_at=None)
    if mine.filter(expires_at__gt=now).count() >= MOST_OPEN:
        raise TooManyInvitations


def invite_for_order(*, actor: Actor, order_id: int, days: str, now: datetime) -> int:
    """Have somebody else pay an open order of one's own: a link for its debts. The order itself is given up, so that
    its debts are free to be paid by the link.

    Raises:
        NotFound: not theirs. AlreadyPaid: it was paid. Otherwise see ``invite`` and ``close_order``.
    """
    order = get_order_for(actor=actor, order_id=order_id)
    if order.purpose == INVITED:  # it is somebody else's debt
        raise NotFound
    if order.is_paid:
        raise AlreadyPaid(order.captured_at or now, order_id)
    lines = [(line.kind, line.ref) for line in order.lines]
    check_wish(lines, days)
    close_order(actor=actor, order_id=order_id, now=now)
    return invite(actor=actor, lines=lines, days=days, now=now)


def withdraw_invitation(*, actor: Actor, invitation_id: int, now: datetime) -> None:
    """End a link at once. Who is at a gateway's cashier already may still pay there. Twice changes nothing.

    Raises:
        NotFound: it is not there, or another's.
    """
    with scope(actor):
        mine = Invitation.objects.select_for_update().filter(id=invitation_id, account_id=actor.account_id or 0).first()
        if mine is None:
            raise NotFound
        if mine.withdrawn_at is not None or mine.paid_at is not None:
            return
        mine.withdrawn_at = now
        mine.save(update_fields=["withdrawn_at"])
        audit.record(
            actor=actor, action="invitations.withdraw", target="invitation", target_id=invitation_id, now=now,
            city_code=mine.city_code,
        )  # fmt: skip
