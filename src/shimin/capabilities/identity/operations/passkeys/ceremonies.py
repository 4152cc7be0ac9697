"""A ceremony: the challenge a browser is given, and the answer that may come back once.

Nothing is stored when it begins: the challenge goes along in a sealed ticket. Only an answer that proved right
spends it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import orjson
from django.db import IntegrityError, transaction

from shimin.capabilities.identity.models import SpentChallenge
from shimin.kernel.crypto import DecryptionError, decrypt, encrypt
from shimin.kernel.errors import Conflict, InvalidInput

LIFETIME = timedelta(minutes=30)  # a sign-in page stays open that long
MOST_CHARACTERS = 20_000  # an answer has about 1,000
_CONTEXT = "identity.ticket.passkey"


class CeremonyExpired(Conflict):
    """The challenge is too old, was answered before, or was given for something else."""

    code = "identity.passkey_expired"
    message = "这一步停留太久，或者已经用过了。"
    mend = "请再按一次按钮。"


class PasskeyRejected(InvalidInput):
    """The answer is not of a passkey we know, or not for this site and challenge; which of them is not told."""

    code = "identity.passkey_rejected"
    message = "没有认出这把通行密钥。"
    mend = "请换一把再试，或用密码登录；在别的网站添加的通行密钥不能用在这里。"


class Purpose(StrEnum):
    """What an answer is good for."""

    ENROL = "enrol"
    SIGN_IN = "sign_in"
    CONFIRM = "confirm"
    SECOND = "second"  # after the password of a member of staff


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Us, as the browser sees us: the host that keys are bound to, and the origin of the page."""

    host: str
    origin: str


@dataclass(frozen=True, slots=True)
class Ceremony:
    """What a browser is asked. ``options`` is the JSON for its script, ``ticket`` comes back with the answer."""

    options: str
    ticket: str


@dataclass(frozen=True, slots=True)
class _Ticket:
    purpose: str
    challenge: str  # hex
    account_id: int  # 0: nobody yet
    session_id: int
    until: float


def new_challenge() -> bytes:
    """Return 32 random bytes (Level 3, §13.4.3 asks for 16 at least)."""
    return os.urandom(32)


def seal(purpose: Purpose, challenge: bytes, *, account_id: int = 0, session_id: int = 0, now: datetime) -> str:
    """Return the ticket of a challenge."""
    ticket = _Ticket(purpose, challenge.hex(), account_id, session_id, (now + LIFETIME).timestamp())
    return base64.urlsafe_b64encode(encrypt(orjson.dumps(asdict(ticket)).decode(), context=_CONTEXT)).decode()


def open_ticket(
    text: str, purpose: Purpose, *, account_id: int = 0, session_id: int = 0, now: datetime
) -> tuple[bytes, datetime]:  # fmt: skip
    """Return the challenge of a ticket and when it ends.

    Raises:
        CeremonyExpired: it is old, of another purpose, account or session, or not ours.
    """
    try:
        ticket = _Ticket(**orjson.loads(decrypt(base64.urlsafe_b64decode(text[:4_000]), context=_CONTEXT)))
    except (ValueError, TypeError, binascii.Error, DecryptionError):
        raise CeremonyExpired from None
    asked = (str(purpose), account_id, session_id)
    if (ticket.purpose, ticket.account_id, ticket.session_id) != asked or ticket.until < now.timestamp():
        raise CeremonyExpired
    return bytes.fromhex(ticket.challenge), datetime.fromtimestamp(ticket.until, tz=UTC)


def spend(challenge: bytes, until: datetime) -> None:
    """Note in the caller's auth scope that a challenge was answered; of two answers at once one comes through.

    Raises:
        CeremonyExpired: it was answered before.
    """
    try:
        with transaction.atomic():
            SpentChallenge(hash=hashlib.sha256(challenge).digest(), expires_at=until).save(force_insert=True)
    except IntegrityError:
        raise CeremonyExpired from None


def read_answer(text: str) -> dict[str, object]:
    """Return the JSON that the browser's script sent.

    Raises:
        PasskeyRejected: it is no JSON object, or far too long.
    """
    if len(text) > MOST_CHARACTERS:
        raise PasskeyRejected
    try:
        answer = orjson.loads(text)
    except ValueError:
        raise PasskeyRejected from None
    if not isinstance(answer, dict):
        raise PasskeyRejected
    return answer
