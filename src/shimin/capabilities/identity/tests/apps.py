"""An app for codes, as a person holds it."""

from __future__ import annotations

from datetime import datetime

import pyotp
import pytest

from shimin.capabilities.identity import handles
from shimin.capabilities.identity.domain import AccountKind
from shimin.capabilities.identity.models import Account, LoginHandle
from shimin.capabilities.identity.operations.factors.codes import STEP_SECONDS, renew_recovery_codes, store_generator
from shimin.capabilities.identity.operations.factors.second_step import finish_sign_in
from shimin.capabilities.identity.operations.factors.tickets import SecondFactorRequired
from shimin.capabilities.identity.operations.opening import OpenedSession
from shimin.capabilities.identity.operations.signing_in import sign_in
from shimin.capabilities.identity.tests.factories import CLIENT, NOW, PASSWORD
from shimin.kernel.actor import ANONYMOUS
from shimin.kernel.db import auth_scope


class App:
    """One enrolled secret."""

    def __init__(self, secret: str) -> None:
        self.secret = secret

    def code(self, now: datetime = NOW, *, later: int = 0) -> str:
        """Return the code shown ``later`` half minutes after ``now``."""
        return pyotp.TOTP(self.secret).generate_otp(int(now.timestamp()) // STEP_SECONDS + later)


def enter_desk(login: str) -> OpenedSession:
    """Open a new session of a member of staff who has no app yet, or replace the app of one who has."""
    with auth_scope(ANONYMOUS):
        account = Account.objects.get(id=LoginHandle.objects.get(hash__in=handles.staff_name_hashes(login)).account_id)
    app, _ = give_app(account.id)
    with pytest.raises(SecondFactorRequired) as needed:
        sign_in(actor=ANONYMOUS, kind=AccountKind.STAFF, name=login, password=PASSWORD, client=CLIENT, now=NOW)
    return finish_sign_in(
        actor=ANONYMOUS, kind=AccountKind.STAFF, ticket=needed.value.ticket, code=app.code(), client=CLIENT, now=NOW
    )


def give_app(account_id: int | None, *, is_demo: bool = False) -> tuple[App, list[str]]:
    """Enrol an app for an account; return it with the recovery codes."""
    secret = pyotp.random_base32()
    with auth_scope(ANONYMOUS):
        account = Account.objects.get(id=account_id or 0)
        store_generator(account, secret, 0, NOW, is_demo=is_demo)
        return App(secret), renew_recovery_codes(account, NOW)
