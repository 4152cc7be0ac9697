"""An officer has somebody before them, with their papers, and asks for an act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import orjson

from shimin.capabilities.identity import handles
from shimin.capabilities.identity.domain.counter import Act, ActState, needs_second
from shimin.capabilities.identity.domain.mandates import adult_on
from shimin.capabilities.identity.models import Account, CounterAct, LoginHandle, PersonHandle
from shimin.capabilities.identity.operations.counter.applying import Sheet, apply_act, paper_of
from shimin.capabilities.identity.operations.mandates.claiming import ChildGrownUp
from shimin.capabilities.identity.operations.persons import (
    KnownByOtherPaper,
    OtherPersonProved,
    is_likely_known,
    may_be_further,
)
from shimin.capabilities.identity.operations.real_name import (
    NameMismatch,
    PersonNotActive,
    RegisterSilent,
    check_end,
    compare_paper,
)
from shimin.capabilities.identity.operations.refusals import refusals_recorded
from shimin.capabilities.identity.ports import PersonStatus, find_paper_source, get_identity_source
from shimin.capabilities.identity.queries.counter import city_of
from shimin.kernel import audit, rate
from shimin.kernel.actor import Actor, AssuranceLevel
from shimin.kernel.clock import local_date
from shimin.kernel.crypto import encrypt
from shimin.kernel.db import auth_scope, require_no_transaction
from shimin.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound, TooManyRequests, Unavailable
from shimin.kernel.ids import new_id
from shimin.kernel.values.id_numbers import parse_person_number
from shimin.kernel.values.names import normalise_name
from shimin.kernel.values.papers import Paper, PaperKind, normalise_name_on, read_paper, reopen_paper
from shimin.kernel.values.phones import normalise_phone

_A_DAY = 300  # more than a window sees; registers must not become a way to try out numbers


class NotSeen(InvalidInput):
    """The officer has not said that the person is there and is the one of the papers."""

    code = "identity.counter_not_seen"

    def __init__(self) -> None:
        words = "请当面核对本人和证件后勾选。"
        super().__init__(words, fields={"saw_person": words})


class ReasonNeeded(InvalidInput):
    """Every act says why."""

    code = "identity.counter_reason_needed"

    def __init__(self) -> None:
        words = "请写明办理原因，至少4个字。"
        super().__init__(words, fields={"reason": words})


class NoAccountHere(NotFound):
    """Neither the ID number nor the phone has an account."""

    code = "identity.counter_no_account"
    message = "这位市民还没有账号。"
    mend = "有手机的，请他先用手机号注册；没有手机的，用“给没有手机的人开账号”。"


class HasAccount(Conflict):
    """The person has one already."""

    code = "identity.counter_has_account"
    message = "这位市民已经有账号了。"
    mend = "登录不了的，用“重置登录方式”。"


class GuardianNotProved(Forbidden):
    """Who acts for a child has to be proved first."""

    code = "identity.counter_guardian_not_proved"
    message = "监护人还没有实名账号。"
    mend = "请先给监护人办“当面核实身份”。"


class CounterThrottled(TooManyRequests):
    """More acts than a window can do in a day."""

    code = "identity.counter_throttled"
    message = "您今天经办的次数太多了。"
    mend = "请联系本单位安全管理员。"


@dataclass(frozen=True, slots=True)
class Papers:
    """What the officer read and typed. Which fields are needed depends on the act; others stay empty."""

    name: str
    id_number: str
    reason: str
    saw_person: bool
    phone: str = ""  # raise: of an account without a name; reset: the new one
    child_name: str = ""
    child_id_number: str = ""
    document: PaperKind = PaperKind.ID_CARD
    issuer: str = ""
    birth_date: date | None = None
    valid_until: date | None = None
    is_another: bool = False  # seen: who has the same name and birth date is somebody else


@dataclass(frozen=True, slots=True)
class Asked:
    """The act, and the sheet to print when it was done at once."""

    act_id: int
    is_done: bool
    sheet: Sheet | None = None


def ask_act(*, actor: Actor, act: Act, papers: Papers, now: datetime) -> Asked:
    """Do an act for the person at the window, or put it before a colleague (see ``needs_second``).

    Raises:
        NotSeen, ReasonNeeded, IdNumberInvalid, NameInvalid, PhoneInvalid: mend the input.
        PaperNumberInvalid, BirthDateInvalid, CountryInvalid, PaperEndNeeded, PaperEnded: the same.
        NameMismatch, PersonNotActive, PaperMismatch: a register says no.
        KnownByOtherPaper: look whether it is one person with two papers; ``is_another`` says that it is not.
        NoAccountHere, HasAccount, OtherPersonProved, GuardianNotProved, ChildGrownUp: another act is the right one.
        RegisterSilent, CounterThrottled, Forbidden: not now, not you.
    """
    city_code = city_of(actor)
    require_no_transaction()
    with refusals_recorded(actor, f"identity.counter_{act}", now):
        read = _read(act, papers, now)
        _count(actor, now)
        paper, valid_until = paper_of(read)
        _ask_register(read["name"], paper, valid_until)
        if act is Act.GUARDIAN:
            _ask_register(read["child_name"], reopen_paper(read["child_id_number"], None), None)
        with auth_scope(actor):
            account, is_known = _find(act, read, now)
            row = CounterAct(
                id=new_id(), city_code=city_code, account=account, act=act, reason=papers.reason.strip()[:500],
                document=paper.kind,
                claim=encrypt(orjson.dumps(read).decode(), context=handles.COUNTER_CLAIM),
                needs_second=needs_second(act, is_known=is_known), asked_by_id=actor.account_id or 0,
                asked_by_name=staff_name_of(actor), asked_at=now, state=ActState.WAITING,
            )  # fmt: skip
            row.save(force_insert=True)
            audit.record(
                actor=actor, action="identity.ask_counter_act", target="counter_act", target_id=row.id, now=now,
                details={"act": act, "account": str(account.id) if account else ""}, city_code=city_code,
            )  # fmt: skip
            sheet = None if row.needs_second else apply_act(actor=actor, row=row, now=now)
            return Asked(row.id, not row.needs_second, sheet)


def staff_name_of(actor: Actor) -> str:
    """Return what the officer is called, in the caller's auth scope."""
    return str(Account.objects.values_list("staff_name", flat=True).get(id=actor.account_id or 0))


