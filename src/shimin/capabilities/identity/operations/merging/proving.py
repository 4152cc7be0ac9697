"""Proving that the other account is one's own too, and looking at what both carry before anything is done."""

from __future__ import annotations

import base64
import binascii
from dataclasses import asdict, dataclass
from datetime import datetime

import orjson

from shimin.capabilities.identity import handles, passwords
from shimin.capabilities.identity.domain import AccountKind, AccountStatus, Client, CodePurpose
from shimin.capabilities.identity.domain.counter import read_login_number
from shimin.capabilities.identity.domain.merging import TICKET_LIFETIME
from shimin.capabilities.identity.models import Account, AccountMerge, LoginHandle
from shimin.capabilities.identity.operations import limits
from shimin.capabilities.identity.operations.codes import request_code, spend_code, try_code
from shimin.capabilities.identity.operations.factors.codes import (
    SecondFactorRejected,
    has_second_factor,
    use_second_factor,
)
from shimin.capabilities.identity.operations.factors.enrolling import check_password
from shimin.capabilities.identity.operations.refusals import refusals_recorded
from shimin.capabilities.identity.queries.merges import Proposal, compare_accounts
from shimin.kernel import audit
from shimin.kernel.actor import Actor, ActorKind, AssuranceLevel
from shimin.kernel.crypto import DecryptionError, blind_index, decrypt, encrypt
from shimin.kernel.db import auth_scope
from shimin.kernel.errors import Conflict, DomainError, InvalidInput, LevelRequired, OwnHatRequired, SignInRequired
from shimin.kernel.values.phones import normalise_phone

_CONTEXT = "identity.ticket.merge"


class OtherAccountRefused(InvalidInput):
    """The other account's name or password is wrong, or it is no account of a citizen; which of them is not told."""

    code = "identity.merge_other_refused"
    message = "那个账号的手机号（登录号）或密码不对。"
    mend = "请检查后重新填写；忘记那个账号密码的，请先退出登录，用那个手机号找回密码。"

    def __init__(self) -> None:
        super().__init__(fields={"password": self.message})


class OtherCodeRejected(InvalidInput):
    """The other account's app does not show this code."""

    code = "identity.merge_other_code_rejected"

    def __init__(self) -> None:
        words = "那个账号的动态码不对，或已经用过。"
        super().__init__(words, mend="请填那个账号的身份验证应用里的6位数字，或一个恢复码。", fields={"second": words})


class OwnCodeRejected(InvalidInput):
    """The own account's app does not show this code."""

    code = "identity.merge_own_code_rejected"

    def __init__(self) -> None:
        words = "这个账号的动态码不对，或已经用过。"
        super().__init__(
            words, mend="请填这个账号的身份验证应用里的6位数字，或一个恢复码。", fields={"own_second": words}
        )


class SameAccount(InvalidInput):
    """It is the account that is signed in."""

    code = "identity.merge_same_account"
    message = "这就是您现在登录的账号。"
    mend = "请填您另一个账号的手机号或登录号。"

    def __init__(self) -> None:
        super().__init__(fields={"phone": self.message})


class OtherPersonsAccount(Conflict):
    """The other account was proved by another person."""

    code = "identity.merge_other_person"
    message = "两个账号核实的是两位不同的市民，不能合并。"
    mend = "替家人办事的，请用“替别人办事”，各留各的账号。核实错了的，请带身份证到政务服务大厅窗口。"


class MergeCooling(Conflict):
    """The other account has itself just been joined with a third."""

    code = "identity.merge_cooling"
    message = "那个账号刚刚合并过别的账号，还在7天的可撤销期里。"
    mend = "请先撤销那次合并，或等7天过后再来。"


class MergeTicketExpired(DomainError):
    """The proof is too old, is another session's, or an account changed since."""

    code = "identity.merge_ticket_expired"
    status = 409
    message = "离确认另一个账号已经太久，或者账号有了变化。"
    mend = "请重新填写另一个账号。"


