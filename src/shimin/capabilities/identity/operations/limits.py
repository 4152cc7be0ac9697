"""How often somebody may try, before anything costly is done.

Counting attempts on an account alone would let anybody lock its owner out. So attempts from a device the account knows
are counted apart from strangers'; strangers share one count per account, and each address has one of its own.

Failures are what counts. An attempt is counted before it is checked, so that a hundred at once cannot all slip in under
the limit; one that succeeds is given back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from shimin.kernel import rate
from shimin.kernel.db import require_no_transaction
from shimin.kernel.errors import TooManyRequests

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400

STRANGERS = "strangers"


class SignInThrottled(TooManyRequests):
    """Too many attempts on one account from unknown devices, or from one address."""

    code = "identity.sign_in_throttled"
    message = "登录尝试次数太多，先停一会儿。"
    mend = "请过15分钟再试；您常用的手机或电脑不受影响，也可以用短信验证码找回密码。"


class CodeThrottled(TooManyRequests):
    """Too many codes for one phone or from one address."""

    code = "identity.code_throttled"
    message = "验证码发送太频繁了。"
    mend = "请稍等再获取；已经收到的验证码10分钟内仍然有效。"


class RealNameThrottled(TooManyRequests):
    """Too many attempts to prove a name."""

    code = "identity.real_name_throttled"
    message = "今天核实的次数太多了。"
    mend = "请明天再试，或携带身份证到政务服务大厅窗口办理。"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A counted attempt."""

    hit: rate.Hit

    def give_back(self) -> None:
        """Take the attempt off the count: it succeeded."""
        give_back(self)


def give_back(*attempts: Attempt) -> None:
    """Take attempts that succeeded off their counts, in one statement."""
    require_no_transaction()
    calls = ", ".join(["identity_give_back_attempt(%s, %s, %s)"] * len(attempts))
    values = [value for each in attempts for value in (each.hit.bucket, each.hit.key, each.hit.ends_at)]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {calls}", values)


def count_sign_in_from(address: str, now: datetime) -> Attempt:
    """Count an attempt to sign in from an address; wide, because a whole district may share one.

    Raises:
        SignInThrottled: more than 100 failures in ten minutes.
    """
    try:
        return Attempt(rate.hit("identity.sign_in.address", address, limit=100, window_seconds=10 * _MINUTE, now=now))
    except TooManyRequests as limit:
        raise SignInThrottled(retry_after_seconds=limit.retry_after_seconds) from limit


def count_sign_in_to(account_key: str, device: str, now: datetime) -> Attempt:
    """Count an attempt on an account, known or not, by one known device or by all strangers together.

    Raises:
        SignInThrottled: more than 10 failures in fifteen minutes.
    """
    try:
        key = f"{account_key}:{device}"
        return Attempt(rate.hit("identity.sign_in.account", key, limit=10, window_seconds=15 * _MINUTE, now=now))
    except TooManyRequests as limit:
        raise SignInThrottled(retry_after_seconds=limit.retry_after_seconds) from limit


def count_code(phone: str, address: str, now: datetime, *, asked_by_owner: bool = False) -> None:
    """Count a code to be sent: one a minute and ten a day for a phone, thirty an hour from an address.

    ``asked_by_owner``: by somebody signed in to the phone's account; their minute is their own, so that a stranger
    asking for codes to the phone cannot keep them waiting.

    Raises:
        CodeThrottled: one of the three is passed.
    """
    try:
        rate.hit("identity.code.address", address, limit=30, window_seconds=_HOUR, now=now)
        minute = f"{phone}:owner" if asked_by_owner else phone
        rate.hit("identity.code.minute", minute, limit=1, window_seconds=_MINUTE, now=now)
        rate.hit("identity.code.day", phone, limit=10, window_seconds=_DAY, now=now)
    except TooManyRequests as limit:
        raise CodeThrottled(retry_after_seconds=limit.retry_after_seconds) from limit


def count_code_try(phone: str, address: str, now: datetime) -> None:
    """Count a code being typed in: each code bears five tries, this bounds trying many phones from one place.

    Raises:
        CodeThrottled: more than 60 an hour from an address, or 30 for a phone.
    """
    try:
        rate.hit("identity.code_try.address", address, limit=60, window_seconds=_HOUR, now=now)
        rate.hit("identity.code_try.phone", phone, limit=30, window_seconds=_HOUR, now=now)
    except TooManyRequests as limit:
        raise CodeThrottled(retry_after_seconds=limit.retry_after_seconds) from limit


def count_real_name(account_id: int, now: datetime) -> None:
    """Count an attempt to prove a name: the registers must not become a way to try out ID numbers.

    Raises:
        RealNameThrottled: more than ten a day for an account.
    """
    try:
        rate.hit("identity.real_name", str(account_id), limit=10, window_seconds=_DAY, now=now)
    except TooManyRequests as limit:
        raise RealNameThrottled(retry_after_seconds=limit.retry_after_seconds) from limit


def count_screen(address: str, now: datetime) -> None:
    """Count a code shown on a screen.

    Raises:
        SignInThrottled: more than 60 in ten minutes from an address.
    """
    try:
        rate.hit("identity.screen", address, limit=60, window_seconds=10 * _MINUTE, now=now)
    except TooManyRequests as limit:
        raise SignInThrottled(retry_after_seconds=limit.retry_after_seconds) from limit


def count_scan(account_id: int, now: datetime) -> None:
    """Count a code of a screen being looked at or answered.

    Raises:
        SignInThrottled: more than 60 an hour for an account.
    """
    try:
        rate.hit("identity.scan", str(account_id), limit=60, window_seconds=_HOUR, now=now)
    except TooManyRequests as limit:
        raise SignInThrottled(retry_after_seconds=limit.retry_after_seconds) from limit


def count_kept_form(account_id: int, now: datetime) -> None:
    """Count a form kept while its owner proves more.

    Raises:
        TooManyRequests: more than 30 an hour for an account.
    """
    rate.hit("identity.kept_form", str(account_id), limit=30, window_seconds=_HOUR, now=now)


def count_break_glass(account_id: int, now: datetime) -> None:
    """Count an emergency.

    Raises:
        SignInThrottled: more than three a day for an officer.
    """
    try:
        rate.hit("identity.break_glass", str(account_id), limit=3, window_seconds=_DAY, now=now)
    except TooManyRequests as limit:
        raise SignInThrottled(
            "今天紧急启用的次数太多了。", mend="请联系安全管理员按正常途径给岗位。",
            retry_after_seconds=limit.retry_after_seconds,
        ) from limit  # fmt: skip


def count_offer_try(account_id: int, now: datetime) -> None:
    """Count a code of a mandate's offer being tried; twelve characters are not guessed, but need not be tried either.

    Raises:
        RealNameThrottled: more than 30 an hour for an account.
    """
    try:
        rate.hit("identity.offer_try", str(account_id), limit=30, window_seconds=_HOUR, now=now)
    except TooManyRequests as limit:
        raise RealNameThrottled(
            "代办码试得太多了。", mend="请过一小时再试，或请对方重新发一个。",
            retry_after_seconds=limit.retry_after_seconds,
        ) from limit  # fmt: skip
