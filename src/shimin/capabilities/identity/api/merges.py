"""JSON routes of merging: prove the other account, look, join, the record, and the way back."""

from __future__ import annotations

from dataclasses import asdict

from django.http import HttpRequest
from ninja import Router, Status

from shimin.capabilities.identity.api.schemas import (
    MergeIn,
    MergeOut,
    MergeProofIn,
    MergeProposalOut,
    MergeUndoIn,
    PasswordIn,
)
from shimin.capabilities.identity.devices import client_from
from shimin.capabilities.identity.operations.merging.joining import merge_accounts
from shimin.capabilities.identity.operations.merging.proving import OtherClaim, look_at_merge, prove_other
from shimin.capabilities.identity.operations.merging.undoing import undo_merge, undo_merge_by_phone
from shimin.capabilities.identity.queries.merges import MergeView, list_merges
from shimin.kernel import clock
from shimin.kernel.actor import ANONYMOUS
from shimin.kernel.web.access import Request
from shimin.kernel.web.api import IdText, Public, SignedIn

router = Router()


@router.post(
    "/me/merges/proofs", auth=SignedIn(level=2), operation_id="prove_other_account", response=MergeProposalOut,
    summary="合并账号：确认另一个账号",
)  # fmt: skip
def post_proof(request: Request, body: MergeProofIn) -> MergeProposalOut:
    """Prove that the other account is one's own too, and see what both carry. Nothing is changed yet."""
    ticket = prove_other(
        actor=request.actor, claim=OtherClaim(**body.model_dump()), client=client_from(request), now=clock.now()
    )
    proposal = look_at_merge(actor=request.actor, ticket=ticket, now=clock.now())
    return MergeProposalOut(ticket=ticket, is_blocked=proposal.is_blocked, **asdict(proposal))


@router.post(
    "/me/merges", auth=SignedIn(level=2), operation_id="merge_accounts", response={201: MergeOut}, summary="合并账号"
)
def post_merge(request: Request, body: MergeIn) -> Status[MergeView]:
    """Join the proved account to this one. It can be undone for seven days."""
    now = clock.now()
    merge_id = merge_accounts(
        actor=request.actor, ticket=body.ticket, theirs=body.theirs, understood=body.understood, now=now
    )
    return Status(201, next(row for row in list_merges(request.actor, now) if row.merge_id == merge_id))


@router.get(
    "/me/merges", auth=SignedIn(), operation_id="list_merges", response=list[MergeOut], summary="合并记录"
)  # fmt: skip
def get_merges(request: Request) -> list[MergeView]:
    """List the merges of the account, newest first."""
    return list_merges(request.actor, clock.now())


@router.post(
    "/me/merges/{merge_id}/undo", auth=SignedIn(level=2), operation_id="undo_merge", response={204: None},
    summary="撤销合并",
)  # fmt: skip
def post_undo(request: Request, merge_id: IdText, body: PasswordIn) -> Status[None]:
    """Give the other account back, within its seven days."""
    undo_merge(actor=request.actor, merge_id=int(merge_id), password=body.password, now=clock.now())
    return Status(204, None)


@router.post(
    "/account/merge-undos", auth=Public(), operation_id="undo_merge_by_phone", response={204: None},
    summary="用手机号撤销合并",
)  # fmt: skip
def post_undo_by_phone(request: HttpRequest, body: MergeUndoIn) -> Status[None]:
    """Give the account of a phone back that was joined to another one, with a code sent to that phone."""
    undo_merge_by_phone(actor=ANONYMOUS, phone=body.phone, code=body.code, client=client_from(request), now=clock.now())
    return Status(204, None)
