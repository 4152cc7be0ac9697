"""The person's own data: everything as a file, and closing the account."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q

from shimin.capabilities.identity import passwords
from shimin.capabilities.identity.domain import AccountStatus, EndReason
from shimin.capabilities.identity.domain.mandates import MandateState
from shimin.capabilities.identity.events import AccountClosed
from shimin.capabilities.identity.models import (
    Account,
    CodeGenerator,
    Consent,
    KeptForm,
    KnownDevice,
    LoginHandle,
    Mandate,
    MandateOffer,
    Passkey,
    Person,
    PersonHandle,
    PersonLikeness,
    RecoveryCode,
    RecoverySheet,
    RightRequest,
    Session,
)
from shimin.capabilities.identity.operations import limits
from shimin.capabilities.identity.operations.mandates.hats import end_mandate
from shimin.capabilities.identity.operations.opening import end_rows
from shimin.capabilities.identity.operations.refusals import refusals_recorded
from shimin.capabilities.identity.operations.risk.proving import require_proved
from shimin.capabilities.identity.operations.signing_in import PasswordWrong
from shimin.capabilities.identity.personal_data import personal_data_parts
from shimin.capabilities.identity.queries import get_account_view
from shimin.capabilities.identity.queries.merges import has_cooling_merge
from shimin.kernel import audit, events
from shimin.kernel.actor import SYSTEM, Actor, ActorKind
from shimin.kernel.db import auth_scope, scope
from shimin.kernel.errors import Conflict, InvalidInput, LevelRequired, OwnHatRequired, SignInRequired


class ClosingUnderstood(InvalidInput):
    """The box that says what closing means was not ticked."""

    code = "identity.closing_not_understood"

    def __init__(self) -> None:
        words = "请勾选“我知道注销后不能恢复”。"
        super().__init__(words, mend=words, fields={"understood": words})


class ClosingTooSoon(Conflict):
    """Another account was joined to this one and may still be taken back: closing would destroy what is its own."""

    code = "identity.closing_too_soon"
    message = "您刚合并了另一个账号，7天内还可以撤销，这期间不能注销。"
    mend = "请等7天过后再注销；想把两个账号分开注销的，请先在“合并账号”里撤销合并。"


def export_own_data(*, actor: Actor, now: datetime) -> dict[str, Any]:
    """Return everything the platform holds about the actor, unmasked; the taking of the copy is audited.

    Raises:
        SignInRequired, OwnHatRequired: only for oneself.
        LevelRequired: the account has proved more than this session stands for now.
    """
    account_id = _own_account(actor)
    view = get_account_view(actor, now)
    if view.session_level < view.level:
        raise LevelRequired(view.level)
    parts = {part.key: {"title": part.title, "rows": list(part.export(actor))} for part in personal_data_parts()}
    with scope(actor):
        audit.record(actor=actor, action="identity.export_data", target="account", target_id=account_id, now=now)
    return {"exported_at": now.isoformat(), "account_id": str(account_id), "parts": parts}


def close_account(*, actor: Actor, password: str, understood: bool, now: datetime) -> int:
    """Close the actor's account for good and return the number of the audit row that proves it.

    What identifies the person is erased in this transaction: phone, name, ID number, password, factors, devices, and
    the hashes they were found by. The other parts follow by event. The phone and the ID number may open a new account.

    Raises:
        PasswordWrong, ClosingUnderstood, SignInThrottled: mend the input.
        ClosingTooSoon: another account was joined to it, and that can still be undone.
        ProofRequired: the risk rules hold the session.
        SignInRequired, OwnHatRequired: only for oneself.
    """
    account_id = _own_account(actor)
    with refusals_recorded(actor, "identity.close_account", now):
        if not understood:
            raise ClosingUnderstood
        attempt = limits.count_sign_in_to(f"confirm:{account_id}", str(actor.session_id), now)
        with auth_scope(actor):
            require_proved(actor)
            seen = Account.objects.get(id=account_id)
        if not passwords.verify_password(seen.password, password):
            raise PasswordWrong
        attempt.give_back()
        with auth_scope(actor):
            account = Account.objects.select_for_update().get(id=account_id, status=AccountStatus.ACTIVE)
            if has_cooling_merge(account.id):
                raise ClosingTooSoon
            _end_everything(actor, account, now)
            erased = _erase_identity(account, now)
            receipt = audit.record(
                actor=actor, action="identity.close_account", target="account", target_id=account_id, now=now,
                details={"erased": erased},
            )  # fmt: skip
            event = AccountClosed(account_id=account_id, person_id=account.person_id or 0)
            events.emit(event, aggregate="identity.account", aggregate_id=account_id, version=account.version, now=now)
            return receipt


def erase_parts(*, account_id: int, person_id: int | None, now: datetime) -> dict[str, int]:
    """Let every capability erase its part of a closed account; for the worker. Repeating it erases what is left.

    The last registered first: a room finds its rows by those of the capability below, which still name the account.
    """
    parts = reversed(personal_data_parts())
    erased = {part.key: part.erase(account_id, person_id, now) for part in parts}
    with scope(SYSTEM):
        audit.record(
            actor=SYSTEM, action="identity.erase_data", target="account", target_id=account_id, now=now,
            details={"erased": erased},
        )  # fmt: skip
    return erased


def _end_everything(actor: Actor, account: Account, now: datetime) -> None:
    mine = Q(account=account) | Q(principal_account=account) | Q(person_id=account.person_id, person__isnull=False)
    for mandate in (
        Mandate.objects.select_for_update(of=("self",)).filter(mine, state=MandateState.ACTIVE).order_by("id")
    ):
        end_mandate(actor, mandate, account.id, now)
    MandateOffer.objects.filter(account=account, used_at=None).update(used_at=now)
    Consent.objects.filter(account=account, withdrawn_at=None).update(withdrawn_at=now)
    open_ids = Session.objects.filter(account=account, ended_at=None).values_list("id", flat=True)
    end_rows(actor, list(open_ids), EndReason.ACCOUNT_CLOSED, now)


def _erase_identity(account: Account, now: datetime) -> dict[str, int]:
    erased = {
        model._meta.db_table: model.objects.filter(account=account).delete()[0]
        for model in (
            LoginHandle,
            PersonHandle,
            KnownDevice,
            KeptForm,
            CodeGenerator,
            RecoveryCode,
            Passkey,
            RecoverySheet,
            RightRequest,
        )
    }
    PersonLikeness.objects.filter(person_id=account.person_id or 0).delete()
    erased["identity_person"] = Person.objects.filter(id=account.person_id or 0).update(
        name=b"", id_number=b"", birth_date=None
    )
    account.status, account.phone, account.password, account.level = AccountStatus.CLOSED, b"", "", 0
    account.level_until, account.password_changed_at, account.version = None, now, account.version + 1
    account.save()
    return erased


def _own_account(actor: Actor) -> int:
    if actor.kind is not ActorKind.CITIZEN or actor.account_id is None or actor.session_id is None:
        raise SignInRequired
    if actor.hat is not None:
        raise OwnHatRequired
    return actor.account_id
