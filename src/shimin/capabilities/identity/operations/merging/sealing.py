"""Sealing a merge when its days are over: what still identified the closed account is erased."""

from __future__ import annotations

from datetime import datetime

from shimin.capabilities.identity.domain.merging import MergeState
from shimin.capabilities.identity.models import (
    Account,
    AccountMerge,
    CodeGenerator,
    KeptForm,
    KnownDevice,
    Passkey,
    RecoveryCode,
    RecoverySheet,
)
from shimin.capabilities.identity.operations.merging.carrying import carry_on
from shimin.kernel import audit
from shimin.kernel.actor import SYSTEM
from shimin.kernel.db import scope


def seal_merges(now: datetime) -> int:
    """Seal the merges whose days are over, each in a transaction of its own; return how many."""
    with scope(SYSTEM):
        due = AccountMerge.objects.filter(state=MergeState.COOLING, undo_until__lte=now).order_by("id")
        ids = list(due.values_list("id", flat=True)[:500])
    return sum(_seal(merge_id, now) for merge_id in ids)


def _seal(merge_id: int, now: datetime) -> int:
    carry_on(merge_id=merge_id, now=now)
    with scope(SYSTEM):
        merge = AccountMerge.objects.select_for_update().get(id=merge_id)
        if merge.state != MergeState.COOLING:
            return 0
        erased = {
            model._meta.db_table: model.objects.filter(account_id=merge.merged_account_id).delete()[0]
            for model in (CodeGenerator, RecoveryCode, Passkey, KnownDevice, KeptForm, RecoverySheet)
        }
        Account.objects.filter(id=merge.merged_account_id).update(phone=b"", password="")
        merge.state, merge.sealed_at = MergeState.SEALED, now
        merge.save(update_fields=["state", "sealed_at"])
        for account_id in (merge.account_id, merge.merged_account_id):
            audit.record(
                actor=SYSTEM, action="identity.seal_merge", target="account", target_id=account_id, now=now,
                details={"merge": str(merge.id), "erased": erased},
            )  # fmt: skip
        return 1