@dataclass(frozen=True, slots=True)
class OtherClaim:
    """What proves both accounts: the other's phone or login number, its password, the code sent to its phone, its app's
    code where there is one, and the same of the own account (without a text)."""

    phone: str
    password: str
    own_password: str
    code: str = ""
    second: str = ""
    own_second: str = ""


@dataclass(frozen=True, slots=True)
class MergeTicket:
    """That a session proved another account, with the passwords of that moment.

    ``other_version`` ends it at the other's next change: a merge that was taken back needs new proofs.
    """

    account_id: int
    other_id: int
    session_id: int
    password_at: float
    other_password_at: float
    other_version: int
    until: float


def ask_merge_code(*, actor: Actor, phone: str, client: Client, now: datetime) -> str:
    """Send a code to the other account's phone and return what it is called in stored form; a login number gets none.

    The answer never tells whether there is an account.

    Raises:
        PhoneInvalid, CodeThrottled, NoTextChannel: see ``request_code``.
        SignInRequired, OwnHatRequired, LevelRequired: the account that stays is the one with a proven name.
    """
    require_survivor(actor)
    number = read_login_number(phone)
    if number is not None:
        return number
    return request_code(actor=actor, phone=phone, purpose=CodePurpose.MERGE, client=client, now=now)


def prove_other(*, actor: Actor, claim: OtherClaim, client: Client, now: datetime) -> str:
    """Prove the other account, and the own one again; return the ticket for ``merge_accounts``, good for half an hour.

    Raises:
        OtherAccountRefused, OtherCodeRejected, OwnCodeRejected, CodeRejected, SecondFactorNeedsPassword: mend it.
        SameAccount, OtherPersonsAccount, MergeCooling: these two are not merged.
        SignInThrottled, CodeThrottled, TooManySignIns: not now.
        ProofRequired: the risk rules hold the session.
        SignInRequired, OwnHatRequired, LevelRequired: the account that stays is the one with a proven name.
    """
    require_survivor(actor)
    with refusals_recorded(actor, "identity.prove_other_account", now):
        number = read_login_number(claim.phone)
        name = number or normalise_phone(claim.phone)
        own = check_password(actor, claim.own_password, now)
        from_here = limits.count_sign_in_from(client.address, now)
        attempt = limits.count_sign_in_to(
            blind_index(name, context=handles.PHONE_INDEX).hex(), limits.STRANGERS, now
        )  # fmt: skip
        tried = None
        if number is None:
            tried = try_code(
                actor=actor, phone=name, purpose=CodePurpose.MERGE, code=claim.code, client=client, now=now
            )
        with auth_scope(actor):
            handle = _find(name)
        if not passwords.verify_password(handle.account.password if handle else None, claim.password) or handle is None:
            raise OtherAccountRefused
        with auth_scope(actor):
            account, other = lock_both(own.id, handle.account_id)
            if account is None or other is None or other.password != handle.account.password:
                raise OtherAccountRefused
            require_mergeable(account, other)
            _use_apps(account, other, claim, now)
            if tried is not None:
                spend_code(tried, now)
            audit.record(
                actor=actor, action="identity.prove_other_account", target="account", target_id=other.id, now=now
            )
        limits.give_back(attempt, from_here)
        return _seal(
            MergeTicket(
                account.id, other.id, actor.session_id or 0, account.password_changed_at.timestamp(),
                other.password_changed_at.timestamp(), other.version, (now + TICKET_LIFETIME).timestamp(),
            )
        )  # fmt: skip


def look_at_merge(*, actor: Actor, ticket: str, now: datetime) -> Proposal:
    """Return what both accounts carry and where they clash, for the session that proved both.

    Raises:
        MergeTicketExpired: prove the other account again.
        SignInRequired, OwnHatRequired, LevelRequired: see ``prove_other``.
    """
    require_survivor(actor)
    known = open_ticket(actor, ticket, now)
    with auth_scope(actor):
        found = {row.id: row for row in Account.objects.filter(id__in=(known.account_id, known.other_id))}
    require_unchanged(found.get(known.account_id), found.get(known.other_id), known)
    return compare_accounts(found[known.account_id], found[known.other_id])


