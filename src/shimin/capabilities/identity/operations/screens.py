"""Signing in on a screen with the phone: the screen shows a code, the phone says yes, the screen's own browser enters.

The session goes to the browser that showed the code, not to whoever has the code: that browser holds a secret of its
own. The phone types the number on the screen, so nobody says yes without looking at one.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from shimin.capabilities.identity import handles
from shimin.capabilities.identity.domain import AccountKind, AccountStatus, Client
from shimin.capabilities.identity.domain.screens import LIFETIME, ScreenState
from shimin.capabilities.identity.models import Account, ScreenSignIn
from shimin.capabilities.identity.operations import limits
from shimin.capabilities.identity.operations.opening import OpenedSession, open_session
from shimin.capabilities.identity.operations.refusals import refusals_recorded
from shimin.capabilities.identity.operations.risk.proving import require_proved
from shimin.capabilities.identity.tokens import new_token, token_hash
from shimin.kernel import audit
from shimin.kernel.actor import Actor, ActorKind, AssuranceLevel
from shimin.kernel.db import auth_scope
from shimin.kernel.errors import Conflict, InvalidInput, OwnHatRequired, SignInRequired
from shimin.kernel.ids import new_id
from shimin.kernel.values.masking import mask_phone


class ScreenGone(Conflict):
    """The code is unknown, too old, was answered, or belongs to another browser; which of them is not told."""

    code = "identity.screen_gone"
    message = "这个二维码已经失效，或者已经有人处理过了。"
    mend = "请在电脑上重新显示一个二维码，再扫一次。"


class NumberWrong(InvalidInput):
    """The number typed is not the screen's; the code is void, lest numbers are tried."""

    code = "identity.screen_number_wrong"
    message = "数字和电脑上的不一样，这个二维码已经作废。"
    mend = "请确认您面前的电脑就是要登录的那台，再重新显示一个二维码。不是您在登录的，什么都不用做。"

    def __init__(self) -> None:
        super().__init__(fields={"number": self.message})


@dataclass(frozen=True, slots=True)
class ShownCode:
    """What the screen's browser is given: the code goes into the picture, the secret into its cookie."""

    code: str
    secret: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ScreenView:
    """How the screen stands. ``owner`` is the masked phone of who said yes."""

    state: ScreenState
    number: int
    expires_at: datetime
    owner: str = ""


@dataclass(frozen=True, slots=True)
class ScannedView:
    """What the phone is told about the screen: its browser, where it is, and since when."""

    device_label: str
    network: str
    made_at: datetime
    is_near: bool  # on the same network as the phone


def show_code(*, client: Client, now: datetime) -> ShownCode:
    """Make a code for the screen that asks.

    Raises:
        SignInThrottled: too many codes from this address.
    """
    limits.count_screen(client.address, now)
    code, secret = new_token(), new_token()
    row = ScreenSignIn(
        id=new_id(), code_hash=_hash(code), browser_hash=_hash(secret), number=10 + secrets.randbelow(90),
        device_label=client.device_label, network=client.network, made_at=now, expires_at=now + LIFETIME,
    )  # fmt: skip
    with auth_scope(_NOBODY):
        row.save(force_insert=True)
    return ShownCode(code, secret, row.expires_at)


def get_screen(*, secret: str, now: datetime) -> ScreenView | None:
    """Return how the screen of this browser stands; None when it shows no code that still counts."""
    hashed = token_hash(secret)
    if hashed is None:
        return None
    with auth_scope(_NOBODY):
        row = ScreenSignIn.objects.filter(browser_hash=hashed, expires_at__gt=now).first()
        if row is None or row.state == ScreenState.USED:
            return None
        owner = Account.objects.filter(id=row.account_id or 0).first() if row.state == ScreenState.APPROVED else None
    words = "" if owner is None else (mask_phone(handles.open_phone(owner.phone)) or "您的账号")
    return ScreenView(ScreenState(row.state), row.number, row.expires_at, words)


