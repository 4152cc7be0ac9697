"""Staff accounts and their grants, run by an administrator at the command line."""

from __future__ import annotations

import re
from datetime import datetime

from django.db import IntegrityError, transaction

from shimin.capabilities.identity import handles, passwords
from shimin.capabilities.identity.domain import AccountKind
from shimin.capabilities.identity.models import Account, LoginHandle, StaffGrant
from shimin.capabilities.identity.operations.finding import add_staff_handle
from shimin.capabilities.identity.operations.officers.granting import TwoAdministrators, end_grant, note_change
from shimin.kernel import audit
from shimin.kernel.actor import Actor
from shimin.kernel.db import auth_scope
from shimin.kernel.errors import Conflict, InvalidInput, NotFound
from shimin.kernel.ids import AccountId, new_id

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{2,39}")
_ROLE = re.compile(r"[a-z_]+\.[a-z_]+")


class StaffNameTaken(Conflict):
    """The name to sign in with is somebody else's."""

    code = "identity.staff_name_taken"
    message = "这个工号已经有账号了。"
    mend = "请换一个工号。"


def create_staff(*, actor: Actor, login: str, staff_name: str, password: str, now: datetime) -> AccountId:
    """Open a staff account without any grant. ``login`` is typed to sign in, ``staff_name`` is shown.

    Raises:
        StaffNameTaken, InvalidInput, WeakPassword: see there.
    """
    if not _LOGIN.fullmatch(login):
        raise InvalidInput("工号应为3到40位小写字母、数字、点、横线或下划线。", fields={"login": login})
    passwords.check_new_password(password)
    account = Account(
        id=new_id(), account_kind=AccountKind.STAFF, staff_name=staff_name, created_at=now, password_changed_at=now,
        password=passwords.hash_password(password),
    )  # fmt: skip
    try:
        with auth_scope(actor):
            account.save(force_insert=True)
            add_staff_handle(account, login)
            audit.record(actor=actor, action="identity.create_staff", target="account", target_id=account.id, now=now)
    except IntegrityError as taken:
        raise StaffNameTaken from taken
    return AccountId(account.id)


def grant_role(
    *, actor: Actor, login: str, role: str, agency_id: int | None, region_code: str | None, now: datetime
) -> None:  # fmt: skip
    """Let a member of staff act in a role, within one agency and region (None: any). Repeating it changes nothing.

    Raises:
        NotFound: there is no such staff account.
        InvalidInput: the role is not written like "enquiries.officer".
        TwoAdministrators: the account holds another of the three administrators' roles.
    """
    if not _ROLE.fullmatch(role):
        raise InvalidInput("岗位应写成“能力.岗位”，例如 enquiries.officer。", fields={"role": role})
    with auth_scope(actor):
        account = _lock_staff(login)
        place = {"agency_id": agency_id, "region_code": region_code}
        if StaffGrant.objects.filter(account=account, role=role, ends_at=None, **place).exists():
            return
        grant = StaffGrant(id=new_id(), account=account, role=role, starts_at=now, **place)
        try:
            with transaction.atomic():
                grant.save(force_insert=True)
        except IntegrityError as twice:
            raise TwoAdministrators from twice
        note_change(grant, "given", now)
        _note(actor, "identity.grant_role", account, role, now)


def end_grants(*, actor: Actor, login: str, role: str, now: datetime) -> int:
    """End all grants of one role and return how many; the next request of that person is without them.

    Raises:
        NotFound: there is no such staff account.
    """
    with auth_scope(actor):
        account = _lock_staff(login)
        rows = list(StaffGrant.objects.select_for_update().filter(account=account, role=role, ends_at=None))
        for row in rows:
            end_grant(actor, row, "command", now)
        if rows:
            _note(actor, "identity.end_grants", account, role, now)
        return len(rows)


def _lock_staff(login: str) -> Account:
    handle = LoginHandle.objects.filter(
        hash__in=handles.staff_name_hashes(login), account__account_kind=AccountKind.STAFF
    ).first()
    if handle is None:
        raise NotFound("没有这个工号。", mend="先用 staff create 建立账号。")
    return Account.objects.select_for_update().get(id=handle.account_id)


def _note(actor: Actor, action: str, account: Account, role: str, now: datetime) -> None:
    audit.record(
        actor=actor, action=action, target="account", target_id=account.id, now=now, details={"role": role}
    )  # fmt: skip
