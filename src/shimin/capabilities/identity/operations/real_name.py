"""Proving the real name: the population register, one more register, and one account for each person."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError

from shimin.capabilities.identity import handles
from shimin.capabilities.identity.domain import (
    GUARDIAN_AGE,
    PROOF_LIFETIME,
    REAL_NAME_PURPOSE,
    REAL_NAME_TEXT,
    SecondSource,
)
from shimin.capabilities.identity.events import RealNameVerified
from shimin.capabilities.identity.models import Account, LevelProof, Mandate, Person, PersonHandle
from shimin.capabilities.identity.operations import limits
from shimin.capabilities.identity.operations.consents import give_consent
from shimin.capabilities.identity.operations.finding import add_person_handle
from shimin.capabilities.identity.operations.opening import OpenedSession, raise_session
from shimin.capabilities.identity.operations.refusals import refusals_recorded
from shimin.capabilities.identity.ports import IdentitySource, PersonStatus, get_identity_source
from shimin.kernel import audit, events
from shimin.kernel.actor import Actor, ActorKind, AssuranceLevel
from shimin.kernel.clock import local_date
from shimin.kernel.crypto import decrypt, encrypt
from shimin.kernel.db import auth_scope, require_no_transaction
from shimin.kernel.errors import Conflict, Forbidden, InvalidInput, SignInRequired, Unavailable
from shimin.kernel.ids import new_id
from shimin.kernel.values.id_numbers import IdNumber, age_on, parse_id_number
from shimin.kernel.values.names import normalise_name

_WINDOW = "请携带身份证到就近的政务服务大厅窗口办理，或拨打 12345。"
_SECOND_VALUE = re.compile(r"[0-9A-Z]{6,30}")


class ConsentRequired(InvalidInput):
    """The person has not agreed to the check."""

    code = "identity.consent_required"
    message = "需要您同意后才能核实。"
    mend = "请阅读说明，勾选同意后再提交；不同意的，可以到窗口办理。"

    def __init__(self) -> None:
        super().__init__(fields={"consents": self.message})


class SecondNumberInvalid(InvalidInput):
    """The number of the second register cannot be one."""

    code = "identity.second_number_invalid"

    def __init__(self, second: SecondSource) -> None:
        words = f"{second.words}应为6到30位数字或字母。"
        super().__init__(words, mend="请对照证件重新填写。", fields={"second_value": words})


class MinorNeedsGuardian(Forbidden):
    """Younger than 14: a guardian has to act.

    Source: PIPL 28, 31.
    """

    code = "identity.minor_needs_guardian"
    message = "未满14周岁，需要监护人来办理。"
    mend = "请父母或其他监护人携带户口簿到政务服务大厅窗口办理；多数事项监护人也可以用自己的账号办。"


class NameMismatch(InvalidInput):
    """The population register does not know this name with this number."""

    code = "identity.name_mismatch"
    message = "姓名和身份证号码对不上。"
    mend = "请对照身份证检查；改过名字的，请先到派出所更新户籍信息，或到窗口办理。"


class PersonNotActive(Forbidden):
    """The register says the person died or the record was cancelled."""

    code = "identity.person_not_active"
    message = "户籍登记的状态不支持网上核实。"
    mend = "如登记有误，请携带身份证和户口簿到派出所更正；代办亲属后事的，请到政务服务大厅窗口。"


class SecondMismatch(InvalidInput):
    """The second register does not know this number for this person."""

    code = "identity.second_mismatch"

    def __init__(self, second: SecondSource) -> None:
        words = f"{second.words}与您的身份信息对不上。"
        super().__init__(words, mend="请对照证件检查，或换另一种证件核实。", fields={"second_value": words})


class RegisterSilent(Unavailable):
    """A register does not answer in time; nothing was changed."""

    code = "identity.register_silent"
    message = "核对身份的系统暂时没有回应。"
    mend = "您填的内容都留着，请过几分钟再点一次；着急的可以带身份证到窗口办理。"


class PersonTaken(Conflict):
    """Another account has proved this person. Whose is not told."""

    code = "identity.person_taken"
    message = "这个身份证号码已经在另一个账号上核实过了。"
    mend = "请用那个账号登录（忘记密码可以找回）。不是您本人办理的，请" + _WINDOW.removeprefix("请")


class OtherPersonProved(Conflict):
    """This account belongs to another person already."""

    code = "identity.other_person_proved"
    message = "这个账号已经核实为另一位市民，不能改成别人。"
    mend = "请给自己另外注册一个账号。手机号换了机主的，" + _WINDOW


@dataclass(frozen=True, slots=True)
class RealNameClaim:
    """What a person says about themselves; ``second_value`` is the number printed on the second paper."""

    name: str
    id_number: str
    second: SecondSource
    second_value: str
    consents: bool


@dataclass(frozen=True, slots=True)
class Checked:
    """A claim in the registers' form."""

    name: str
    id_number: IdNumber
    second: SecondSource
    second_value: str


