"""Mandates that a register proves: a parent for a child, a legal person for a company."""

from __future__ import annotations

from datetime import datetime, time

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from shimin.capabilities.identity import handles
from shimin.capabilities.identity.domain.mandates import REGISTER_LIFETIME, CompanyRole, Relation, adult_on
from shimin.capabilities.identity.models import Organisation
from shimin.capabilities.identity.operations import limits
from shimin.capabilities.identity.operations.finding import new_organisation
from shimin.capabilities.identity.operations.mandates.granting import (
    Terms,
    give_mandate,
    lock_agent,
    person_without_account,
    require_own_person,
)
from shimin.capabilities.identity.operations.real_name import NameMismatch, PersonNotActive, RegisterSilent
from shimin.capabilities.identity.operations.refusals import refusals_recorded
from shimin.capabilities.identity.ports import CompanyCheck, PersonStatus, get_identity_source, get_relation_source
from shimin.capabilities.identity.queries import get_subject
from shimin.kernel.actor import EVERYTHING, Actor
from shimin.kernel.clock import CHINA, local_date
from shimin.kernel.db import auth_scope, require_no_transaction
from shimin.kernel.errors import Forbidden, InvalidInput, Unavailable
from shimin.kernel.ids import new_id
from shimin.kernel.values.id_numbers import parse_id_number
from shimin.kernel.values.names import normalise_name


class NotYourChild(Forbidden):
    """The population register does not say that this is a child of theirs."""

    code = "identity.not_your_child"
    message = "户籍登记里没有查到你们的亲子关系。"
    mend = "请检查孩子的姓名和身份证号码；不在同一户口簿的，请带出生医学证明到政务服务大厅窗口办理。"


class ChildGrownUp(InvalidInput):
    """Who is eighteen acts alone."""

    code = "identity.child_grown_up"
    message = "孩子已满18周岁，要由本人授权。"
    mend = "请孩子登录自己的账号，在“代办”里授权给您。"

    def __init__(self) -> None:
        super().__init__(fields={"id_number": self.message})


class CreditCodeInvalid(InvalidInput):
    """It cannot be a unified social credit code.

    Source: GB 32100-2015.
    """

    code = "identity.credit_code_invalid"

    def __init__(self) -> None:
        words = "统一社会信用代码应为18位，请对照营业执照检查。"
        super().__init__(words, mend="请对照营业执照重新填写。", fields={"credit_code": words})


class NotLegalPerson(Forbidden):
    """The business register names somebody else."""

    code = "identity.not_legal_person"
    message = "工商登记里，您不是这家单位的法定代表人。"
    mend = "请检查代码；刚变更的，请等登记生效后再试。经办人请让法定代表人在“代办”里授权给您。"


class CompanyClosed(Forbidden):
    """The company was deregistered or its licence revoked."""

    code = "identity.company_closed"
    message = "这家单位在工商登记里已经注销或吊销。"
    mend = "如登记有误，请到市场监管部门更正。"


def claim_child(*, actor: Actor, name: str, id_number: str, now: datetime) -> int:
    """Let a parent act for a child until its eighteenth birthday and return the mandate's id.

    Raises:
        NotYourChild, ChildGrownUp, NameMismatch, PersonNotActive, MandateStands: see there.
        RegisterSilent: nobody can be asked now.
        RealNameThrottled: more than ten look-ups of registers a day.
    """
    account_id, _ = require_own_person(actor)
    require_no_transaction()
    with refusals_recorded(actor, "identity.claim_child", now):
        child = parse_id_number(id_number, today=local_date(now))
        child_name, ends_on = normalise_name(name), adult_on(child.birth_date)
        if ends_on <= local_date(now):
            raise ChildGrownUp
        limits.count_real_name(account_id, now)
        parent = get_subject(actor)
        try:
            answer = get_identity_source().check_person(child_name, child.text)
            is_child = answer.matches and get_relation_source().is_child(
                parent.name, parent.id_number, child_name, child.text
            )
        except Unavailable as silent:
            raise RegisterSilent(retry_after_seconds=silent.retry_after_seconds) from silent
        if not answer.matches:
            raise NameMismatch
        if answer.status is not PersonStatus.NORMAL:
            raise PersonNotActive
        if not is_child:
            raise NotYourChild
        with auth_scope(actor):
            lock_agent(account_id)
            person_id, child_account_id = person_without_account(child_name, child.text, now)
            ends_at = datetime.combine(ends_on, time(), CHINA)
            terms = Terms(Relation.CHILD, [EVERYTHING], ends_at, "register")
            return give_mandate(
                actor=actor, agent_id=account_id, person_id=person_id, principal_account_id=child_account_id,
                terms=terms, now=now,
            )  # fmt: skip


def claim_company(*, actor: Actor, credit_code: str, now: datetime) -> int:
    """Let a legal person act for their company for a year and return the mandate's id.

    Raises:
        CreditCodeInvalid, NotLegalPerson, CompanyClosed, MandateStands: see there.
        RegisterSilent, RealNameThrottled: as ``claim_child``.
    """
    account_id, _ = require_own_person(actor)
    require_no_transaction()
    with refusals_recorded(actor, "identity.claim_company", now):
        code = normalise_credit_code(credit_code)
        limits.count_real_name(account_id, now)
        company = _ask_register(actor, code)
        with auth_scope(actor):
            lock_agent(account_id)
            organisation = _organisation_of(code, company.name, now)
            terms = Terms(Relation.COMPANY, [EVERYTHING], now + REGISTER_LIFETIME, "register", role=CompanyRole.OWNER)
            return give_mandate(actor=actor, agent_id=account_id, organisation_id=organisation.id, terms=terms, now=now)


def normalise_credit_code(text: str) -> str:
    """Return a code in its stored form.

    Raises:
        CreditCodeInvalid: see the class.
    """
    try:
        return str(uscc.validate(text[:100]))
    except ValidationError:
        raise CreditCodeInvalid from None


def _ask_register(actor: Actor, credit_code: str) -> CompanyCheck:
    person = get_subject(actor)
    try:
        company = get_relation_source().check_legal_person(
            person.name, person.id_number, credit_code, document=person.document
        )
    except Unavailable as silent:
        raise RegisterSilent(retry_after_seconds=silent.retry_after_seconds) from silent
    if not company.is_legal_person:
        raise NotLegalPerson
    if not company.is_operating:
        raise CompanyClosed
    return company


def _organisation_of(credit_code: str, name: str, now: datetime) -> Organisation:
    found = Organisation.objects.filter(hash__in=handles.credit_code_hashes(credit_code))
    known = found.select_for_update().first()
    if known is not None:
        known.name, known.checked_at = name, now
        known.save(update_fields=["name", "checked_at"])
        return known
    organisation = new_organisation(credit_code, id=new_id(), name=name, checked_at=now)
    organisation.save(force_insert=True)
    return organisation
