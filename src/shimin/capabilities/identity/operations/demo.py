"""Citizens of the demo city, made ready to sign in. Refused anywhere else."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from shimin.capabilities.identity import handles, passwords
from shimin.capabilities.identity.domain import AccountKind
from shimin.capabilities.identity.models import Account, LoginHandle
from shimin.capabilities.identity.operations.factors.codes import has_second_factor, store_generator
from shimin.capabilities.identity.operations.factors.enrolling import new_secret
from shimin.capabilities.identity.operations.real_name import lift_account
from shimin.capabilities.identity.operations.registration import insert_account
from shimin.kernel.actor import SYSTEM, Actor, ActorKind
from shimin.kernel.clock import local_date
from shimin.kernel.db import auth_scope
from shimin.kernel.errors import Forbidden
from shimin.kernel.values.papers import PaperKind, read_paper


class NotADemo(Forbidden):
    """Accounts with a public password belong into a demo only."""

    code = "identity.not_a_demo"
    message = "这不是演示环境，不能建立演示账号。"
    mend = "演示请用 ./shimin demo 启动。"


def provide_demo_citizen(*, phone: str, password: str, name: str, id_number: str, now: datetime) -> bool:
    """Open an account, with its name proved when one is given; return False when the phone has one already.

    Raises:
        NotADemo: SHIMIN_DEMO is not set.
    """
    if not settings.SHIMIN.demo:
        raise NotADemo
    with auth_scope(SYSTEM):
        if LoginHandle.objects.filter(hash__in=handles.phone_hashes(phone)).exists():
            return False
    hashed = passwords.hash_password(password)
    with auth_scope(SYSTEM):
        account = insert_account(phone=phone, hashed_password=hashed, now=now)
        if name:
            lift_account(
                actor=SYSTEM, account_id=account.id, name=name, method="demo", now=now,
                paper=read_paper(PaperKind.ID_CARD, id_number, today=local_date(now)),
            )  # fmt: skip
    return True


def provide_demo_generator(*, login: str) -> None:
    """Give a demo officer an app for codes; the page of the second step shows what it would show. Idempotent.

    Raises:
        NotADemo: SHIMIN_DEMO is not set.
    """
    if not settings.SHIMIN.demo:
        raise NotADemo
    with auth_scope(SYSTEM):
        handle = LoginHandle.objects.get(
            hash__in=handles.staff_name_hashes(login), account__account_kind=AccountKind.STAFF
        )
        account = Account.objects.select_for_update().get(id=handle.account_id)
        if not has_second_factor(account.id):
            store_generator(account, new_secret(), 0, account.created_at, is_demo=True)


def find_demo_citizen(*, phone: str) -> Actor | None:
    """Return a demo citizen as who acts, so that the demo's own data can be made in their name; None without account.

    Raises:
        NotADemo: SHIMIN_DEMO is not set.
    """
    if not settings.SHIMIN.demo:
        raise NotADemo
    with auth_scope(SYSTEM):
        handle = LoginHandle.objects.filter(hash__in=handles.phone_hashes(phone)).select_related("account").first()
    if handle is None:
        return None
    account = handle.account
    return Actor(ActorKind.CITIZEN, account_id=account.id, person_id=account.person_id, channel="demo")
