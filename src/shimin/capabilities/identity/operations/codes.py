"""Codes sent to phones: asked for, tried, spent once."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

from shimin.capabilities.identity.domain import CODE_ATTEMPTS, CODE_LIFETIME, Client, CodePurpose
from shimin.capabilities.identity.handles import code_hash, phone_hash, phone_hashes
from shimin.capabilities.identity.models import LoginHandle, VerificationCode
from shimin.capabilities.identity.operations import limits
from shimin.capabilities.notices.public import require_text_channel, send_code, send_text
from shimin.kernel.actor import Actor
from shimin.kernel.db import auth_scope
from shimin.kernel.errors import InvalidInput
from shimin.kernel.ids import new_id
from shimin.kernel.values.phones import normalise_phone


class CodeRejected(InvalidInput):
    """Wrong, expired, used or tried too often: which of them is not told."""

    code = "identity.code_rejected"
    message = "验证码不对，或已经过期。"
    mend = "请核对短信里的6位数字；输错5次或超过10分钟的，请重新获取。"

    def __init__(self) -> None:
        super().__init__(fields={"code": self.message})


@dataclass(frozen=True, slots=True)
class TriedCode:
    """A code that was right when it was typed, to be spent with the change it allows."""

    code_id: int
    code_hash: bytes


def request_code(*, actor: Actor, phone: str, purpose: CodePurpose, client: Client, now: datetime) -> str:
    """Send a code to a phone and return the phone in its stored form.

    The answer never tells whether the phone has an account: the text message does, to its owner.

    Raises:
        PhoneInvalid: it is no mobile number.
        CodeThrottled: too many codes for this phone or from this address.
        NoTextChannel: no gateway is connected.
    """
    phone = normalise_phone(phone)
    require_text_channel()
    limits.count_code(phone, client.address, now)
    with auth_scope(actor):
        handle = LoginHandle.objects.filter(hash__in=phone_hashes(phone)).first()
        refusal = _refusal_of(handle, purpose, now)
        if refusal:
            send_text(phone=phone, template=f"identity.no_code_{refusal}", values={}, now=now)
        else:
            send_own_code(phone, purpose, now)
    return phone


def _refusal_of(handle: LoginHandle | None, purpose: CodePurpose, now: datetime) -> str:
    """Return which text a phone gets instead of a code, "" when the code may be sent.

    A phone whose account was joined to another one sets no password: it may be somebody else's by now. It undoes the
    merge, and once that is sealed it is free for a new account.
    """
    is_merged = handle is not None and handle.merge_id is not None
    is_free = handle is None or (handle.free_from is not None and handle.free_from <= now)
    if purpose is CodePurpose.UNDO_MERGE:
        return "" if is_merged and not is_free else purpose
    if purpose in (CodePurpose.RESET_PASSWORD, CodePurpose.MERGE):
        return "merged" if is_merged else (purpose if handle is None else "")
    return "" if is_free else ("merged" if is_merged else purpose)


def try_code(*, actor: Actor, phone: str, purpose: CodePurpose, code: str, client: Client, now: datetime) -> TriedCode:
    """Compare a code and return it for ``spend_code``; each try is counted, even if a later step fails.

    Raises:
        CodeRejected: see the class.
        CodeThrottled: too many tries for this phone or from this address.
    """
    limits.count_code_try(phone, client.address, now)
    with auth_scope(actor):
        row = (
            VerificationCode.objects.select_for_update()
            .filter(phone_hash__in=phone_hashes(phone), purpose=purpose, used_at=None)
            .filter(expires_at__gt=now, attempts__lt=CODE_ATTEMPTS)
            .order_by("-sent_at")
            .first()
        )
        if row is not None:
            row.attempts += 1
            row.save(update_fields=["attempts"])
    given = code_hash("".join(code.split()), phone=phone, purpose=purpose)
    if row is None or not hmac.compare_digest(bytes(row.code_hash), given):
        raise CodeRejected
    return TriedCode(row.id, given)


def spend_code(code: TriedCode, now: datetime) -> None:
    """Use a code up, in the caller's auth scope: of two requests with the same code one comes through.

    Raises:
        CodeRejected: it was used meanwhile, or a newer one was sent.
    """
    same = VerificationCode.objects.filter(id=code.code_id, code_hash=code.code_hash, used_at=None)
    if not same.update(used_at=now):
        raise CodeRejected


def send_own_code(phone: str, purpose: CodePurpose, now: datetime) -> None:
    """Make a code for a phone and text it, in the caller's auth scope; the one before is void.

    Raises:
        NoTextChannel: no gateway is connected.
    """
    code = f"{secrets.randbelow(1_000_000):06d}"
    VerificationCode.objects.bulk_create(
        [
            VerificationCode(
                id=new_id(), phone_hash=phone_hash(phone), purpose=purpose, attempts=0, sent_at=now, used_at=None,
                code_hash=code_hash(code, phone=phone, purpose=purpose), expires_at=now + CODE_LIFETIME,
            )
        ],
        update_conflicts=True,
        unique_fields=["phone_hash", "purpose"],
        update_fields=["code_hash", "attempts", "sent_at", "expires_at", "used_at"],
    )  # fmt: skip
    send_code(phone=phone, code=code, purpose=purpose, now=now)
