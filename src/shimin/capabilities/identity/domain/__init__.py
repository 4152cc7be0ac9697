"""Pure rules of identity: kinds, lifetimes of sessions and proofs, who may prove a real name alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv4Address, ip_address
from typing import NewType

from shimin.kernel.actor import Actor, AssuranceLevel

SessionId = NewType("SessionId", int)


class AccountKind(StrEnum):
    """Citizens and staff share the table of accounts, never a session."""

    CITIZEN = "citizen"
    STAFF = "staff"


class AccountStatus(StrEnum):
    """Only active accounts can sign in; a closed one keeps its row for the audit, a merged one leads to another."""

    ACTIVE = "active"
    CLOSED = "closed"
    MERGED = "merged"


class CodePurpose(StrEnum):
    """What a code sent to a phone is good for; a code for one purpose is worthless for another."""

    REGISTER = "register"
    RESET_PASSWORD = "reset_password"  # noqa: S105 (a purpose, no secret)
    CHANGE_PHONE = "change_phone"
    MERGE = "merge"
    UNDO_MERGE = "undo_merge"
    NEW_DEVICE = "new_device"  # sent to the account's own phone only, never asked for by number


class SecondSource(StrEnum):
    """The source that confirms the real name beside the population register."""

    SOCIAL_CARD = "social_card"
    LICENCE = "licence"
    FUND_ACCOUNT = "fund_account"

    @property
    def words(self) -> str:
        """The number a person has to type, in the words printed on the card."""
        return _SECOND_WORDS[self]


_SECOND_WORDS = {
    SecondSource.SOCIAL_CARD: "社会保障卡卡号",
    SecondSource.LICENCE: "驾驶证档案编号",
    SecondSource.FUND_ACCOUNT: "住房公积金账号",
}


class EndReason(StrEnum):
    """Why a session ended."""

    SIGNED_OUT = "signed_out"
    ENDED_BY_OWNER = "ended_by_owner"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    REPLACED = "replaced"
    ACCOUNT_CLOSED = "account_closed"
    RESET_AT_COUNTER = "reset_at_counter"
    PHONE_CHANGED = "phone_changed"
    FACTORS_RESET = "factors_reset"
    MERGED = "merged"


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """How long a session lives at most, without use, and how long it keeps a level above the phone's."""

    absolute: timedelta
    idle: timedelta
    step_up: timedelta


# A phone stays signed in for a month, but personal records close after half a day: a lent or lost phone shows none.
SESSION_LIMITS = {
    AccountKind.CITIZEN: SessionLimits(timedelta(days=30), timedelta(days=7), timedelta(hours=12)),
    AccountKind.STAFF: SessionLimits(timedelta(hours=12), timedelta(minutes=60), timedelta(hours=12)),
}

# Names change and people die: what two sources said is asked again after two years.
# A bank card is checked together with name and ID number, so it renews them: both run out on one day.
# Somebody who stood at the window with the card is asked again after five.
PROOF_LIFETIME = {
    AssuranceLevel.REAL_NAME: timedelta(days=730),
    AssuranceLevel.FACE_OR_BANK: timedelta(days=730),
    AssuranceLevel.IN_PERSON: timedelta(days=1826),
}

CODE_LIFETIME = timedelta(minutes=10)
CODE_ATTEMPTS = 5

GUARDIAN_AGE = 14  # PIPL 28, 31: below it a guardian has to act
ADULT_AGE = 18


@dataclass(frozen=True, slots=True)
class Client:
    """Where a request comes from: the address for limits, the rest for the person's list of sessions."""

    address: str = ""
    device_label: str = ""
    device_token: str = ""

    @property
    def network(self) -> str:
        """The address without its personal half, as shown in "my sessions" ("113.240.*.*")."""
        return coarse_network(self.address)


def coarse_network(address: str) -> str:
    """Return the first half of an IPv4 address or the first two groups of an IPv6 one; empty when it is none."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""
    if isinstance(parsed, IPv4Address):
        return ".".join(str(parsed).split(".")[:2]) + ".*.*"
    return ":".join(parsed.exploded.split(":")[:2]) + "::*"


def level_now(level: int, valid_until: datetime | None, now: datetime) -> AssuranceLevel:
    """Return the level of an account at ``now``: a proof that ran out leaves the phone's level."""
    if valid_until is not None and valid_until <= now:
        return AssuranceLevel(min(level, AssuranceLevel.PHONE))
    return AssuranceLevel(level)


REAL_NAME_PURPOSE = "identity.real_name"
REAL_NAME_TEXT = (
    "我同意市民之家用我的姓名、身份证号码和所选证件的号码，向公安人口库和发证部门核实是不是我本人。"
    "核实后，姓名和身份证号码加密保存，用于办理我主动发起的事项；所选证件的号码核实完不保存。"
)


PAPER_TEXT = (
    "我同意市民之家用我的姓名、证件号码、出生日期、签发国家、证件有效期和所选证件的号码，向公安出入境部门和发证部门核实是不是我本人。"
    "核实后，姓名、证件号码、出生日期和签发国家加密保存，用于办理我主动发起的事项；所选证件的号码核实完不保存。"
)


def purpose_of(actor: Actor, purpose_code: str) -> str:
    """Return the purpose under which a consent is kept: what is agreed to for another counts for that one only."""
    return purpose_code if actor.hat is None else f"{purpose_code}#{actor.hat.mandate_id}"


BANK_CARD_PURPOSE = "identity.bank_card"
BANK_CARD_TEXT = (
    "我同意市民之家把我的姓名、身份证号码、银行卡号和银行预留手机号交给银行卡核验服务，确认是不是我本人。"
    "只核对，不扣款、不查余额；卡号和预留手机号核对完就丢掉，不保存。"
)
