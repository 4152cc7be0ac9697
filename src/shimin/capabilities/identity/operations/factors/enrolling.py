"""Enrolling an app for codes: by a signed-in person, or at the door by staff who have none yet."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson
import pyotp

from shimin.capabilities.identity import passwords
from shimin.capabilities.identity.domain import AccountKind
from shimin.capabilities.identity.events import SecondFactorChanged
from shimin.capabilities.identity.models import Account, CodeGenerator, RecoveryCode, Session
from shimin.capabilities.identity.operations import limits
from shimin.capabilities.identity.operations.factors.codes import (
    SecondFactorRejected,
    renew_recovery_codes,
    step_of,
    store_generator,
    use_second_factor,
)
from shimin.capabilities.identity.operations.refusals import refusals_recorded
from shimin.kernel import audit, events
from shimin.kernel.actor import Actor
from shimin.kernel.crypto import DecryptionError, decrypt, encrypt
from shimin.kernel.db import auth_scope
from shimin.kernel.errors import Conflict, InvalidInput, ProofRequired, SignInRequired

_CONTEXT = "identity.form.code_generator"
_OFFERED_FOR = timedelta(minutes=30)


class OfferExpired(Conflict):
    """The secret was offered too long ago, or to somebody else."""

    code = "identity.offer_expired"
    message = "这个二维码已经过期。"
    mend = "请回到上一页重新获取。"


class SecondFactorNeedsPassword(InvalidInput):
    """The password is asked before the second factor is changed, and it is wrong."""

    code = "identity.second_factor_password"
    message = "密码不对。"
    mend = "请重新输入登录密码。"

    def __init__(self) -> None:
        super().__init__(fields={"password": self.message})


class SecondFactorKept(Conflict):
    """Staff cannot work without a second factor."""

    code = "identity.second_factor_kept"
    message = "工作人员必须使用动态码，不能关闭。"
    mend = "换手机的，请用“换一台手机”；丢失的，请联系本单位安全管理员。"


@dataclass(frozen=True, slots=True)
class Offer:
    """A new secret for the app: ``uri`` goes into the QR code, ``secret`` is typed where there is no camera."""

    secret: str
    uri: str
    sealed: str


def new_secret() -> str:
    """Return a fresh secret of 160 bits (RFC 4226 §4)."""
    return pyotp.random_base32()


def uri_of(secret: str, name: str) -> str:
    """Return the address that an app reads from a QR code; ``name`` is masked, for it is kept in the app."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name="市民之家")


def offer_generator(*, actor: Actor, name: str, now: datetime) -> Offer:
    """Offer a secret to a signed-in person; nothing is stored until they type the first code."""
    secret = new_secret()
    text = orjson.dumps({"account": actor.account_id, "until": (now + _OFFERED_FOR).timestamp(), "secret": secret})
    sealed = base64.urlsafe_b64encode(encrypt(text.decode(), context=_CONTEXT)).decode()
    return Offer(secret, uri_of(secret, name), sealed)


def reopen_offer(*, actor: Actor, sealed: str, name: str, now: datetime) -> Offer:
    """Return an offer made before, so that a mistyped code does not need a new QR code.

    Raises:
        OfferExpired: see the class.
    """
    secret = _secret_of(actor, sealed, now)
    return Offer(secret, uri_of(secret, name), sealed)


def enrol_generator(*, actor: Actor, sealed: str, code: str, password: str, now: datetime) -> list[str]:
    """Enrol the offered app, in place of one before, and return new recovery codes.

    Raises:
        OfferExpired: start again.
        SecondFactorNeedsPassword: the account's password is asked, lest a stranger at an open phone enrols theirs.
        SecondFactorRejected: the code is not the app's now.
        SignInThrottled: too many wrong ones.
    """
    secret = _secret_of(actor, sealed, now)
    with refusals_recorded(actor, "identity.enrol_code_generator", now):
        account = check_password(actor, password, now)
        step = step_of(secret, "".join(code.split())[:10], now)
        if step is None:
            raise SecondFactorRejected
        with auth_scope(actor):
            locked = Account.objects.select_for_update().get(id=account.id)
            return enrol_locked(actor, locked, secret, step, now)


def enrol_locked(actor: Actor, account: Account, secret: str, step: int, now: datetime) -> list[str]:
    """Store the app and new recovery codes for a locked account, in the caller's auth scope."""
    store_generator(account, secret, step, now)
    codes = renew_recovery_codes(account, now)
    note_change(actor, account, "enrolled", now)
    return codes


def remove_generator(*, actor: Actor, password: str, code: str, now: datetime) -> None:
    """Stop using a second factor: with the password and one last code.

    Raises:
        SecondFactorKept: staff.
        SecondFactorNeedsPassword, SecondFactorRejected, SignInThrottled: see there.
    """
    with refusals_recorded(actor, "identity.remove_code_generator", now):
        account = check_password(actor, password, now)
        if account.account_kind == AccountKind.STAFF:
            raise SecondFactorKept
        with auth_scope(actor):
            locked = Account.objects.select_for_update().get(id=account.id)
            use_second_factor(locked, code, now)
            CodeGenerator.objects.filter(account=locked).delete()
            RecoveryCode.objects.filter(account=locked).delete()
            note_change(actor, locked, "removed", now)


def replace_recovery_codes(*, actor: Actor, password: str, now: datetime) -> list[str]:
    """Make ten new recovery codes; the old ones are worthless.

    Raises:
        SecondFactorNeedsPassword, SignInThrottled: see there.
    """
    with refusals_recorded(actor, "identity.renew_recovery_codes", now):
        account = check_password(actor, password, now)
        with auth_scope(actor):
            locked = Account.objects.select_for_update().get(id=account.id)
            codes = renew_recovery_codes(locked, now)
            note_change(actor, locked, "recovery_codes", now)
            return codes


def note_change(actor: Actor, account: Account, change: str, now: datetime) -> None:
    """Audit and tell a change of a locked account's factors."""
    account.version += 1
    account.save(update_fields=["version"])
    audit.record(
        actor=actor, action="identity.change_second_factor", target="account", target_id=account.id, now=now,
        details={"change": change},
    )  # fmt: skip
    event = SecondFactorChanged(account_id=account.id, change=change)
    events.emit(event, aggregate="identity.account", aggregate_id=account.id, version=account.version, now=now)


def check_password(actor: Actor, password: str, now: datetime) -> Account:
    """Return the actor's account once the password has proved right.

    Raises:
        SecondFactorNeedsPassword: it is wrong.
        ProofRequired: the risk rules hold the session; it may not change how the account is entered.
        SignInThrottled: too many wrong ones of this session.
    """
    if actor.account_id is None or actor.session_id is None:
        raise SignInRequired
    attempt = limits.count_sign_in_to(f"confirm:{actor.account_id}", str(actor.session_id), now)
    with auth_scope(actor):
        account = Account.objects.get(id=actor.account_id)
        if Session.objects.filter(id=actor.session_id, is_held=True).exists():
            raise ProofRequired
    if not passwords.verify_password(account.password, password):
        raise SecondFactorNeedsPassword
    attempt.give_back()
    return account


def _secret_of(actor: Actor, sealed: str, now: datetime) -> str:
    try:
        content = orjson.loads(decrypt(base64.urlsafe_b64decode(sealed[:4_000]), context=_CONTEXT))
    except (ValueError, binascii.Error, DecryptionError):
        raise OfferExpired from None
    if content["account"] != actor.account_id or content["until"] < now.timestamp():
        raise OfferExpired
    return str(content["secret"])
