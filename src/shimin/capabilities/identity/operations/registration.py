"""Opening an account with a phone, and getting back in after forgetting the password."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError

from shimin.capabilities.identity import handles, passwords
from shimin.capabilities.identity.domain import AccountKind, AccountStatus, Client, CodePurpose, EndReason
from shimin.capabilities.identity.events import AccountRegistered, PasswordChanged
from shimin.capabilities.identity.models import Account, LevelProof, LoginHandle, Session
from shimin.capabilities.identity.operations.codes import CodeRejected, spend_code, try_code
from shimin.capabilities.identity.operations.factors.codes import has_second_factor
from shimin.capabilities.identity.operations.factors.tickets import SecondFactorRequired, seal_ticket
from shimin.capabilities.identity.operations.finding import add_phone_handle, free_merged_phone
from shimin.capabilities.identity.operations.opening import OpenedSession, end_rows, open_session
from shimin.capabilities.identity.operations.refusals import refusals_recorded
from shimin.kernel import audit, events
from shimin.kernel.actor import Actor, ActorKind, AssuranceLevel
from shimin.kernel.crypto import encrypt
from shimin.kernel.db import auth_scope
from shimin.kernel.ids import new_id
from shimin.kernel.values.phones import normalise_phone


def register(
    *, actor: Actor, phone: str, code: str, password: str, client: Client, now: datetime
) -> OpenedSession:  # fmt: skip
    """Open an account at level 1 and sign it in.

    Of two requests for one phone at once, one opens the account; the other is told the code was used.

    Raises:
        WeakPassword: choose another; the code stays good.
        CodeRejected, CodeThrottled, PhoneInvalid: see there.
        TooManySignIns: no room for hashing now.
    """
    with refusals_recorded(actor, "identity.register", now):
        phone = normalise_phone(phone)
        passwords.check_new_password(password, phone=phone)
        tried = try_code(
            actor=actor, phone=phone, purpose=CodePurpose.REGISTER, code=code, client=client, now=now
        )  # fmt: skip
        hashed = passwords.hash_password(password)
        try:
            with auth_scope(actor):
                spend_code(tried, now)
                account = insert_account(phone=phone, hashed_password=hashed, now=now)
                return open_session(account=account, client=client, before=actor, now=now, is_first=True)
        except IntegrityError as taken:  # the handle: the phone got an account since the code was sent
            raise CodeRejected from taken


def reset_password(
    *, actor: Actor, phone: str, code: str, password: str, client: Client, now: datetime
) -> OpenedSession:  # fmt: skip
    """Set a new password by a code, end all sessions, and sign in at level 1.

    A phone alone must not open personal records (numbers are stolen, and given to new owners): a proven name has to be
    proved again. An account with a second factor keeps its level, for the session opens with that factor only.

    Raises:
        as ``register``.
        SecondFactorRequired: the password is changed; the account's second factor opens the session.
    """
    with refusals_recorded(actor, "identity.reset_password", now):
        phone = normalise_phone(phone)
        passwords.check_new_password(password, phone=phone)
        tried = try_code(
            actor=actor, phone=phone, purpose=CodePurpose.RESET_PASSWORD, code=code, client=client, now=now
        )  # fmt: skip
        hashed = passwords.hash_password(password)
        with auth_scope(actor):
            account = _lock_by_phone(phone)
            spend_code(tried, now)
            is_guarded = has_second_factor(account.id)
            _replace_password(account, hashed, now, keeps_level=is_guarded)
            if not is_guarded:
                return open_session(account=account, client=client, before=actor, now=now)
        raise SecondFactorRequired(seal_ticket(account, is_known_device=False, now=now))


def insert_account(*, phone: str, hashed_password: str, now: datetime) -> Account:
    """Write account, handle and first proof, in the caller's auth scope.

    Raises:
        IntegrityError: the phone has an account (identity_login_handle_pkey).
    """
    account = Account(
        id=new_id(), account_kind=AccountKind.CITIZEN, phone=encrypt(phone, context=handles.PHONE),
        password=hashed_password, password_changed_at=now, created_at=now, level=AssuranceLevel.PHONE, version=1,
    )  # fmt: skip
    account.save(force_insert=True)
    free_merged_phone(phone, now)
    add_phone_handle(account, phone)
    LevelProof(
        id=new_id(), account=account, level=AssuranceLevel.PHONE, method="phone_code", verified_at=now
    ).save(force_insert=True)  # fmt: skip
    actor = Actor(ActorKind.CITIZEN, account_id=account.id, level=AssuranceLevel.PHONE)
    audit.record(actor=actor, action="identity.register", target="account", target_id=account.id, now=now)
    event = AccountRegistered(account_id=account.id)
    events.emit(event, aggregate="identity.account", aggregate_id=account.id, version=account.version, now=now)
    return account


def _lock_by_phone(phone: str) -> Account:
    handle = LoginHandle.objects.filter(hash__in=handles.phone_hashes(phone), merge_id=None).first()
    if handle is None:
        raise CodeRejected
    return Account.objects.select_for_update().get(id=handle.account_id, status=AccountStatus.ACTIVE)


def _replace_password(account: Account, hashed: str, now: datetime, *, keeps_level: bool) -> None:
    account.password, account.password_changed_at, account.version = hashed, now, account.version + 1
    if account.level > AssuranceLevel.PHONE and not keeps_level:
        account.level_until = now
    account.save(update_fields=["password", "password_changed_at", "version", "level_until"])
    actor = Actor(ActorKind.CITIZEN, account_id=account.id, level=AssuranceLevel.PHONE)
    sessions = Session.objects.filter(account=account, ended_at=None).values_list("id", flat=True)
    end_rows(actor, list(sessions), EndReason.PASSWORD_CHANGED, now)
    audit.record(actor=actor, action="identity.reset_password", target="account", target_id=account.id, now=now)
    event = PasswordChanged(account_id=account.id)
    events.emit(event, aggregate="identity.account", aggregate_id=account.id, version=account.version, now=now)