def _read(act: Act, papers: Papers, now: datetime) -> dict[str, str]:
    if not papers.saw_person:
        raise NotSeen
    if not 4 <= len(papers.reason.strip()) <= 500:
        raise ReasonNeeded
    today = local_date(now)
    paper = read_paper(
        papers.document, papers.id_number, birth_date=papers.birth_date, issuer=papers.issuer, today=today
    )  # fmt: skip
    valid_until = check_end(paper, papers.valid_until, today)
    read = {
        "name": normalise_name_on(paper.kind, papers.name),
        "id_number": paper.text,
        "birth_date": paper.birth_date.isoformat(),
        "valid_until": valid_until.isoformat() if valid_until else "",
        "is_another": "yes" if papers.is_another else "",
        "phone": normalise_phone(papers.phone) if papers.phone and act in (Act.RAISE, Act.RESET) else "",
    }
    if act is Act.GUARDIAN:
        child = _read_child(papers, today=now)
        read |= child
    return read


def _read_child(papers: Papers, today: datetime) -> dict[str, str]:
    try:
        number = parse_person_number(papers.child_id_number, today=local_date(today))
    except InvalidInput as wrong:
        wrong.fields = {"child_id_number": str(wrong)}
        raise
    if adult_on(number.birth_date) <= local_date(today):
        raise ChildGrownUp
    return {"child_name": normalise_name(papers.child_name), "child_id_number": number.text}


def _count(actor: Actor, now: datetime) -> None:
    try:
        rate.hit("identity.counter", str(actor.account_id), limit=_A_DAY, window_seconds=86_400, now=now)
    except TooManyRequests as limit:
        raise CounterThrottled(retry_after_seconds=limit.retry_after_seconds) from limit


def _ask_register(name: str, paper: Paper, valid_until: date | None) -> None:
    """Ask the register that gave the paper; where no immigration register is connected, two officers look at it."""
    if paper.kind is not PaperKind.ID_CARD:
        _ask_about_paper(name, paper, valid_until)
        return
    try:
        answer = get_identity_source().check_person(name, paper.number)
    except Unavailable as silent:
        raise RegisterSilent(retry_after_seconds=silent.retry_after_seconds) from silent
    if not answer.matches:
        raise NameMismatch
    if answer.status is not PersonStatus.NORMAL:
        raise PersonNotActive


def _ask_about_paper(name: str, paper: Paper, valid_until: date | None) -> None:
    source = find_paper_source()
    if source is None or valid_until is None:  # None: a child's card, whose last day is not asked
        return
    try:
        compare_paper(source, name, paper, valid_until)
    except Unavailable as silent:
        raise RegisterSilent(retry_after_seconds=silent.retry_after_seconds) from silent


def _find(act: Act, read: dict[str, str], now: datetime) -> tuple[Account | None, bool]:
    """Return the account that the act is about and whether it has proved this very person."""
    known = PersonHandle.objects.select_related("account").filter(hash__in=handles.id_number_hashes(read["id_number"]))
    handle = known.first()
    account = handle.account if handle else None
    paper, _ = paper_of(read)
    if act is Act.OPEN:
        if account is not None:
            raise HasAccount
        _refuse_likely(read, paper)
        return None, False
    if account is None and act is Act.RAISE and read["phone"]:
        logins = LoginHandle.objects.select_related("account__person").filter(
            hash__in=handles.phone_hashes(read["phone"])
        )
        login = logins.first()
        if login is not None and login.account.person is not None and not may_be_further(login.account.person, paper):
            raise OtherPersonProved
        if login is not None:
            if login.account.person is None:
                _refuse_likely(read, paper)
            return login.account, False
    if act is Act.GUARDIAN and (account is None or account.level < AssuranceLevel.REAL_NAME):
        raise GuardianNotProved
    if account is None:
        raise NoAccountHere
    return account, True


def _refuse_likely(read: Mapping[str, str], paper: Paper) -> None:
    if is_likely_known(read["name"], paper) and not read["is_another"]:
        raise KnownByOtherPaper
