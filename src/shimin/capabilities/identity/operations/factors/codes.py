"""Codes of an app (TOTP) and recovery codes: checked and used up in the caller's auth scope."""

from __future__ import annotations

import hmac
import re
import secrets
import unicodedata
from datetime import datetime

import pyotp
from django.db.models import Q

from shimin.capabilities.identity import handles
from shimin.capabilities.identity.models import Account, CodeGenerator, RecoveryCode
from shimin.kernel.crypto import decrypt, encrypt
from shimin.kernel.errors import InvalidInput
from shimin.kernel.ids import new_id

STEP_SECONDS = 30
_DRIFT_STEPS = 1  # RFC 6238 §5.2: one step for the network and the phone's clock
RECOVERY_CODES = 10
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # without what is misread: 0 o 1 l i
_APP_CODE = re.compile(r"\d{6}")
_RECOVERY = re.compile(rf"[{_ALPHABET}]{{12}}")


class SecondFactorRejected(InvalidInput):
    """The code is wrong, old or used; which of them is not told."""

    code = "identity.second_factor_rejected"
    message = "动态码不对，或已经用过。"
    mend = "请等应用里换出新的6位数字再填；手机不在身边的，填一个还没用过的恢复码。"

    def __init__(self) -> None:
        super().__init__(fields={"code": self.message})


def has_second_factor(account_id: int) -> bool:
    """Tell whether the account has an app enrolled."""
    return CodeGenerator.objects.filter(account_id=account_id).exists()


def use_second_factor(account: Account, code: str, now: datetime) -> str:
    """Take an app's code or a recovery code and return the method's name ("totp", "recovery_code").

    Raises:
        SecondFactorRejected: it is neither, or was used before.
    """
    text = "".join(unicodedata.normalize("NFKC", code[:100]).split()).replace("-", "").lower()
    if _APP_CODE.fullmatch(text) and _use_app_code(account.id, text, now):
        return "totp"
    if _RECOVERY.fullmatch(text) and _use_recovery_code(account.id, text, now):
        return "recovery_code"
    raise SecondFactorRejected


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """Return the half minute whose code this is, or None; all are compared, so that the time tells nothing."""
    totp, current, found = pyotp.TOTP(secret), int(now.timestamp()) // STEP_SECONDS, None
    for step in range(current - _DRIFT_STEPS, current + _DRIFT_STEPS + 1):
        if hmac.compare_digest(totp.generate_otp(step), code):
            found = step
    return found


def store_generator(account: Account, secret: str, step: int, now: datetime, *, is_demo: bool = False) -> None:
    """Enrol an app for an account, in place of the one before."""
    CodeGenerator.objects.filter(account=account).delete()
    CodeGenerator(
        id=new_id(), account=account, secret=encrypt(secret, context=handles.TOTP_SECRET), last_step=step,
        is_demo=is_demo, created_at=now,
    ).save(force_insert=True)  # fmt: skip


def renew_recovery_codes(account: Account, now: datetime) -> list[str]:
    """Replace all recovery codes and return the new ones; they are shown once and exist on the person's paper only."""
    RecoveryCode.objects.filter(account=account).delete()
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(12)) for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(
            id=new_id(), account=account, hash=handles.recovery_hash(code, account_id=account.id), created_at=now
        )
        for code in codes
    )
    return ["-".join(code[at : at + 4] for at in (0, 4, 8)) for code in codes]


def demo_code(account_id: int, now: datetime) -> str:
    """Return the code that a demo account's app would show now; empty for every account of a real person."""
    row = CodeGenerator.objects.filter(account_id=account_id, is_demo=True).first()
    if row is None:
        return ""
    return pyotp.TOTP(decrypt(bytes(row.secret), context=handles.TOTP_SECRET)).generate_otp(
        int(now.timestamp()) // STEP_SECONDS
    )


def _use_app_code(account_id: int, code: str, now: datetime) -> bool:
    row = CodeGenerator.objects.filter(account_id=account_id).first()
    if row is None:
        return False
    step = step_of(decrypt(bytes(row.secret), context=handles.TOTP_SECRET), code, now)
    if step is None:
        return False
    # Of two requests with one code, the row lets one through. A demo's officer is many visitors at once.
    unused = CodeGenerator.objects.filter(Q(last_step__lt=step) | Q(is_demo=True), id=row.id)
    return bool(unused.update(last_step=step, last_used_at=now))


def _use_recovery_code(account_id: int, code: str, now: datetime) -> bool:
    hashed = handles.recovery_hash(code, account_id=account_id)
    return bool(RecoveryCode.objects.filter(account_id=account_id, hash=hashed, used_at=None).update(used_at=now))
