"""Passwords: argon2id with bounded concurrency, and the few rules a new one must meet."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator

from shimin.kernel.errors import InvalidInput, Unavailable

# 19 MiB, two passes, one lane. Source: OWASP Password Storage Cheat Sheet, argon2id.
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)

# The hash of 32 random bytes that were thrown away, with the parameters above (a test compares them).
DUMMY = "$argon2id$v=19$m=19456,t=2,p=1$BWCSg+u7GRd5Su9fDoXQNA$Fy/2wjQNzHv/lRlYKeJMHsactAx3wfc06E24fJG0Yoc"

MIN_LENGTH = 8
MAX_LENGTH = 128

# Each hash holds 19 MiB and a core for some 20 ms: a rush of sign-ins must not take the whole process.
_slots = threading.BoundedSemaphore(4)
_WAIT_SECONDS = 2.0


class TooManySignIns(Unavailable):
    """All hashing slots stayed taken: refuse instead of letting requests pile up."""

    code = "identity.too_many_sign_ins"
    message = "现在登录的人太多了。"
    mend = "请过几秒再点一次，已填的手机号不会丢。"


class WeakPassword(InvalidInput):
    """The new password is too short, too common, or made of the phone number."""

    code = "identity.weak_password"

    def __init__(self, reason: str) -> None:
        super().__init__("这个密码不够安全。", mend=reason, fields={"password": reason})


def hash_password(password: str) -> str:
    """Return the argon2id hash, parameters included.

    Raises:
        TooManySignIns: no slot within two seconds.
    """
    with _slot():
        return _hasher.hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Tell whether ``password`` is the one stored.

    Without a stored hash (no such account) a dummy is verified, so that the answer takes as long.

    Raises:
        TooManySignIns: no slot within two seconds.
    """
    with _slot():
        try:
            return _hasher.verify(stored or DUMMY, password[:MAX_LENGTH]) and bool(stored)
        except VerificationError:
            return False


def check_new_password(password: str, *, phone: str = "") -> None:
    """Check the rules for a new password; length counts characters, no mix of classes is asked for.

    Raises:
        WeakPassword: with what to change.
    Source: NIST SP 800-63B 5.1.1.2 (length, lists of common and of breached ones, no composition rules).
    """
    if len(password) < MIN_LENGTH:
        raise WeakPassword(f"密码至少 {MIN_LENGTH} 个字符。")
    if len(password) > MAX_LENGTH:
        raise WeakPassword(f"密码最多 {MAX_LENGTH} 个字符。")
    if password.lower() in _common_passwords() or len(set(password)) < 3:
        raise WeakPassword("这个密码太常见，别人一猜就中，请换一个。")
    listed = settings.SHIMIN.breached_passwords
    if listed is not None and is_breached(password, listed):
        raise WeakPassword("这个密码在别的网站泄露过，已经在坏人的名单上，请换一个。")
    if phone and phone in password:
        raise WeakPassword("密码里不要包含手机号。")


def is_breached(password: str, listed: Path) -> bool:
    """Tell whether a file has the password: sorted lines "SHA-1 in hexadecimal:count", as Have I Been Pwned gives them.

    Nothing is loaded: some thirty reads find a line among a thousand million, and nobody outside is asked.
    """
    wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    with listed.open("rb") as lines:
        low, high = 0, lines.seek(0, 2)
        while low < high:
            middle = (low + high) // 2
            lines.seek(max(middle - 1, 0))
            if middle:
                lines.readline()  # the rest of the line before
            here = lines.tell()
            line = lines.readline()
            if here >= high or not line:
                high = middle
                continue
            found = line[:40].upper()
            if found == wanted:
                return True
            if found < wanted:
                low = here + len(line)
            else:
                high = middle
    return False


@contextmanager
def _slot() -> Iterator[None]:
    if not _slots.acquire(timeout=_WAIT_SECONDS):
        raise TooManySignIns(retry_after_seconds=5)
    try:
        yield
    finally:
        _slots.release()


@cache
def _common_passwords() -> frozenset[str]:
    text = files("shimin.capabilities.identity").joinpath("data/common_passwords.txt").read_text("utf-8")
    own = {line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")}
    # Django ships the twenty thousand most used ones of public breaches.
    shipped = CommonPasswordValidator().passwords
    return frozenset(own.union(word for word in shipped if len(word) >= MIN_LENGTH))
