"""Getting in with a sheet of paper from a window: a new password, at the level the account has."""

from __future__ import annotations

from datetime import datetime

from shimin.capabilities.identity import handles, passwords
from shimin.capabilities.identity.domain import AccountKind, AccountStatus, Client, EndReason
from shimin.capabilities.identity.domain.counter import read_login_number, read_sheet_code
from shimin.capabilities.identity.events import PasswordChanged
from shimin.capabilities.identity.models import Account, LoginHandle, RecoverySheet, Session
from shimin.capabilities.identity.operations import limits
from shimin.capabilities.identity.operations.opening import OpenedSession, end_rows, open_session
from shimin.capabilities.identity.operations.refusals import refusals_recorded
from shimin.kernel import audit, events
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.db import auth_scope
from shimin.kernel.errors import InvalidInput
from shimin.kernel.values.phones import normalise_phone


class SheetRejected(InvalidInput):
    """Number or code is wrong, or the sheet was used, taken back, or is too old; which of them is not told."""

    code = "identity.sheet_rejected"
    message = "登录号或恢复单上的编码不对，或恢复单已经失效。"
    mend = "请对照恢复单检查。恢复单7天内有效，只能用一次；失效的，请带身份证到窗口重新领取。"


def use_sheet(
    *, actor: Actor, login: str, code: str, password: str, client: Client, now: datetime
) -> OpenedSession:  # fmt: skip
    """Set a new password by a sheet, end all sessions and open one at the account's level.

    ``login`` is the phone, or the number printed on the sheet. The window has seen the person: the level stays.

    Raises:
        SheetRejected: see the class.
        WeakPassword: choose another; the sheet stays good.
        SignInThrottled, TooManySignIns: not now.
    """
    with refusals_recorded(actor, "identity.use_sheet", now):
        from_here = limits.count_sign_in_from(client.address, now)
        name = read_login_number(login) or normalise_phone(login)
        passwords.check_new_password(password, phone=name)
        key = handles.phone_hash(name)
        attempt = limits.count_sign_in_to(f"sheet:{key.hex()}", limits.STRANGERS, now)
        hashed = passwords.hash_password(password)  # before anything is looked up: known and unknown take as long
        text = read_sheet_code(code) or ""
        with auth_scope(actor):
            account = _lock(handles.phone_hashes(name))
            good = RecoverySheet.objects.filter(
                account=account, hash=handles.sheet_hash(text, account_id=account.id if account else 0), used_at=None,
                voided_at=None, expires_at__gt=now,
            )  # fmt: skip
            if account is None or not good.update(used_at=now):
                raise SheetRejected
            opened = _open(account, hashed, actor, client, now)
        limits.give_back(attempt, from_here)
        return opened


def _lock(keys: list[bytes]) -> Account | None:
    handle = LoginHandle.objects.filter(hash__in=keys, account__account_kind=AccountKind.CITIZEN).first()
    rows = Account.objects.select_for_update().filter(status=AccountStatus.ACTIVE)
    return rows.filter(id=handle.account_id if handle else 0).first()


def _open(account: Account, hashed: str, before: Actor, client: Client, now: datetime) -> OpenedSession:
    account.password, account.password_changed_at, account.version = hashed, now, account.version + 1
    account.save(update_fields=["password", "password_changed_at", "version"])
    owner = Actor(ActorKind.CITIZEN, account_id=account.id)
    open_ids = Session.objects.filter(account=account, ended_at=None).values_list("id", flat=True)
    end_rows(owner, list(open_ids), EndReason.PASSWORD_CHANGED, now)
    audit.record(actor=owner, action="identity.use_sheet", target="account", target_id=account.id, now=now)
    event = PasswordChanged(account_id=account.id)
    events.emit(event, aggregate="identity.account", aggregate_id=account.id, version=account.version, now=now)
    return open_session(account=account, client=client, before=before, now=now, method="recovery_sheet")
