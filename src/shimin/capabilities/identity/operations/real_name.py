"""Proving the real name: the population register, one more register, and one account for each person."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import IntegrityError

from shimin.capabilities.identity.domain import (
    GUARDIAN_AGE,
    PAPER_TEXT,
    PROOF_LIFETIME,
    REAL_NAME_PURPOSE,
    REAL_NAME_TEXT,
    SecondSource,
    level_now,
)
from shimin.capabilities.identity.events import RealNameVerified
from shimin.capabilities.identity.models import Account, LevelProof
from shimin.capabilities.identity.operations import limits
from shimin.capabilities.identity.operations.consents import give_consent
from shimin.capabilities.identity.operations.opening import OpenedSession, raise_session
from shimin.capabilities.identity.operations.persons import PersonTaken, person_for
from shimin.capabilities.identity.operations.refusals import refusals_recorded
from shimin.capabilities.identity.ports import (
    IdentitySource,
    PaperSource,
    PaperStatus,
    PersonStatus,
    get_identity_source,
    get_paper_source,
)
from shimin.kernel import audit, events
from shimin.kernel.actor import Actor, ActorKind, AssuranceLevel
from shimin.kernel.clock import CHINA, local_date
from shimin.kernel.db import auth_scope, require_no_transaction
from shimin.kernel.errors import Forbidden, InvalidInput, SignInRequired, Unavailable
from shimin.kernel.ids import new_id
from shimin.kernel.values.id_numbers import age_on
from shimin.kernel.values.papers import Paper, PaperKind, normalise_name_on, read_paper

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


class PaperMismatch(InvalidInput):
    """The immigration register does not know this paper with this name, birth date and end."""

    code = "identity.paper_mismatch"
    message = "证件信息对不上。"
    mend = "请对照证件检查姓名、号码、出生日期和有效期，按证件上印的填写；刚换发的新证，请过一两天再试或到窗口办理。"


class PaperEnded(InvalidInput):
    """The paper is past its day, or was reported lost, or taken back."""

    code = "identity.paper_ended"
    message = "这本证件已经过期、挂失或失效。"
    mend = "请换领新证后，用新证件核实；等新证期间要办事的，请到窗口。"

    def __init__(self) -> None:
        super().__init__(fields={"valid_until": self.message})


class PaperEndNeeded(InvalidInput):
    """The day until which the paper counts is compared too."""

    code = "identity.paper_end_needed"

    def __init__(self) -> None:
        words = "请填写证件的有效期截止日期。"
        super().__init__(words, fields={"valid_until": words})


@dataclass(frozen=True, slots=True)
class RealNameClaim:
    """What a person says about themselves; ``second_value`` is the number printed on the second paper.

    ``issuer`` is asked of a passport, ``birth_date`` where the number does not say it, ``valid_until`` (the last day it
    counts) of all papers but the identity card.
    """

    name: str
    id_number: str
    second: SecondSource
    second_value: str
    consents: bool
    document: PaperKind = PaperKind.ID_CARD
    issuer: str = ""
    birth_date: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """A claim in the registers' form."""

    name: str
    paper: Paper
    second: SecondSource
    second_value: str
    valid_until: date | None = None


def prove_real_name(*, actor: Actor, claim: RealNameClaim, now: datetime) -> OpenedSession:
    """Raise the actor's account and session to level 2, under a new token.

    Both registers are asked with no transaction open. Repeating it for the same person renews the proof.

    Raises:
        IdNumberInvalid, PaperNumberInvalid, BirthDateInvalid, CountryInvalid, PaperEndNeeded: mend the input.
        NameInvalid, SecondNumberInvalid, ConsentRequired: mend the input.
        MinorNeedsGuardian, PersonNotActive, PersonTaken, OtherPersonProved: go another way.
        OtherNameOnPaper, KnownByOtherPaper: it may be one person with two papers; go another way.
        NameMismatch, PaperMismatch, PaperEnded, SecondMismatch: a register says no.
        RegisterSilent, NoIdentitySource: nobody can be asked now; nothing is changed.
        RealNameThrottled: more than ten attempts a day.
    """
    account_id = _citizen(actor)
    require_no_transaction()
    with refusals_recorded(actor, "identity.prove_real_name", now):
        checked = check_claim(claim, now)
        limits.count_real_name(account_id, now)
        text = REAL_NAME_TEXT if checked.paper.kind is PaperKind.ID_CARD else PAPER_TEXT
        give_consent(actor, REAL_NAME_PURPOSE, text, now)
        ask_registers(checked)
        try:
            with auth_scope(actor):
                account = lift_account(
                    actor=actor, account_id=account_id, name=checked.name, paper=checked.paper, now=now,
                    method=f"{register_of(checked.paper)}+{checked.second}", valid_until=checked.valid_until,
                )  # fmt: skip
                return raise_session(actor=actor, account=account, method="real_name", now=now)
        except IntegrityError as taken:  # two accounts proved one person at once; the handle let one through
            raise PersonTaken from taken


