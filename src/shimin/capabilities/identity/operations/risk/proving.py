"""Proving once more who uses a session: a code to the account's own phone, or its app's code."""

from __future__ import annotations

from datetime import datetime

from shimin.capabilities.identity import handles
from shimin.capabilities.identity.domain import Client, CodePurpose
from shimin.capabilities.identity.models import Account, Session
from shimin.capabilities.identity.operations import limits
from shimin.capabilities.identity.operations.codes import send_own_code, spend_code, try_code
from shimin.capabilities.identity.operations.factors.codes import has_second_factor, use_second_factor
from shimin.capabilities.identity.operations.opening import OpenedSession, raise_session
from shimin.capabilities.identity.operations.refusals import refusals_recorded
from shimin.kernel import audit
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.db import auth_scope
from shimin.kernel.errors import Conflict, OwnHatRequired, ProofRequired, SignInRequired


class NoPhone(Conflict):
    """The account has no phone to send a code to."""

    code = "identity.no_phone"
    message = "这个账号没有绑定手机号，收不到验证码。"
    mend = "请用通行密钥或动态码确认，在另一台已经确认的设备上点“是我”，或带身份证到窗口。"


def request_device_code(*, actor: Actor, client: Client, now: datetime) -> None:
    """Text a code to the phone of the actor's own account.

    Raises:
        NoPhone: it has none.
        CodeThrottled, NoTextChannel: not now.
        SignInRequired, OwnHatRequired: only for oneself.
    """
    account_id = _themselves(actor)
    with auth_scope(actor):
        phone = handles.open_phone(Account.objects.get(id=account_id).phone)
    if not phone:
        raise NoPhone
    limits.count_code(phone, client.address, now, asked_by_owner=True)
    with auth_scope(actor):
        send_own_code(phone, CodePurpose.NEW_DEVICE, now)


def prove_device(*, actor: Actor, code: str, client: Client, now: datetime) -> OpenedSession:
    """Confirm the device by a code, lift the session to the account's level and give it a new token.

    An account with an app for codes takes the app's code (or a recovery code), others the code texted to their phone.

    Raises:
        CodeRejected, SecondFactorRejected: it is wrong, old or used.
        NoPhone, CodeThrottled, SignInThrottled: not so, not now.
        SignInRequired, OwnHatRequired: only for oneself.
    """
    account_id = _themselves(actor)
    with refusals_recorded(actor, "identity.prove_device", now):
        with auth_scope(actor):
            seen = Account.objects.get(id=account_id)
            is_guarded = has_second_factor(account_id)
        if is_guarded:
            attempt = limits.count_sign_in_to(f"second:{account_id}", str(actor.session_id), now)
            with auth_scope(actor):
                account = Account.objects.select_for_update().get(id=account_id)
                method = use_second_factor(account, code, now)
                opened = _raise(actor, account, method, now)
            attempt.give_back()
            return opened
        phone = handles.open_phone(seen.phone)
        if not phone:
            raise NoPhone
        tried = try_code(
            actor=actor, phone=phone, purpose=CodePurpose.NEW_DEVICE, code=code, client=client, now=now
        )  # fmt: skip
        with auth_scope(actor):
            account = Account.objects.select_for_update().get(id=account_id)
            spend_code(tried, now)
            return _raise(actor, account, "phone_code", now)


def require_proved(actor: Actor) -> None:
    """Refuse what could take an account over from a session that the risk rules hold. In the caller's auth scope.

    Raises:
        ProofRequired: see there.
    """
    if Session.objects.filter(id=actor.session_id or 0, is_held=True).exists():
        raise ProofRequired


def _raise(actor: Actor, account: Account, method: str, now: datetime) -> OpenedSession:
    audit.record(
        actor=actor, action="identity.prove_device", target="session", target_id=actor.session_id, now=now,
        details={"method": method},
    )  # fmt: skip
    return raise_session(actor=actor, account=account, method=f"password+{method}", now=now, proves=True)


def _themselves(actor: Actor) -> int:
    if actor.kind is not ActorKind.CITIZEN or actor.account_id is None or actor.session_id is None:
        raise SignInRequired
    if actor.hat is not None:
        raise OwnHatRequired
    return actor.account_id
