"""Write a difference off with four eyes: one finance officer proposes it, another agrees, the ledger shows it.

A write-off brings the gateway's account to what the gateway says, against ``write_off``. Nothing is changed or deleted.
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from shimin.capabilities.payments.domain.ledger import WRITE_OFF, EntryKind
from shimin.capabilities.payments.operations.posting import Side, post
from shimin.capabilities.payments.public import FINANCE, SameTwoEyes, gateway_account
from shimin.capabilities.payments.reconciliation.domain.differences import (
    LONGEST_WORDS,
    Kind,
    Way,
    can_be_written_off,
    write_off_fen,
)
from shimin.capabilities.payments.reconciliation.models import Difference, WriteOff
from shimin.capabilities.payments.reconciliation.operations.closing import DifferenceClosed
from shimin.kernel import audit
from shimin.kernel.actor import Actor
from shimin.kernel.db import scope
from shimin.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound
from shimin.kernel.ids import new_id


class NotToWriteOff(Conflict):
    """No money of ours is on one side only: there is another way to end it."""

    code = "not_to_write_off"
    message = "这种差异不能核销。"
    mend = "请按差异旁边写的办法处理。"


class WriteOffProposed(Conflict):
    """Somebody has proposed it; it waits for another officer."""

    code = "write_off_proposed"
    message = "这条差异已经有人提请核销。"
    mend = "请由另一位财务人员复核。"


class WriteOffDecided(Conflict):
    """Somebody has decided on it."""

    code = "write_off_decided"
    message = "这笔核销已经有人处理过。"
    mend = "请刷新页面，看看最新情况。"


class DifferenceChanged(Conflict):
    """A later comparison found other sums than those that were to be written off."""

    code = "difference_changed"
    message = "提请以后，这条差异的金额变了。"
    mend = "请不同意这一笔，按新的金额重新提请。"


def propose_write_off(*, actor: Actor, difference_id: int, words: str, now: datetime) -> int:
    """Propose to write an open difference off, and return the proposal's id. The difference stays open meanwhile.

    Raises:
        Forbidden: no finance officer. NotFound: none in the officer's city. DifferenceClosed, NotToWriteOff,
        WriteOffProposed: see the classes. InvalidInput: the words.
    """
    _require_finance(actor)
    assert actor.account_id is not None, "_require_finance has looked"
    words = words.strip()
    with scope(actor):
        found = Difference.objects.select_for_update().filter(id=difference_id).first()
        if found is None:
            raise NotFound
        if found.state != "open":
            raise DifferenceClosed
        if not can_be_written_off(Kind(found.difference_kind), found.gateway, found.statement_fen, found.ledger_fen):
            raise NotToWriteOff
        if not 1 <= len(words) <= LONGEST_WORDS:
            raise InvalidInput(fields={"words": f"请写明为什么核销、依据什么（{LONGEST_WORDS}字以内）。"})
        proposal = WriteOff(
            id=new_id(), city_code=found.city_code, difference_id=found.id, gateway=found.gateway,
            amount_fen=write_off_fen(found.statement_fen, found.ledger_fen), words=words,
            statement_fen=found.statement_fen, ledger_fen=found.ledger_fen,
            proposed_by_id=actor.account_id, proposed_at=now,
        )  # fmt: skip
        try:
            with transaction.atomic():
                proposal.save(force_insert=True)
        except IntegrityError:
            raise WriteOffProposed from None
        audit.record(
            actor=actor, action="reconciliation.propose_write_off", target="difference", target_id=found.id, now=now,
            city_code=found.city_code, details={"fen": proposal.amount_fen, "write_off": proposal.id},
        )  # fmt: skip
    return proposal.id


def decide_write_off(*, actor: Actor, write_off_id: int, agree: bool, now: datetime) -> None:
    """Agree to a write-off, which is then booked and ends the difference, or decline it; never one's own.

    Raises:
        Forbidden, NotFound, WriteOffDecided, SameTwoEyes: see the classes.
        DifferenceClosed, DifferenceChanged: it cannot be agreed to any more, only declined.
    """
    _require_finance(actor)
    with scope(actor):
        proposal = WriteOff.objects.select_for_update().filter(id=write_off_id).first()
        if proposal is None:
            raise NotFound
        if proposal.stage != "proposed":
            raise WriteOffDecided
        if proposal.proposed_by_id == actor.account_id:
            raise SameTwoEyes
        if agree:
            proposal.transaction_id = _book(actor, proposal, now)
        proposal.stage = "agreed" if agree else "declined"
        proposal.decided_by_id, proposal.decided_at = actor.account_id, now
        proposal.save(update_fields=["stage", "decided_by_id", "decided_at", "transaction_id"])
        audit.record(
            actor=actor, action=f"reconciliation.{'agree' if agree else 'decline'}_write_off", target="difference",
            target_id=proposal.difference_id, now=now, city_code=proposal.city_code,
            details={"fen": proposal.amount_fen, "write_off": proposal.id},
        )  # fmt: skip


def _book(actor: Actor, proposal: WriteOff, now: datetime) -> int:
    found = Difference.objects.select_for_update().get(id=proposal.difference_id)
    if found.state != "open":
        raise DifferenceClosed
    if (found.statement_fen, found.ledger_fen) != (proposal.statement_fen, proposal.ledger_fen):
        raise DifferenceChanged
    found.state, found.way, found.words = "closed", str(Way.WRITTEN_OFF), proposal.words
    found.closed_at, found.closed_by_id = now, actor.account_id
    found.save(update_fields=["state", "way", "words", "closed_at", "closed_by_id"])
    sides = [
        Side(gateway_account(proposal.gateway), proposal.amount_fen),
        Side(WRITE_OFF, -proposal.amount_fen),
    ]
    return post(
        city_code=proposal.city_code, kind=EntryKind.WRITE_OFF, sides=sides, now=now, order_id=found.order_id,
        document=f"write_off:{proposal.id}",
    )  # fmt: skip


def _require_finance(actor: Actor) -> None:
    if not actor.has_role(FINANCE) or actor.account_id is None:
        raise Forbidden
