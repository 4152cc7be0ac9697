"""Identity's own part of a person's data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q

from shimin.capabilities.identity import handles
from shimin.capabilities.identity.models import (
    Account,
    AccountMerge,
    CodeGenerator,
    Consent,
    CounterAct,
    KnownDevice,
    LevelProof,
    Passkey,
    PersonHandle,
    RiskDecision,
    Session,
)
from shimin.capabilities.identity.personal_data import PersonalData, Rows, register_personal_data
from shimin.capabilities.identity.queries.mandates import list_mandates
from shimin.capabilities.identity.queries.rights import RightView, list_own_rights
from shimin.capabilities.notices.public import erase_notices, list_notices, way_of
from shimin.kernel import clock
from shimin.kernel.actor import SYSTEM, Actor
from shimin.kernel.crypto import decrypt
from shimin.kernel.db import auth_scope, scope

_MOST = 5_000


def export_identity(actor: Actor) -> Rows:
    """Return account, proofs, devices, sessions, consents and mandates, unmasked: they are the person's own."""
    further = _further_papers(actor)
    with scope(actor):
        account = Account.objects.select_related("person").defer("password").get(id=actor.account_id or 0)
        mine = {"account_id": account.id}
        rows = [
            {**_account(account), "further_papers": further},
            *_rows("proof", LevelProof.objects.filter(**mine), "level", "method", "verified_at", "expires_at"),
            *_rows(
                "device", KnownDevice.objects.filter(**mine), "device_label", "name", "network", "first_seen_at",
                "last_seen_at",
            ),
            *_rows(
                "risk_decision", RiskDecision.objects.filter(**mine), "act", "outcome", "rules", "device_label",
                "network", "amount_fen", "decided_at", "answer", "answered_at",
            ),
            *_rows(
                "session", Session.objects.filter(**mine), "device_label", "network", "method", "created_at",
                "last_seen_at", "ended_at", "end_reason",
            ),
            *_rows("consent", Consent.objects.filter(**mine), "purpose_code", "text", "given_at", "withdrawn_at"),
            *_rows("passkey", Passkey.objects.filter(**mine), "label", "is_synced", "created_at", "last_used_at"),
            *_rows(
                "counter_act", CounterAct.objects.filter(**mine), "act", "state", "reason", "asked_by_name",
                "decided_by_name", "asked_at", "decided_at", "undone_at",
            ),
            *map(_merge, AccountMerge.objects.filter(Q(account=account) | Q(merged_account=account)).order_by("id")),
            *map(_right, list_own_rights(actor, clock.now())),
            *_rows("code_app", CodeGenerator.objects.filter(**mine), "created_at", "last_used_at"),
        ]  # fmt: skip
    mandates = list_mandates(actor, clock.now())
    for mandate in (*mandates.mine, *mandates.given):
        rows.append(
            {
                "kind": "mandate", "agent": mandate.agent, "principal": mandate.principal, "scope": list(mandate.scope),
                "relation": mandate.relation, "starts_at": mandate.starts_at, "ends_at": mandate.ends_at,
                "withdrawn_at": mandate.withdrawn_at,
            }
        )  # fmt: skip
    return rows


def erase_identity(account_id: int, person_id: int | None, now: datetime) -> int:
    """Erase nothing more: what identifies the person went with the closing itself."""
    return 0


def export_notices(actor: Actor) -> Rows:
    """Return the inbox, oldest page last."""
    rows: list[Mapping[str, Any]] = [{"told_by": str(way_of(actor))}]
    before: int | None = None
    while page := list_notices(actor, before_id=before, limit=100):
        rows += [
            {"title": each.title, "text": each.text, "created_at": each.created_at, "is_read": each.is_read}
            for each in page
        ]
        before = page[-1].notice_id
        if len(rows) >= _MOST:
            break
    return rows


def erase_inbox(account_id: int, person_id: int | None, now: datetime) -> int:
    """Delete the inbox."""
    with scope(SYSTEM):
        return erase_notices(account_id=account_id)


def _account(account: Account) -> dict[str, Any]:
    person = account.person
    paper = handles.open_paper(person.id_number, person.birth_date) if person else None
    return {
        "kind": "account",
        "phone": handles.open_phone(account.phone),
        "name": decrypt(bytes(person.name), context=handles.PERSON_NAME) if person else None,
        "document": paper.kind if paper else None,
        "id_number": paper.number if paper else None,
        "birth_date": paper.birth_date if paper else None,
        "issuer": paper.issuer if paper else None,
        "level": account.level,
        "level_until": account.level_until,
        "created_at": account.created_at,
    }


def _further_papers(actor: Actor) -> list[str]:
    """Return the texts of papers beside the one that is asked with (kind/issuer/number, or the number)."""
    with auth_scope(actor):
        rows = PersonHandle.objects.filter(account_id=actor.account_id or 0, paper__isnull=False).order_by("hash")
        return [decrypt(bytes(row.paper or b""), context=handles.FURTHER_PAPER) for row in rows]


def _merge(row: AccountMerge) -> dict[str, Any]:
    return {
        "kind": "account_merge", "account_id": str(row.account_id), "merged_account_id": str(row.merged_account_id),
        "state": row.state, "merged_by": row.merged_by, "merged_at": row.merged_at, "undone_at": row.undone_at,
    }  # fmt: skip


def _right(row: RightView) -> dict[str, Any]:
    return {
        "kind": "right_request", "right": row.right, "state": row.state, "words": row.words, "answer": row.answer,
        "asked_at": row.asked_at, "due_at": row.due_at, "answered_at": row.answered_at,
    }  # fmt: skip


def _rows(kind: str, found: Any, *names: str) -> list[dict[str, Any]]:
    return [{"kind": kind, **row} for row in found.order_by("id").values(*names)[:_MOST]]


register_personal_data(
    PersonalData(
        key="identity", title="账号和身份",
        tables=(
            "identity_account", "identity_person", "identity_level_proof", "identity_known_device", "identity_consent",
            "identity_code_generator", "identity_recovery_code", "identity_passkey", "identity_mandate",
            "identity_mandate_offer", "identity_counter_act", "identity_recovery_sheet",
            "identity_right_request", "identity_risk_decision", "identity_kept_form",
            "identity_staff_grant", "identity_staff_change", "identity_merged_rows",
        ),
        export=export_identity, erase=erase_identity,
        kept="同意书和代办记录（只有编号，认不出是谁）继续保留，用来证明当时经过您同意；登录时间和设备保留六个月（网络安全法第二十一条）。",
    )
)  # fmt: skip
register_personal_data(
    PersonalData(
        key="notices", title="消息", tables=("notices_notice", "notices_forwarding"), export=export_notices,
        erase=erase_inbox, kept="",
    )
)  # fmt: skip