def require_survivor(actor: Actor) -> int:
    """Return the account that stays: a citizen's, with a proven name, in a session that still stands for it.

    Raises:
        SignInRequired, OwnHatRequired, LevelRequired: it is not.
    """
    if actor.kind is not ActorKind.CITIZEN or actor.account_id is None or actor.session_id is None:
        raise SignInRequired
    if actor.hat is not None:
        raise OwnHatRequired
    if actor.level < AssuranceLevel.REAL_NAME or actor.person_id is None:
        raise LevelRequired(AssuranceLevel.REAL_NAME)
    return actor.account_id


def require_mergeable(account: Account, other: Account) -> None:
    """Let two locked accounts pass that may become one.

    Raises:
        SameAccount, OtherPersonsAccount, MergeCooling: see there.
        LevelRequired: a window took the proof of the one that stays back since it signed in.
    """
    if account.id == other.id:
        raise SameAccount
    if account.person_id is None:
        raise LevelRequired(AssuranceLevel.REAL_NAME)
    if other.person_id is not None and other.person_id != account.person_id:
        raise OtherPersonsAccount
    if AccountMerge.objects.filter(account=other, state="cooling").exists():
        raise MergeCooling


def lock_both(account_id: int, other_id: int) -> tuple[Account | None, Account | None]:
    """Lock two active citizens' accounts, always in the order of their ids: merging both ways cannot deadlock."""
    rows = Account.objects.select_for_update(of=("self",)).filter(
        id__in=(account_id, other_id), account_kind=AccountKind.CITIZEN, status=AccountStatus.ACTIVE
    )
    found = {row.id: row for row in rows.order_by("id")}
    return found.get(account_id), found.get(other_id)


def open_ticket(actor: Actor, text: str, now: datetime) -> MergeTicket:
    """Return what a ticket of this session says.

    Raises:
        MergeTicketExpired: it is old, of another session, or not ours.
    """
    try:
        ticket = MergeTicket(**orjson.loads(decrypt(base64.urlsafe_b64decode(text[:4_000]), context=_CONTEXT)))
    except (ValueError, TypeError, binascii.Error, DecryptionError):
        raise MergeTicketExpired from None
    if ticket.until < now.timestamp() or (ticket.account_id, ticket.session_id) != (actor.account_id, actor.session_id):
        raise MergeTicketExpired
    return ticket


def require_unchanged(account: Account | None, other: Account | None, ticket: MergeTicket) -> None:
    """Refuse a ticket of accounts that were closed, merged, or given a new password since.

    Raises:
        MergeTicketExpired: one of them was.
    """
    for row, password_at in ((account, ticket.password_at), (other, ticket.other_password_at)):
        if row is None or row.status != AccountStatus.ACTIVE or row.password_changed_at.timestamp() != password_at:
            raise MergeTicketExpired
    if other is None or other.version != ticket.other_version:
        raise MergeTicketExpired


def _find(name: str) -> LoginHandle | None:
    return (
        LoginHandle.objects.filter(
            hash__in=handles.phone_hashes(name), account__account_kind=AccountKind.CITIZEN,
            account__status=AccountStatus.ACTIVE, merge_id=None,
        )
        .select_related("account")
        .first()
    )  # fmt: skip


def _use_apps(account: Account, other: Account, claim: OtherClaim, now: datetime) -> None:
    try:
        if has_second_factor(account.id):
            use_second_factor(account, claim.own_second, now)
    except SecondFactorRejected:
        raise OwnCodeRejected from None
    try:
        if has_second_factor(other.id):
            use_second_factor(other, claim.second, now)
    except SecondFactorRejected:
        raise OtherCodeRejected from None


def _seal(ticket: MergeTicket) -> str:
    return base64.urlsafe_b64encode(encrypt(orjson.dumps(asdict(ticket)).decode(), context=_CONTEXT)).decode()
