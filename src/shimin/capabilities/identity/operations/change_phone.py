"""Changing the phone one signs in with: the password, a code to the new phone, the app's code where there is one."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError

from shimin.capabilities.identity import handles
from shimin.capabilities.identity.domain import Client, CodePurpose, EndReason
from shimin.capabilities.identity.events import PhoneChanged
from shimin.capabilities.identity.models import Account, LoginHandle, Session
from shimin.capabilities.identity.operations.codes import CodeRejected, spend_code, try_code
from shimin.capabilities.identity.operations.factors.codes import has_second_factor, use_second_factor
from shimin.capabilities.identity.operations.factors.enrolling import check_password
from shimin.capabilities.identity.operations.finding import add_phone_handle, free_merged_phone
from shimin.capabilities.identity.operations.opening import end_rows
from shimin.capabilities.identity.operations.refusals import refusals_recorded
from shimin.capabilities.notices.public import send_text
from shimin.kernel import audit, events
from shimin.kernel.actor import Actor, ActorKind
from shimin.kernel.crypto import encrypt
from shimin.kernel.db import auth_scope
from shimin.kernel.errors import OwnHatRequired, SignInRequired
from shimin.kernel.values.phones import normalise_phone


def change_phone(
    *, actor: Actor, phone: str, code: str, password: str, second: str = "", client: Client, now: datetime
) -> None:  # fmt: skip
    """Let the actor sign in with another phone from now on; other sessions end, the old phone is told.

    The level stays: who knows the password, and holds the app where there is one, is who proved the name.

    Raises:
        CodeRejected: the code is wrong, or the phone has an account (which of them is not told).
        SecondFactorNeedsPassword, SecondFactorRejected: password or app's code is wrong.
        PhoneInvalid, CodeThrottled, SignInThrottled: see there.
        SignInRequired, OwnHatRequired: only for oneself.
    """
    if actor.kind is not ActorKind.CITIZEN or actor.account_id is None or actor.session_id is None:
        raise SignInRequired
    if actor.hat is not None:
        raise OwnHatRequired
    with refusals_recorded(actor, "identity.change_phone", now):
        phone = normalise_phone(phone)
        check_password(actor, password, now)
        tried = try_code(
            actor=actor, phone=phone, purpose=CodePurpose.CHANGE_PHONE, code=code, client=client, now=now
        )  # fmt: skip
        try:
            with auth_scope(actor):
                account = Account.objects.select_for_update().get(id=actor.account_id)
                if has_second_factor(account.id):
                    use_second_factor(account, second, now)
                spend_code(tried, now)
                _change(actor, account, phone, now)
        except IntegrityError as taken:  # the handle: the phone has an account
            raise CodeRejected from taken


def _change(actor: Actor, account: Account, phone: str, now: datetime) -> None:
    before = handles.open_phone(account.phone)
    free_merged_phone(phone, now)
    LoginHandle.objects.filter(account=account, merge_id=None).delete()
    add_phone_handle(account, phone)
    account.phone, account.version = encrypt(phone, context=handles.PHONE), account.version + 1
    account.save(update_fields=["phone", "version"])
    others = Session.objects.filter(account=account, ended_at=None).exclude(id=actor.session_id or 0)
    end_rows(actor, list(others.values_list("id", flat=True)), EndReason.PHONE_CHANGED, now)
    if before:
        send_text(phone=before, template="identity.phone_left", values={}, now=now)
    audit.record(actor=actor, action="identity.change_phone", target="account", target_id=account.id, now=now)
    event = PhoneChanged(account_id=account.id)
    events.emit(event, aggregate="identity.account", aggregate_id=account.id, version=account.version, now=now)