def prove_real_name(*, actor: Actor, claim: RealNameClaim, now: datetime) -> OpenedSession:
    """Raise the actor's account and session to level 2, under a new token.

    Both registers are asked with no transaction open. Repeating it for the same person renews the proof.

    Raises:
        IdNumberInvalid, NameInvalid, SecondNumberInvalid, ConsentRequired: mend the input.
        MinorNeedsGuardian, PersonNotActive, PersonTaken, OtherPersonProved: go another way.
        NameMismatch, SecondMismatch: a register says no.
        RegisterSilent, NoIdentitySource: nobody can be asked now; nothing is changed.
        RealNameThrottled: more than ten attempts a day.
    """
    account_id = _citizen(actor)
    require_no_transaction()
    with refusals_recorded(actor, "identity.prove_real_name", now):
        checked = check_claim(claim, now)
        limits.count_real_name(account_id, now)
        give_consent(actor, REAL_NAME_PURPOSE, REAL_NAME_TEXT, now)
        ask_registers(checked)
        try:
            with auth_scope(actor):
                account = lift_account(
                    actor=actor, account_id=account_id, name=checked.name, id_number=checked.id_number,
                    method=f"population+{checked.second}", now=now,
                )  # fmt: skip
                return raise_session(actor=actor, account=account, method="real_name", now=now)
        except IntegrityError as taken:  # two accounts proved one person at once; the handle let one through
            raise PersonTaken from taken


def check_claim(claim: RealNameClaim, now: datetime) -> Checked:
    """Return what was typed in the registers' form.

    Raises:
        IdNumberInvalid, NameInvalid, SecondNumberInvalid, ConsentRequired, MinorNeedsGuardian: see there.
    """
    today = local_date(now)
    name, id_number = normalise_name(claim.name), parse_id_number(claim.id_number, today=today)
    if age_on(id_number.birth_date, today) < GUARDIAN_AGE:
        raise MinorNeedsGuardian
    second_value = "".join(unicodedata.normalize("NFKC", claim.second_value[:100]).split()).upper()
    if not _SECOND_VALUE.fullmatch(second_value):
        raise SecondNumberInvalid(claim.second)
    if not claim.consents:
        raise ConsentRequired
    return Checked(name, id_number, claim.second, second_value)


def ask_registers(checked: Checked) -> None:
    """Ask both registers; they agree or it is refused.

    Raises:
        NameMismatch, SecondMismatch, PersonNotActive: a register says no.
        RegisterSilent, NoIdentitySource: nobody can be asked now.
    """
    source = get_identity_source()
    try:
        _compare(source, checked)
    except Unavailable as silent:
        raise RegisterSilent(retry_after_seconds=silent.retry_after_seconds) from silent


def _compare(source: IdentitySource, checked: Checked) -> None:
    answer = source.check_person(checked.name, checked.id_number.text)
    if not answer.matches:
        raise NameMismatch
    if answer.status is not PersonStatus.NORMAL:
        raise PersonNotActive
    if not source.check_second(checked.second, checked.name, checked.id_number.text, checked.second_value):
        raise SecondMismatch(checked.second)


def lift_account(
    *, actor: Actor, account_id: int, name: str, id_number: IdNumber, method: str, now: datetime
) -> Account:  # fmt: skip
    """Tie the account to the person and lift it to level 2, in the caller's auth scope; return it locked.

    Raises:
        PersonTaken, OtherPersonProved: see there.
        IntegrityError: another account did the same at this moment (identity_person_handle_pkey).
    """
    account = Account.objects.select_for_update(of=("self",)).select_related("person").get(id=account_id)
    level = AssuranceLevel.REAL_NAME
    account.person = _person_for(account, name, id_number.text, now)
    account.level = max(account.level, level)
    account.level_until, account.version = now + PROOF_LIFETIME[level], account.version + 1
    account.save(update_fields=["person", "level", "level_until", "version"])
    LevelProof(
        id=new_id(), account=account, level=level, method=method, verified_at=now, expires_at=account.level_until
    ).save(force_insert=True)
    audit.record(
        actor=actor, action="identity.prove_real_name", target="account", target_id=account.id, now=now,
        details={"level": int(level), "method": method},
    )  # fmt: skip
    event = RealNameVerified(account_id=account.id, person_id=account.person.id, level=int(level), method=method)
    events.emit(event, aggregate="identity.account", aggregate_id=account.id, version=account.version, now=now)
    return account


def _person_for(account: Account, name: str, number: str, now: datetime) -> Person:
    """Return the account's person: the one it proved before, with the name renewed, or a new one."""
    known = account.person
    if known is not None:
        if decrypt(bytes(known.id_number), context=handles.ID_NUMBER) != number:
            raise OtherPersonProved
        known.name, known.verified_at = encrypt(name, context=handles.PERSON_NAME), now
        known.save(update_fields=["name", "verified_at"])
        return known
    found = PersonHandle.objects.filter(hash__in=handles.id_number_hashes(number))
    handle = found.select_for_update(of=("self",)).select_related("person").first()
    if handle is not None and handle.account_id is not None:
        raise PersonTaken
    if handle is not None:  # known so far because somebody acts for them
        handle.account = account
        handle.save(update_fields=["account"])
        Mandate.objects.filter(person=handle.person, principal_account=None).update(principal_account=account)
        handle.person.name, handle.person.verified_at = encrypt(name, context=handles.PERSON_NAME), now
        handle.person.save(update_fields=["name", "verified_at"])
        return handle.person
    person = Person(
        id=new_id(), name=encrypt(name, context=handles.PERSON_NAME),
        id_number=encrypt(number, context=handles.ID_NUMBER), verified_at=now,
    )  # fmt: skip
    person.save(force_insert=True)
    add_person_handle(person, account, number)
    return person


def _citizen(actor: Actor) -> int:
    if actor.kind is not ActorKind.CITIZEN or actor.account_id is None or actor.session_id is None:
        raise SignInRequired
    return actor.account_id
