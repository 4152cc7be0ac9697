"""Signing in by password, citizens and staff; confirming the password again for personal records."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef

from shimin.capabilities.identity import passwords
from shimin.capabilities.identity.domain import AccountKind, AccountStatus, Client, level_now
from shimin.capabilities.identity.domain.counter import read_login_number
from shimin.capabilities.identity.handles import PHONE_INDEX, STAFF_NAME_INDEX, tidy_staff_name
from shimin.capabilities.identity.models import Account, CodeGenerator, KnownDevice, LoginHandle
from shimin.capabilities.identity.operations import limits
from shimin.capabilities.identity.operations.factors.second_step import require_second_factor
from shimin.capabilities.identity.operations.finding import move_login_handle
from shimin.capabilities.identity.operations.opening import OpenedSession, open_session, raise_session
from shimin.capabilities.identity.operations.refusals import refusals_recorded
from shimin.capabilities.identity.tokens import token_hash
from shimin.kernel import audit
from shimin.kernel.actor import Actor, AssuranceLevel
from shimin.kernel.crypto import blind_index, rotating_indexes
from shimin.kernel.db import auth_scope
from shimin.kernel.errors import InvalidInput, LevelRequired, SignInRequired
from shimin.kernel.values.phones import normalise_phone


class SignInRefused(InvalidInput):
    """Name or password is wrong; the same words for both, after the same time."""

    code = "identity.sign_in_refused"
    message = "手机号或密码不对。"
    mend = "请检查后重新输入；忘记密码的，可以用短信验证码找回。"

    def __init__(self, kind: AccountKind = AccountKind.CITIZEN) -> None:
        if kind is AccountKind.STAFF:
            super().__init__("工号或密码不对。", mend="请检查后重新输入；忘记密码的，请联系本单位管理员。")
        else:
            super().__init__()


class PasswordWrong(InvalidInput):
    """The signed-in person's password was asked again and is wrong."""

    code = "identity.password_wrong"
    message = "密码不对。"
    mend = "请重新输入登录密码。"

    def __init__(self) -> None:
        super().__init__(fields={"password": self.message})


def sign_in(
    *, actor: Actor, kind: AccountKind, name: str, password: str, client: Client, now: datetime
) -> OpenedSession:  # fmt: skip
    """Open a session for the account with this phone, or number from a window (citizens), or staff name.

    Limits come before the hash, which is dear. ``actor`` is who the browser was before.

    Raises:
        SignInRefused: name or password is wrong, or the account is closed.
        SecondFactorRequired: both are right and the account has a second factor (staff always): carries the ticket.
        SignInThrottled: too many attempts.
        PhoneInvalid: it is no mobile number.
        TooManySignIns: no room for hashing now.
    """
    with refusals_recorded(actor, "identity.sign_in", now):
        from_here = limits.count_sign_in_from(client.address, now)
        typed, context = (
            (read_login_number(name) or normalise_phone(name), PHONE_INDEX)
            if kind is AccountKind.CITIZEN
            else (tidy_staff_name(name), STAFF_NAME_INDEX)
        )
        handle, is_known = _find(actor, rotating_indexes(typed, context=context), kind, client)
        account = handle.account if handle is not None else None
        attempt = limits.count_sign_in_to(
            blind_index(typed, context=context).hex(), client.device_token if is_known else limits.STRANGERS, now
        )
        if not passwords.verify_password(account.password if account else None, password) or account is None:
            raise SignInRefused(kind)
        assert handle is not None
        limits.give_back(attempt, from_here)
        move_login_handle(actor, handle, typed, context)
        with auth_scope(actor):
            locked, has_one = _lock_unchanged(account, kind)
            require_second_factor(locked, has_one=has_one, is_known_device=is_known, now=now)
            return open_session(account=locked, client=client, before=actor, now=now, is_proved=False)


def confirm_password(*, actor: Actor, password: str, now: datetime) -> OpenedSession:
    """Lift a session back to the account's proven level by the password, under a new token.

    Raises:
        PasswordWrong: it is not the account's.
        LevelRequired: the account has no proven name, or the proof has run out.
        ProofRequired: the risk rules hold the session; the password alone is what they do not trust.
        SignInThrottled: too many attempts.
    """
    if actor.account_id is None or actor.session_id is None:
        raise SignInRequired
    with refusals_recorded(actor, "identity.confirm_password", now):
        attempt = limits.count_sign_in_to(f"confirm:{actor.account_id}", str(actor.session_id), now)
        with auth_scope(actor):
            account = Account.objects.get(id=actor.account_id)
        if level_now(account.level, account.level_until, now) < AssuranceLevel.REAL_NAME:
            raise LevelRequired(AssuranceLevel.REAL_NAME)
        if not passwords.verify_password(account.password, password):
            raise PasswordWrong
        attempt.give_back()
        with auth_scope(actor):
            locked, _ = _lock_unchanged(account, AccountKind(account.account_kind))
            audit.record(
                actor=actor, action="identity.confirm_password", target="session", target_id=actor.session_id, now=now
            )
            return raise_session(actor=actor, account=locked, method="password", now=now)


def _find(
    actor: Actor, keys: list[bytes], kind: AccountKind, client: Client
) -> tuple[LoginHandle | None, bool]:  # fmt: skip
    """Return the account's handle and whether it knows this device: one statement, found or not."""
    device = KnownDevice.objects.filter(account_id=OuterRef("account_id"), hash=token_hash(client.device_token) or b"")
    with auth_scope(actor):
        handle = (
            LoginHandle.objects.filter(hash__in=keys, account__account_kind=kind, account__status=AccountStatus.ACTIVE)
            .select_related("account")
            .annotate(is_known=Exists(device))
            .first()
        )
    return (handle, handle.is_known) if handle else (None, False)


def _lock_unchanged(seen: Account, kind: AccountKind) -> tuple[Account, bool]:
    """Lock the account and tell whether it has an app for codes; its password may have been changed since the hash."""
    app = CodeGenerator.objects.filter(account_id=OuterRef("id"))
    account = Account.objects.select_for_update().annotate(is_guarded=Exists(app)).get(id=seen.id)
    if account.status != AccountStatus.ACTIVE or account.password != seen.password:
        raise SignInRefused(kind)
    return account, account.is_guarded
