"""Between the password and the second factor: a sealed ticket in the browser, good for some minutes."""

from __future__ import annotations

import base64
import binascii
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import orjson

from shimin.capabilities.identity.domain import AccountKind
from shimin.capabilities.identity.models import Account
from shimin.kernel.crypto import DecryptionError, decrypt, encrypt
from shimin.kernel.errors import DomainError

LIFETIME = timedelta(minutes=10)
_CONTEXT = "identity.ticket.second_factor"


class SecondFactorRequired(DomainError):
    """The password was right; the session opens with the second factor. ``ticket`` carries the way there."""

    code = "identity.second_factor_required"
    status = 401
    message = "还差一步：请填动态码。"
    mend = "请打开身份验证应用，填写6位数字；程序调用请把它放在 second_factor 里再登录一次。"

    def __init__(self, ticket: str = "", *, must_enrol: bool = False) -> None:
        super().__init__()
        self.ticket, self.must_enrol = ticket, must_enrol


class TicketExpired(DomainError):
    """The password was typed too long ago, or was changed since."""

    code = "identity.ticket_expired"
    status = 409
    message = "离输入密码已经太久了。"
    mend = "请重新登录。"


@dataclass(frozen=True, slots=True)
class Ticket:
    """Whose password was right, and which one. ``secret`` is offered to an account that has no app yet."""

    account_id: int
    account_kind: str
    password_at: float
    until: float
    is_known_device: bool
    secret: str = ""


def seal_ticket(account: Account, *, is_known_device: bool, now: datetime, secret: str = "") -> str:
    """Return a ticket for an account whose password was right."""
    ticket = Ticket(
        account.id, account.account_kind, account.password_changed_at.timestamp(), (now + LIFETIME).timestamp(),
        is_known_device, secret,
    )  # fmt: skip
    sealed = encrypt(orjson.dumps(asdict(ticket)).decode(), context=_CONTEXT)
    return base64.urlsafe_b64encode(sealed).decode()


def open_ticket(text: str, kind: AccountKind, now: datetime) -> Ticket:
    """Return what a ticket says.

    Raises:
        TicketExpired: it is old, of the other door, or not ours.
    """
    try:
        ticket = Ticket(**orjson.loads(decrypt(base64.urlsafe_b64decode(text[:4_000]), context=_CONTEXT)))
    except (ValueError, TypeError, binascii.Error, DecryptionError):
        raise TicketExpired from None
    if ticket.until < now.timestamp() or ticket.account_kind != kind:
        raise TicketExpired
    return ticket


def require_unchanged(account: Account, ticket: Ticket) -> None:
    """Refuse a ticket whose password is no longer the account's.

    Raises:
        TicketExpired: it was changed since.
    """
    if account.password_changed_at.timestamp() != ticket.password_at or account.status != "active":
        raise TicketExpired
