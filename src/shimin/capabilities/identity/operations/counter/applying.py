"""Carrying an act out, in the caller's auth scope and under the row's lock."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import orjson
from django.db import IntegrityError, transaction

from shimin.capabilities.identity import handles
from shimin.capabilities.identity.domain import AccountKind, AccountStatus, EndReason
from shimin.capabilities.identity.domain.counter import (
    SHEET_ALPHABET,
    SHEET_LENGTH,
    SHEET_LIFETIME,
    Act,
    ActState,
    make_login_number,
)
from shimin.capabilities.identity.domain.mandates import Relation, adult_on
from shimin.capabilities.identity.events import AccountRegistered, CounterActDone
from shimin.capabilities.identity.models import (
    Account,
    CodeGenerator,
    CounterAct,
    KnownDevice,
    LoginHandle,
    Passkey,
    RecoveryCode,
    RecoverySheet,
    Session,
)
from shimin.capabilities.identity.operations.bank_card import raise_level
from shimin.capabilities.identity.operations.finding import add_phone_handle, free_merged_phone
from shimin.capabilities.identity.operations.mandates.granting import Terms, give_mandate, person_without_account
from shimin.capabilities.identity.operations.opening import end_rows
from shimin.capabilities.identity.operations.persons import PersonTaken
from shimin.capabilities.identity.operations.real_name import lift_account
from shimin.kernel import audit, events
from shimin.kernel.actor import EVERYTHING, Actor, ActorKind, AssuranceLevel
from shimin.kernel.clock import CHINA
from shimin.kernel.crypto import decrypt, encrypt
from shimin.kernel.errors import Conflict
from shimin.kernel.ids import new_id
from shimin.kernel.values.id_numbers import parse_person_number
from shimin.kernel.values.papers import Paper, reopen_paper


class PhoneTaken(Conflict):
    """The new phone has an account already."""

    code = "identity.counter_phone_taken"
    message = "这个手机号已经有账号了。"
    mend = "请换一个手机号，或留空保留原来的。那个账号也是本人的，请先用它登录后注销。"


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is printed for the person, this once: what they sign in with (empty: their phone) and the code."""

    login: str
    code: str
    expires_at: datetime


def apply_act(*, actor: Actor, row: CounterAct, now: datetime) -> Sheet | None:
    """Carry out an act that nobody has to agree to any more, and forget what was read from the papers.

    Raises:
        PersonTaken, OtherPersonProved, PhoneTaken, MandateStands: the account changed since it was asked for.
    """
    read = orjson.loads(decrypt(bytes(row.claim), context=handles.COUNTER_CLAIM))
    sheet: Sheet | None = None
    try:
        with transaction.atomic():
            if row.act == Act.OPEN:
                row.account, login = _open_account(now)
            elif row.account is not None:
                row.account = Account.objects.select_for_update().get(
                    id=row.account_id or 0, status=AccountStatus.ACTIVE
                )
            assert row.account is not None, "an act is about an account, or opens one"
            row.before_level, row.before_level_until = row.account.level, row.account.level_until
            row.bound_person = row.account.person_id is None
            if row.act == Act.RESET:
                _reset(row.account, read["phone"], now)
            if row.act == Act.GUARDIAN:
                row.mandate_id = _let_act(actor, row.account, read, now)
            else:
                _lift(actor, row, read, now)
            if row.act in (Act.RESET, Act.OPEN):
                sheet = _make_sheet(row, login if row.act == Act.OPEN else "", now)
    except IntegrityError as taken:  # the person's handle: another account proved the same at this moment
        raise PersonTaken from taken
    row.claim, row.state, row.decided_at = b"", ActState.DONE, now
    row.save()
    _tell(actor, row, now)
    return sheet


def paper_of(read: Mapping[str, str]) -> tuple[Paper, date | None]:
    """Return the paper of an act, and its last day."""
    born, until = read.get("birth_date"), read.get("valid_until")
    paper = reopen_paper(read["id_number"], date.fromisoformat(born) if born else None)
    return paper, date.fromisoformat(until) if until else None


def void_sheets(account_id: int, now: datetime) -> int:
    """Make the account's sheets worthless and return how many were still good."""
    return RecoverySheet.objects.filter(account_id=account_id, used_at=None, voided_at=None).update(voided_at=now)


