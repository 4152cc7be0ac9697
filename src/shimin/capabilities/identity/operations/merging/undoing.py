"""Taking a merge back within its days: by the account that stays, or with a code to the other one's phone."""

from __future__ import annotations

from datetime import datetime

from shimin.capabilities.identity import handles
from shimin.capabilities.identity.domain import AccountStatus, Client, CodePurpose
from shimin.capabilities.identity.domain.merging import MergedBy, MergeState
from shimin.capabilities.identity.events import MergeUndone
from shimin.capabilities.identity.models import Account, AccountMerge, LoginHandle
from shimin.capabilities.identity.operations.codes import CodeRejected, spend_code, try_code
from shimin.capabilities.identity.operations.factors.enrolling import check_password
from shimin.capabilities.identity.operations.merging.joining import tell_phones
from shimin.capabilities.identity.operations.merging.proving import require_survivor
from shimin.capabilities.identity.operations.refusals import refusals_recorded
from shimin.kernel import audit, events
from shimin.kernel.actor import Actor
from shimin.kernel.db import auth_scope
from shimin.kernel.errors import Conflict, NotFound
from shimin.kernel.values.phones import normalise_phone


class TooLateToUndoMerge(Conflict):
    """It was taken back already, or its seven days are over."""

    code = "identity.merge_too_late"
    message = "这次合并已经撤销，或超过了可以撤销的7天。"
    mend = "请刷新看看。7天过后还要分开的，可以用另一个手机号重新注册账号。"


def undo_merge(*, actor: Actor, merge_id: int, password: str, now: datetime) -> None:
    """Give the other account back, by the account that stays.

    Raises:
        SecondFactorNeedsPassword: the password is wrong.
        NotFound: the actor has no such merge.
        TooLateToUndoMerge: see the class.
        SignInRequired, OwnHatRequired, LevelRequired, ProofRequired, SignInThrottled: see ``merge_accounts``.
    """
    account_id = require_survivor(actor)
    with refusals_recorded(actor, "identity.undo_merge", now):
        check_password(actor, password, now)
        with auth_scope(actor):
            undo_locked(actor=actor, merge=lock_merge(merge_id, account_id=account_id), by=MergedBy.OWNER, now=now)


def undo_merge_by_phone(*, actor: Actor, phone: str, code: str, client: Client, now: datetime) -> None:
    """Give the account of this phone back with a code sent to it: for whoever did not want the merge at all.

    Raises:
        CodeRejected: the code is wrong, or the phone's account was not merged.
        TooLateToUndoMerge: see the class.
        PhoneInvalid, CodeThrottled: see ``request_code``.
    """
    with refusals_recorded(actor, "identity.undo_merge", now):
        phone = normalise_phone(phone)
        tried = try_code(
            actor=actor, phone=phone, purpose=CodePurpose.UNDO_MERGE, code=code, client=client, now=now
        )  # fmt: skip
        with auth_scope(actor):
            handle = LoginHandle.objects.filter(hash__in=handles.phone_hashes(phone)).exclude(merge_id=None).first()
            if handle is None:
                raise CodeRejected
            merge = lock_merge(handle.merge_id or 0)
            spend_code(tried, now)
            undo_locked(actor=actor, merge=merge, by=MergedBy.OTHER, now=now)


def lock_merge(merge_id: int, *, account_id: int | None = None) -> AccountMerge:
    """Lock a merge, of one account if it is given.

    Raises:
        NotFound: there is none.
    """
    rows = AccountMerge.objects.select_for_update(of=("self",)).filter(id=merge_id if 0 <= merge_id < 1 << 63 else 0)
    merge = (rows if account_id is None else rows.filter(account_id=account_id)).first()
    if merge is None:
        raise NotFound
    return merge


def undo_locked(*, actor: Actor, merge: AccountMerge, by: MergedBy, now: datetime) -> None:
    """Take a locked merge back, in the caller's auth scope; the rows follow by the worker.

    Raises:
        TooLateToUndoMerge: see the class.
    """
    if merge.state != MergeState.COOLING or merge.undo_until <= now:
        raise TooLateToUndoMerge
    ids = (merge.account_id, merge.merged_account_id)
    rows = {row.id: row for row in Account.objects.select_for_update(of=("self",)).filter(id__in=ids).order_by("id")}
    account, other = rows[merge.account_id], rows[merge.merged_account_id]
    LoginHandle.objects.filter(merge_id=merge.id).update(account=other, merge_id=None, free_from=None)
    other.status, other.version = AccountStatus.ACTIVE, other.version + 1
    other.save(update_fields=["status", "version"])
    merge.state, merge.undone_at, merge.undone_by = MergeState.UNDONE, now, by
    merge.save(update_fields=["state", "undone_at", "undone_by"])
    for target, about in ((account, other), (other, account)):
        audit.record(
            actor=actor, action="identity.undo_merge", target="account", target_id=target.id, now=now,
            details={"merge": str(merge.id), "other": str(about.id), "by": by},
        )  # fmt: skip
    tell_phones(account, other, "unmerged", now)
    event = MergeUndone(account_id=account.id, merged_account_id=other.id, merge_id=merge.id)
    events.emit(event, aggregate="identity.account_merge", aggregate_id=merge.id, version=2, now=now)
