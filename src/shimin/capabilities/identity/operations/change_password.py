"""A new password by somebody who knows the present one: level and this session stay, all others end."""

from __future__ import annotations

from datetime import datetime

from shimin.capabilities.identity import handles, passwords
from shimin.capabilities.identity.domain import EndReason
from shimin.capabilities.identity.events import PasswordChanged
from shimin.capabilities.identity.models import Account, Session
from shimin.capabilities.identity.operations.factors.enrolling import SecondFactorNeedsPassword, check_password
from shimin.capabilities.identity.operations.factors.tickets import TicketExpired
from shimin.capabilities.identity.operations.opening import end_rows
from shimin.capabilities.identity.operations.refusals import refusals_recorded
from shimin.kernel import audit, events
from shimin.kernel.actor import Actor
from shimin.kernel.db import auth_scope
from shimin.kernel.errors import InvalidInput, SignInRequired


class PresentPasswordWrong(InvalidInput):
    """The present password is asked first."""

    code = "identity.present_password_wrong"
    message = "现在的密码不对。"
    mend = "请重新输入；忘记了的，退出后用“忘记密码”找回。"

    def __init__(self) -> None:
        super().__init__(fields={"present": self.message})


def change_password(*, actor: Actor, present: str, password: str, now: datetime) -> None:
    """Replace the actor's password and end all their other sessions.

    Raises:
        PresentPasswordWrong, WeakPassword: mend the input.
        ProofRequired: the risk rules hold the session.
        SignInThrottled: too many wrong ones of this session.
        TicketExpired: it was changed elsewhere at this moment.
        SignInRequired: nobody is signed in.
    """
    if actor.account_id is None or actor.session_id is None:
        raise SignInRequired
    with refusals_recorded(actor, "identity.change_password", now):
        try:
            seen = check_password(actor, present, now)
        except SecondFactorNeedsPassword:
            raise PresentPasswordWrong from None
        passwords.check_new_password(password, phone=handles.open_phone(seen.phone))
        if password == present:
            raise passwords.WeakPassword("新密码和现在的一样，请换一个。")
        hashed = passwords.hash_password(password)
        with auth_scope(actor):
            account = Account.objects.select_for_update().get(id=actor.account_id)
            if not Session.objects.filter(id=actor.session_id, account=account, ended_at=None).exists():
                raise SignInRequired
            if account.password != seen.password:
                raise TicketExpired
            account.password, account.password_changed_at, account.version = hashed, now, account.version + 1
            account.save(update_fields=["password", "password_changed_at", "version"])
            others = Session.objects.filter(account=account, ended_at=None).exclude(id=actor.session_id)
            end_rows(actor, list(others.values_list("id", flat=True)), EndReason.PASSWORD_CHANGED, now)
            audit.record(
                actor=actor, action="identity.change_password", target="account", target_id=account.id, now=now
            )
            event = PasswordChanged(account_id=account.id, keeps_level=True)
            events.emit(event, aggregate="identity.account", aggregate_id=account.id, version=account.version, now=now)