def look_at_code(*, actor: Actor, code: str, client: Client, now: datetime) -> ScannedView:
    """Return which screen shows this code, for the phone that scanned it; nothing changes yet.

    Raises:
        ScreenGone: see the class.
        SignInThrottled: too many codes looked at by this account.
        SignInRequired, OwnHatRequired: only for oneself.
    """
    account_id = _themselves(actor)
    limits.count_scan(account_id, now)
    hashed = token_hash(code)
    with auth_scope(actor):
        rows = ScreenSignIn.objects.filter(code_hash=hashed or b"", state=ScreenState.WAITING, expires_at__gt=now)
        row = rows.first()
    if row is None:
        raise ScreenGone
    is_near = bool(row.network) and row.network == client.network
    return ScannedView(row.device_label, row.network, row.made_at, is_near)


def answer_screen(*, actor: Actor, code: str, number: str, agrees: bool, now: datetime) -> None:
    """Let the screen in or refuse it. The first answer counts; of two phones the other is told it is gone.

    The screen's session gets no higher a level than the phone's has now.

    Raises:
        NumberWrong: see the class.
        ScreenGone: see the class.
        ProofRequired: the risk rules hold the phone's own session.
        SignInThrottled: too many codes answered by this account.
        SignInRequired, OwnHatRequired: only for oneself.
    """
    account_id = _themselves(actor)
    limits.count_scan(account_id, now)
    with refusals_recorded(actor, "identity.answer_screen", now):
        with auth_scope(actor):
            require_proved(actor)
            rows = ScreenSignIn.objects.select_for_update().filter(code_hash=token_hash(code) or b"")
            row = rows.filter(state=ScreenState.WAITING, expires_at__gt=now).first()
            if row is None:
                raise ScreenGone
            is_right = "".join(number.split())[:4] == str(row.number)
            row.state = ScreenState.APPROVED if agrees and is_right else ScreenState.DENIED
            row.account_id, row.level, row.decided_at = account_id, actor.level, now
            row.save(update_fields=["state", "account_id", "level", "decided_at"])
            audit.record(
                actor=actor, action="identity.answer_screen", target="screen", target_id=row.id, now=now,
                details={"state": row.state},
            )  # fmt: skip
        if agrees and not is_right:
            raise NumberWrong


def enter_screen(*, actor: Actor, secret: str, client: Client, now: datetime) -> OpenedSession:
    """Open the session on the screen whose browser holds the secret, once.

    Raises:
        ScreenGone: nobody said yes, it is too old or used, the account was closed, or it is another browser.
        SignInThrottled: too many attempts from this address.
    """
    attempt = limits.count_sign_in_from(client.address, now)
    with refusals_recorded(actor, "identity.enter_screen", now):
        with auth_scope(actor):
            rows = ScreenSignIn.objects.select_for_update().filter(browser_hash=token_hash(secret) or b"")
            row = rows.filter(state=ScreenState.APPROVED, expires_at__gt=now).first()
            if row is None:
                raise ScreenGone
            account = Account.objects.select_for_update().get(id=row.account_id or 0)
            if account.status != AccountStatus.ACTIVE or account.account_kind != AccountKind.CITIZEN:
                raise ScreenGone
            if row.decided_at is not None and account.password_changed_at > row.decided_at:
                raise ScreenGone  # whoever changed the password meanwhile has ended all that was let in
            row.state = ScreenState.USED
            row.save(update_fields=["state"])
            opened = open_session(
                account=account, client=client, before=actor, now=now, method="phone_screen",
                at_most=AssuranceLevel(row.level),
            )  # fmt: skip
        attempt.give_back()
        return opened


_NOBODY = Actor(ActorKind.ANONYMOUS)


def _themselves(actor: Actor) -> int:
    if actor.kind is not ActorKind.CITIZEN or actor.account_id is None or actor.session_id is None:
        raise SignInRequired
    if actor.hat is not None:
        raise OwnHatRequired
    return actor.account_id


def _hash(token: str) -> bytes:
    hashed = token_hash(token)
    assert hashed is not None
    return hashed