def _lift(actor: Actor, row: CounterAct, read: dict[str, Any], now: datetime) -> None:
    assert row.account is not None
    method = f"window+{row.document}"
    paper, valid_until = paper_of(read)
    lift_account(
        actor=actor, account_id=row.account.id, name=read["name"], paper=paper, method=method, now=now,
        valid_until=valid_until, act_id=row.id if row.needs_second else None, is_another=bool(read.get("is_another")),
    )  # fmt: skip
    row.account = raise_level(
        actor=actor, account_id=row.account.id, level=AssuranceLevel.IN_PERSON, method=method, now=now,
        valid_until=valid_until,
    )  # fmt: skip


def _open_account(now: datetime) -> tuple[Account, str]:
    """Write an account without a phone; the sheet sets its password."""
    account = Account(
        id=new_id(), account_kind=AccountKind.CITIZEN, phone=b"", password="", password_changed_at=now,
        created_at=now, level=AssuranceLevel.NONE, version=1,
    )  # fmt: skip
    account.save(force_insert=True)
    login = make_login_number(f"{secrets.randbelow(10**10):010d}")
    add_phone_handle(account, login)
    event = AccountRegistered(account_id=account.id)
    events.emit(event, aggregate="identity.account", aggregate_id=account.id, version=account.version, now=now)
    return account, login


def _reset(account: Account, new_phone: str, now: datetime) -> None:
    """Take every way in away: what was lost may be in somebody else's hands."""
    for model in (CodeGenerator, RecoveryCode, Passkey, KnownDevice):
        model.objects.filter(account=account).delete()
    void_sheets(account.id, now)
    if new_phone:
        owner = LoginHandle.objects.filter(hash__in=handles.phone_hashes(new_phone)).first()
        is_own = owner is None or (owner.account_id == account.id and owner.merge_id is None)
        is_free = owner is not None and owner.free_from is not None and owner.free_from <= now
        if not (is_own or is_free):
            raise PhoneTaken
        free_merged_phone(new_phone, now)
        LoginHandle.objects.filter(account=account, merge_id=None).delete()
        add_phone_handle(account, new_phone)
        account.phone = encrypt(new_phone, context=handles.PHONE)
    account.password, account.password_changed_at, account.version = "", now, account.version + 1
    account.save(update_fields=["phone", "password", "password_changed_at", "version"])
    owner_actor = Actor(ActorKind.CITIZEN, account_id=account.id)
    open_ids = Session.objects.filter(account=account, ended_at=None).values_list("id", flat=True)
    end_rows(owner_actor, list(open_ids), EndReason.RESET_AT_COUNTER, now)


def _let_act(actor: Actor, guardian: Account, read: dict[str, Any], now: datetime) -> int:
    child = parse_person_number(read["child_id_number"])
    person_id, child_account_id = person_without_account(read["child_name"], child.text, now)
    ends_at = datetime.combine(adult_on(child.birth_date), time(), CHINA)
    return give_mandate(
        actor=actor, agent_id=guardian.id, person_id=person_id, principal_account_id=child_account_id,
        terms=Terms(Relation.WARD, [EVERYTHING], ends_at, "window"), now=now,
    )  # fmt: skip


def _make_sheet(row: CounterAct, login: str, now: datetime) -> Sheet:
    assert row.account is not None
    code = "".join(secrets.choice(SHEET_ALPHABET) for _ in range(SHEET_LENGTH))
    expires_at = now + SHEET_LIFETIME
    RecoverySheet(
        id=new_id(), account=row.account, act=row, made_at=now, expires_at=expires_at,
        hash=handles.sheet_hash(code, account_id=row.account.id),
    ).save(force_insert=True)  # fmt: skip
    parts = "-".join(code[at : at + 4] for at in range(0, SHEET_LENGTH, 4))
    return Sheet(login, parts, expires_at)


def _tell(actor: Actor, row: CounterAct, now: datetime) -> None:
    account = row.account
    assert account is not None
    audit.record(
        actor=actor, action="identity.do_counter_act", target="counter_act", target_id=row.id, now=now,
        details={"act": row.act, "account": str(account.id), "asked_by": str(row.asked_by_id)}, city_code=row.city_code,
    )  # fmt: skip
    event = CounterActDone(account_id=account.id, act_id=row.id, act=row.act)
    events.emit(event, aggregate="identity.counter_act", aggregate_id=row.id, version=1, now=now)
