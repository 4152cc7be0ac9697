"""Whoever has the link sees what is asked for and pays it, signed in or not; the inviter learns that it was paid."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from django.db import connection

from shimin.capabilities.payments.invitations.domain.links import public_title
from shimin.capabilities.payments.invitations.models import Invitation
from shimin.capabilities.payments.invitations.queries.invitations import (
    InvitationState,
    InvitationView,
    OpenedInvitation,
    invitation_view,
    open_by_link,
)
from shimin.capabilities.payments.public import INVITED, AlreadyPaid, LineState, Owed, ask_keeper, get_order, place_owed
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.db import require_no_transaction, scope
from shimin.kernel.errors import Conflict, NotFound, Unavailable
from shimin.kernel.ids import new_id
from shimin.kernel.rate import hit

# A link that is passed around asks the billers each time: enough for a family's chat group.
_OPENED_AN_HOUR = 120
log = structlog.get_logger("shimin.invitations")


class InvitationOver(Conflict):
    """The link was withdrawn, has run out, or what it asks for is not owed any more."""

    code = "invitation_over"
    message = "这个代付链接已经失效，不用付款。"
    mend = "可以请对方看看是不是已经缴清，或重新发一个链接。"


@dataclass(frozen=True, slots=True)
class InvitedLine:
    """One debt of an invitation, told without whose it is."""

    title: str
    payee_name: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class InvitationOffer:
    """What the link asks for now. ``lines`` is empty when nothing can be paid by it; ``is_known`` False: not known."""

    view: InvitationView
    state: InvitationState
    lines: tuple[InvitedLine, ...]
    is_known: bool = True

    @property
    def total_fen(self) -> int:
        return sum(line.amount_fen for line in self.lines)


def read_offer(*, actor: Actor, invitation_id: int, link: str, now: datetime) -> InvitationOffer:
    """Return what a link asks for, as the keepers say now. Not inside a transaction.

    Raises:
        NotFound: there is no such link. TooManyRequests: it is opened more often than people do.
    """
    found = open_by_link(actor=actor, invitation_id=invitation_id, link=link)
    state = found.view.state_at(now)
    if state is not InvitationState.OPEN:
        return InvitationOffer(found.view, state, ())
    _count(invitation_id, now)
    try:
        owed = _ask(found, now)
    except Unavailable as error:
        log.warning("invitations.not_asked", invitation_id=invitation_id, code=error.code)
        return InvitationOffer(found.view, state, (), is_known=False)
    except (AlreadyPaid, NotFound):
        return InvitationOffer(found.view, InvitationState.PAID, ())
    return InvitationOffer(
        found.view,
        state if owed else InvitationState.PAID,
        tuple(InvitedLine(each.title, each.payee_name, each.amount_fen) for each in owed),
    )


def answer_invitation(*, actor: Actor, invitation_id: int, link: str, key: str, now: datetime) -> int:
    """Place the order of whoever pays by the link and return its id; it is theirs, not the inviter's.

    Without an account who holds the order's own link sees it. Idempotent for ever per (payer, key). Not inside a
    transaction.

    Raises:
        NotFound: there is no such link. InvitationOver: see the class.
        AlreadyPaid, BeingPaid, PayableClosed: see ``create_order``. Unavailable: a keeper does not answer.
    """
    require_no_transaction()
    found = open_by_link(actor=actor, invitation_id=invitation_id, link=link)
    if found.view.state_at(now) is not InvitationState.OPEN:
        raise InvitationOver
    _count(invitation_id, now)
    try:
        owed = _ask(found, now)
    except NotFound:
        raise InvitationOver from None
    if not owed:
        raise InvitationOver
    order_id = place_owed(actor=actor, owed=owed, purpose=INVITED, idempotency_key=key, now=now)
    with scope(actor), connection.cursor() as cursor:
        cursor.execute("SELECT invitations_note_order(%s, %s, %s, %s)", [invitation_id, new_id(), order_id, now])
    return order_id


def _count(invitation_id: int, now: datetime) -> None:
    hit("invitations.open", str(invitation_id), limit=_OPENED_AN_HOUR, window_seconds=3600, now=now)


def _ask(found: OpenedInvitation, now: datetime) -> list[Owed]:
    """Ask the keepers with the inviter's account, as the inviter has allowed, and as no person; what is closed is left
    out, and of each debt only what may be told to anybody is kept."""
    inviter = Actor(ActorKind.CITIZEN, account_id=found.account_id)
    owed = []
    for kind, ref in found.lines:
        try:
            each = ask_keeper(inviter, kind, ref, now)
        except AlreadyPaid:
            continue
        if each.is_open and each.amount_fen > 0:
            owed.append(replace(each, title=public_title(each.title), details=()))
    return owed


def note_paid(order_id: int, now: datetime) -> tuple[int, InvitationView] | None:
    """Note that an invitation's order is settled and return inviter and invitation, None when there is nothing to
    tell; for the worker, in its scope. Repeating it changes nothing."""
    invitation = (
        Invitation.objects.select_for_update(of=("self",)).filter(orders__order_id=order_id, paid_at=None).first()
    )
    if invitation is None:
        return None
    order = get_order(order_id)
    if not any(line.state is LineState.SETTLED for line in order.lines):
        return None
    invitation.paid_at = now
    invitation.save(update_fields=["paid_at"])
    return invitation.account_id, invitation_view(invitation)
