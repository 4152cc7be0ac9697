"""Joining two accounts in one transaction: from then on the other one signs in nowhere, and its rows follow."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q

from shimin.capabilities.identity import handles
from shimin.capabilities.identity.domain import AccountStatus, EndReason
from shimin.capabilities.identity.domain.mandates import MandateState
from shimin.capabilities.identity.domain.merging import UNDO_WITHIN, MergedBy, MergeState
from shimin.capabilities.identity.events import AccountsMerged
from shimin.capabilities.identity.models import Account, AccountMerge, LoginHandle, Mandate, RecoverySheet, Session
from shimin.capabilities.identity.operations.mandates.hats import end_mandate
from shimin.capabilities.identity.operations.merging.proving import (
    MergeTicketExpired,
    lock_both,
    open_ticket,
    require_mergeable,
    require_survivor,
    require_unchanged,
)
from shimin.capabilities.identity.operations.opening import end_rows
from shimin.capabilities.identity.operations.refusals import refusals_recorded
from shimin.capabilities.identity.operations.risk.proving import require_proved
from shimin.capabilities.identity.queries.merges import compare_accounts
from shimin.capabilities.notices.public import send_text
from shimin.kernel import audit, events
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.db import auth_scope
from shimin.kernel.errors import Conflict, InvalidInput, SignInRequired
from shimin.kernel.ids import new_id
from shimin.kernel.values.masking import mask_phone


class MergeUnderstood(InvalidInput):
    """The box that says what merging means was not ticked."""

    code = "identity.merge_not_understood"

    def __init__(self) -> None:
        words = "请勾选“我知道合并后会怎样”。"
        super().__init__(words, mend=words, fields={"understood": words})


class ClashesFirst(Conflict):
    """Both accounts have something of which one may only have one, and somebody has to end one of them."""

    code = "identity.merge_clashes_first"
    message = "两个账号里有不能并存的内容，要先处理其中一个。"
    mend = "请按列表里的说明，先在其中一个账号里结束它，再回来合并。"


def merge_accounts(
    *, actor: Actor, ticket: str, theirs: Collection[str], understood: bool, now: datetime
) -> int:  # fmt: skip
    """Join the account that was proved to the actor's and return the merge's id.

    ``theirs`` names the clashes in which the other account's is kept (keys of the proposal). The other account's
    sessions end here; its rows follow by the worker, within seconds. Of two requests at once one comes through, and so
    of two accounts that are joined to each other.

    Raises:
        MergeUnderstood: mend the input.
        ClashesFirst: something has to be ended first.
        MergeTicketExpired: prove the other account again.
        SameAccount, OtherPersonsAccount, MergeCooling: these two are not merged.
        ProofRequired: the risk rules hold the session.
        SignInRequired, OwnHatRequired, LevelRequired: the account that stays is the one with a proven name.
    """
    account_id = require_survivor(actor)
    with refusals_recorded(actor, "identity.merge_accounts", now):
        if not understood:
            raise MergeUnderstood
        known = open_ticket(actor, ticket, now)
        with auth_scope(actor):
            require_proved(actor)
            seen = {row.id: row for row in Account.objects.filter(id__in=(account_id, known.other_id))}
        require_unchanged(seen.get(account_id), seen.get(known.other_id), known)
        proposal = compare_accounts(seen[account_id], seen[known.other_id])
        if proposal.is_blocked:
            raise ClashesFirst
        offered = {clash.key for clash in proposal.clashes if clash.may_choose}
        with auth_scope(actor):
            account, other = lock_both(account_id, known.other_id)
            require_unchanged(account, other, known)
            if account is None or other is None:
                raise MergeTicketExpired
            if not Session.objects.filter(id=actor.session_id or 0, account=account, ended_at=None).exists():
                raise SignInRequired
            require_mergeable(account, other)
            return join_locked(
                actor=actor, account=account, other=other, theirs=sorted(offered & set(theirs)), by=MergedBy.OWNER,
                now=now,
            )  # fmt: skip


def join_locked(
    *, actor: Actor, account: Account, other: Account, theirs: Collection[str], by: MergedBy, now: datetime
) -> int:
    """Write the merge of two locked accounts, in the caller's auth scope."""
    merge = AccountMerge(
        id=new_id(), account=account, merged_account=other, merged_by=by, kept_theirs=list(theirs), merged_at=now,
        undo_until=now + UNDO_WITHIN, state=MergeState.COOLING,
    )  # fmt: skip
    merge.save(force_insert=True)
    _end_between(actor, account, other, now)
    owner = Actor(ActorKind.CITIZEN, account_id=other.id)
    open_ids = Session.objects.filter(account=other, ended_at=None).values_list("id", flat=True)
    end_rows(owner, list(open_ids), EndReason.MERGED, now)
    RecoverySheet.objects.filter(account=other, used_at=None, voided_at=None).update(voided_at=now)
    # A handle that the other account had from an earlier merge goes along as it is: the phones all lead here.
    LoginHandle.objects.filter(account=other, merge_id=None).update(merge_id=merge.id, free_from=merge.undo_until)
    LoginHandle.objects.filter(account=other).update(account=account)
    other.status, other.version = AccountStatus.MERGED, other.version + 1
    other.save(update_fields=["status", "version"])
    for target, about in ((account, other), (other, account)):
        audit.record(
            actor=actor, action="identity.merge_accounts", target="account", target_id=target.id, now=now,
            details={"merge": str(merge.id), "other": str(about.id), "by": by, "stays": str(account.id)},
        )  # fmt: skip
    tell_phones(account, other, "merged", now)
    event = AccountsMerged(account_id=account.id, merged_account_id=other.id, merge_id=merge.id)
    events.emit(event, aggregate="identity.account_merge", aggregate_id=merge.id, version=1, now=now)
    return merge.id


def tell_phones(account: Account, other: Account, what: str, now: datetime) -> None:
    """Text both phones, each with the other one's number masked."""
    phone, other_phone = handles.open_phone(account.phone), handles.open_phone(other.phone)
    if phone:
        other_words = mask_phone(other_phone) if other_phone else "用登录号登录的账号"
        send_text(phone=phone, template=f"identity.{what}_stays", values={"other": other_words}, now=now)
    if other_phone:
        words = mask_phone(phone) if phone else "用登录号登录的账号"
        send_text(phone=other_phone, template=f"identity.{what}_other", values={"other": words}, now=now)


def _end_between(actor: Actor, account: Account, other: Account, now: datetime) -> None:
    """Nobody acts for themselves: mandates between the two end, and do not come back with an undoing."""
    between = Q(account=other, person_id=account.person_id, person__isnull=False) | Q(
        account=other, principal_account=account
    ) | Q(account=account, principal_account=other)  # fmt: skip
    rows = Mandate.objects.select_for_update(of=("self",)).filter(between, state=MandateState.ACTIVE)
    for mandate in rows.order_by("id"):
        end_mandate(actor, mandate, account.id, now)