def check_claim(claim: RealNameClaim, now: datetime) -> Checked:
    """Return what was typed in the registers' form.

    Raises:
        IdNumberInvalid, PaperNumberInvalid, BirthDateInvalid, CountryInvalid, NameInvalid: see there.
        SecondNumberInvalid, PaperEndNeeded, PaperEnded, ConsentRequired, MinorNeedsGuardian: see there.
    """
    today = local_date(now)
    name = normalise_name_on(claim.document, claim.name)
    paper = read_paper(
        claim.document, claim.id_number, birth_date=claim.birth_date, issuer=claim.issuer, today=today
    )  # fmt: skip
    valid_until = check_end(paper, claim.valid_until, today)
    if age_on(paper.birth_date, today) < GUARDIAN_AGE:
        raise MinorNeedsGuardian
    second_value = "".join(unicodedata.normalize("NFKC", claim.second_value[:100]).split()).upper()
    if not _SECOND_VALUE.fullmatch(second_value):
        raise SecondNumberInvalid(claim.second)
    if not claim.consents:
        raise ConsentRequired
    return Checked(name, paper, claim.second, second_value, valid_until)


def check_end(paper: Paper, valid_until: date | None, today: date) -> date | None:
    """Return the last day of a paper, None for an identity card: the register follows its renewals by itself.

    Raises:
        PaperEndNeeded, PaperEnded: see there.
    """
    if paper.kind is PaperKind.ID_CARD:
        return None
    if valid_until is None:
        raise PaperEndNeeded
    if valid_until < today:
        raise PaperEnded
    return valid_until


def register_of(paper: Paper) -> str:
    """Return which register confirms a paper, as proofs name their method."""
    return "population" if paper.kind is PaperKind.ID_CARD else f"immigration:{paper.kind}"


def ask_registers(checked: Checked) -> None:
    """Ask both registers; they agree or it is refused.

    Raises:
        NameMismatch, SecondMismatch, PersonNotActive, PaperMismatch, PaperEnded: a register says no.
        RegisterSilent, NoIdentitySource: nobody can be asked now.
    """
    source = get_identity_source()
    papers = None if checked.paper.kind is PaperKind.ID_CARD else get_paper_source()
    try:
        if papers is None:
            _compare(source, checked)
        else:
            compare_paper(papers, checked.name, checked.paper, checked.valid_until)
        paper = checked.paper
        if not source.check_second(
            checked.second, checked.name, paper.number, checked.second_value, document=paper.kind
        ):  # fmt: skip
            raise SecondMismatch(checked.second)
    except Unavailable as silent:
        raise RegisterSilent(retry_after_seconds=silent.retry_after_seconds) from silent


def _compare(source: IdentitySource, checked: Checked) -> None:
    answer = source.check_person(checked.name, checked.paper.number)
    if not answer.matches:
        raise NameMismatch
    if answer.status is not PersonStatus.NORMAL:
        raise PersonNotActive


def compare_paper(source: PaperSource, name: str, paper: Paper, valid_until: date | None) -> None:
    """Ask the immigration register about a paper.

    Raises:
        PaperMismatch, PaperEnded: it says no.
        Unavailable: it does not answer.
    """
    answer = source.check_paper(name, paper, valid_until)
    if not answer.matches:
        raise PaperMismatch
    if answer.status is not PaperStatus.VALID:
        raise PaperEnded


def lift_account(
    *, actor: Actor, account_id: int, name: str, paper: Paper, method: str, now: datetime,
    valid_until: date | None = None, act_id: int | None = None, is_another: bool = False,
) -> Account:  # fmt: skip
    """Tie the account to the person and lift it to level 2, in the caller's auth scope; return it locked.

    The proof counts no longer than the paper; one that ran out is not
    brought back by a lower one. ``act_id``, ``is_another``: see ``person_for``.

    Raises:
        PersonTaken, OtherPersonProved, OtherNameOnPaper, KnownByOtherPaper: see there.
        IntegrityError: another account did the same at this moment (identity_person_handle_pkey).
    """
    account = Account.objects.select_for_update(of=("self",)).select_related("person").get(id=account_id)
    level = AssuranceLevel.REAL_NAME
    account.person = person_for(account, name, paper, now, act_id=act_id, is_another=is_another)
    ends_at = end_of_proof(now + PROOF_LIFETIME[level], valid_until)
    if level_now(account.level, account.level_until, now) <= level:  # a higher proof that counts stays as it is
        account.level, account.level_until = level, ends_at
    account.version += 1
    account.save(update_fields=["person", "level", "level_until", "version"])
    LevelProof(id=new_id(), account=account, level=level, method=method, verified_at=now, expires_at=ends_at).save(
        force_insert=True
    )
    audit.record(
        actor=actor, action="identity.prove_real_name", target="account", target_id=account.id, now=now,
        details={"level": int(level), "method": method},
    )  # fmt: skip
    event = RealNameVerified(account_id=account.id, person_id=account.person.id, level=int(level), method=method)
    events.emit(event, aggregate="identity.account", aggregate_id=account.id, version=account.version, now=now)
    return account


def end_of_proof(lifetime_ends_at: datetime, valid_until: date | None) -> datetime:
    """Return when a proof runs out: with its lifetime, or at the end of the paper's last day."""
    if valid_until is None:
        return lifetime_ends_at
    return min(lifetime_ends_at, datetime.combine(valid_until, time(), CHINA) + timedelta(days=1))


def _citizen(actor: Actor) -> int:
    if actor.kind is not ActorKind.CITIZEN or actor.account_id is None or actor.session_id is None:
        raise SignInRequired
    return actor.account_id
